package io.barnabas.server.config;

import io.barnabas.base.Setting;
import java.util.List;
import java.util.Map;

/** What the configs of a group may be, within the limits that the broker's {@code group.*.min.*} and {@code max} set. */
final class GroupConfigRules {
    private GroupConfigRules() {}

    /** @return null if all is fine */
    static String refusal(BrokerConfig broker, Map<String, String> after) {
        for (var name : after.keySet()) {
            if (SettingTable.group().find(name) == null) return "Unknown group config name: " + name;
        }
        for (var entry : after.entrySet()) {
            var setting = SettingTable.group().find(entry.getKey()).setting();
            Object value = setting.parse(entry.getValue());
            String refusal = value instanceof Number number ? limitRefusal(broker, entry.getKey(), number.longValue())
                    : nameRefusal(broker, entry.getKey(), entry.getValue().trim());
            if (refusal != null) return refusal;
        }
        for (var kind : new String[] {"consumer", "share", "streams"}) {
            String refusal = sessionRefusal(broker, after, kind);
            if (refusal != null) return refusal;
        }
        return null;
    }

    private static String limitRefusal(BrokerConfig broker, String name, long value) {
        int dot = name.indexOf('.');
        String kind = "group." + name.substring(0, dot);
        String rest = name.substring(dot + 1);
        if (rest.startsWith("num.")) rest = rest.substring("num.".length());
        Long min = limit(broker, kind + ".min." + rest);
        Long max = limit(broker, kind + ".max." + rest);
        if (min != null && max != null && (value < min || value > max)) {
            return name + " must be in the range " + min + " to " + max + " inclusive.";
        }
        if (max != null && value > max) return name + " must be less than or equal to " + max;
        if (min != null && value < min) return name + " must be greater than or equal to " + min;
        return null;
    }

    private static String nameRefusal(BrokerConfig broker, String name, String value) {
        if (name.equals("errors.deadletterqueue.topic.name") && value.startsWith("__")) {
            return name + ": DLQ topic name must not start with '__'";
        }
        if (name.equals("streams.assignor.name")) {
            var known = BrokerConfig.find("group.streams.assignors").setting();
            Object given = broker.value(known.name());
            Object assignors = given == null ? known.defaultValue() : given;
            if (!((List<?>) assignors).contains(value)) {
                return name + " '" + value + "' is not a registered task assignor. Registered assignors are: " + assignors + ".";
            }
        }
        return null;
    }

    private static String sessionRefusal(BrokerConfig broker, Map<String, String> after, String kind) {
        String session = kind + ".session.timeout.ms";
        String heartbeat = kind + ".heartbeat.interval.ms";
        if (!after.containsKey(session) && !after.containsKey(heartbeat)) return null;
        return value(broker, after, session) > value(broker, after, heartbeat) ? null
                : session + " must be greater than " + heartbeat;
    }

    private static long value(BrokerConfig broker, Map<String, String> after, String name) {
        String text = after.get(name);
        if (text != null) return Long.parseLong(text.trim());
        return limit(broker, "group." + name);
    }

    /** What holds for a number among the broker's settings; null if there is no such setting. */
    private static Long limit(BrokerConfig broker, String name) {
        var known = SettingTable.broker().find(name);
        if (known == null) return null;
        Setting<?> setting = known.setting();
        Number given = broker.number(name);
        return (given == null ? (Number) setting.defaultValue() : given).longValue();
    }
}
