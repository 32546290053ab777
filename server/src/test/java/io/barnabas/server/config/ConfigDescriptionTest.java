package io.barnabas.server.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.barnabas.cluster.metadata.ConfigResource;
import io.barnabas.protocol.message.DescribeConfigsResponse.DescribeConfigsResourceResult;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConfigDescriptionTest {
    private static final String[] TYPES =
            {"UNKNOWN", "BOOLEAN", "STRING", "INT", "SHORT", "LONG", "DOUBLE", "LIST", "CLASS", "PASSWORD"};
    private static final String[] SOURCES = {"UNKNOWN", "DYNAMIC_TOPIC_CONFIG", "DYNAMIC_BROKER_CONFIG",
        "DYNAMIC_DEFAULT_BROKER_CONFIG", "STATIC_BROKER_CONFIG", "DEFAULT_CONFIG", "DYNAMIC_BROKER_LOGGER_CONFIG",
        "DYNAMIC_CLIENT_METRICS_CONFIG", "DYNAMIC_GROUP_CONFIG"};
    /** What Apache Kafka was started with when it was asked. */
    private static final BrokerConfig STARTED = BrokerConfig.of(Map.ofEntries(
            Map.entry("process.roles", "broker,controller"), Map.entry("node.id", "1"),
            Map.entry("listeners", "PLAINTEXT://127.0.0.1:21911,CONTROLLER://127.0.0.1:21912"),
            Map.entry("controller.listener.names", "CONTROLLER"), Map.entry("log.dirs", "/data"),
            Map.entry("controller.quorum.bootstrap.servers", "127.0.0.1:21912"),
            Map.entry("num.partitions", "3"), Map.entry("log.retention.hours", "24"),
            Map.entry("log.segment.bytes", "2000000"), Map.entry("auto.create.topics.enable", "false"),
            Map.entry("offsets.topic.replication.factor", "1"), Map.entry("my.unknown.setting", "7"),
            Map.entry("num.io.threads", "4"), Map.entry("group.consumer.heartbeat.interval.ms", "5001")));
    private static final Map<String, String> CLUSTER_AT_START = Map.of("min.insync.replicas", "1");
    private static final Map<String, String> CLUSTER_CHANGED = Map.of("min.insync.replicas", "1",
            "log.retention.ms", "6000000", "log.segment.bytes", "3000000", "message.max.bytes", "1000000");
    private static final Map<String, String> BROKER_CHANGED = Map.of("log.cleaner.threads", "2", "log.segment.bytes", "4000000");

    @ParameterizedTest
    @CsvSource({"topic, 37", "broker, 15", "default, 1", "group, 21", "metrics, 3"})
    void configsAreDescribedAsKafkaDescribesThem(String resource, int atLeast) throws IOException {
        for (var state : List.of("start", "changed")) {
            var expected = facts(state + "|" + resource + "|");
            assertThat(expected).hasSizeGreaterThanOrEqualTo(atLeast);
            var described = lines(state, resource);
            if (resource.equals("broker")) assertThat(described).containsAll(expected);
            else assertThat(described).containsExactlyElementsOf(expected);
        }
    }

    @Test
    void aBrokerSettingThatNobodySetIsItsDefault() {
        int plain = 0;
        for (var entry : describe("start", "broker")) {
            if (entry.configSource() != ConfigDescription.SOURCE_DEFAULT) continue;
            var setting = SettingTable.broker().find(entry.name()).setting();
            assertThat(entry.value()).as(entry.name()).isEqualTo(setting.isSensitive() ? null : setting.defaultText());
            assertThat(entry.isDefault()).isTrue();
            plain++;
        }
        assertThat(plain).isGreaterThan(330);
    }

    @Test
    void onlyWhatIsAskedForIsDescribed() {
        var some = new ConfigDescription(STARTED, List.of("retention.ms", "nosuch"), false, false)
                .of(ConfigResource.topic("t"), Map.of("retention.ms", "7"));
        assertThat(some).hasSize(1);
        assertThat(some.get(0).value()).isEqualTo("7");
        assertThat(some.get(0).synonyms()).isEmpty();
        assertThat(some.get(0).documentation()).isNull();
    }

    private static List<String> lines(String state, String resource) {
        var lines = new ArrayList<String>();
        for (var entry : describe(state, resource)) {
            var synonyms = new ArrayList<String>();
            for (var synonym : entry.synonyms()) {
                synonyms.add(SOURCES[synonym.source()] + ":" + synonym.name() + "=" + synonym.value());
            }
            lines.add(String.join("|", state, resource, entry.name(), TYPES[entry.configType()],
                    String.valueOf(entry.value()), SOURCES[entry.configSource()], entry.readOnly() ? "ro" : "rw",
                    entry.isSensitive() ? "sens" : "", String.join(" ; ", synonyms)));
        }
        return lines;
    }

    private static List<DescribeConfigsResourceResult> describe(String state, String resource) {
        boolean isStart = state.equals("start");
        var cluster = isStart ? CLUSTER_AT_START : CLUSTER_CHANGED;
        var config = STARTED.with(cluster, isStart ? Map.of() : BROKER_CHANGED);
        var description = new ConfigDescription(config, null, true, true);
        return switch (resource) {
            case "topic" -> description.of(ConfigResource.topic("t"), isStart ? Map.of() : Map.of("retention.ms", "5000000"));
            case "broker" -> description.of(ConfigResource.broker(1), isStart ? Map.of() : BROKER_CHANGED);
            case "default" -> description.of(ConfigResource.CLUSTER_DEFAULT, cluster);
            case "group" -> description.of(new ConfigResource(ConfigResource.Type.GROUP, "g"),
                    isStart ? Map.of() : Map.of("consumer.session.timeout.ms", "46000"));
            case "metrics" -> description.of(new ConfigResource(ConfigResource.Type.CLIENT_METRICS, "m"),
                    isStart ? Map.of() : Map.of("interval.ms", "1000"));
            default -> throw new AssertionError(resource);
        };
    }

    private static List<String> facts(String prefix) throws IOException {
        try (var in = ConfigDescriptionTest.class.getResourceAsStream("described-by-kafka.txt")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().filter(line -> line.startsWith(prefix)).toList();
        }
    }
}
