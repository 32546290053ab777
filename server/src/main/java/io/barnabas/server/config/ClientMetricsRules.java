package io.barnabas.server.config;

import io.barnabas.base.Setting;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/** What the configs of a client metrics subscription may be. */
final class ClientMetricsRules {
    private static final int INTERVAL_MS_MIN = 100;
    private static final int INTERVAL_MS_MAX = 3_600_000;
    private static final Set<String> MATCHED = Set.of("client_instance_id", "client_id", "client_software_name",
            "client_software_version", "client_source_address", "client_source_port");

    private ClientMetricsRules() {}

    /** @return null if all is fine */
    static String refusal(Map<String, String> after) {
        for (var entry : after.entrySet()) {
            var known = SettingTable.clientMetrics().find(entry.getKey());
            if (known == null) return "Unknown client metrics configuration: " + entry.getKey();
            Object value = known.setting().parse(entry.getValue());
            String refusal = switch (entry.getKey()) {
                case "interval.ms" -> intervalRefusal((Integer) value);
                case "match" -> matchRefusal(entry.getValue());
                default -> null;
            };
            if (refusal != null) return refusal;
        }
        return null;
    }

    private static String intervalRefusal(int intervalMs) {
        return intervalMs >= INTERVAL_MS_MIN && intervalMs <= INTERVAL_MS_MAX ? null : "Invalid value " + intervalMs
                + " for interval.ms, interval must be between " + INTERVAL_MS_MIN + " and " + INTERVAL_MS_MAX + " (1 hour)";
    }

    private static String matchRefusal(String patterns) {
        for (var pattern : Setting.split(patterns.trim())) {
            int equals = pattern.indexOf('=');
            boolean isGood = equals > 0 && MATCHED.contains(pattern.substring(0, equals).trim())
                    && isExpression(pattern.substring(equals + 1).trim());
            if (!isGood) return "Illegal client matching pattern: " + pattern;
        }
        return null;
    }

    private static boolean isExpression(String text) {
        try {
            Pattern.compile(text);
            return true;
        } catch (PatternSyntaxException e) {
            return false;
        }
    }
}
