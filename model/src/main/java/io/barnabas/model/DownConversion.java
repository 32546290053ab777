package io.barnabas.model;

import java.nio.ByteBuffer;

/**
 * Makes of batches what clients can read that know no format v2, or not even v1, as brokers before 4.0 did: offsets and codecs
 * stay, headers, producers and control records do not. What the client can read already stays as it is. Records of an
 * uncompressed batch before the offset that was asked for are left out.
 */
public final class DownConversion {
    /** What one batch may unpack to. Its records are held one at a time, but it may have only one. */
    private static final int DECOMPRESSED_BYTES_MAX = (int) Math.min(256 << 20, Runtime.getRuntime().maxMemory() / 8);
    private static final int OUTPUT_BYTES_MAX = Integer.MAX_VALUE - 8;

    private final byte toMagic;
    private final long fromOffset;
    private final RecordBatch batch = new RecordBatch();
    private final LegacyMessage message = new LegacyMessage();
    private final BatchOutput output;
    private long nextOffset;

    /**
     * @param toMagic    0 or 1
     * @param fromOffset the offset that was asked for
     * @param capacity   bytes expected
     */
    public DownConversion(byte toMagic, long fromOffset, int capacity) {
        if (!LegacyMessage.isLegacy(toMagic)) throw new IllegalArgumentException("magic=" + toMagic);
        this.toMagic = toMagic;
        this.fromOffset = fromOffset;
        this.nextOffset = fromOffset;
        this.output = new BatchOutput(capacity, OUTPUT_BYTES_MAX);
    }

    /**
     * Converts whole batches of any format, until the next would make more than {@code bytesMax}; the first that gives anything
     * is converted whatever its size.
     *
     * @param batches  from its position on; a batch cut short at the end is left out
     * @return the messages, from position 0 to the limit, on the heap; none if the batches hold nothing for this client
     * @throws RecordException UNSUPPORTED_COMPRESSION_TYPE if the first batch to give is packed with zstd, which clients of that
     *                         age do not know; MESSAGE_TOO_LARGE if it unpacks to too much; else if it is not what its format says
     */
    public ByteBuffer convert(ByteBuffer batches, int bytesMax) {
        int at = batches.position();
        while (batches.limit() - at > RecordBatch.MAGIC_AT) {
            int size = RecordBatch.LENGTH_PREFIX_BYTES + batches.getInt(at + RecordBatch.BATCH_LENGTH_AT);
            if (size < 0 || size > batches.limit() - at) break;
            int before = output.size();
            try {
                long next = convertOne(batches, at);
                if (before > 0 && output.size() > bytesMax) {
                    output.truncateTo(before);
                    break;
                }
                nextOffset = Math.max(nextOffset, next);
            } catch (RecordException e) {
                if (before == 0) throw e;
                // What came before can be read; the next fetch begins here and is told.
                output.truncateTo(before);
                break;
            }
            at += size;
        }
        return output.toByteBuffer();
    }

    /** After {@link #convert}: where to read on; what lies before it has been given, or is nothing for this client. */
    public long nextOffset() {
        return nextOffset;
    }

    /** @return the offset after the batch */
    private long convertOne(ByteBuffer batches, int at) {
        byte magic = batches.get(at + RecordBatch.MAGIC_AT);
        if (LegacyMessage.isLegacy(magic)) {
            message.wrap(batches, at);
            if (message.compressionType() == CompressionType.ZSTD) throw zstd();
            if (magic <= toMagic) copy(batches, at, message.sizeInBytes());
            else convertMessage();
            return message.lastOffset() + 1;
        }
        batch.wrap(batches, at);
        if (!batch.isControl()) convertBatch();
        return batch.nextOffset();
    }

    private static RecordException zstd() {
        return new RecordException(ErrorCode.UNSUPPORTED_COMPRESSION_TYPE, "records packed with zstd cannot be given to clients of this age");
    }

    private void copy(ByteBuffer batches, int at, int size) {
        if (batches.hasArray()) {
            output.write(batches.array(), batches.arrayOffset() + at, size);
            return;
        }
        var copy = new byte[size];
        batches.get(at, copy);
        output.write(copy, 0, size);
    }

    private void convertBatch() {
        var codec = batch.compressionType();
        if (codec == CompressionType.ZSTD) throw zstd();
        try (var records = batch.records(DECOMPRESSED_BYTES_MAX);
                var writer = new LegacySetWriter(output, toMagic, codec, batch.timestampType())) {
            for (var record = records.next(); record != null; record = records.next()) write(writer, record, codec);
        }
    }

    private void convertMessage() {
        var codec = message.compressionType();
        try (var records = message.records(DECOMPRESSED_BYTES_MAX);
                var writer = new LegacySetWriter(output, toMagic, codec, message.timestampType())) {
            for (var record = records.next(); record != null; record = records.next()) write(writer, record, codec);
        }
    }

    private void write(LegacySetWriter writer, Record record, CompressionType codec) {
        if (codec == CompressionType.NONE && record.offset() < fromOffset) return;
        writer.append(record.offset(), record.timestamp(), record.key(), record.value());
    }
}
