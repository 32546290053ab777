package io.barnabas.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TableTest {
    private static final String LOAD = Metrics.withAcks(Metrics.SMALL_PRODUCE, 1);
    @TempDir
    private Path folder;

    private final List<Metrics.Block> blocks = Metrics.blocks(List.of(17, 25), 1_000);
    private final Readings readings = new Readings(List.of());

    private void read(int metric, String load, Durability durability, Side side, int repetition, double otherCores, Value value, double figure) {
        readings.add(new Cell(new Key(metric, load, durability, side), 0, repetition, "2026-01-01T00:00:00Z", 0.5, otherCores, Map.of(value, figure), null));
    }

    private void readSmall(Side side, int repetition, double otherCores, double cpuUs) {
        read(1, LOAD, Durability.LIKE_KAFKA, side, repetition, otherCores, Value.CPU_US, cpuUs);
    }

    private List<String> lines() {
        return Table.text(readings, blocks, Side.BARNABAS).lines().toList();
    }

    private String line(String start) {
        return lines().stream().filter(line -> line.strip().startsWith(start)).findFirst().orElseThrow();
    }

    @Test
    void bothSidesStandBesideEachOtherWithTheirRatioGoalAndSpread() {
        for (int i = 0; i < 3; i++) readSmall(Side.KAFKA, i, 0, 40 + i);
        readSmall(Side.BARNABAS, 0, 0, 3.9);
        assertThat(line("CPU per request").split("\\s{2,}")).containsExactly("", "CPU per request, us", "41", "3.90", "10.5x", "<= 4", "reached", "5 % / -", "0.5", "0.00");
    }

    @Test
    void aGoalThatIsNotReachedIsMarked() {
        readSmall(Side.BARNABAS, 0, 0, 4.1);
        assertThat(line("CPU per request")).contains("MISSED");
    }

    @Test
    void aRatioToNothingIsLeftOut() {
        for (Side side : List.of(Side.KAFKA, Side.BARNABAS)) {
            read(22, Metrics.tailBeside(1, false), Durability.LIKE_KAFKA, side, 0, 0, Value.DISK_MIB_PER_SECOND, side == Side.KAFKA ? 0.5 : 0);
        }
        assertThat(line("read from the disk").split("\\s{2,}")).containsExactly("", "read from the disk, MiB/s", "0.50", "0", "- / -", "0.5", "0.00");
    }

    @Test
    void whatNobodyMeasuredIsLeftOut() {
        readSmall(Side.BARNABAS, 0, 0, 4);
        assertThat(lines()).hasSize(4);
    }

    @Test
    void othersAtWorkAreSaidLoudly() {
        readSmall(Side.BARNABAS, 0, 0.1, 4);
        assertThat(String.join("\n", lines())).doesNotContain("!!!");
        readSmall(Side.BARNABAS, 1, 0.5, 4);
        assertThat(line("CPU per request")).endsWith("0.50 !");
        assertThat(String.join("\n", lines())).contains("!!! Other processes");
    }

    @Test
    void durableFiguresStandBesideKafkasDefault() {
        read(1, LOAD, Durability.LIKE_KAFKA, Side.KAFKA, 0, 0, Value.CPU_US, 40);
        read(1, LOAD, Durability.DURABLE, Side.BARNABAS, 0, 0, Value.CPU_US, 5);
        assertThat(String.join("\n", lines())).contains("acks=1, log.flush.before.ack=true");
        assertThat(lines().get(lines().size() - 1)).contains("8.0x").doesNotContain("MISSED");
    }

    @Test
    void aFailureSaysWhyAndALaterSuccessSilencesIt() {
        readings.add(new Cell(new Key(1, LOAD, Durability.LIKE_KAFKA, Side.KAFKA), 0, 0, "2026-01-01T00:00:00Z", 0.5, 0, Map.of(), "it broke"));
        assertThat(String.join("\n", lines())).contains("Kafka: not measured: it broke");
        readSmall(Side.KAFKA, 0, 0, 40);
        assertThat(String.join("\n", lines())).doesNotContain("it broke");
    }

    @Test
    void timesBetterHasTheBetterSideAboveOneWhicheverWayTheValueGoes() {
        assertThat(Value.CPU_US.timesBetter(5, 40)).isEqualTo(8);
        assertThat(Value.REQUESTS_PER_SECOND.timesBetter(200, 50)).isEqualTo(4);
        assertThat(Goal.timesBetter(2).isReached(0, 1.9)).isFalse();
        assertThat(Goal.timesBetter(2).isReached(0, 2)).isTrue();
        assertThat(Goal.timesBetter(2).isReached(0, Double.NaN)).isFalse();
        assertThat(Goal.atLeast(10).isReached(9, 5)).isFalse();
        assertThat(Goal.atMost(10).isReached(9, 0)).isTrue();
    }

    @Test
    void everyLoadThatIsMeasuredHasItsPlaceInTheTable() {
        var shown = blocks.stream().map(block -> block.key(Side.BARNABAS)).toList();
        var measured = new ArrayList<Key>();
        for (LoadCase one : LoadCase.likeKafka()) measured.addAll(one.keys(Side.BARNABAS));
        for (LoadCase one : LoadCase.durable()) measured.addAll(one.keys(Side.BARNABAS));
        for (LoadCase one : LoadCase.synced(true)) measured.addAll(one.keys(Side.BARNABAS));
        for (Durability durability : Durability.values()) for (LoadCase one : LoadCase.commits(durability)) measured.addAll(one.keys(Side.BARNABAS));
        var run = new Run(Mode.FULL, Set.of(9, 10, 11, 12, 13, 14, 19, 20, 21, 22, 24, 25, 26), null, ResultStore.open(folder), null, 0);
        var others = new ArrayList<Session>(List.of(new CurveSession(Side.BARNABAS), new MostSession(Side.BARNABAS, 1_000), new MostSession(Side.BARNABAS, 10_000),
                new SoakSession(Side.BARNABAS, 3), new TailSession(Side.BARNABAS, 0), LoadSession.of(Side.BARNABAS, 0, Durability.LIKE_KAFKA, List.of())));
        for (var codec : Metrics.COMPACTED) others.add(new CompactionSession(Side.BARNABAS, 0, new CompactableLog(codec)));
        for (Durability durability : Durability.values()) others.add(new TransactionSession(Side.BARNABAS, 0, durability));
        others.add(new JoinSession(Side.BARNABAS, 0, Metrics.JOINING_MEMBERS, Metrics.JOINED_PARTITIONS));
        for (int groupCount : List.of(Metrics.GROUPS, Metrics.GROUPS_QUICK)) {
            measured.removeIf(key -> key.load().equals(Metrics.START_WITHOUT_GROUPS));
            measured.addAll(new GroupStartSession(Side.BARNABAS, 0, new GroupData(groupCount)).left(run));
        }
        for (Session session : others) measured.addAll(session.left(run));
        assertThat(measured).doesNotHaveDuplicates().hasSizeGreaterThan(20);
        assertThat(shown).containsAll(measured);
    }

    @Test
    void theProfileTellsWhereARequestsCostGoes() {
        assertThat(Table.profile(readings, blocks, Side.BARNABAS)).isEmpty();
        readings.add(new Cell(new Key(1, LOAD, Durability.LIKE_KAFKA, Side.BARNABAS), 0, 0, "2026-01-01T00:00:00Z", 0, 0,
                Map.of(Value.USER_US, 1.5, Value.SYSTEM_US, 2.5, Value.CONTEXT_SWITCHES, 0.25), null));
        assertThat(Table.profile(readings, blocks, Side.BARNABAS).lines().toList().get(1).split("\\s{2,}"))
                .containsExactly("", LOAD, "Barnabas", "1.50", "2.50", "0.25", "-", "-");
        readings.add(new Cell(new Key(Key.PROFILE, LOAD, Durability.LIKE_KAFKA, Side.BARNABAS), 0, 0, "2026-01-01T00:00:00Z", 0, 0,
                Map.of(Value.SYSTEM_CALLS, 4.0), null));
        assertThat(Table.profile(readings, blocks, Side.BARNABAS).lines().toList().get(1).split("\\s{2,}"))
                .containsExactly("", LOAD, "Barnabas", "1.50", "2.50", "0.25", "4", "-");
    }
}
