package io.barnabas.server.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.barnabas.base.SettingException;
import io.barnabas.model.TimestampType;
import io.barnabas.replication.PartitionConfig.FlushPolicy;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BrokerConfigTest {
    @Test
    void withoutAnySettingANodeIsBrokerAndControllerOnLoopback() throws Exception {
        var config = config();
        assertThat(config.nodeId()).isEqualTo(1);
        assertThat(config.listeners().ofBroker()).containsExactly(new Endpoint("PLAINTEXT", "localhost", 9092));
        assertThat(config.listeners().ofController()).containsExactly(new Endpoint("CONTROLLER", "localhost", 9093));
        assertThat(config.listeners().interBrokerName()).isEqualTo("PLAINTEXT");
        assertThat(config.logDirs()).containsExactly(Path.of("data"));
        assertThat(config.eventLoops()).isBetween(1, 8);
        assertThat(config.warning()).isEmpty();
        assertThat(config.partitionConfig(Map.of()).flushPolicy()).isEqualTo(FlushPolicy.ACKS_ALL);
        assertThat(config.listeners().named("PLAINTEXT").bindAddresses())
                .extracting(address -> address.getAddress().getHostAddress()).containsExactly("127.0.0.1", "0:0:0:0:0:0:0:1");
    }

    @Test
    void aListenerForTheControllerIsAddedWhereNoneIsNamed() {
        var config = config("listeners", "PLAINTEXT://0.0.0.0:19092");
        assertThat(config.listeners().all()).hasToString("[PLAINTEXT://0.0.0.0:19092, CONTROLLER://localhost:9093]");
        assertThat(config.listeners().isAdvertisedGiven()).isFalse();
    }

    @Test
    void whatGroupsCannotFollowIsRefused() {
        assertThatThrownBy(() -> config("group.consumer.assignors", "uniform,com.example.Mine")).hasMessageContaining("no other assignor is loaded");
        assertThatThrownBy(() -> config("offsets.topic.compression.codec", "9")).hasMessageContaining("it must be 0 to 4");
        assertThatThrownBy(() -> config("group.consumer.session.timeout.ms", "1000")).hasMessageContaining("group.consumer.min.session.timeout.ms");
        assertThatThrownBy(() -> config("group.consumer.heartbeat.interval.ms", "16000")).hasMessageContaining("group.consumer.max.heartbeat.interval.ms");
        assertThatThrownBy(() -> config("group.consumer.max.heartbeat.interval.ms", "60000", "group.consumer.heartbeat.interval.ms", "50000"))
                .hasMessageContaining("less than group.consumer.session.timeout.ms");
        assertThat(config("group.consumer.assignors", "range", "offsets.topic.compression.codec", "4").warning()).isEmpty();
    }

    @Test
    void settingsWithoutEffectAndUnknownOnesAreNamedInOneLine() {
        var config = config("num.io.threads", "16", "my.own", "1", "num.network.threads", "4", "num.partitions", "3");
        assertThat(config.warning()).isEqualTo("Settings accepted without effect: num.io.threads, num.network.threads. "
                + "Settings that are not known: my.own.");
        assertThat(config.get(BrokerSettings.NUM_PARTITIONS)).isEqualTo(3);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            num.partitions | 0 | Invalid value 0 for configuration num.partitions: Value must be at least 1
            num.partitions | many | Invalid value many for configuration num.partitions: Not a number of type INT
            num.io.threads | 0 | Invalid value 0 for configuration num.io.threads: Value must be at least 1
            authorizer.class.name | org.example.Any | Configuration authorizer.class.name=org.example.Any is refused
            ssl.client.auth | required | Configuration ssl.client.auth=required is refused
            ssl.keystore.password | hunter2 | Configuration ssl.keystore.password is refused
            listener.name.plaintext.ssl.client.auth | required | Configuration ssl.client.auth=required is refused
            sasl.enabled.mechanisms | PLAIN | Configuration sasl.enabled.mechanisms=PLAIN is refused
            listener.name.x.plain.sasl.jaas.config | secret | Configuration sasl.jaas.config is refused
            metric.reporters | a.b.C | Configuration metric.reporters=a.b.C is refused
            remote.log.storage.system.enable | true | Configuration remote.log.storage.system.enable=true is refused
            zookeeper.connect | localhost:2181 | Configuration zookeeper.connect is refused
            process.roles | broker | Invalid value [broker] for configuration process.roles
            controller.quorum.voters | 1@localhost:9093,2@other:9093 | Invalid value 2@other:9093 for configuration controller.quorum.voters
            controller.quorum.bootstrap.servers | localhost:9094 | Invalid value localhost:9094 for configuration controller.quorum
            broker.id | 7 | Invalid value 7 for configuration broker.id: it must be equal to node.id
            listeners | SSL://:9092 | its security protocol is SSL, and only PLAINTEXT is built
            listeners | PLAINTEXT:9092 | Unable to parse PLAINTEXT:9092 to a broker endpoint
            listeners | PLAINTEXT://:9092,PLAINTEXT://:9094 | Each listener must have a different name
            listeners | PLAINTEXT://:9092,CONTROLLER://:9092 | Each listener must have a different port
            listeners | OTHER://:9092 | No security protocol defined for listener OTHER
            advertised.listeners | PLAINTEXT://0.0.0.0:9092 | nobody can connect to 0.0.0.0
            inter.broker.listener.name | INTERNAL | it must be a listener for brokers
            log.dirs | , | At least one log directory must be defined
            log.retention.hours | 0 | Invalid value 0 for configuration log.retention.hours
            log.roll.ms | 0 | Invalid value 0 for configuration log.roll.ms: Value must be at least 1
            queued.max.request.bytes | 5 | it must be at least socket.request.max.bytes
            max.connections.per.ip.overrides | abc | Invalid value abc for configuration max.connections.per.ip.overrides
            num.event.loops | 0 | Invalid value 0 for configuration num.event.loops: Value must be at least 1
            """)
    void aBadValueStopsTheStartAndIsNamed(String name, String value, String message) {
        var given = Map.of("node.id", "1", name, value);
        assertThatThrownBy(() -> BrokerConfig.of(given)).isInstanceOf(SettingException.class).message()
                .contains(message).doesNotContain("hunter2").doesNotContain("secret");
    }

    @Test
    void everyBadValueIsToldAtOnce() {
        assertThatThrownBy(() -> config("num.partitions", "0", "node.id", "x", "ssl.protocol", "none"))
                .message().contains("num.partitions").contains("node.id").contains("ssl.protocol");
    }

    @Test
    void theBrokersSettingsAreTheDefaultsOfTopics() {
        var config = config("log.segment.bytes", "2000000", "log.retention.hours", "2", "log.retention.minutes", "5",
                "message.max.bytes", "1000", "log.message.timestamp.type", "LogAppendTime", "log.roll.hours", "1",
                "min.insync.replicas", "2", "log.cleanup.policy", "compact");
        var plain = config.partitionConfig(Map.of());
        assertThat(plain.log().segmentBytes()).isEqualTo(2_000_000);
        assertThat(plain.log().retentionMs()).isEqualTo(300_000);
        assertThat(plain.log().segmentMs()).isEqualTo(3_600_000);
        assertThat(plain.log().delete()).isFalse();
        assertThat(plain.log().compact()).isTrue();
        assertThat(plain.validation().maxMessageBytes()).isEqualTo(1000);
        assertThat(plain.validation().messageTimestampType()).isEqualTo(TimestampType.LOG_APPEND_TIME);
        assertThat(plain.minInSyncReplicas()).isEqualTo(2);
        var own = config.partitionConfig(Map.of("segment.bytes", "3000000", "retention.ms", "-1"));
        assertThat(own.log().segmentBytes()).isEqualTo(3_000_000);
        assertThat(own.log().retentionMs()).isEqualTo(-1);
        assertThat(own.validation()).isEqualTo(plain.validation());
    }

    @Test
    void aTopicDecidesAboutFlushingByItsOwnFlushMessages() {
        var config = config();
        assertThat(config.partitionConfig(Map.of("flush.messages", "1")).flushPolicy()).isEqualTo(FlushPolicy.EVERY_ACK);
        assertThat(config.partitionConfig(Map.of("flush.messages", "9223372036854775807")).flushPolicy())
                .isEqualTo(FlushPolicy.NEVER);
        assertThat(config.partitionConfig(Map.of("flush.messages", "10")).flushPolicy()).isEqualTo(FlushPolicy.ACKS_ALL);
        assertThat(config("log.flush.interval.messages", "9223372036854775807").partitionConfig(Map.of()).flushPolicy())
                .isEqualTo(FlushPolicy.ACKS_ALL);
        assertThat(config("log.flush.before.ack", "false").partitionConfig(Map.of()).flushPolicy())
                .isEqualTo(FlushPolicy.NEVER);
    }

    @Test
    void aChangeOfThisBrokerGoesBeforeOneOfTheClusterAndBothBeforeTheFile() {
        var config = config("log.segment.bytes", "2000000", "max.connections", "5");
        var changed = config.with(Map.of("log.segment.bytes", "3000000", "max.connections", "6", "num.partitions", "9"),
                Map.of("log.segment.bytes", "4000000"));
        assertThat(changed.partitionConfig(Map.of()).log().segmentBytes()).isEqualTo(4_000_000);
        assertThat(changed.get(BrokerSettings.MAX_CONNECTIONS)).isEqualTo(6);
        assertThat(changed.get(BrokerSettings.NUM_PARTITIONS)).isEqualTo(1);
        assertThat(config.get(BrokerSettings.MAX_CONNECTIONS)).isEqualTo(5);
        assertThat(changed.with(Map.of(), Map.of())).isEqualTo(config);
    }

    @Test
    void aChangeThatCannotBeTakenIsLeftOutAndTold() {
        var changed = config().with(Map.of("log.segment.bytes", "1", "ssl.client.auth", "required", "nosuch", "1"), Map.of());
        assertThat(changed.partitionConfig(Map.of()).log().segmentBytes()).isEqualTo(1 << 30);
        assertThat(changed.ignoredChanges()).hasSize(2).anyMatch(reason -> reason.contains("log.segment.bytes"))
                .anyMatch(reason -> reason.contains("ssl.client.auth"));
    }

    @Test
    void aListenerMayHaveLimitsOfItsOwn() {
        var config = config("max.connections", "100", "listener.name.plaintext.max.connections", "10");
        assertThat(config.get(BrokerSettings.MAX_CONNECTIONS, "PLAINTEXT")).isEqualTo(10);
        assertThat(config.get(BrokerSettings.MAX_CONNECTIONS, "CONTROLLER")).isEqualTo(100);
    }

    private static BrokerConfig config(String... namesAndValues) {
        var given = new HashMap<String, String>();
        for (int i = 0; i < namesAndValues.length; i += 2) given.put(namesAndValues[i], namesAndValues[i + 1]);
        return BrokerConfig.of(given);
    }
}
