package io.barnabas.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import io.barnabas.model.CompressionType;
import io.barnabas.testkit.process.Repository;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A pass over little, on brokers of its own: what it leaves is held against what was written. */
class CompactionSessionTest {
    private static final Mode LITTLE = new Mode("little", 1, 1, 1, 4, 1, 1, 1, 1, 1, false, 60, 600);

    private final Path data = Repository.newScratch("compaction");
    private final ResultStore store = ResultStore.open(data.resolve("results"));
    private final Run run = new Run(LITTLE, Set.of(21), new Brokers(data, Repository.jdk(), Map.of(), ""), store,
            new Progress(new PrintStream(new ByteArrayOutputStream()), false, 1), 0);

    @Test
    void aPassIsMeasured() {
        measure(List.of(new CompactionSession(Side.BARNABAS, 0, new CompactableLog(CompressionType.NONE))));
    }

    @Test
    @Tag("long")
    void bothBrokersLeaveTheSame() {
        for (var codec : Metrics.COMPACTED) {
            var log = new CompactableLog(codec);
            measure(List.of(new CompactionSession(Side.KAFKA, 0, log), new CompactionSession(Side.BARNABAS, 0, log)));
        }
    }

    /** A session that finds another number of records than one for each key fails. */
    private void measure(List<Session> sessions) {
        assertThat(run.execute(sessions)).isEmpty();
        assertThat(store.readings().all()).isNotEmpty().allSatisfy(cell -> {
            assertThat(cell.failure()).isNull();
            assertThat(cell.values()).containsOnlyKeys(Value.CPU_SECONDS_PER_GIB, Value.CPU_SECONDS, Value.MIB_PER_SECOND, Value.WALL_SECONDS,
                    Value.PEAK_RESIDENT_MB, Value.GROWN_MB).allSatisfy((value, figure) -> assertThat(figure).isGreaterThanOrEqualTo(0));
        });
    }
}
