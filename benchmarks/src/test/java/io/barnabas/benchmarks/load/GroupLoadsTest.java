package io.barnabas.benchmarks.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.barnabas.benchmarks.load.GroupJoin.Protocol;
import io.barnabas.testkit.process.BarnabasProcess;
import io.barnabas.testkit.process.Broker;
import io.barnabas.testkit.process.KafkaPeer;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Loads on the coordinators of a broker: what they do to it is looked at by other requests. */
class GroupLoadsTest {
    private static final String TOPIC = "t";
    private static final int PARTITIONS = 6;
    private static final Duration LONG = Duration.ofMinutes(1);
    private static final Map<String, String> SETTINGS = Map.of("group.initial.rebalance.delay.ms", "0", "group.consumer.assignment.interval.ms", "0",
            "group.consumer.min.heartbeat.interval.ms", "10", "group.consumer.heartbeat.interval.ms", "10");

    private InetSocketAddress address;

    private void onBarnabas(Runnable loads) {
        var setup = BarnabasProcess.with();
        SETTINGS.forEach(setup::setting);
        try (var broker = setup.start()) {
            run(broker, loads);
        }
    }

    private void onKafka(Runnable loads) {
        var setup = KafkaPeer.with();
        SETTINGS.forEach(setup::setting);
        try (var broker = setup.start()) {
            run(broker, loads);
        }
    }

    private void run(Broker broker, Runnable loads) {
        address = new InetSocketAddress("localhost", broker.port());
        try (var topics = Topics.connect(address)) {
            topics.create(TOPIC, PARTITIONS, Map.of());
        }
        loads.run();
    }

    @Test
    void groupsCommitAndJoinOnBarnabas() {
        onBarnabas(this::groupsCommitAndJoin);
    }

    @Test
    @Tag("long")
    void everythingRunsOnKafka() {
        onKafka(() -> {
            groupsCommitAndJoin();
            everyTransactionIsWhole();
            aZombieEndsTheLoad();
        });
    }

    private void groupsCommitAndJoin() {
        eachGroupHasTheOffsetThatItCommittedLast();
        aCommitThatIsRefusedEndsTheLoad();
        allGroupsAreWrittenAndFound();
        for (Protocol protocol : Protocol.values()) everyMemberGetsItsShareAgainAndAgain(protocol);
    }

    private void eachGroupHasTheOffsetThatItCommittedLast() {
        try (var load = LoadGenerator.open(address, LoadSpec.commit(TOPIC, PARTITIONS).withConnections(5)); var groups = Groups.connect(address)) {
            var result = load.run(100, LONG);
            assertThat(result.requestCount()).isEqualTo(100);
            assertThat(result.recordCount()).isEqualTo(100 * PARTITIONS);
            var names = List.of("t-group-0", "t-group-1", "t-group-2", "t-group-3", "t-group-4");
            var committed = groups.committed(names).orElseThrow();
            assertThat(committed.values()).allSatisfy(offsets -> assertThat(offsets).hasSize(PARTITIONS).containsOnly(offsets[0]));
            assertThat(committed.values().stream().mapToLong(offsets -> offsets[0]).sum()).isEqualTo(100);
        }
    }

    private void aCommitThatIsRefusedEndsTheLoad() {
        try (var load = LoadGenerator.open(address, LoadSpec.commit(TOPIC, PARTITIONS + 1))) {
            assertThatThrownBy(() -> load.run(100, LONG)).isInstanceOf(LoadException.class).hasMessageContaining("UNKNOWN_TOPIC_OR_PARTITION");
        }
    }

    private void allGroupsAreWrittenAndFound() {
        var written = new CommittedGroups(TOPIC, 200, PARTITIONS);
        written.write(address);
        written.awaitLoaded(address, LONG);
        try (var groups = Groups.connect(address)) {
            assertThat(groups.committed(List.of("group-0", "group-199", "group-200")).orElseThrow()).containsOnlyKeys("group-0", "group-199", "group-200")
                    .hasEntrySatisfying("group-0", offsets -> assertThat(offsets).containsExactly(0, 1, 2, 3, 4, 5))
                    .hasEntrySatisfying("group-199", offsets -> assertThat(offsets).containsExactly(1194, 1195, 1196, 1197, 1198, 1199))
                    .hasEntrySatisfying("group-200", offsets -> assertThat(offsets).isEmpty());
        }
        assertThatThrownBy(() -> new CommittedGroups(TOPIC, 200, PARTITIONS - 1).awaitLoaded(address, LONG)).isInstanceOf(LoadException.class)
                .hasMessageContaining("not what was committed");
    }

    private void everyMemberGetsItsShareAgainAndAgain(Protocol protocol) {
        try (var groups = Groups.connect(address); var join = GroupJoin.open(address, protocol, TOPIC, PARTITIONS, 4, 10)) {
            groups.awaitReady(List.of(protocol + "-1", protocol + "-2"), LONG);
            assertThat(join.join(protocol + "-1")).isPositive();
            join.leave();
            assertThat(join.join(protocol + "-2")).isPositive();
            join.leave();
        }
    }

    private void everyTransactionIsWhole() {
        long transactionCount;
        try (var load = Transactions.open(address, TOPIC, 2, 3)) {
            transactionCount = load.run(Duration.ofMillis(100)).requestCount() + load.run(Duration.ofMillis(100)).requestCount();
        }
        assertThat(transactionCount).isPositive();
        // A producer gets its id again when its last transaction is completed.
        Transactions.open(address, TOPIC, 2, 3).close();
        // Of each transaction a record and a marker in each of its partitions.
        try (var topics = Topics.connect(address)) {
            assertThat(Arrays.stream(topics.endOffsets(TOPIC, PARTITIONS)).sum()).isEqualTo(transactionCount * 2 * 3);
        }
    }

    private void aZombieEndsTheLoad() {
        try (var zombie = Transactions.open(address, TOPIC, 2, 3)) {
            Transactions.open(address, TOPIC, 2, 3).close();
            assertThatThrownBy(() -> zombie.run(LONG)).isInstanceOf(LoadException.class).hasMessageContaining("refused");
        }
    }
}
