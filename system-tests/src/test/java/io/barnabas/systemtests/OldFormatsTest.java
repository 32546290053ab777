package io.barnabas.systemtests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.barnabas.testkit.process.BarnabasProcess;
import io.barnabas.testkit.process.Broker;
import io.barnabas.testkit.process.KafkaPeer;
import io.barnabas.testkit.process.Repository;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MemoryRecordsBuilder;
import org.apache.kafka.common.utils.internals.ByteBufferOutputStream;
import org.junit.jupiter.api.Test;

/**
 * A partition's folder as clusters of before 0.11 have left it, with messages of formats v0 and v1 and batches of v2 behind
 * them: served and compacted by Barnabas as by Apache Kafka. Its files are written by Kafka's classes.
 */
class OldFormatsTest {
    private static final String TOPIC = "old";
    private static final int SEGMENTS = 6;
    private static final int SEGMENT_BYTES = 120_000;
    private static final int KEYS = 200;
    private static final long FIRST_TIMESTAMP_MS = System.currentTimeMillis() - 3_600_000;
    private static final int[] MAGICS = {0, 0, 1, 1, 2, -1};
    private static final CompressionType[] CODECS = {CompressionType.NONE, CompressionType.GZIP, CompressionType.SNAPPY, CompressionType.LZ4};

    /** A partition's, and what it holds. */
    record Folder(Path path, long endOffset, int recordCount, List<Long> borders) {}

    @Test
    void theSameRecordsAreReadAsFromApacheKafka() throws Exception {
        var folder = write(new Random(5));
        List<List<String>> expected;
        List<List<String>> found;
        try (var kafka = serving(folder, KafkaPeer.with(), null)) {
            expected = read(kafka, folder);
        }
        try (var barnabas = serving(folder, null, BarnabasProcess.with())) {
            found = read(barnabas, folder);
        }
        assertEquals(folder.recordCount, expected.get(0).size());
        for (int i = 0; i < expected.size(); i++) assertEquals(expected.get(i), found.get(i), "reading " + i);
    }

    @Test
    void theSameIsLeftByCompactionAsByApacheKafka() throws Exception {
        var folder = write(new Random(6));
        var expected = CompactionTest.compactTwice(folder.path, KafkaPeer.with().setting("log.cleaner.backoff.ms", "100"), null);
        var found = CompactionTest.compactTwice(folder.path, null, BarnabasProcess.with().setting("log.cleaner.backoff.ms", "100"));
        for (int pass = 0; pass < expected.size(); pass++) {
            assertEquals(String.join("\n", expected.get(pass)), String.join("\n", found.get(pass)), "after pass " + (pass + 1));
        }
        assertTrue(expected.get(0).stream().anyMatch(line -> line.contains("magic: 0")) && expected.get(0).stream().anyMatch(line -> line.contains("magic: 1")));
        assertTrue(expected.get(1).size() < expected.get(0).size() / 2, "little is left of what was written");
    }

    private static Broker serving(Folder folder, KafkaPeer.Setup kafka, BarnabasProcess.Setup barnabas) throws Exception {
        Path data = Repository.newScratch("old-formats").resolve("data");
        if (kafka != null) kafka.data(data);
        else barnabas.data(data);
        try (var broker = kafka != null ? kafka.start() : barnabas.start()) {
            Clients.createTopic(broker, TOPIC, 1, Map.of("retention.ms", "-1"));
            broker.process().terminate();
        }
        Directories.takeOver(folder.path, data.resolve(TOPIC + "-0"));
        return kafka != null ? kafka.start() : barnabas.start();
    }

    /** All that clients can ask of it: from the start, from the middle of a set, by time; with Java's client and librdkafka's. */
    private static List<List<String>> read(Broker broker, Folder folder) throws Exception {
        Clients.awaitEndOffset(broker, TOPIC, 0, folder.endOffset);
        var told = new ArrayList<List<String>>();
        var partition = new TopicPartition(TOPIC, 0);
        var random = new Random(9);
        try (var consumer = Clients.consumer(broker, "check.crcs", "true")) {
            consumer.assign(List.of(partition));
            consumer.seekToBeginning(List.of(partition));
            told.add(Clients.read(consumer, folder.recordCount).stream().map(record -> record.offset() + " " + record.timestampType() + " "
                    + record.timestamp() + " " + Clients.text(record.key()) + " " + Clients.text(record.value()) + " " + record.leaderEpoch()).toList());
            var first = new ArrayList<String>();
            for (int i = 0; i < 40; i++) {
                long offset = i < folder.borders.size() ? folder.borders.get(i) : random.nextLong(folder.endOffset);
                consumer.seek(partition, offset);
                first.add(offset + " " + Clients.read(consumer, 1).get(0).offset());
            }
            told.add(first);
            var times = new ArrayList<String>();
            for (int i = 0; i < 60; i++) {
                long time = FIRST_TIMESTAMP_MS - 10 + random.nextInt(20_000);
                times.add(time + " " + consumer.offsetsForTimes(Map.of(partition, time)).get(partition));
            }
            told.add(times);
            told.add(List.of(consumer.beginningOffsets(List.of(partition)).toString(), consumer.endOffsets(List.of(partition)).toString()));
        }
        try (var admin = Clients.admin(broker)) {
            var latest = admin.listOffsets(Map.of(partition, org.apache.kafka.clients.admin.OffsetSpec.maxTimestamp())).partitionResult(partition).get();
            told.add(List.of(latest.offset() + " " + latest.timestamp()));
        }
        told.add(Kcat.consume(broker, TOPIC, "%o %T %k %s\\n", "-o", "beginning", "-X", "check.crcs=true"));
        told.add(Kcat.consume(broker, TOPIC, "%o %T %k %s\\n", "-o", Long.toString(folder.endOffset / 3), "-c", "50"));
        assertEquals(folder.recordCount, told.get(5).size());
        return told;
    }

    // ---- material

    /** Segment files alone: old directories have indexes of other ages, or none. */
    static Folder write(Random random) throws IOException {
        Path folder = Repository.newScratch("old-partition");
        long[] clock = {FIRST_TIMESTAMP_MS};
        long offset = 0;
        int count = 0;
        var borders = new ArrayList<Long>();
        for (int segment = 0; segment < SEGMENTS; segment++) {
            borders.add(offset);
            try (var file = FileChannel.open(folder.resolve("%020d.log".formatted(offset)), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
                while (file.size() < SEGMENT_BYTES) {
                    int magic = MAGICS[segment] >= 0 ? MAGICS[segment] : random.nextInt(3);
                    boolean isLast = file.size() > SEGMENT_BYTES - 10_000;
                    var batch = batch(magic, isLast ? CompressionType.NONE : CODECS[random.nextInt(CODECS.length)], offset, random, clock);
                    file.write(batch.duplicate());
                    for (var kafka : MemoryRecords.readableRecords(batch).batches()) {
                        count += (int) java.util.stream.StreamSupport.stream(kafka.spliterator(), false).count();
                        offset = kafka.nextOffset();
                    }
                }
                // The last that compaction looks at stays: else Apache Kafka would keep it empty, which these formats cannot be.
                var last = builder(1, CompressionType.NONE, offset, TimestampType.CREATE_TIME, 0);
                last.appendWithOffset(offset++, clock[0]++, Clients.bytes("end of segment"), Clients.bytes("value"));
                file.write(last.build().buffer());
                count++;
            }
        }
        return new Folder(folder, offset, count, borders);
    }

    private static ByteBuffer batch(int magic, CompressionType codec, long baseOffset, Random random, long[] clock) {
        var type = magic == 0 ? TimestampType.NO_TIMESTAMP_TYPE : random.nextInt(5) == 0 ? TimestampType.LOG_APPEND_TIME : TimestampType.CREATE_TIME;
        long offset = baseOffset;
        try (var builder = builder(magic, codec, baseOffset, type, clock[0])) {
            for (int i = random.nextInt(30); i >= 0; i--) {
                var key = random.nextInt(20) == 0 ? null : Clients.bytes("key " + random.nextInt(KEYS));
                var value = random.nextInt(12) == 0 ? null : Clients.bytes("value " + offset + "-" + Long.toHexString(random.nextLong()).repeat(1 + random.nextInt(6)));
                builder.appendWithOffset(offset, magic == 0 ? -1 : clock[0] + random.nextInt(20), key, value);
                clock[0] += 3;
                // Compaction of that time has left gaps.
                offset += random.nextInt(10) == 0 ? 3 : 1;
            }
            return builder.build().buffer();
        }
    }

    private static MemoryRecordsBuilder builder(int magic, CompressionType codec, long baseOffset, TimestampType type, long logAppendTime) {
        return new MemoryRecordsBuilder(new ByteBufferOutputStream(4096), (byte) magic, Compression.of(codec).build(), type, baseOffset, logAppendTime,
                -1, (short) -1, -1, false, false, 0, Integer.MAX_VALUE);
    }
}
