package io.barnabas.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import io.barnabas.testkit.process.Repository;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Little old data, on brokers of its own: readers get it from where the table says. */
class TailSessionTest {
    private static final Mode LITTLE = new Mode("little", 1, 1, 1, 8, 1, 1, 1, 1, 1, false, 60, 600);

    private final Path data = Repository.newScratch("tail");
    private final ResultStore store = ResultStore.open(data.resolve("results"));
    private final Run run = new Run(LITTLE, Set.of(22), new Brokers(data, Repository.jdk(), Map.of(), ""), store,
            new Progress(new PrintStream(new ByteArrayOutputStream()), false, 1), 0);

    @Test
    void theTailIsMeasuredBesideAReader() {
        measure(Side.BARNABAS);
    }

    @Test
    @Tag("long")
    void kafkaIsMeasuredAlike() {
        measure(Side.KAFKA);
    }

    private void measure(Side side) {
        assertThat(run.execute(List.of(new TailSession(side, 0)))).isEmpty();
        assertThat(store.readings().all()).isNotEmpty().allSatisfy(cell -> assertThat(cell.failure()).isNull());
        assertThat(value(side, Metrics.TAIL_ALONE, Value.P99_US)).isPositive();
        String cached = Metrics.tailBeside(1, false);
        assertThat(value(side, cached, Value.READERS_MIB_PER_SECOND)).isPositive();
        assertThat(value(side, cached, Value.P99_TIMES_ALONE)).isPositive();
        // The broker may load a class meanwhile.
        assertThat(value(side, cached, Value.DISK_MIB_PER_SECOND)).isLessThan(1);
        String evicted = Metrics.tailBeside(1, true);
        assertThat(value(side, evicted, Value.READERS_MIB_PER_SECOND)).isPositive();
        assertThat(value(side, evicted, Value.DISK_MIB_PER_SECOND)).isGreaterThan(1);
    }

    private double value(Side side, String load, Value value) {
        return store.readings().median(new Key(22, load, Durability.LIKE_KAFKA, side), value);
    }
}
