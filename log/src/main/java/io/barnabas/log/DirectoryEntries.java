package io.barnabas.log;

import io.barnabas.base.Disk;
import java.nio.file.Path;

/** Which changes of a directory's entries are durable: many new partitions share one sync. Safe on any thread. */
final class DirectoryEntries {
    private final Disk disk;
    private final Path directory;
    private long lastChange;
    private long syncedChange;

    DirectoryEntries(Disk disk, Path directory) {
        this.disk = disk;
        this.directory = directory;
    }

    /** An entry is about to change. @return the number of the change */
    synchronized long onChange() {
        return ++lastChange;
    }

    /** For an entry of before: an earlier process may have left it without a sync. */
    synchronized long unknownChange() {
        if (lastChange == 0) lastChange = 1;
        return 1;
    }

    /** Makes entries durable, if a change up to the given one is not yet. */
    synchronized void sync(long change) {
        if (change <= syncedChange) return;
        long covered = lastChange;
        disk.syncDirectory(directory);
        syncedChange = covered;
    }
}
