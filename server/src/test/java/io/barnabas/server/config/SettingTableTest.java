package io.barnabas.server.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.barnabas.base.Setting;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Holds every setting against the facts about Apache Kafka. */
class SettingTableTest {
    private static final Set<String> OURS = Set.of("log.flush.before.ack", "num.event.loops", "replica.alter.log.dirs.io.max.bytes.per.second");

    @ParameterizedTest
    @CsvSource({"broker, 379", "topic, 38", "group, 27", "client-metrics, 3"})
    void everySettingOfKafkaIsKnownAndOfTheSameTypeDefaultAndRange(String name, int count) throws IOException {
        var facts = facts(name);
        assertThat(facts).hasSize(count);
        for (var fact : facts) {
            var known = table(name).find(fact.get("name"));
            assertThat(known).as("setting %s", fact.get("name")).isNotNull();
            var setting = known.setting();
            assertThat(setting.type().name()).as("type of %s", setting).isEqualTo(fact.get("type"));
            assertThat(defaultOf(setting)).as("default of %s", setting).isEqualTo(fact.get("default"));
            assertThat(setting.validValues()).as("valid values of %s", setting).isEqualTo(fact.get("valid_values"));
            assertThat(setting.isInternal()).as("%s is internal", setting).isEqualTo(fact.get("internal").equals("true"));
            assertThat(String.join(" ", setting.brokerNames())).as("broker names of %s", setting)
                    .isEqualTo(fact.getOrDefault("broker_default_from", ""));
            assertThat(scopeOf(setting)).as("scope of %s", setting).isEqualTo(fact.getOrDefault("dynamic", "read-only"));
        }
    }

    @ParameterizedTest
    @CsvSource({"broker", "topic", "group", "client-metrics"})
    void noSettingIsKnownThatKafkaDoesNotHaveButOurOwn(String name) throws IOException {
        var names = new HashSet<>(name.equals("broker") ? OURS : Set.of());
        for (var fact : facts(name)) names.add(fact.get("name"));
        assertThat(table(name).all()).extracting(KnownSetting::name).containsExactlyInAnyOrderElementsOf(names);
    }

    @ParameterizedTest
    @CsvSource({"broker", "topic", "group", "client-metrics"})
    void everySettingThatIsNotHonouredSaysWhy(String name) {
        for (var known : table(name).all()) {
            if (known.kind() != Kind.HONOURED) assertThat(known.note()).as(known.name()).endsWith(".");
            assertThat(known.doc()).as(known.name()).isNotBlank();
        }
    }

    @ParameterizedTest
    @CsvSource({"broker", "topic", "group", "client-metrics"})
    void everyDefaultIsTaken(String name) {
        for (var known : table(name).all()) {
            String text = known.setting().defaultText();
            if (text != null && !isNonEmptyList(known.setting(), text)) assertThat(known.refusal(text)).as(known.name()).isNull();
        }
    }

    @Test
    void theBrokerSettingsThatGiveTopicsTheirDefaultsAgreeWithThem() {
        for (var known : TopicSettings.all()) {
            for (var brokerName : known.setting().brokerNames()) {
                var ofBroker = SettingTable.broker().find(brokerName).setting();
                if (ofBroker.defaultValue() == null || !brokerName.equals(known.setting().brokerNames().get(0))) continue;
                assertThat(ofBroker.defaultText()).as(brokerName).isEqualTo(known.setting().defaultText());
                assertThat(ofBroker.validValues()).as(brokerName).isEqualTo(known.setting().validValues());
            }
        }
    }

    /** The two quorum lists are empty by default, and must not be given empty. */
    private static boolean isNonEmptyList(Setting<?> setting, String text) {
        return text.isEmpty() && setting.validValues().equals("non-empty list");
    }

    private static String defaultOf(Setting<?> setting) {
        if (setting.isRequired()) return "(required)";
        if (setting.defaultValue() instanceof List<?> list) return list.toString().replace(", ", ",");
        return String.valueOf(setting.defaultText());
    }

    private static String scopeOf(Setting<?> setting) {
        return setting.scope().name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
    }

    private static SettingTable table(String name) {
        return switch (name) {
            case "broker" -> SettingTable.broker();
            case "topic" -> SettingTable.topic();
            case "group" -> SettingTable.group();
            case "client-metrics" -> SettingTable.clientMetrics();
            default -> throw new AssertionError(name);
        };
    }

    private static List<Map<String, String>> facts(String name) throws IOException {
        var in = SettingTableTest.class.getResourceAsStream(name + "-configs.csv");
        try (var reader = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
            var header = cells(reader.readLine());
            var facts = new ArrayList<Map<String, String>>();
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                var cells = cells(line);
                var fact = new HashMap<String, String>();
                for (int i = 0; i < header.size(); i++) fact.put(header.get(i), cells.get(i));
                facts.add(fact);
            }
            return facts;
        }
    }

    private static List<String> cells(String line) {
        var cells = new ArrayList<String>();
        var cell = new StringBuilder();
        boolean quoted = false;
        for (char c : line.toCharArray()) {
            if (c == '"') quoted = !quoted;
            else if (c == ',' && !quoted) {
                cells.add(cell.toString());
                cell.setLength(0);
            } else cell.append(c);
        }
        cells.add(cell.toString());
        return cells;
    }
}
