package io.barnabas.log;

import io.barnabas.base.DiskFile;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * An open segment file, closed when its last user lets go: the log that keeps it at hand, slices that are being sent, a
 * flush under way. Counting is safe on any thread.
 */
final class SegmentFile {
    private final DiskFile disk;
    private final AtomicInteger users = new AtomicInteger(1);
    private final AtomicInteger openCount;
    /** What was prefetched last; replaced, never changed. */
    private volatile Warm warm = new Warm(0, 0);

    /** Sending it has failed: until bytes are prefetched nothing is taken to be in memory. */
    private volatile boolean hasFailed;

    private record Warm(long from, long to) {}

    /** The maker is the first user. @param openCount counts open files of the directory */
    SegmentFile(DiskFile disk, AtomicInteger openCount) {
        this.disk = disk;
        this.openCount = openCount;
        openCount.incrementAndGet();
    }

    DiskFile disk() {
        return disk;
    }

    /** The bytes of {@code [from, to)} are in the page cache. Any thread. */
    void setWarm(long from, long to) {
        warm = new Warm(from, to);
        hasFailed = false;
    }

    /** Bytes of it could not be sent, perhaps since they could not be read. Any thread. */
    void onSendFailed() {
        warm = new Warm(0, 0);
        hasFailed = true;
    }

    boolean hasFailed() {
        return hasFailed;
    }

    /** Whether these bytes were prefetched last. */
    boolean isWarm(long from, long to) {
        var last = warm;
        return from >= last.from && to <= last.to;
    }

    /** By someone who is a user already, or on the loop of the log that is one. */
    SegmentFile retain() {
        if (users.getAndIncrement() <= 0) throw new IllegalStateException("file is closed: path=" + disk.path());
        return this;
    }

    void release() {
        int left = users.decrementAndGet();
        if (left < 0) throw new IllegalStateException("released too often: path=" + disk.path());
        if (left > 0) return;
        disk.close();
        openCount.decrementAndGet();
    }
}
