package io.barnabas.log;

import io.barnabas.base.DiskFile;
import java.nio.ByteBuffer;
import java.util.zip.CRC32;
import java.util.zip.CRC32C;
import java.util.zip.Checksum;

/**
 * Walks the batches of a segment file through a small buffer. Used by one thread; a batch's header is valid until the next
 * step. Large batches are never held whole.
 */
final class BatchScanner {
    /** Reading over less than this costs no more than another call. */
    private static final int SKIPPED_BYTES_MIN = 4096;

    private final ByteBuffer buffer;
    private final BatchHeader header = new BatchHeader();
    private final CRC32C crc32c = new CRC32C();
    private final CRC32 crc32 = new CRC32();
    private DiskFile file;
    private long end;
    /** File position of the first buffered byte; the buffer holds [0, limit). */
    private long bufferStart;
    private long next;
    private long position;
    private String problem;
    private boolean headersOnly;
    private int readBytes;

    /** @param buffer its own from now on, of at least a header's size */
    BatchScanner(ByteBuffer buffer) {
        this.buffer = buffer;
    }

    /** Starts at a batch, to end at {@code end} or at the first thing that is no whole batch. */
    BatchScanner start(DiskFile file, long from, long end) {
        this.file = file;
        this.end = end;
        this.next = from;
        this.position = from;
        this.problem = null;
        this.headersOnly = false;
        this.readBytes = buffer.capacity();
        buffer.limit(0);
        bufferStart = from;
        return this;
    }

    /** As {@link #start}, for one who looks at nothing but headers until the first {@link #isValidCrc}: what lies between large batches is not read. */
    BatchScanner startHeaders(DiskFile file, long from, long end) {
        start(file, from, end);
        headersOnly = true;
        return this;
    }

    /** As {@link #start}, for one who knows that the batch wanted is the first: no more is read at once than so many bytes, unless it is larger. */
    BatchScanner startSmall(DiskFile file, long from, long end, int bytes) {
        start(file, from, end);
        readBytes = bytes;
        return this;
    }

    /** Moves to the next batch. @return false at the end, or when {@link #problem} says why not */
    boolean next() {
        position = next;
        long left = end - next;
        if (left <= 0 || problem != null) return false;
        int wanted = (int) Math.min(left, BatchHeader.BYTES_MAX);
        int available = buffered(next, wanted);
        problem = header.wrap(buffer, (int) (next - bufferStart), available);
        if (problem == null && header.sizeInBytes() > left) problem = "batch past the end: sizeInBytes=" + header.sizeInBytes();
        if (problem != null) return false;
        next += header.sizeInBytes();
        return true;
    }

    /** The next {@link #next} moves to the same batch again, or meets the same problem. */
    void stepBack() {
        next = position;
        problem = null;
    }

    BatchHeader header() {
        return header;
    }

    /** Where the current batch starts; after the end, where the next one would. */
    long position() {
        return position;
    }

    /** Where the next batch starts. */
    long nextPosition() {
        return next;
    }

    /** Why there is no next batch: null at the proper end. */
    String problem() {
        return problem;
    }

    /** Reads the current batch's bytes and compares its checksum. The header must not be used afterwards. */
    boolean isValidCrc() {
        headersOnly = false;
        int expected = header.crc();
        Checksum crc = header.isV2() ? crc32c : crc32;
        crc.reset();
        long from = position + header.checkedFrom();
        while (from < next) {
            int count = buffered(from, (int) Math.min(next - from, buffer.capacity()));
            if (count == 0) return false;
            int at = (int) (from - bufferStart);
            crc.update(buffer.slice(at, (int) Math.min(count, next - from)));
            from += count;
        }
        return (int) crc.getValue() == expected;
    }

    /** The current batch's bytes: a copy, in memory of its own. */
    ByteBuffer readBatch() {
        var bytes = ByteBuffer.allocate((int) (next - position));
        file.read(bytes, position);
        return bytes.flip();
    }

    /** A copy of bytes that were read on the way; null if they were not. */
    ByteBuffer copyOfRead(long from, int size) {
        if (from < bufferStart || from + size > bufferStart + buffer.limit()) return null;
        return ByteBuffer.allocate(size).put(0, buffer, (int) (from - bufferStart), size);
    }

    /** Makes bytes from {@code from} on available. @return how many lie there, at least {@code wanted} unless the file ends */
    private int buffered(long from, int wanted) {
        long have = bufferStart + buffer.limit() - from;
        if (from >= bufferStart && have >= wanted) return (int) have;
        buffer.clear();
        buffer.limit((int) Math.min(end - from, Math.max(wanted, headersOnly ? headersAhead(from) : readBytes)));
        file.read(buffer, from);
        buffer.flip();
        bufferStart = from;
        return buffer.limit();
    }

    /** How much to read for the next headers: the size of the batch before tells whether several are close together. */
    private int headersAhead(long from) {
        if (from == bufferStart) return SKIPPED_BYTES_MIN;
        return header.sizeInBytes() < SKIPPED_BYTES_MIN ? readBytes : 0;
    }
}
