package io.barnabas.log;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * The segments of one loop whose files are open. The bound counts all loops of a directory together; each loop closes its
 * own. Which one to close is found as by a clock's hand: whoever was used since it came by last is spared once. So a use only
 * marks the segment; moving it to the front would touch its neighbours too, of thousands that are written in turn. Owned by
 * the loop.
 */
final class OpenSegments {
    private final AtomicInteger openCount;
    private final int openFilesMax;
    private Segment last;
    /** Where the hand stands. */
    private Segment first;

    OpenSegments(AtomicInteger openCount, int openFilesMax) {
        this.openCount = openCount;
        this.openFilesMax = openFilesMax;
    }

    AtomicInteger openCount() {
        return openCount;
    }

    void onUsed(Segment segment) {
        segment.isUsed = true;
    }

    /** A file was opened: others are closed while there are too many. */
    void onOpened(Segment segment) {
        link(segment);
        for (int excess = openCount.get() - openFilesMax; excess > 0 && first != last; excess--) {
            var victim = takeVictim(segment);
            victim.owner.flusher().letGo(victim);
        }
    }

    void onClosed(Segment segment) {
        unlink(segment);
    }

    /** There is another one than {@code opened}: no mark is left after one round. */
    private Segment takeVictim(Segment opened) {
        while (true) {
            var victim = first;
            unlink(victim);
            if (victim != opened && !victim.isUsed) return victim;
            victim.isUsed = false;
            link(victim);
        }
    }

    private void link(Segment segment) {
        segment.previousOpen = last;
        if (last != null) last.nextOpen = segment;
        else first = segment;
        last = segment;
    }

    private void unlink(Segment segment) {
        var previous = segment.previousOpen;
        var next = segment.nextOpen;
        if (previous != null) previous.nextOpen = next;
        else if (first == segment) first = next;
        if (next != null) next.previousOpen = previous;
        else if (last == segment) last = previous;
        segment.previousOpen = null;
        segment.nextOpen = null;
    }
}
