package io.barnabas.server.config;

import io.barnabas.base.Setting;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Every setting of one kind of resource, by name. Those that no code reads by a name of its own come from
 * {@link SettingRows}, which are read when somebody first asks for such a setting, so that a start with few settings need not.
 */
public final class SettingTable {
    private final SortedMap<String, KnownSetting> byName = new TreeMap<>();

    private SettingTable() {}

    public static SettingTable broker() {
        return Tables.BROKER;
    }

    public static SettingTable topic() {
        return Tables.TOPIC;
    }

    public static SettingTable group() {
        return Tables.GROUP;
    }

    public static SettingTable clientMetrics() {
        return Tables.CLIENT_METRICS;
    }

    /** @return null if nobody knows it */
    public KnownSetting find(String name) {
        return byName.get(name);
    }

    /** All settings in the order of their names. */
    public Collection<KnownSetting> all() {
        return byName.values();
    }

    private void add(KnownSetting known) {
        if (byName.put(known.name(), known) != null) throw new IllegalStateException("declared twice: " + known.name());
    }

    /** Made together, since they stand in one file. */
    private static final class Tables {
        static final SettingTable BROKER = new SettingTable();
        static final SettingTable TOPIC = new SettingTable();
        static final SettingTable GROUP = new SettingTable();
        static final SettingTable CLIENT_METRICS = new SettingTable();

        static {
            for (var setting : BrokerSettings.all()) BROKER.add(new KnownSetting(setting, Kind.HONOURED, ""));
            for (var setting : CoordinatorSettings.all()) BROKER.add(new KnownSetting(setting, Kind.HONOURED, ""));
            for (var setting : TransactionSettings.all()) BROKER.add(new KnownSetting(setting, Kind.HONOURED, ""));
            for (var known : TopicSettings.all()) TOPIC.add(known);
            read(SettingRows.TEXT);
        }

        private static void read(String text) {
            SettingTable table = null;
            Kind kind = null;
            String note = "";
            for (int start = 0, end; start < text.length(); start = end + 1) {
                end = text.indexOf('\n', start);
                if (end == start) continue;
                switch (text.charAt(start)) {
                    case '#' -> { }
                    case '=' -> table = ofName(text.substring(start + 1, end));
                    case '[' -> {
                        int bracket = text.indexOf(']', start);
                        kind = kindOf(text.substring(start + 1, bracket));
                        note = text.substring(bracket + 1, end).trim();
                    }
                    default -> table.add(new KnownSetting(setting(fields(text, start, end)), kind, note));
                }
            }
        }

        private static SettingTable ofName(String name) {
            return switch (name) {
                case "broker" -> BROKER;
                case "group" -> GROUP;
                case "client-metrics" -> CLIENT_METRICS;
                default -> throw new IllegalStateException("no such table: " + name);
            };
        }

        private static Kind kindOf(String name) {
            return switch (name) {
                case "honoured" -> Kind.HONOURED;
                case "accepted" -> Kind.ACCEPTED;
                case "refused" -> Kind.REFUSED;
                default -> throw new IllegalStateException("no such kind: " + name);
            };
        }

        private static List<String> fields(String text, int start, int end) {
            var fields = new ArrayList<String>(6);
            int from = start;
            for (int bar = text.indexOf('|', from); bar >= 0 && bar < end; bar = text.indexOf('|', from)) {
                fields.add(text.substring(from, bar));
                from = bar + 1;
            }
            fields.add(text.substring(from, end));
            while (fields.size() < 6) fields.add("");
            return fields;
        }

        /** {@code name|type|default|valid values|scope|internal}. */
        private static Setting<?> setting(List<String> fields) {
            var type = Setting.Type.valueOf(fields.get(1));
            var declared = Setting.of(fields.get(0), type).check(ValidValues.of(type, fields.get(3)));
            String defaultText = fields.get(2);
            if (!defaultText.equals("null")) declared.defaultTo(Setting.of(fields.get(0), type).doc("").parse(defaultText));
            if (fields.get(4).equals("per-broker")) declared.scope(Setting.Scope.PER_BROKER);
            if (fields.get(4).equals("cluster-wide")) declared.scope(Setting.Scope.CLUSTER_WIDE);
            if (fields.get(5).equals("internal")) declared.internal();
            return declared.doc("");
        }
    }
}
