package io.barnabas.log;

import io.barnabas.base.Disk;
import io.barnabas.base.StorageException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The aborted transactions that ended in a segment, in the order of their ends. In its file an entry is (all big-endian):
 *
 * <pre>
 *   0 version           int16   0
 *   2 producerId        int64
 *  10 firstOffset       int64   of the transaction
 *  18 lastOffset        int64   of the marker
 *  26 lastStableOffset  int64   when the marker was written
 * </pre>
 */
final class TransactionIndex {
    static final int ENTRY_BYTES = 34;

    record Entry(long producerId, long firstOffset, long lastOffset, long lastStableOffset) {}

    private TransactionIndex() {}

    static void append(Disk disk, Path path, List<Entry> entries, boolean sync) {
        var bytes = ByteBuffer.allocate(entries.size() * ENTRY_BYTES);
        for (var entry : entries) {
            bytes.putShort((short) 0).putLong(entry.producerId).putLong(entry.firstOffset).putLong(entry.lastOffset)
                    .putLong(entry.lastStableOffset);
        }
        try (var file = disk.open(path, true)) {
            file.write(bytes.flip(), file.size() / ENTRY_BYTES * ENTRY_BYTES);
            if (sync) file.sync();
        }
    }

    /** Puts others in the place of all entries. Durable on return. */
    static void replace(Disk disk, Path path, List<Entry> entries) {
        var temporary = path.resolveSibling(path.getFileName() + FileNames.TEMPORARY);
        disk.delete(temporary);
        append(disk, temporary, entries, true);
        disk.rename(temporary, path);
        disk.syncDirectory(path.getParent());
    }

    /** Forgets transactions that end at an offset or later. Durable on return. */
    static void truncate(Disk disk, Path path, long endOffset) {
        var entries = read(disk, path);
        int kept = entries.size();
        while (kept > 0 && entries.get(kept - 1).lastOffset >= endOffset) kept--;
        try (var file = disk.open(path, false)) {
            if (file.size() == (long) kept * ENTRY_BYTES) return;
            file.truncate((long) kept * ENTRY_BYTES);
            // In a power cut they would come back, to hide what is written at their offsets by then.
            file.sync();
        }
    }

    static List<Entry> read(Disk disk, Path path) {
        try (var file = disk.open(path, false)) {
            long size = file.size();
            if (size > Integer.MAX_VALUE) throw new StorageException("transaction index too large: path=%s size=%d".formatted(path, size));
            var bytes = ByteBuffer.allocate((int) size);
            file.read(bytes, 0);
            bytes.flip();
            var entries = new ArrayList<Entry>();
            while (bytes.remaining() >= ENTRY_BYTES && bytes.getShort() == 0) {
                entries.add(new Entry(bytes.getLong(), bytes.getLong(), bytes.getLong(), bytes.getLong()));
            }
            return entries;
        }
    }
}
