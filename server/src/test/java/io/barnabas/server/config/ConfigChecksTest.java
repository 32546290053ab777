package io.barnabas.server.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.barnabas.cluster.metadata.ConfigResource;
import io.barnabas.cluster.metadata.ConfigResource.Type;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What Apache Kafka 4.4.0 said to each of these changes, or what differs here on purpose. */
class ConfigChecksTest {
    private static final BrokerConfig BROKER = BrokerConfig.of(Map.of());
    private final ConfigChecks checks = new ConfigChecks(() -> BROKER);

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            TOPIC | t | retention.ms | abc | Invalid value abc for configuration retention.ms: Not a number of type LONG
            TOPIC | t | retention.ms | -5 | Invalid value -5 for configuration retention.ms: Value must be at least -1
            TOPIC | t | nosuch | 1 | Unknown topic config name: nosuch
            TOPIC | t | min.cleanable.dirty.ratio | 2 | Invalid value 2.0 for configuration min.cleanable.dirty.ratio: Value must be no more than 1
            TOPIC | t | compression.gzip.level | 0 | Invalid value 0 for configuration compression.gzip.level: Value must be between 1 and 9 or equal to -1
            TOPIC | t | compression.type | x | Invalid value x for configuration compression.type: String must be one of: uncompressed, zstd, lz4, snappy, gzip, producer
            TOPIC | t | preallocate | 1 | Invalid value 1 for configuration preallocate: Expected value to be either true or false
            TOPIC | t | leader.replication.throttled.replicas | x | Invalid value [x] for configuration leader.replication.throttled.replicas: leader.replication.throttled.replicas must be the literal '*' or a list of replicas in the following format: [partitionId]:[brokerId],[partitionId]:[brokerId],...
            TOPIC | t | segment.bytes | 9999 | Invalid value 9999 for configuration segment.bytes: Value must be at least 1048576
            TOPIC | t | remote.storage.enable | true | Configuration remote.storage.enable=true is refused. Remote storage is not built: only the default is accepted.
            BROKER | 1 | log.dirs | /x | Cannot update these configs dynamically: [log.dirs]
            BROKER | 1 | log.retention.hours | 1 | Cannot update these configs dynamically: [log.retention.hours]
            BROKER | 1 | log.cleaner.threads | abc | Invalid value abc for configuration log.cleaner.threads: Not a number of type INT
            BROKER | '' | listeners | PLAINTEXT://:1 | Cannot update these configs at default cluster level, broker id must be specified: [listeners]
            BROKER | 1 | listeners | PLAINTEXT://:1 | Cannot update these configs while the broker runs: [listeners]; set them in its configuration file and start it again.
            BROKER | 1 | log.cleanup.policy | x | Invalid value x for configuration log.cleanup.policy: String must be one of: compact, delete
            BROKER | '' | listener.name.plaintext.ssl.keystore.location | /x | Cannot update these configs at default cluster level, broker id must be specified: [listener.name.plaintext.ssl.keystore.location]
            BROKER | 1 | log.roll.ms | 0 | Invalid value 0 for configuration log.roll.ms: Value must be at least 1
            BROKER | 1 | min.insync.replicas | 0 | Invalid value 0 for configuration min.insync.replicas: Value must be at least 1
            BROKER | 1 | max.connections.per.ip.overrides | abc | Invalid value abc for configuration max.connections.per.ip.overrides: write host:count,host:count
            GROUP | g | nosuch | 1 | Unknown group config name: nosuch
            GROUP | g | consumer.session.timeout.ms | 1 | consumer.session.timeout.ms must be in the range 45000 to 60000 inclusive.
            GROUP | g | consumer.heartbeat.interval.ms | 46000 | consumer.heartbeat.interval.ms must be in the range 5000 to 15000 inclusive.
            GROUP | g | share.record.lock.duration.ms | 1000 | share.record.lock.duration.ms must be in the range 15000 to 60000 inclusive.
            GROUP | g | streams.num.standby.replicas | 5 | streams.num.standby.replicas must be less than or equal to 2
            GROUP | g | share.isolation.level | x | Invalid value x for configuration share.isolation.level: String must be one of: read_committed, read_uncommitted
            GROUP | g | share.auto.offset.reset | by_duration:-PT1H | Invalid value by_duration:-PT1H for configuration share.auto.offset.reset: Invalid value `by_duration:-PT1H` for configuration share.auto.offset.reset. The value must be either 'earliest', 'latest' or of the format 'by_duration:<PnDTnHnMn.nS>'.
            GROUP | g | errors.deadletterqueue.topic.name | __x | errors.deadletterqueue.topic.name: DLQ topic name must not start with '__'
            GROUP | g | streams.assignor.name | zz | streams.assignor.name 'zz' is not a registered task assignor. Registered assignors are: [sticky].
            CLIENT_METRICS | m | nosuch | 1 | Unknown client metrics configuration: nosuch
            CLIENT_METRICS | m | interval.ms | 1 | Invalid value 1 for interval.ms, interval must be between 100 and 3600000 (1 hour)
            CLIENT_METRICS | m | match | client_id=[ | Illegal client matching pattern: client_id=[
            """)
    void aChangeIsRefusedInKafkasWords(Type type, String resource, String name, String value, String message) {
        assertThat(checks.refusal(new ConfigResource(type, resource), Map.of(), Map.of(name, value))).isEqualTo(message);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            TOPIC | t | cleanup.policy | ''
            TOPIC | t | cleanup.policy | compact,delete
            TOPIC | t | leader.replication.throttled.replicas | *
            TOPIC | t | leader.replication.throttled.replicas | 0:1,0:1
            TOPIC | t | local.retention.ms | 999999999999
            BROKER | 1 | nosuch | 1
            BROKER | '' | min.insync.replicas | 2
            BROKER | 1 | max.connections.per.ip.overrides | 127.0.0.1:5
            GROUP | g | share.auto.offset.reset | by_duration:PT1H
            GROUP | g | consumer.heartbeat.interval.ms | 14000
            CLIENT_METRICS | m | match | client_id=a,client_id=b
            """)
    void aChangeThatKafkaTakesIsTaken(Type type, String resource, String name, String value) {
        assertThat(checks.refusal(new ConfigResource(type, resource), Map.of(), Map.of(name, value))).isNull();
    }

    @Test
    void twoConfigsOfATopicMustNotContradictEachOther() {
        assertThat(checks.refusal(ConfigResource.topic("t"), Map.of("max.compaction.lag.ms", "1"),
                Map.of("max.compaction.lag.ms", "1", "min.compaction.lag.ms", "9")))
                .isEqualTo("conflict topic config setting min.compaction.lag.ms (9) > max.compaction.lag.ms (1)");
    }

    @Test
    void whatWasSetBeforeIsNotHeldAgainstAnotherChange() {
        var before = Map.of("log.dirs", "/old");
        var after = new HashMap<>(before);
        after.put("log.segment.bytes", "2000000");
        assertThat(checks.refusal(ConfigResource.broker(1), before, after)).isNull();
        assertThat(checks.refusal(ConfigResource.broker(1), before, Map.of())).isNull();
    }

    @Test
    void listsAndTheirDefaultsAreKnownForAppending() {
        assertThat(checks.isList(Type.TOPIC, "cleanup.policy")).isTrue();
        assertThat(checks.isList(Type.TOPIC, "retention.ms")).isFalse();
        assertThat(checks.isList(Type.TOPIC, "nosuch")).isFalse();
        assertThat(checks.defaultValue(Type.TOPIC, "cleanup.policy")).isEqualTo("delete");
        assertThat(checks.defaultValue(Type.BROKER, "broker.rack")).isNull();
    }

    @Test
    void aNewTopicsConfigsAreListedWithTheirSources() {
        var configs = checks.effectiveTopicConfigs(Map.of("retention.ms", "5"), Map.of("message.max.bytes", "1000"));
        assertThat(configs).hasSize(37);
        assertThat(configs).filteredOn(config -> config.source() != ConfigDescription.SOURCE_DEFAULT)
                .extracting(config -> config.name() + "=" + config.value() + " from " + config.source())
                .containsExactly("max.message.bytes=1000 from 3", "retention.ms=5 from 1");
    }

    @Test
    void changesWithoutEffectAreNamed() {
        assertThat(ConfigChecks.warning(Type.BROKER, Map.of("num.io.threads", "4", "max.connections", "9")))
                .isEqualTo("Settings accepted without effect: num.io.threads.");
    }
}
