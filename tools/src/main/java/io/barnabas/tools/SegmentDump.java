package io.barnabas.tools;

import io.barnabas.base.ByteReader;
import io.barnabas.base.DecodeException;
import io.barnabas.base.DiskFile;
import io.barnabas.model.CompressionType;
import io.barnabas.model.ControlRecordType;
import io.barnabas.model.LegacyMessage;
import io.barnabas.model.Record;
import io.barnabas.model.RecordBatch;
import io.barnabas.model.RecordException;
import io.barnabas.model.RecordHeader;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** Prints the batches of a segment or of a snapshot of metadata, a line each, and their records, line by line as Apache Kafka's tool. */
final class SegmentDump {
    private static final int LOG_APPEND_TIME_BIT = 0x08;
    private static final int TRANSACTIONAL_BIT = 0x10;
    private static final int CONTROL_BIT = 0x20;
    private static final int DELETE_HORIZON_BIT = 0x40;
    private static final int CODEC_BITS = 0x07;
    /** A compacted segment is full of gaps. */
    private static final int GAPS_MAX = 100_000;

    /** Two records that follow each other, though one offset at least is missing between them. */
    record Gap(long offset, long nextOffset) {}

    private final Output out;
    private final DumpOptions options;
    private final List<Gap> gaps = new ArrayList<>();
    private long gapCount;
    private long lastOffset = -1;

    SegmentDump(Output out, DumpOptions options) {
        this.out = out;
        this.options = options;
    }

    List<Gap> gaps() {
        return gaps;
    }

    /** Those that are not in the list too. */
    long gapCount() {
        return gapCount;
    }

    void dump(DiskFile file, String name) {
        long end = Math.min(file.size(), options.maxBytes());
        var walk = new BatchWalk(file).start(0, end);
        while (walk.next()) {
            boolean isControl = walk.isV2() && (walk.attributes() & CONTROL_BIT) != 0;
            long position = walk.position();
            var records = options.records() ? walk.read() : null;
            printBatch(walk);
            if (records != null) printRecords(walk.magic(), records, isControl, position, name);
        }
        long trailing = end - walk.position();
        if (trailing > 0 && options.maxBytes() == Integer.MAX_VALUE) out.line("Found " + trailing + " invalid bytes at the end of " + name);
    }

    private void printBatch(BatchWalk batch) {
        int attributes = batch.attributes();
        if (batch.isV2()) {
            out.add("baseOffset: ").add(batch.baseOffset()).add(" lastOffset: ").add(batch.lastOffset()).add(" count: ").add(batch.recordCount())
                    .add(" baseSequence: ").add(batch.baseSequence()).add(" lastSequence: ").add(batch.lastSequence())
                    .add(" producerId: ").add(batch.producerId()).add(" producerEpoch: ").add(batch.producerEpoch())
                    .add(" partitionLeaderEpoch: ").add(batch.leaderEpoch())
                    .add(" isTransactional: ").add((attributes & TRANSACTIONAL_BIT) != 0).add(" isControl: ").add((attributes & CONTROL_BIT) != 0)
                    .add(" deleteHorizonMs: ").add(optional((attributes & DELETE_HORIZON_BIT) != 0, batch.baseTimestamp()));
        } else {
            out.add("offset: ").add(batch.lastOffset());
        }
        out.add(" position: ").add(batch.position()).add(' ').add(timestampType(batch.magic(), attributes)).add(": ").add(batch.maxTimestamp())
                .add(" size: ").add(batch.sizeInBytes()).add(" magic: ").add(batch.magic())
                .add(" compresscodec: ").add(codec(attributes)).add(" crc: ").add(batch.crc());
        out.add(" isvalid: ").add(batch.isValid()).endLine();
    }

    static String optional(boolean isThere, long value) {
        return isThere ? "OptionalLong[" + value + "]" : "OptionalLong.empty";
    }

    private static String timestampType(int magic, int attributes) {
        if (magic <= 0) return "NoTimestampType";
        return (attributes & LOG_APPEND_TIME_BIT) != 0 ? "LogAppendTime" : "CreateTime";
    }

    private static String codec(int attributes) {
        var type = CompressionType.of(attributes & CODEC_BITS);
        if (type == null) throw new DumpException("Unknown compression type id: " + (attributes & CODEC_BITS));
        return type.configName();
    }

    private void printRecords(int magic, ByteBuffer bytes, boolean isControl, long position, String name) {
        try {
            if (magic < BatchWalk.V2) {
                printOldRecords(bytes);
                return;
            }
            var batch = new RecordBatch().wrap(bytes, 0);
            var type = timestampType(magic, batch.attributes());
            try (var reader = batch.records(Integer.MAX_VALUE)) {
                for (int left = batch.recordCount(); left > 0; left--) {
                    var record = reader.next();
                    // Bytes behind the last record are told of before it is shown.
                    if (left == 1) reader.next();
                    printRecord(record, type, isControl, null);
                }
            }
        } catch (RecordException e) {
            throw new DumpException("Cannot read the records of a batch: file=%s position=%d: %s".formatted(name, position, e.getMessage()));
        }
    }

    /** Each of the old messages has a checksum of its own. */
    private void printOldRecords(ByteBuffer bytes) {
        var message = new LegacyMessage().wrap(bytes, 0);
        var type = timestampType(message.magic(), message.attributes());
        try (var reader = message.records(Integer.MAX_VALUE)) {
            for (var record = reader.next(); record != null; record = reader.next()) {
                printRecord(record, type, false, " isValid: " + reader.isValidCrc() + " crc: " + reader.crc());
            }
        }
    }

    /** @param checksum of an old message; null for a record, which has a sequence and headers */
    private void printRecord(Record record, String timestampType, boolean isControl, String checksum) {
        if (lastOffset >= 0 && record.offset() != lastOffset + 1 && ++gapCount <= GAPS_MAX) gaps.add(new Gap(lastOffset, record.offset()));
        lastOffset = record.offset();
        var prefix = "| ";
        if (!options.skipRecordMetadata()) {
            printMetadata(record, timestampType, isControl, checksum);
            prefix = " ";
        }
        if (options.decoder() != null && !isControl) {
            var decoded = options.decoder().decode(record);
            if (decoded.key() != null) {
                out.add(prefix).add("key: ").add(decoded.key());
                prefix = " ";
            }
            if (decoded.value() != null) out.add(prefix).add("payload: ").add(decoded.value());
        }
        out.endLine();
    }

    private void printMetadata(Record record, String timestampType, boolean isControl, String checksum) {
        out.add("| offset: ").add(record.offset()).add(' ').add(timestampType).add(": ").add(record.timestamp())
                .add(" keySize: ").add(sizeOf(record.key())).add(" valueSize: ").add(sizeOf(record.value()));
        if (checksum != null) {
            out.add(checksum);
            return;
        }
        out.add(" sequence: ").add(record.sequence()).add(" headerKeys: [");
        String comma = "";
        for (RecordHeader header : record.headers()) {
            out.add(comma).add(header.key());
            comma = ",";
        }
        out.add("]");
        if (isControl) printControl(record);
    }

    private static int sizeOf(ByteBuffer bytes) {
        return bytes == null ? -1 : bytes.remaining();
    }

    private void printControl(Record record) {
        var type = ControlRecordType.of(controlType(record));
        if (type == null) {
            out.add(" controlType: UNKNOWN(").add(controlType(record)).add(")");
            return;
        }
        switch (type) {
            case ABORT, COMMIT -> out.add(" endTxnMarker: ").add(type.name()).add(" ");
            case LEADER_CHANGE -> out.add(" LeaderChange: ");
            case SNAPSHOT_HEADER -> out.add(" SnapshotHeader ");
            case SNAPSHOT_FOOTER -> out.add(" SnapshotFooter ");
            case KRAFT_VERSION -> out.add(" KRaftVersion ");
            case KRAFT_VOTERS -> out.add(" KRaftVoters ");
        }
        out.add(controlText(record));
    }

    private static short controlType(Record record) {
        var key = record.key();
        if (key == null || key.remaining() < 4) throw new DumpException("Control record with a key that is too short: offset=" + record.offset());
        return key.getShort(key.position() + 2);
    }

    static String controlName(Record record) {
        var type = ControlRecordType.of(controlType(record));
        return type == null ? "UNKNOWN" : type.name();
    }

    /** What a control record says. */
    static String controlText(Record record) {
        var type = ControlRecordType.of(controlType(record));
        var value = record.value();
        try {
            if (type == null) return "";
            if (value == null) throw new DecodeException("no value");
            return switch (type) {
                case ABORT, COMMIT -> "coordinatorEpoch: " + coordinatorEpoch(value);
                case LEADER_CHANGE -> json(RecordSchemas.leaderChangeMessage(), value);
                case SNAPSHOT_HEADER -> json(RecordSchemas.snapshotHeaderRecord(), value);
                case SNAPSHOT_FOOTER -> json(RecordSchemas.snapshotFooterRecord(), value);
                case KRAFT_VERSION -> json(RecordSchemas.kRaftVersionRecord(), value);
                case KRAFT_VOTERS -> json(RecordSchemas.votersRecord(), value);
            };
        } catch (DecodeException e) {
            throw new DumpException("Cannot read a control record: offset=%d: %s".formatted(record.offset(), e.getMessage()));
        }
    }

    /** Of a marker that ends a transaction: version int16, coordinator epoch int32, and what later versions add. */
    private static int coordinatorEpoch(ByteBuffer value) {
        var reader = new ByteReader(value.duplicate());
        reader.readShort();
        return reader.readInt();
    }

    /** A control record begins with its own version. */
    private static String json(RecordSchema schema, ByteBuffer value) {
        if (value.remaining() < 2) throw new DecodeException("no version");
        int version = Math.min(value.getShort(value.position()), schema.highestVersion());
        return Json.of(schema.read(new ByteReader(value.duplicate()), version));
    }
}
