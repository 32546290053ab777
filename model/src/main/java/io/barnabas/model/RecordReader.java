package io.barnabas.model;

import io.barnabas.base.ByteReader;
import io.barnabas.base.DecodeException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Gives the records of one batch in order. Owned by one thread; to be closed, which frees what a codec holds. The batch
 * and its buffer stay unchanged meanwhile; the view may move on.
 */
public final class RecordReader implements AutoCloseable {
    /** Attributes, two deltas, two lengths, header count: a byte each at least. */
    private static final int RECORD_BYTES_MIN = 6;

    private final RecordBytes bytes = new RecordBytes();
    private final DecompressionStream stream;
    private final long baseOffset;
    private final long baseTimestamp;
    private final long logAppendTime;
    private final boolean isLogAppendTime;
    private final int baseSequence;
    private final int recordCount;
    private int recordsRead;

    RecordReader(RecordBatch batch, int decompressedBytesMax) {
        this.baseOffset = batch.baseOffset();
        this.baseTimestamp = batch.baseTimestamp();
        this.isLogAppendTime = batch.timestampType() == TimestampType.LOG_APPEND_TIME;
        this.logAppendTime = batch.maxTimestamp();
        this.baseSequence = batch.baseSequence();
        this.recordCount = batch.recordCount();
        if (recordCount < 0) throw DecompressionStream.malformed("negative record count: recordCount=" + recordCount);
        this.stream = open(batch, decompressedBytesMax, bytes, null);
    }

    /**
     * @param streams to use; null to make one for this batch alone
     * @return the stream that has to be closed, or null if the batch is not compressed
     */
    static DecompressionStream open(RecordBatch batch, int decompressedBytesMax, RecordBytes bytes, DecompressionStreams streams) {
        var type = batch.compressionType();
        if (type == null) {
            throw new RecordException(ErrorCode.UNSUPPORTED_COMPRESSION_TYPE,
                    "unknown codec: id=" + (batch.attributes() & RecordBatch.CODEC_BITS));
        }
        if (type == CompressionType.NONE) {
            bytes.resetTo(batch.buffer(), batch.position() + RecordBatch.HEADER_BYTES, batch.endPosition());
            return null;
        }
        var packed = batch.recordBytes();
        var stream = streams == null ? DecompressionStream.open(type, packed, decompressedBytesMax) : streams.open(type, packed, decompressedBytesMax);
        bytes.resetTo(stream);
        return stream;
    }

    /**
     * @return null after the last
     * @throws RecordException if the records are not what the header or their format says
     */
    public Record next() {
        if (recordsRead == recordCount) {
            if (!bytes.isAtEnd()) throw DecompressionStream.malformed("bytes left over after the last record");
            return null;
        }
        int length = bytes.readVarint();
        if (length < RECORD_BYTES_MIN) throw DecompressionStream.malformed("record too short: length=" + length);
        var record = read(bytes.take(length));
        recordsRead++;
        return record;
    }

    private Record read(ByteBuffer body) {
        try {
            var reader = new ByteReader(body);
            reader.readByte();
            long timestamp = baseTimestamp + reader.readVarlong();
            int offsetDelta = reader.readVarint();
            var key = readNullable(reader);
            var value = readNullable(reader);
            var headers = readHeaders(reader);
            if (reader.remaining() > 0) throw new DecodeException("record shorter than its length");
            int sequence = baseSequence == RecordBatch.NO_SEQUENCE
                    ? RecordBatch.NO_SEQUENCE : RecordBatch.sequenceAfter(baseSequence, offsetDelta);
            return new Record(baseOffset + offsetDelta, isLogAppendTime ? logAppendTime : timestamp, sequence, key, value, headers);
        } catch (DecodeException e) {
            throw new RecordException(ErrorCode.INVALID_RECORD, "malformed record: " + e.getMessage(), e);
        }
    }

    private static List<RecordHeader> readHeaders(ByteReader reader) {
        int count = reader.readVarint();
        if (count < 0) throw new DecodeException("negative header count");
        reader.checkCount(count, 2);
        if (count == 0) return List.of();
        var headers = new ArrayList<RecordHeader>(count);
        for (int i = 0; i < count; i++) {
            // Brokers never ask that header keys are UTF-8, so a reader must not fail where one is not.
            var key = StandardCharsets.UTF_8.decode(reader.readSlice(reader.readVarint())).toString();
            headers.add(new RecordHeader(key, readNullable(reader)));
        }
        return headers;
    }

    private static ByteBuffer readNullable(ByteReader reader) {
        int length = reader.readVarint();
        return length == -1 ? null : reader.readSlice(length);
    }

    @Override
    public void close() {
        if (stream != null) stream.close();
    }
}
