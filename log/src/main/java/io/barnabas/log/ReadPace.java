package io.barnabas.log;

import io.barnabas.base.Clock;
import io.barnabas.base.Disk;
import io.barnabas.base.DiskFile;
import java.util.concurrent.TimeUnit;

/**
 * Whether the page cache still has what was appended to a directory lately, so that loops may read it. Others may have wanted the
 * memory, or readers of old data have filled it. A loop cannot ask before it reads: it takes all for gone once a read has taken long
 * and storage has read for it, and then the I/O pool reads ahead until that has been quick for a while. Safe on any thread.
 */
final class ReadPace {
    /** So long after the last slow read a quick one on the I/O pool ends the doubt. */
    static final long CALM_MS = 10_000;
    /** Reading from the page cache takes a tenth of it; more is allowed in proportion to more bytes. */
    private static final long SLOW_READ_NS = TimeUnit.MILLISECONDS.toNanos(2);
    private static final long SLOW_READ_BYTES = 1 << 20;

    private final Disk disk;
    private final Clock clock;
    /** {@link Disk#storageReadBytes} of a loop after its last slow read. */
    private final ThreadLocal<Long> storageReadBytes = new ThreadLocal<>();
    private volatile boolean isDoubtful;
    private volatile long lastSlowNs;

    ReadPace(Disk disk, Clock clock) {
        this.disk = disk;
        this.clock = clock;
    }

    /** Whether all but a log's tail is to be read on the I/O pool first. */
    boolean isDoubtful() {
        return isDoubtful;
    }

    long nanoTime() {
        return clock.nanoTime();
    }

    /** A loop has read what was taken to be in the page cache. */
    void onRead(long startedNs, long byteCount) {
        long endedNs = clock.nanoTime();
        if (!isSlow(endedNs - startedNs, byteCount) || !storageHasRead()) return;
        lastSlowNs = endedNs;
        isDoubtful = true;
    }

    /** Else the loop may have waited for a processor. Asked for the first time it does not know since when: the next slow read tells. */
    private boolean storageHasRead() {
        long now = disk.storageReadBytes();
        Long before = storageReadBytes.get();
        storageReadBytes.set(now);
        return now < 0 || before != null && now > before;
    }

    /** {@link DiskFile#prefetch}, on the I/O pool. */
    long prefetch(DiskFile file, long position, long byteCount) {
        long startedNs = clock.nanoTime();
        long prefetched = file.prefetch(position, byteCount);
        long endedNs = clock.nanoTime();
        if (isSlow(endedNs - startedNs, prefetched)) lastSlowNs = endedNs;
        else if (isDoubtful && endedNs - lastSlowNs >= TimeUnit.MILLISECONDS.toNanos(CALM_MS)) isDoubtful = false;
        return prefetched;
    }

    private static boolean isSlow(long ns, long byteCount) {
        return ns >= SLOW_READ_NS * Math.max(1, byteCount / SLOW_READ_BYTES);
    }
}
