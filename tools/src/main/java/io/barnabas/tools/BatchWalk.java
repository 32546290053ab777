package io.barnabas.tools;

import io.barnabas.base.DiskFile;
import io.barnabas.model.RecordBatch;
import java.nio.ByteBuffer;
import java.util.zip.CRC32;
import java.util.zip.CRC32C;
import java.util.zip.Checksum;

/**
 * Walks over the batches of a file and believes what their headers say, so that a damaged file is shown as far as it can be:
 * it ends where the next batch would be past the end. Who wants to know what is wrong uses {@code io.barnabas.log.PartitionCheck}.
 * A message of the formats v0 and v1 counts as a batch. Memory: a buffer, and one batch where somebody asks for a whole one.
 */
final class BatchWalk {
    static final int V2 = RecordBatch.MAGIC;
    private static final int BUFFER_BYTES = 1 << 20;
    /** Offset, size, what the checksum is of old messages, and the magic number. */
    private static final int MAGIC_END = 17;
    private static final int MAGIC_AT = 16;
    private static final int OLD_SIZE_MIN = 14;
    private static final int OLD_TIMESTAMP_END = 26;

    private final DiskFile file;
    private long end;
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES).limit(0);
    private final CRC32C crc32c = new CRC32C();
    private final CRC32 crc32 = new CRC32();
    /** Position in the file of the buffer's first byte. */
    private long bufferStart;
    private long position;
    private long next;
    /** Where the batch starts in the buffer, while nothing else was read. */
    private int at;
    private int magic;
    private long sizeInBytes;

    BatchWalk(DiskFile file) {
        this.file = file;
    }

    /** Starts at a batch, to end at a position at the latest. */
    BatchWalk start(long from, long end) {
        this.end = end;
        this.next = from;
        return this;
    }

    /** @return false at the end, or where what is left is no whole batch @throws DumpException if no batch has such a size */
    boolean next() {
        position = next;
        if (end - position <= MAGIC_END) return false;
        at = buffered(position, RecordBatch.HEADER_BYTES);
        int size = buffer.getInt(at + 8);
        if (size < OLD_SIZE_MIN) {
            throw new DumpException("Found record size %d smaller than minimum record overhead (%d) in file %s at position %d."
                    .formatted(size, OLD_SIZE_MIN, file.path(), position));
        }
        sizeInBytes = (long) RecordBatch.LENGTH_PREFIX_BYTES + size;
        if (sizeInBytes > end - position) return false;
        magic = buffer.get(at + MAGIC_AT);
        int headerBytes = magic >= V2 ? RecordBatch.HEADER_BYTES : magic == 1 ? OLD_TIMESTAMP_END : MAGIC_END + 1;
        if (buffer.limit() - at < headerBytes) throw new DumpException("Failed to read the header of a batch: file=%s position=%d"
                .formatted(file.path(), position));
        next = position + sizeInBytes;
        return true;
    }

    /** Where the batch starts; after the end, where the next one would. */
    long position() {
        return position;
    }

    int magic() {
        return magic;
    }

    boolean isV2() {
        return magic >= V2;
    }

    long sizeInBytes() {
        return sizeInBytes;
    }

    long baseOffset() {
        return buffer.getLong(at);
    }

    /** Of an old message the only offset that it has. */
    long lastOffset() {
        return isV2() ? baseOffset() + buffer.getInt(at + 23) : baseOffset();
    }

    int leaderEpoch() {
        return buffer.getInt(at + 12);
    }

    int attributes() {
        return isV2() ? buffer.getShort(at + 21) : buffer.get(at + 17);
    }

    long baseTimestamp() {
        return buffer.getLong(at + 27);
    }

    long maxTimestamp() {
        if (isV2()) return buffer.getLong(at + 35);
        return magic == 1 ? buffer.getLong(at + 18) : RecordBatch.NO_TIMESTAMP;
    }

    long producerId() {
        return buffer.getLong(at + 43);
    }

    short producerEpoch() {
        return buffer.getShort(at + 51);
    }

    int baseSequence() {
        return buffer.getInt(at + 53);
    }

    int lastSequence() {
        int baseSequence = baseSequence();
        return baseSequence == RecordBatch.NO_SEQUENCE ? RecordBatch.NO_SEQUENCE : RecordBatch.sequenceAfter(baseSequence, buffer.getInt(at + 23));
    }

    int recordCount() {
        return buffer.getInt(at + 57);
    }

    /** As stored, 0 to 2^32 - 1. */
    long crc() {
        return buffer.getInt(at + (isV2() ? 17 : 12)) & 0xFFFFFFFFL;
    }

    /** Reads the batch. Its header must not be asked afterwards. */
    boolean isValid() {
        if (isV2() && sizeInBytes < RecordBatch.HEADER_BYTES) return false;
        long expected = crc();
        Checksum crc = isV2() ? crc32c : crc32;
        crc.reset();
        for (long from = position + (isV2() ? 21 : 16); from < next; ) {
            int start = buffered(from, 1);
            int count = (int) Math.min(buffer.limit() - start, next - from);
            if (count <= 0) throw new DumpException("file has become shorter: file=" + file.path());
            crc.update(buffer.slice(start, count));
            from += count;
        }
        return crc.getValue() == expected;
    }

    /** The batch in memory of its own, big-endian. */
    ByteBuffer read() {
        if (sizeInBytes > Runtime.getRuntime().maxMemory() / 2) {
            throw new DumpException("batch is too large for the memory of this process, KAFKA_HEAP_OPTS gives it more: file=%s position=%d sizeInBytes=%d"
                    .formatted(file.path(), position, sizeInBytes));
        }
        var bytes = ByteBuffer.allocate((int) sizeInBytes);
        file.read(bytes, position);
        return bytes.flip();
    }

    /** Makes so many bytes available, or what the file has of them. @return where they start in the buffer */
    private int buffered(long from, int wanted) {
        long have = bufferStart + buffer.limit() - from;
        if (from >= bufferStart && have >= Math.min(wanted, end - from)) return (int) (from - bufferStart);
        buffer.clear().limit((int) Math.min(end - from, BUFFER_BYTES));
        file.read(buffer, from);
        buffer.flip();
        bufferStart = from;
        return 0;
    }
}
