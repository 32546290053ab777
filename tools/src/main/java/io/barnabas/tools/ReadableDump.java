package io.barnabas.tools;

import io.barnabas.base.Disk;
import io.barnabas.base.DiskFile;
import io.barnabas.model.CompressionType;
import io.barnabas.model.LegacyMessage;
import io.barnabas.model.Record;
import io.barnabas.model.RecordBatch;
import io.barnabas.model.RecordException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;

/** Shows what files of partitions hold in tables, or as JSON objects. What topic records are of, the folder's name tells. */
final class ReadableDump {
    private static final int OFFSET_ENTRY_BYTES = 8;
    private static final int TIME_ENTRY_BYTES = 12;
    private static final int TEXT_MAX = 100;

    private final Disk disk;
    private final Terminal terminal;
    private final boolean isJson;
    private final boolean records;
    private final Rows rows;

    ReadableDump(Disk disk, Terminal terminal, boolean isJson, boolean records) {
        this.disk = disk;
        this.terminal = terminal;
        this.isJson = isJson;
        this.records = records;
        this.rows = new Rows(terminal.out(), isJson);
    }

    void dump(Path path) {
        if (!Files.isDirectory(path)) {
            dumpFile(path);
            return;
        }
        boolean isEmpty = true;
        for (var name : disk.list(path)) {
            if (!name.endsWith(".log")) continue;
            isEmpty = false;
            dumpFile(path.resolve(name));
        }
        if (isEmpty) throw new DumpException("Not the folder of a partition, it has no segment: " + path);
    }

    private void dumpFile(Path path) {
        if (!isJson) terminal.out().line(path.toString());
        var name = path.getFileName().toString();
        int dot = name.lastIndexOf('.');
        try (var file = disk.open(path, false)) {
            switch (dot < 0 ? "" : name.substring(dot)) {
                case ".log", ".checkpoint" -> dumpSegment(path, file);
                case ".index" -> dumpOffsets(path, file);
                case ".timeindex" -> dumpTimes(path, file);
                case ".txnindex" -> LogDump.readTransactions(file, row -> add(path, row));
                case ".snapshot" -> dumpProducers(path);
                default -> throw new DumpException("Neither a segment nor an index nor a snapshot: " + path);
            }
        }
        rows.end();
    }

    private void add(Map<String, Object> row) {
        rows.add(row);
    }

    private void add(Path file, Map<String, Object> fields) {
        var row = row(file);
        row.putAll(fields);
        add(row);
    }

    private Map<String, Object> row(Path file) {
        var row = new LinkedHashMap<String, Object>();
        if (isJson) row.put("file", file);
        return row;
    }

    private void dumpSegment(Path path, DiskFile file) {
        var decoder = decoderOf(path);
        long size = file.size();
        var walk = new BatchWalk(file).start(0, size);
        while (walk.next()) {
            if (records) addRecords(path, walk, decoder);
            else addBatch(path, walk);
        }
        rows.end();
        if (walk.position() < size) terminal.errors().line("No whole batch from position %d on: %s has %d bytes more"
                .formatted(walk.position(), path, size - walk.position()));
    }

    private void addBatch(Path path, BatchWalk batch) {
        var row = row(path);
        int attributes = batch.attributes();
        var codec = CompressionType.of(attributes & 0x07);
        row.put("position", batch.position());
        row.put("baseOffset", batch.baseOffset());
        row.put("lastOffset", batch.lastOffset());
        row.put("records", batch.isV2() ? batch.recordCount() : null);
        row.put("bytes", batch.sizeInBytes());
        row.put("maxTimestamp", time(batch.maxTimestamp()));
        row.put("leaderEpoch", batch.isV2() ? batch.leaderEpoch() : null);
        row.put("producerId", batch.isV2() && batch.producerId() >= 0 ? batch.producerId() : null);
        row.put("producerEpoch", batch.isV2() && batch.producerId() >= 0 ? batch.producerEpoch() : null);
        row.put("baseSequence", batch.isV2() && batch.producerId() >= 0 ? batch.baseSequence() : null);
        row.put("codec", codec == null ? "unknown" : codec.configName());
        row.put("format", "v" + batch.magic());
        row.put("kind", kind(batch, attributes));
        row.put("checksum", batch.isValid() ? "ok" : "WRONG");
        add(row);
    }

    private static String kind(BatchWalk batch, int attributes) {
        if (!batch.isV2()) return "data";
        boolean isTransactional = (attributes & 0x10) != 0;
        return (attributes & 0x20) != 0 ? isTransactional ? "marker" : "control" : isTransactional ? "transactional" : "data";
    }

    private Object time(long timestampMs) {
        if (isJson) return timestampMs;
        return timestampMs == RecordBatch.NO_TIMESTAMP ? null : Instant.ofEpochMilli(timestampMs).toString();
    }

    private void addRecords(Path path, BatchWalk walk, RecordDecoder decoder) {
        boolean isControl = walk.isV2() && (walk.attributes() & 0x20) != 0;
        if (!walk.isV2()) {
            addOldRecords(path, walk, decoder);
            return;
        }
        try (var reader = new RecordBatch().wrap(walk.read(), 0).records(Integer.MAX_VALUE)) {
            for (var record = reader.next(); record != null; record = reader.next()) addRecord(path, record, isControl, decoder);
        } catch (RecordException e) {
            throw new DumpException("Cannot read the records of a batch: file=%s position=%d: %s".formatted(path, walk.position(), e.getMessage()));
        }
    }

    private void addOldRecords(Path path, BatchWalk walk, RecordDecoder decoder) {
        try (var reader = new LegacyMessage().wrap(walk.read(), 0).records(Integer.MAX_VALUE)) {
            for (var record = reader.next(); record != null; record = reader.next()) addRecord(path, record, false, decoder);
        } catch (RecordException e) {
            throw new DumpException("Cannot read the records of a batch: file=%s position=%d: %s".formatted(path, walk.position(), e.getMessage()));
        }
    }

    private void addRecord(Path path, Record record, boolean isControl, RecordDecoder decoder) {
        var row = row(path);
        row.put("offset", record.offset());
        row.put("timestamp", time(record.timestamp()));
        if (isControl) {
            row.put("key", SegmentDump.controlName(record));
            row.put("value", shortened(SegmentDump.controlText(record)));
        } else if (decoder != null && (record.key() != null || decoder instanceof MetadataDecoder)) {
            var decoded = decoder.decode(record);
            row.put("key", shown(decoded.key()));
            row.put("value", shown(decoded.value()));
        } else {
            row.put("key", shown(record.key()));
            row.put("value", shown(record.value()));
        }
        var headers = new LinkedHashMap<String, Object>();
        for (var header : record.headers()) headers.put(header.key(), shown(header.value()));
        row.put("headers", headers.isEmpty() ? null : isJson ? headers : shortened(headers.toString()));
        add(row);
    }

    /** JSON stays JSON in JSON. */
    private Object shown(String decoded) {
        if (decoded == null) return null;
        return isJson && decoded.startsWith("{") ? new Json.Raw(decoded) : decoded;
    }

    /** Text where it is text. */
    private Object shown(ByteBuffer bytes) {
        if (bytes == null) return null;
        try {
            var text = StandardCharsets.UTF_8.newDecoder().decode(bytes.duplicate()).toString();
            return isJson ? text : shortened(text);
        } catch (CharacterCodingException e) {
            var base64 = Base64.getEncoder().encodeToString(RecordDecoder.bytesOf(bytes));
            return isJson ? Map.of("base64", base64) : shortened("base64:" + base64);
        }
    }

    private String shortened(String text) {
        if (isJson) return text;
        var line = text.replaceAll("\\p{Cntrl}", ".");
        return line.length() <= TEXT_MAX ? line : line.substring(0, TEXT_MAX - 3) + "...";
    }

    private static RecordDecoder decoderOf(Path path) {
        var folder = path.toAbsolutePath().getParent().getFileName();
        var name = folder == null ? "" : folder.toString();
        if (path.toString().endsWith(".checkpoint") || name.startsWith("__cluster_metadata-")) return new MetadataDecoder();
        if (name.startsWith("__consumer_offsets-")) return CoordinatorDecoder.ofGroups();
        if (name.startsWith("__transaction_state-")) return CoordinatorDecoder.ofTransactions();
        if (name.startsWith("__share_group_state-")) return CoordinatorDecoder.ofShares();
        if (name.startsWith("__remote_log_metadata-")) return new RemoteLogDecoder();
        return null;
    }

    private void dumpOffsets(Path path, DiskFile file) {
        long baseOffset = LogDump.offsetOf(path.toFile());
        var entries = new IndexDump.Entries(file, OFFSET_ENTRY_BYTES);
        boolean isFirst = true;
        for (var entry = entries.next(); entry != null; entry = entries.next()) {
            var row = row(path);
            long offset = baseOffset + entry.getInt();
            if (offset == baseOffset && !isFirst) return;
            isFirst = false;
            row.put("offset", offset);
            row.put("position", entry.getInt());
            add(row);
        }
    }

    private void dumpTimes(Path path, DiskFile file) {
        long baseOffset = LogDump.offsetOf(path.toFile());
        var entries = new IndexDump.Entries(file, TIME_ENTRY_BYTES);
        boolean isFirst = true;
        for (var entry = entries.next(); entry != null; entry = entries.next()) {
            var row = row(path);
            row.put("timestamp", time(entry.getLong()));
            long offset = baseOffset + entry.getInt();
            if (offset == baseOffset && !isFirst) return;
            isFirst = false;
            row.put("offset", offset);
            add(row);
        }
    }

    private void dumpProducers(Path path) {
        for (var producer : LogDump.readProducers(disk, path.toFile())) {
            var row = row(path);
            row.put("producerId", producer.producerId());
            row.put("producerEpoch", producer.epoch());
            row.put("lastSequence", producer.lastSequence());
            row.put("lastOffset", producer.lastOffset());
            row.put("offsetDelta", producer.offsetDelta());
            row.put("timestamp", time(producer.timestamp()));
            row.put("coordinatorEpoch", producer.coordinatorEpoch());
            row.put("transactionStart", producer.currentTxnFirstOffset() < 0 ? null : producer.currentTxnFirstOffset());
            add(row);
        }
    }
}
