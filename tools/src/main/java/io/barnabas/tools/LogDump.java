package io.barnabas.tools;

import io.barnabas.base.ByteReader;
import io.barnabas.base.DecodeException;
import io.barnabas.base.Disk;
import io.barnabas.base.DiskFile;
import io.barnabas.protocol.record.ProducerSnapshot;
import java.io.File;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.zip.CRC32C;

/**
 * Prints what the files of a partition hold, line by line as Apache Kafka's {@code kafka-dump-log.sh}: segments, indexes,
 * snapshots of producers and of metadata. Reads only, in bounded memory.
 */
final class LogDump {
    private static final String BOOTSTRAP = "bootstrap.checkpoint";
    private static final int SNAPSHOT_CHECKED_FROM = 6;
    private static final int TRANSACTION_ENTRY_BYTES = 34;

    private final Disk disk;
    private final Output out;
    private final DumpOptions options;
    private final IndexDump indexes;
    private final Map<String, SegmentDump> segments = new LinkedHashMap<>();

    LogDump(Disk disk, Output out, DumpOptions options) {
        this.disk = disk;
        this.out = out;
        this.options = options;
        this.indexes = new IndexDump(disk, out, options);
    }

    /** @throws DumpException, StorageException if it cannot be read any further */
    void dump(String argument, Output errors) {
        var file = new File(argument);
        out.line("Dumping " + file);
        int dot = file.getName().lastIndexOf('.');
        switch (dot < 0 ? "" : file.getName().substring(dot)) {
            case ".log", ".checkpoint" -> dumpSegment(file);
            case ".index" -> indexes.dumpOffsets(file);
            case ".timeindex" -> indexes.dumpTimes(file);
            case ".txnindex" -> dumpTransactions(file);
            case ".snapshot" -> dumpProducers(file);
            default -> errors.line("Ignoring unknown file " + file);
        }
    }

    /** What was found to be wrong, when all files are through. */
    void printProblems(Output errors) {
        indexes.printProblems(errors);
        segments.forEach((name, segment) -> {
            if (segment.gaps().isEmpty()) return;
            errors.line("Non-consecutive offsets in " + name);
            for (var gap : segment.gaps()) errors.line("  " + gap.offset() + " is followed by " + gap.nextOffset());
            long more = segment.gapCount() - segment.gaps().size();
            if (more > 0) errors.line("  and " + more + " more");
        });
    }

    private void dumpSegment(File file) {
        var name = file.getName();
        if (name.endsWith(".log")) out.line("Log starting offset: " + offsetOf(file));
        else if (name.equals(BOOTSTRAP)) out.line("KRaft bootstrap snapshot");
        else printSnapshotId(name);
        var segment = new SegmentDump(out, options);
        segments.put(file.getAbsolutePath(), segment);
        try (var opened = disk.open(file.toPath(), false)) {
            segment.dump(opened, name);
        }
    }

    private void printSnapshotId(String name) {
        // 20 digits of an offset, a dash, 10 digits of an epoch
        if (!name.matches("\\d{20}-\\d{10}\\.checkpoint")) throw new DumpException("Not the name of a snapshot: file=" + name);
        out.line("Snapshot end offset: " + Long.parseLong(name.substring(0, 20)) + ", epoch: " + Integer.parseInt(name.substring(21, 31)));
    }

    static long offsetOf(File file) {
        var digits = file.getName().split("\\.")[0];
        try {
            return Long.parseLong(digits);
        } catch (NumberFormatException e) {
            throw new DumpException("File is not named by an offset: file=" + file);
        }
    }

    private void dumpTransactions(File file) {
        try (var opened = disk.open(file.toPath(), false)) {
            readTransactions(opened, entry -> {
                String space = "";
                for (var field : entry.entrySet()) {
                    out.add(space).add(field.getKey()).add(": ").add(field.getValue().toString());
                    space = " ";
                }
                out.endLine();
            });
        }
    }

    /** Gives each entry of a transaction index as names and values. */
    static void readTransactions(DiskFile opened, Consumer<Map<String, Object>> entries) {
        var bytes = ByteBuffer.allocate(TRANSACTION_ENTRY_BYTES);
        for (long at = 0; opened.read(bytes.clear(), at) == TRANSACTION_ENTRY_BYTES; at += TRANSACTION_ENTRY_BYTES) {
            var entry = new LinkedHashMap<String, Object>();
            entry.put("version", bytes.flip().getShort());
            for (var name : List.of("producerId", "firstOffset", "lastOffset", "lastStableOffset")) entry.put(name, bytes.getLong());
            entries.accept(entry);
        }
    }

    private void dumpProducers(File file) {
        for (var producer : readProducers(disk, file)) {
            out.add("producerId: ").add(producer.producerId()).add(" producerEpoch: ").add(producer.epoch())
                    .add(" coordinatorEpoch: ").add(producer.coordinatorEpoch())
                    .add(" currentTxnFirstOffset: ").add(SegmentDump.optional(producer.currentTxnFirstOffset() >= 0,
                            producer.currentTxnFirstOffset()))
                    .add(" lastTimestamp: ").add(producer.timestamp());
            if (producer.lastOffset() >= 0) {
                int firstSequence = (producer.lastSequence() - producer.offsetDelta()) & Integer.MAX_VALUE;
                out.add(" firstSequence: ").add(firstSequence).add(" lastSequence: ").add(producer.lastSequence())
                        .add(" lastOffset: ").add(producer.lastOffset()).add(" offsetDelta: ").add(producer.offsetDelta())
                        .add(" timestamp: ").add(producer.timestamp());
            }
            out.endLine();
        }
    }

    static List<ProducerSnapshot.ProducerEntry> readProducers(Disk disk, File file) {
        try (var opened = disk.open(file.toPath(), false)) {
            if (opened.size() > Integer.MAX_VALUE) throw new DumpException("Not a snapshot of producers: file=" + file);
            var bytes = ByteBuffer.allocate((int) opened.size());
            opened.read(bytes, 0);
            var snapshot = new ProducerSnapshot();
            var reader = new ByteReader(bytes.flip());
            snapshot.readWhole(reader, reader.readShort());
            var crc = new CRC32C();
            crc.update(bytes.array(), SNAPSHOT_CHECKED_FROM, bytes.limit() - SNAPSHOT_CHECKED_FROM);
            if (snapshot.crc() != crc.getValue()) {
                throw new DumpException("Snapshot is corrupt (CRC is no longer valid). Stored crc: %d. Computed crc: %d"
                        .formatted(snapshot.crc(), crc.getValue()));
            }
            return snapshot.producerEntries();
        } catch (DecodeException e) {
            throw new DumpException("Snapshot failed schema validation: file=%s: %s".formatted(file, e.getMessage()));
        }
    }
}
