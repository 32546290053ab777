package io.barnabas.server.config;

import io.barnabas.base.Setting;
import io.barnabas.base.SettingException;
import java.util.LinkedHashMap;
import java.util.Map;

/** {@code max.connections.per.ip.overrides}: {@code host:count}, separated by commas. */
final class ConnectionOverrides {
    private ConnectionOverrides() {}

    /** The limit of each host, as written; hosts are resolved by whoever uses them. */
    static Map<String, Integer> parse(String text) {
        var limits = new LinkedHashMap<String, Integer>();
        for (var pair : Setting.split(text)) {
            int colon = pair.lastIndexOf(':');
            int limit = colon <= 0 ? -1 : count(pair.substring(colon + 1).trim());
            if (limit < 0) throw new SettingException("max.connections.per.ip.overrides", text, "write host:count,host:count");
            limits.put(pair.substring(0, colon).trim(), limit);
        }
        return limits;
    }

    private static int count(String text) {
        try {
            return Integer.parseInt(text);
        } catch (NumberFormatException e) {
            return -1;
        }
    }
}
