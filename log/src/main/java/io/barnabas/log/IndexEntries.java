package io.barnabas.log;

import io.barnabas.base.DiskFile;
import java.nio.ByteBuffer;

/** The entries of an index file, one after another, through a small buffer. */
final class IndexEntries {
    private static final int READ_ENTRIES = 512;

    private final DiskFile file;
    private final int entryBytes;
    private final long end;
    private final ByteBuffer buffer;
    private long readTo;
    private long position;

    IndexEntries(DiskFile file, int entryBytes) {
        this.file = file;
        this.entryBytes = entryBytes;
        this.end = file.size() / entryBytes * entryBytes;
        this.buffer = ByteBuffer.allocate(READ_ENTRIES * entryBytes).limit(0);
    }

    /** Moves to the next entry. @return a buffer that stands at it, to be read with {@code get} and a place; null after the last */
    ByteBuffer next() {
        if (buffer.remaining() > entryBytes) {
            buffer.position(buffer.position() + entryBytes);
        } else {
            if (readTo >= end) return null;
            file.read(buffer.clear().limit((int) Math.min(buffer.capacity(), end - readTo)), readTo);
            if (buffer.flip().remaining() < entryBytes) return null;
            readTo += buffer.remaining();
        }
        position = readTo - buffer.remaining();
        return buffer;
    }

    /** Where the entry stands in its file. */
    long position() {
        return position;
    }

    /** Whether there is nothing but zeros from the current entry on: that is how Apache Kafka fills up its files. */
    boolean isFilling() {
        for (var entry = buffer; entry != null; entry = next()) {
            for (int i = 0; i < entryBytes; i++) if (entry.get(entry.position() + i) != 0) return false;
        }
        return true;
    }
}
