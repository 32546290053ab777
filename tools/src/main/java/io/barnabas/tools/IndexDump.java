package io.barnabas.tools;

import io.barnabas.base.Disk;
import io.barnabas.base.DiskFile;
import io.barnabas.base.StorageException;
import io.barnabas.model.RecordBatch;
import io.barnabas.model.RecordException;
import java.io.File;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Prints the indexes by offset and by time, looks up in the segment what they point at, and remembers what does not fit, as
 * Apache Kafka's tool does. An entry of zeros behind others ends an index: that is how Apache Kafka fills up its files.
 */
final class IndexDump {
    private static final int OFFSET_ENTRY_BYTES = 8;
    private static final int TIME_ENTRY_BYTES = 12;
    private static final int READ_BYTES = OFFSET_ENTRY_BYTES * TIME_ENTRY_BYTES * 512;
    /** Of each kind in each file; who has more of them needs no list. */
    private static final int PROBLEMS_MAX = 100_000;

    private final Disk disk;
    private final Output out;
    private final DumpOptions options;
    private final Problems mismatches = new Problems();
    private final Problems timeMismatches = new Problems();
    private final Problems outOfOrder = new Problems();
    private final Problems notFound = new Problems();

    /** Lines about files, in the order of both. */
    private static final class Problems {
        private final Map<String, List<String>> byFile = new LinkedHashMap<>();

        void add(File file, String line) {
            var lines = byFile.computeIfAbsent(file.getAbsolutePath(), name -> new ArrayList<>());
            if (lines.size() < PROBLEMS_MAX) lines.add(line);
            else if (lines.size() == PROBLEMS_MAX) lines.add("  and more");
        }

        void print(Output errors, String title) {
            byFile.forEach((file, lines) -> {
                errors.line(title + file);
                lines.forEach(errors::line);
            });
        }
    }

    /** The entries of an index file, one after another. */
    static final class Entries {
        private final DiskFile file;
        private final int entryBytes;
        private final long end;
        private final ByteBuffer buffer = ByteBuffer.allocate(READ_BYTES).limit(0);
        private long position;

        Entries(DiskFile file, int entryBytes) {
            this.file = file;
            this.entryBytes = entryBytes;
            this.end = file.size() / entryBytes * entryBytes;
        }

        /** @return a buffer that stands at the next entry; null after the last */
        ByteBuffer next() {
            if (!buffer.hasRemaining()) {
                if (position == end) return null;
                file.read(buffer.clear().limit((int) Math.min(READ_BYTES, end - position)), position);
                if (buffer.flip().remaining() < entryBytes) throw new StorageException("file has become shorter: file=" + file.path());
                position += buffer.remaining();
            }
            return buffer;
        }
    }

    IndexDump(Disk disk, Output out, DumpOptions options) {
        this.disk = disk;
        this.out = out;
        this.options = options;
    }

    void printProblems(Output errors) {
        mismatches.print(errors, "Mismatches in :");
        timeMismatches.print(errors, "Found timestamp mismatch in :");
        outOfOrder.print(errors, "Found out of order timestamp in :");
        notFound.print(errors, "The following indexed offsets are not found in :");
    }

    void dumpOffsets(File file) {
        long baseOffset = LogDump.offsetOf(file);
        try (var log = disk.open(beside(file, ".log"), false); var index = disk.open(file.toPath(), false)) {
            if (index.size() < OFFSET_ENTRY_BYTES) {
                out.line(file + " is empty.");
                return;
            }
            if (options.indexSanityOnly()) {
                checkOffsets(file, index, baseOffset);
                return;
            }
            dumpOffsets(file, log, new Entries(index, OFFSET_ENTRY_BYTES), baseOffset);
        }
    }

    private void dumpOffsets(File file, DiskFile log, Entries entries, long baseOffset) {
        var walk = new BatchWalk(log);
        long logSize = log.size();
        boolean isFirst = true;
        for (var entry = entries.next(); entry != null; entry = entries.next()) {
            long offset = baseOffset + entry.getInt();
            int position = entry.getInt();
            if (offset == baseOffset && !isFirst) return;
            isFirst = false;
            if (position < 0 || position > logSize) throw new DumpException("Index points past the end of its segment: file=%s offset=%d position=%d size=%d".formatted(file, offset, position, logSize));
            if (!walk.start(position, Math.min(logSize, (long) position + options.maxMessageBytes())).next()) {
                throw new DumpException("Index points at no batch of at most %d bytes: file=%s offset=%d position=%d"
                        .formatted(options.maxMessageBytes(), file, offset, position));
            }
            if (walk.lastOffset() != offset) mismatches.add(file, "  Index offset: " + offset + ", log offset: " + walk.lastOffset());
            if (!options.verifyIndexOnly()) out.line("offset: " + offset + " position: " + position);
        }
    }

    void dumpTimes(File file) {
        long baseOffset = LogDump.offsetOf(file);
        try (var log = disk.open(beside(file, ".log"), false); var offsets = disk.open(beside(file, ".index"), false);
                var index = disk.open(file.toPath(), false)) {
            if (options.indexSanityOnly()) {
                checkTimes(file, index, baseOffset);
                return;
            }
            dumpTimes(file, log, offsets, new Entries(index, TIME_ENTRY_BYTES), baseOffset);
        }
    }

    private void dumpTimes(File file, DiskFile log, DiskFile offsets, Entries entries, long baseOffset) {
        var walk = new BatchWalk(log);
        long logSize = log.size();
        long previous = RecordBatch.NO_TIMESTAMP;
        boolean isFirst = true;
        for (var entry = entries.next(); entry != null; entry = entries.next()) {
            long timestamp = entry.getLong();
            long offset = baseOffset + entry.getInt();
            if (offset == baseOffset && !isFirst) return;
            isFirst = false;
            checkTime(file, walk.start(floorPosition(offsets, offset - baseOffset), logSize), timestamp, offset, previous);
            if (!options.verifyIndexOnly()) out.line("timestamp: " + timestamp + " offset: " + offset);
            previous = timestamp;
        }
    }

    private void checkTime(File file, BatchWalk walk, long timestamp, long offset, long previous) {
        boolean isFound;
        do isFound = walk.next(); while (isFound && walk.lastOffset() < offset);
        if (!isFound || walk.lastOffset() != offset) {
            notFound.add(file, "Indexed offset: " + offset + ", found log offset: " + (isFound ? walk.lastOffset() : -1));
            return;
        }
        long latest = latestTimestamp(walk);
        if (latest != timestamp) timeMismatches.add(file, "  Index timestamp: " + timestamp + ", log timestamp: " + latest);
        if (previous >= timestamp) outOfOrder.add(file, "  Index timestamp: " + timestamp + ", Previously indexed timestamp: " + previous);
    }

    /** The records' own: what the header of a batch says may be as wrong as the index. */
    private static long latestTimestamp(BatchWalk walk) {
        if (!walk.isV2()) return walk.maxTimestamp();
        long latest = RecordBatch.NO_TIMESTAMP;
        try (var records = new RecordBatch().wrap(walk.read(), 0).records(Integer.MAX_VALUE)) {
            for (var record = records.next(); record != null; record = records.next()) latest = Math.max(latest, record.timestamp());
        } catch (RecordException e) {
            throw new DumpException("Cannot read the records of a batch: position=%d: %s".formatted(walk.position(), e.getMessage()));
        }
        return latest;
    }

    /** Where to look for an offset: where the last entry points whose offset is not above it. */
    private static long floorPosition(DiskFile offsets, long relativeOffset) {
        var entry = ByteBuffer.allocate(OFFSET_ENTRY_BYTES);
        long low = 0;
        long high = offsets.size() / OFFSET_ENTRY_BYTES;
        while (low < high) {
            long middle = (low + high) >>> 1;
            offsets.read(entry.clear(), middle * OFFSET_ENTRY_BYTES);
            // Zeros at the end are no entries.
            if (entry.getInt(0) <= relativeOffset && (entry.getInt(4) != 0 || middle == 0)) low = middle + 1;
            else high = middle;
        }
        if (low == 0) return 0;
        offsets.read(entry.clear(), (low - 1) * OFFSET_ENTRY_BYTES);
        return entry.getInt(0) <= relativeOffset ? entry.getInt(4) : 0;
    }

    // --- what a broker checks when it starts

    private void checkOffsets(File file, DiskFile index, long baseOffset) {
        var last = last(index, OFFSET_ENTRY_BYTES);
        checkLastOffset(file, baseOffset + last.getInt(), baseOffset);
        checkSize(file, index, OFFSET_ENTRY_BYTES);
        out.line(file + " passed sanity check.");
    }

    private void checkTimes(File file, DiskFile index, long baseOffset) {
        if (index.size() >= TIME_ENTRY_BYTES) checkLastTime(file, index, baseOffset);
        checkSize(file, index, TIME_ENTRY_BYTES);
        out.line(file + " passed sanity check.");
    }

    private static void checkLastTime(File file, DiskFile index, long baseOffset) {
        var first = ByteBuffer.allocate(TIME_ENTRY_BYTES);
        index.read(first, 0);
        var last = last(index, TIME_ENTRY_BYTES);
        long lastTimestamp = last.getLong();
        if (lastTimestamp < first.getLong(0)) {
            throw new DumpException("Corrupt time index found, time index file (%s) has non-zero size but the last timestamp is %d which is less than the first timestamp %d"
                    .formatted(file, lastTimestamp, first.getLong(0)));
        }
        checkLastOffset(file, baseOffset + last.getInt(), baseOffset);
    }

    private static ByteBuffer last(DiskFile index, int entryBytes) {
        var entry = ByteBuffer.allocate(entryBytes);
        index.read(entry, (index.size() / entryBytes - 1) * entryBytes);
        return entry.flip();
    }

    private static void checkLastOffset(File file, long lastOffset, long baseOffset) {
        if (lastOffset >= baseOffset) return;
        throw new DumpException("Corrupt index found, index file (%s) has non-zero size but the last offset is %d which is less than the base offset %d"
                .formatted(file, lastOffset, baseOffset));
    }

    private static void checkSize(File file, DiskFile index, int entryBytes) {
        if (index.size() % entryBytes == 0) return;
        throw new DumpException("Index file %s is corrupt, found %d bytes which is neither positive nor a multiple of %d."
                .formatted(file, index.size(), entryBytes));
    }

    private static Path beside(File file, String suffix) {
        return new File(file.getAbsoluteFile().getParent(), file.getName().split("\\.")[0] + suffix).toPath();
    }
}
