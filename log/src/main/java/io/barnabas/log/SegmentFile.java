package io.barnabas.log;

import io.barnabas.base.DiskFile;

/** An open segment file, closed when its last user lets go. */
final class SegmentFile {
    private final DiskFile disk;

    SegmentFile(DiskFile disk) {
        this.disk = disk;
    }

    DiskFile disk() {
        return disk;
    }

    void release() {
        throw new UnsupportedOperationException();
    }
}
