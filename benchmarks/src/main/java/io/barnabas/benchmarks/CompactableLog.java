package io.barnabas.benchmarks;

import io.barnabas.benchmarks.load.KeyedRecords;
import io.barnabas.benchmarks.load.Topics;
import io.barnabas.model.CompressionType;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;

/**
 * A partition that no pass has gone over, once for all brokers of a run: each gets a copy of its folder. Written by a broker, which
 * was stopped properly. Its last segment holds next to nothing, and is not compacted.
 */
final class CompactableLog {
    static final String TOPIC = "compacted";
    /** Those that are compacted. */
    private static final int SEGMENTS = 16;
    private static final long SEGMENT_BYTES_MIN = 1 << 20;
    private static final int VALUE_BYTES = 100;
    private static final int BATCH_BYTES = 16 << 10;
    /** For each MiB that is written: about four records for each key. */
    private static final int KEYS_PER_MIB = 2_000;
    private static final int LENGTH_AT = 8;
    private static final int LENGTH_BYTES = 12;
    private static final int RECORD_COUNT_AT = 57;

    /** How much there is. */
    record Amount(long records, long bytes) {}

    private final CompressionType codec;
    private Path folder;
    private KeyedRecords records;

    CompactableLog(CompressionType codec) {
        this.codec = codec;
    }

    CompressionType codec() {
        return codec;
    }

    /** What is written; a quarter of it when packed, since that takes longer. */
    long mib(Mode mode) {
        return codec == CompressionType.NONE ? mode.mibPerReading() : mode.mibPerReading() / 4;
    }

    /** What the topic is created with: no pass begins before the ratio is lowered. */
    Map<String, String> configs(Mode mode) {
        return Map.of("cleanup.policy", "compact", "segment.bytes", Long.toString(Math.max(SEGMENT_BYTES_MIN, (mib(mode) << 20) / SEGMENTS)),
                "min.cleanable.dirty.ratio", "1.0");
    }

    boolean isWritten() {
        return folder != null;
    }

    void write(Run run) {
        long mib = mib(run.mode());
        // As producers fill them, whose batch.size is that of packed ones.
        int packing = codec == CompressionType.NONE ? 1 : 2;
        records = new KeyedRecords((int) (mib * KEYS_PER_MIB * packing), VALUE_BYTES, packing * BATCH_BYTES, codec);
        var broker = run.brokers().start(Side.BARNABAS, Durability.LIKE_KAFKA);
        try {
            var address = Subject.addressOf(broker);
            try (var topics = Topics.connect(address)) {
                topics.create(TOPIC, 1, configs(run.mode()));
            }
            records.write(address, TOPIC, mib << 20);
            broker.process().terminate();
            var made = Files.createTempDirectory(run.brokers().data(), "compactable-");
            copy(broker.partitionDirectory(TOPIC, 0), made);
            folder = made;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            run.brokers().end(broker);
        }
    }

    /** Takes the place of an empty partition of a broker that is stopped, and is on disk, so that nothing is written back later. */
    void copyTo(Path partition) {
        try {
            for (Path file : files(partition, "")) if (!isMetadata(file)) Files.delete(file);
            copy(folder, partition);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void copy(Path from, Path to) throws IOException {
        for (Path file : files(from, "")) {
            if (isMetadata(file)) continue;
            Path copied = to.resolve(file.getFileName());
            Files.copy(file, copied);
            try (var channel = FileChannel.open(copied, StandardOpenOption.WRITE)) {
                channel.force(true);
            }
        }
    }

    private static boolean isMetadata(Path file) {
        return file.getFileName().toString().equals("partition.metadata"); // has the topic's id
    }

    /** Where the active segment begins, and so a pass ends. */
    long activeOffset() {
        var segments = files(folder, ".log");
        return baseOffset(segments.get(segments.size() - 1));
    }

    /** What a pass is to go over. */
    Amount closed() {
        return closed(folder);
    }

    /** What stands before the active segment in a copy of this. */
    Amount closed(Path partition) {
        long end = activeOffset();
        long recordCount = 0;
        long bytes = 0;
        for (Path segment : files(partition, ".log")) {
            if (baseOffset(segment) >= end) continue;
            try (var file = FileChannel.open(segment)) {
                var content = file.map(FileChannel.MapMode.READ_ONLY, 0, file.size());
                for (int at = 0; at < content.limit(); at += LENGTH_BYTES + content.getInt(at + LENGTH_AT)) recordCount += content.getInt(at + RECORD_COUNT_AT);
                bytes += file.size();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return new Amount(recordCount, bytes);
    }

    /** Of each key one record. */
    long recordsLeft() {
        return records.differentKeys(activeOffset());
    }

    private static long baseOffset(Path segment) {
        return Long.parseLong(segment.getFileName().toString().substring(0, 20));
    }

    private static List<Path> files(Path folder, String suffix) {
        try (var files = Files.list(folder)) {
            return files.filter(file -> file.getFileName().toString().endsWith(suffix)).sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
