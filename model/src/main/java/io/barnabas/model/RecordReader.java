package io.barnabas.model;

import io.barnabas.base.ByteReader;
import io.barnabas.base.DecodeException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Goes through the records of one batch in order, and gives each as an object ({@link #next}) or shows its fields where they
 * lie ({@link #advance}). Owned by one thread; to be closed, which frees what a codec holds, and then good for another batch. The batch
 * and its buffer stay unchanged meanwhile; the view may move on.
 */
public final class RecordReader implements AutoCloseable {
    /** Attributes, two deltas, two lengths, header count: a byte each at least. */
    private static final int RECORD_BYTES_MIN = 6;
    private static final int NULL_LENGTH = -1;

    private final RecordBytes bytes = new RecordBytes();
    /** Null for an uncompressed batch. */
    private DecompressionStream stream;
    private long baseOffset;
    private long baseTimestamp;
    private long logAppendTime;
    private boolean isLogAppendTime;
    private int baseSequence;
    private int recordCount;
    private int recordsRead;

    /** Where keys and values lie: the buffer of an uncompressed batch, or a copy of the record that was read last. */
    private ByteBuffer body;
    /** In {@link #body}: of the batch's records, or that record; positions below count from here. */
    private int bodyFrom;
    private int bodyBytes;
    private ByteReader key;
    private ByteReader value;

    private long timestamp;
    private int offsetDelta;
    private int keyAt;
    private int keyLength;
    private int valueAt;
    private int valueLength;
    /** Of the headers: where they begin and end. */
    private int headersAt;
    private int end;

    /**
     * Begins with the first record of a batch.
     *
     * @param decompressedBytesMax of all its records
     * @return this
     * @throws RecordException if the batch is damaged
     */
    public RecordReader read(RecordBatch batch, int decompressedBytesMax) {
        baseOffset = batch.baseOffset();
        baseTimestamp = batch.baseTimestamp();
        isLogAppendTime = batch.timestampType() == TimestampType.LOG_APPEND_TIME;
        logAppendTime = batch.maxTimestamp();
        baseSequence = batch.baseSequence();
        recordCount = batch.recordCount();
        recordsRead = 0;
        if (recordCount < 0) throw DecompressionStream.malformed("negative record count: recordCount=" + recordCount);
        stream = open(batch, decompressedBytesMax, bytes, null);
        if (stream == null) lieIn(batch.buffer(), batch.position() + RecordBatch.HEADER_BYTES, batch.sizeInBytes() - RecordBatch.HEADER_BYTES);
        return this;
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

    private void lieIn(ByteBuffer buffer, int from, int byteCount) {
        bodyFrom = from;
        bodyBytes = byteCount;
        if (body == buffer) return;
        body = buffer;
        key = null;
        value = null;
    }

    /**
     * @return null after the last
     * @throws RecordException if the records are not what the header or their format says
     */
    public Record next() {
        if (!advance()) return null;
        try {
            return new Record(offset(), timestamp(), sequence(), slice(keyAt, keyLength), slice(valueAt, valueLength), readHeaders());
        } catch (DecodeException e) {
            throw new RecordException(ErrorCode.INVALID_RECORD, "malformed record: " + e.getMessage(), e);
        }
    }

    /**
     * Goes to the next record without making anything of it; its headers are not looked at.
     *
     * @return whether there is one
     * @throws RecordException if the records are not what the header or their format says
     */
    public boolean advance() {
        if (recordsRead == recordCount) {
            if (!bytes.isAtEnd()) throw DecompressionStream.malformed("bytes left over after the last record");
            return false;
        }
        int length = bytes.readVarint();
        if (length < RECORD_BYTES_MIN) throw DecompressionStream.malformed("record too short: length=" + length);
        if (stream == null) readFields(bytes, length);
        else readFields(unpacked(length), length);
        recordsRead++;
        return true;
    }

    private RecordBytes unpacked(int length) {
        lieIn(bytes.take(length), 0, length);
        var record = new RecordBytes();
        record.resetTo(body, 0, length);
        return record;
    }

    private void readFields(RecordBytes record, int length) {
        int start = (int) record.bytesRead();
        if (length > bodyBytes - start) throw DecompressionStream.malformed("record past the end of its batch");
        end = start + length;
        record.readByte();
        timestamp = baseTimestamp + record.readVarlong();
        offsetDelta = record.readVarint();
        keyLength = record.readVarint();
        keyAt = skipField(record, keyLength);
        valueLength = record.readVarint();
        valueAt = skipField(record, valueLength);
        headersAt = skipField(record, 0);
        record.skip(end - headersAt);
    }

    /** @return where it begins */
    private int skipField(RecordBytes record, int length) {
        int from = (int) record.bytesRead();
        if (length < NULL_LENGTH || length > end - from) throw DecompressionStream.malformed("field past the end of its record: length=" + length);
        if (length > 0) record.skip(length);
        return from;
    }

    // --- of the record that was read last

    public long offset() {
        return baseOffset + offsetDelta;
    }

    /** In ms since 1970, or {@link RecordBatch#NO_TIMESTAMP}. */
    public long timestamp() {
        return isLogAppendTime ? logAppendTime : timestamp;
    }

    /** {@link RecordBatch#NO_SEQUENCE} in a batch without a producer id. */
    public int sequence() {
        return baseSequence == RecordBatch.NO_SEQUENCE ? RecordBatch.NO_SEQUENCE : RecordBatch.sequenceAfter(baseSequence, offsetDelta);
    }

    /** The key's bytes, of use until the next record is read; null where the record has none. */
    public ByteReader key() {
        if (keyLength == NULL_LENGTH) return null;
        if (key == null) key = new ByteReader(body.duplicate());
        return key.between(bodyFrom + keyAt, bodyFrom + keyAt + keyLength);
    }

    /** The value's bytes, of use until the next record is read; null for a tombstone. */
    public ByteReader value() {
        if (valueLength == NULL_LENGTH) return null;
        if (value == null) value = new ByteReader(body.duplicate());
        return value.between(bodyFrom + valueAt, bodyFrom + valueAt + valueLength);
    }

    private ByteBuffer slice(int from, int length) {
        return length == NULL_LENGTH ? null : body.slice(bodyFrom + from, length);
    }

    private List<RecordHeader> readHeaders() {
        var fields = new ByteReader(body.slice(bodyFrom + headersAt, end - headersAt));
        int count = fields.readVarint();
        if (count < 0) throw new DecodeException("negative header count");
        fields.checkCount(count, 2);
        var headers = count == 0 ? List.<RecordHeader>of() : new ArrayList<RecordHeader>(count);
        for (int i = 0; i < count; i++) {
            // Brokers never ask that header keys are UTF-8, so a reader must not fail where one is not.
            var headerKey = StandardCharsets.UTF_8.decode(fields.readSlice(fields.readVarint())).toString();
            headers.add(new RecordHeader(headerKey, readNullable(fields)));
        }
        if (fields.remaining() > 0) throw new DecodeException("record shorter than its length");
        return headers;
    }

    private static ByteBuffer readNullable(ByteReader reader) {
        int length = reader.readVarint();
        return length == NULL_LENGTH ? null : reader.readSlice(length);
    }

    @Override
    public void close() {
        if (stream != null) stream.close();
        stream = null;
    }
}
