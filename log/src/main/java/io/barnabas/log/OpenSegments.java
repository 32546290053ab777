package io.barnabas.log;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * The segments of one loop whose files are open, from the one used last to the one used longest ago. The bound counts all
 * loops of a directory together; each loop closes its own. Owned by the loop.
 */
final class OpenSegments {
    private final AtomicInteger openCount;
    private final int openFilesMax;
    private Segment newest;
    private Segment oldest;

    OpenSegments(AtomicInteger openCount, int openFilesMax) {
        this.openCount = openCount;
        this.openFilesMax = openFilesMax;
    }

    AtomicInteger openCount() {
        return openCount;
    }

    void onUsed(Segment segment) {
        if (newest == segment) return;
        unlink(segment);
        segment.lessRecentlyUsed = newest;
        if (newest != null) newest.moreRecentlyUsed = segment;
        newest = segment;
        if (oldest == null) oldest = segment;
    }

    /** A file was opened: those used longest ago are closed while there are too many. */
    void onOpened(Segment segment) {
        onUsed(segment);
        for (int excess = openCount.get() - openFilesMax; excess > 0 && oldest != segment; excess--) {
            var victim = oldest;
            unlink(victim);
            victim.owner.letGo(victim);
        }
    }

    void onClosed(Segment segment) {
        unlink(segment);
    }

    private void unlink(Segment segment) {
        var more = segment.moreRecentlyUsed;
        var less = segment.lessRecentlyUsed;
        if (more != null) more.lessRecentlyUsed = less;
        else if (newest == segment) newest = less;
        if (less != null) less.moreRecentlyUsed = more;
        else if (oldest == segment) oldest = more;
        segment.moreRecentlyUsed = null;
        segment.lessRecentlyUsed = null;
    }
}
