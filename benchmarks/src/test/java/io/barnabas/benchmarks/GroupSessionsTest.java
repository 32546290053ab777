package io.barnabas.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.barnabas.benchmarks.load.GroupJoin.Protocol;
import io.barnabas.testkit.process.Repository;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Few members, short loads and few groups, on brokers of their own: every value that the table shows is there. */
class GroupSessionsTest {
    private static final Mode LITTLE = new Mode("little", 0.1, 0.2, 1, 1, 1, 1, 1, 1, 1, false, 60, 600);
    private static final int MEMBERS = 5;
    private static final int PARTITIONS = 12;
    private static final int GROUPS = 300;

    private final Path data = Repository.newScratch("groups");
    private final ResultStore store = ResultStore.open(data.resolve("results"));
    private final Run run = new Run(LITTLE, Set.of(24, 25, 26), new Brokers(data, Repository.jdk(), Map.of(), ""), store,
            new Progress(new PrintStream(new ByteArrayOutputStream()), false, 1), 0);

    private void measure(Session... sessions) {
        assertThat(run.execute(List.of(sessions))).isEmpty();
        assertThat(store.readings().all()).isNotEmpty().allSatisfy(cell -> assertThat(cell.failure()).isNull());
    }

    private double value(int metric, String load, Side side, Value value) {
        return store.readings().median(new Key(metric, load, Durability.LIKE_KAFKA, side), value);
    }

    @Test
    void joinsAreMeasured() {
        measureJoins(Side.BARNABAS);
    }

    @Test
    @Tag("long")
    void kafkaIsMeasuredAlike() {
        measureJoins(Side.KAFKA);
        measureTransactions(Side.KAFKA);
    }

    private void measureJoins(Side side) {
        measure(new JoinSession(side, 0, MEMBERS, PARTITIONS));
        for (Protocol protocol : Protocol.values()) assertThat(value(24, Metrics.join(protocol, MEMBERS, PARTITIONS), side, Value.WALL_SECONDS)).isPositive();
    }

    private void measureTransactions(Side side) {
        measure(new TransactionSession(side, 0, Durability.LIKE_KAFKA));
        assertThat(value(25, Metrics.TRANSACTIONS, side, Value.TRANSACTIONS_PER_SECOND)).isPositive();
        assertThat(value(25, Metrics.TRANSACTIONS, side, Value.TRANSACTION_CPU_US)).isPositive();
    }

    @Test
    @Tag("long")
    void bothBrokersLoadTheSameGroups() {
        var groups = new GroupData(GROUPS);
        measure(new GroupStartSession(Side.KAFKA, 0, groups), new GroupStartSession(Side.BARNABAS, 0, groups));
        for (Side side : List.of(Side.KAFKA, Side.BARNABAS)) {
            String load = Metrics.startWith(GROUPS, GroupData.OFFSETS_EACH);
            assertThat(value(26, load, side, Value.WALL_SECONDS)).isPositive();
            assertThat(value(26, load, side, Value.LOADING_SECONDS)).isNotNaN();
            assertThat(value(26, load, side, Value.LIVE_HEAP_MB)).isPositive();
            assertThat(value(26, load, side, Value.RESIDENT_KB_PER_GROUP)).isNotNaN();
        }
    }

    @Test
    void theLiveHeapIsTheHistogramsTotal() {
        String histogram = """
                 num     #instances         #bytes  class name (module)
                -------------------------------------------------------
                   1:         10000         560000  [B (java.base@17)
                Total         20000        1560000
                """;
        assertThat(GroupStartSession.liveBytes(histogram)).isEqualTo(1_560_000);
        assertThatThrownBy(() -> GroupStartSession.liveBytes("no such process\n")).isInstanceOf(IllegalStateException.class);
    }
}
