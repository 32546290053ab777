package io.barnabas.systemtests;

import static io.barnabas.systemtests.DurabilityChecker.Kind.CONTRADICTION;
import static io.barnabas.systemtests.DurabilityChecker.Kind.DUPLICATE;
import static io.barnabas.systemtests.DurabilityChecker.Kind.FOREIGN;
import static io.barnabas.systemtests.DurabilityChecker.Kind.GAP;
import static io.barnabas.systemtests.DurabilityChecker.Kind.HOLE;
import static io.barnabas.systemtests.DurabilityChecker.Kind.LOST;
import static io.barnabas.systemtests.DurabilityChecker.Kind.OUT_OF_ORDER;
import static io.barnabas.systemtests.DurabilityChecker.Kind.SEEN_AND_GONE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.barnabas.systemtests.DurabilityChecker.Kind;
import io.barnabas.systemtests.History.Entry;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** The checker finds each kind of damage that it is there for. */
class DurabilityCheckerTest {
    private final History history = new History();
    private final TreeMap<Long, Entry> log = new TreeMap<>();
    private final int writer = history.newWriter();

    @Test
    void aLogThatHoldsWhatWasAcknowledgedIsFine() {
        acknowledged(0, 0);
        acknowledged(1, 1);
        stored(0, 0);
        stored(1, 1);
        seen(0, 0);
        assertEquals(Set.of(), found());
        DurabilityChecker.check(history, Map.of(0, log));
    }

    @Test
    void whatWasNotAnsweredMayBeThereOrNot() {
        acknowledged(0, 0);
        history.onSent(entry(1));
        history.onSent(entry(2));
        stored(0, 0);
        stored(1, 1);
        assertEquals(Set.of(), found());
    }

    @Test
    void whatFailedMayBeMissingBeforeLaterOnes() {
        acknowledged(0, 0);
        history.onSent(entry(1));
        history.onFailed(entry(1), new RuntimeException("planted"));
        acknowledged(2, 1);
        stored(0, 0);
        stored(1, 2);
        assertEquals(Set.of(), found());
    }

    @Test
    void anAcknowledgedRecordThatIsGoneIsLost() {
        acknowledged(0, 0);
        acknowledged(1, 1);
        stored(0, 0);
        assertEquals(Set.of(LOST), found());
    }

    @Test
    void anAcknowledgedRecordAtAnotherOffsetIsLost() {
        history.onSent(entry(0));
        acknowledged(1, 0);
        stored(0, 0);
        stored(1, 1);
        assertEquals(Set.of(LOST), found());
    }

    @Test
    void aPartitionThatIsGoneAltogetherIsLost() {
        acknowledged(0, 0);
        assertEquals(Set.of(LOST), kinds(Map.of()));
    }

    @Test
    void oneRecordTwiceIsADuplicate() {
        acknowledged(0, 0);
        stored(0, 0);
        stored(1, 0);
        assertEquals(Set.of(DUPLICATE), found());
    }

    @Test
    void aMissingRecordBeforeALaterOneIsAGap() {
        history.onSent(entry(0));
        acknowledged(1, 0);
        stored(0, 1);
        assertEquals(Set.of(GAP), found());
    }

    @Test
    void aWritersRecordsKeepTheirOrder() {
        history.onSent(entry(0));
        history.onSent(entry(1));
        stored(0, 1);
        stored(1, 0);
        assertEquals(Set.of(OUT_OF_ORDER), found());
    }

    @Test
    void whatAConsumerSawStays() {
        history.onSent(entry(0));
        seen(0, 0);
        assertEquals(Set.of(SEEN_AND_GONE), found());
    }

    @Test
    void whatAConsumerSawStaysAtItsOffset() {
        history.onSent(entry(0));
        history.onSent(entry(1));
        seen(0, 1);
        stored(0, 0);
        stored(1, 1);
        assertEquals(Set.of(SEEN_AND_GONE), found());
    }

    @Test
    void anOffsetHasOneContent() {
        history.onSent(entry(0));
        history.onSent(entry(1));
        seen(0, 1);
        seen(0, 0);
        stored(0, 0);
        stored(1, 1);
        assertEquals(Set.of(CONTRADICTION), found());
    }

    @Test
    void damagedContentIsTold() {
        var bytes = entry(0).bytes();
        bytes[bytes.length - 1] ^= 1;
        assertNull(Entry.of(bytes));
        history.onSeen(0, 0, bytes);
        log.put(0L, null);
        assertEquals(Set.of(CONTRADICTION, FOREIGN), found());
    }

    @Test
    void whatNobodySentIsForeign() {
        stored(0, 0);
        assertEquals(Set.of(FOREIGN), found());
    }

    @Test
    void anotherPartitionsRecordIsForeign() {
        var elsewhere = new Entry(1, writer, 0);
        history.onSent(elsewhere);
        log.put(0L, elsewhere);
        assertEquals(Set.of(FOREIGN), found());
    }

    @Test
    void offsetsHaveNoHoles() {
        acknowledged(0, 1);
        stored(1, 0);
        assertEquals(Set.of(HOLE), found());
    }

    @Test
    void anEmptyHistoryProvesNothing() {
        assertThrows(AssertionError.class, () -> DurabilityChecker.check(history, Map.of(0, log)));
    }

    private Entry entry(int number) {
        return new Entry(0, writer, number);
    }

    private void acknowledged(int number, long offset) {
        history.onSent(entry(number));
        history.onAcknowledged(entry(number), offset);
    }

    private void seen(long offset, int number) {
        history.onSeen(0, offset, entry(number).bytes());
    }

    private void stored(long offset, int number) {
        log.put(offset, entry(number));
    }

    private Set<Kind> found() {
        return kinds(Map.of(0, log));
    }

    private Set<Kind> kinds(Map<Integer, TreeMap<Long, Entry>> logs) {
        var kinds = EnumSet.noneOf(Kind.class);
        for (var violation : DurabilityChecker.violations(history, logs)) kinds.add(violation.kind());
        return kinds;
    }
}
