package io.barnabas.log;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.barnabas.model.ErrorCode;
import io.barnabas.testkit.Seeds;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MemoryRecordsBuilder;
import org.apache.kafka.common.utils.internals.ByteBufferOutputStream;
import org.junit.jupiter.api.Test;

/** Logs of messages of the formats v0 and v1, among batches of v2: Apache Kafka's classes write them, and tell what they hold. */
class OldFormatsTest {
    private static final int KEYS = 10;

    /** @param timestamp -1 in v0 */
    private record Kept(long offset, long timestamp, String key, String value) {}

    /** What a log must hold. */
    private static final class Model {
        final List<ByteBuffer> batches = new ArrayList<>();
        final List<Kept> records = new ArrayList<>();
        /** A power cut may take entries of the active segment's time index, and nothing shows that they are gone. */
        boolean isTimeUncertain;
        long end;

        void add(ByteBuffer part) {
            for (var batch : MemoryRecords.readableRecords(part).batches()) {
                var bytes = ByteBuffer.allocate(batch.sizeInBytes());
                batch.writeTo(bytes);
                batches.add(bytes.flip());
                for (var record : batch) records.add(kept(record));
                end = batch.nextOffset();
            }
        }

        void truncateTo(long offset) {
            batches.removeIf(bytes -> lastOffset(bytes) >= offset);
            long left = batches.isEmpty() ? -1 : lastOffset(batches.get(batches.size() - 1));
            end = Math.min(end, offset);
            records.removeIf(record -> record.offset > left);
        }
    }

    private static Kept kept(org.apache.kafka.common.record.internal.Record record) {
        return new Kept(record.offset(), record.timestamp(), LogRig.text(record.key()), LogRig.text(record.value()));
    }

    /** Less than the log's end minus one where a truncation has left a gap. */
    private static long lastOffset(List<ByteBuffer> batches) {
        return batches.isEmpty() ? -1 : lastOffset(batches.get(batches.size() - 1));
    }

    private static long lastOffset(ByteBuffer batch) {
        return MemoryRecords.readableRecords(batch).batches().iterator().next().lastOffset();
    }

    @Test
    void logsOfAllFormatsAreReplicatedReadFoundCutAndRecovered() {
        Seeds.check(120, this::run);
    }

    private void run(long seed, RandomGenerator random) {
        var rig = new LogRig(seed, LogRig.config(LogConfig.DEFAULT, 1000 + random.nextInt(8000), random.nextInt(500)));
        var model = new Model();
        for (int step = 0; step < 25; step++) {
            switch (random.nextInt(8)) {
                case 0 -> rig.restart();
                case 1 -> rig.kill();
                case 2 -> {
                    rig.flush();
                    rig.simulation.runFor(2000);
                    rig.powerCut();
                    model.isTimeUncertain = true;
                    assertEquals(model.end, rig.log.endOffset());
                }
                case 3 -> {
                    // Where a batch ends: a crash would not find an end within a gap again.
                    long offset = model.batches.isEmpty() ? 0 : lastOffset(model.batches.get(random.nextInt(model.batches.size()))) + 1;
                    rig.log.truncateTo(offset);
                    model.truncateTo(offset);
                    rig.log.raiseHighWatermark(0);
                }
                case 4 -> restartWithoutIndexes(rig, random.nextBoolean());
                default -> replicate(rig, model, random);
            }
            check(rig, model, random);
        }
        rig.stop();
        assertArrayEquals(bytes(model.batches), segmentBytes(rig));
    }

    /** As a directory that was copied without them. */
    private static void restartWithoutIndexes(LogRig rig, boolean isClean) {
        if (isClean) rig.stop();
        else rig.killLoops();
        for (var name : rig.disk.list(rig.file("x").getParent())) {
            if (name.endsWith("index")) rig.disk.delete(rig.file(name));
        }
        if (!isClean) rig.disk.killProcess();
        rig.start();
    }

    private static void replicate(LogRig rig, Model model, RandomGenerator random) {
        long from = model.end;
        int before = model.batches.size();
        for (int i = random.nextInt(4); i >= 0; i--) model.add(batch(random, model.end + random.nextInt(2)));
        var added = model.batches.subList(before, model.batches.size());
        int cut = random.nextInt(17);
        var bytes = bytes(added);
        var given = ByteBuffer.allocate(bytes.length + cut).put(bytes).put(new byte[cut]).flip();
        var result = rig.log.replicate(given);
        assertTrue(result instanceof AppendResult.Appended, result.toString());
        assertTrue(rig.log.write());
        assertEquals(model.end, rig.log.endOffset());
        assertTrue(from <= rig.log.endOffset());
    }

    private static void check(LogRig rig, Model model, RandomGenerator random) {
        assertEquals(model.end, rig.log.endOffset());
        for (int i = 0; i < 12 && model.end > 0; i++) {
            long offset = random.nextLong(model.end);
            if (offset > lastOffset(model.batches)) continue;
            checkRead(rig, model, offset, 1 + random.nextInt(3000));
        }
        for (long offset = Math.max(0, model.end - 5); offset <= lastOffset(model.batches); offset++) checkRead(rig, model, offset, 300);
        assertEquals(model.batches.stream().mapToLong(ByteBuffer::remaining).sum(), rig.log.sizeInBytes());
        if (model.isTimeUncertain) return;
        for (int i = 0; i < 5; i++) {
            long timestamp = 1000 + random.nextInt(1200);
            Kept wanted = null;
            for (var record : model.records) if (wanted == null && record.timestamp >= timestamp) wanted = record;
            assertFound(wanted, rig.log.offsetForTimestamp(timestamp));
        }
        Kept latest = null;
        for (var record : model.records) if (record.timestamp >= 0 && (latest == null || record.timestamp > latest.timestamp)) latest = record;
        assertFound(latest, rig.log.maxTimestamp());
    }

    private static void assertFound(Kept wanted, TimestampOffset found) {
        if (wanted == null) {
            assertNull(found);
            return;
        }
        assertEquals(wanted.offset, found.offset());
        assertEquals(wanted.timestamp, found.timestamp());
    }

    /** The bytes are those from the first batch on that ends at the offset or later. */
    private static void checkRead(LogRig rig, Model model, long offset, int bytesMax) {
        var data = (ReadResult.Data) rig.log.read(offset, bytesMax, model.end, true);
        var read = data.slice().toByteBuffer();
        int first = 0;
        while (lastOffset(model.batches.get(first)) < offset) first++;
        var expected = ByteBuffer.wrap(bytes(model.batches.subList(first, model.batches.size())));
        assertTrue(read.remaining() >= model.batches.get(first).remaining(), "less than a batch");
        assertEquals(expected.slice(0, read.remaining()), read, "offset=" + offset);
        data.slice().release();
    }

    // ---- damage

    /** Nothing is known to be durable: the first message that is not whole ends the log, and what stood before it is served. */
    @Test
    void damageAndTornEndsCutTheLogAtTheLastWholeMessage() {
        var random = Seeds.random(3);
        var model = new Model();
        while (model.batches.size() < 12) model.add(batch(random, model.end, random.nextInt(2)));
        var whole = bytes(model.batches);
        int from = 0;
        for (int i = 0; i < model.batches.size(); i++) {
            int size = model.batches.get(i).remaining();
            long endBefore = i == 0 ? 0 : lastOffset(model.batches.get(i - 1)) + 1;
            for (int at = 8; at < size; at += 1 + random.nextInt(3)) {
                var damaged = whole.clone();
                damaged[from + at] ^= 0x21;
                assertEndsAt(model, damaged, endBefore, "flipped " + i + " " + at);
                assertEndsAt(model, Arrays.copyOf(whole, from + at), endBefore, "cut " + i + " " + at);
            }
            from += size;
        }
        assertEndsAt(model, whole, model.end, "whole");
    }

    private static void assertEndsAt(Model model, byte[] file, long end, String what) {
        var rig = LogRig.withDefaults();
        rig.log.replicate(ByteBuffer.wrap(bytes(model.batches)));
        rig.log.write();
        rig.killLoops();
        rig.disk.killProcess();
        rig.disk.replace(rig.file("00000000000000000000.log"), file);
        rig.start();
        assertEquals(end, rig.log.endOffset(), what);
        if (end > 0) ((ReadResult.Data) rig.log.read(0, 1 << 20, end, true)).slice().release();
    }

    @Test
    void whatAFollowerGetsIsCheckedBeforeItIsTaken() {
        var random = Seeds.random(4);
        var model = new Model();
        while (model.batches.size() < 4) model.add(batch(random, model.end, random.nextInt(2)));
        var whole = bytes(model.batches);
        int from = 0;
        for (var batch : model.batches) {
            for (int at = 12; at < batch.remaining(); at++) {
                var damaged = whole.clone();
                damaged[from + at] ^= 0x10;
                var rig = LogRig.withDefaults();
                var result = rig.log.replicate(ByteBuffer.wrap(damaged));
                assertTrue(result instanceof AppendResult.Refused refused && refused.error() == ErrorCode.CORRUPT_MESSAGE, result + " at " + from + "+" + at);
                assertEquals(0, rig.log.stagedEndOffset());
            }
            from += batch.remaining();
        }
        var rig = LogRig.withDefaults();
        assertTrue(rig.log.replicate(ByteBuffer.wrap(whole)) instanceof AppendResult.Appended);
        // It does not follow a second time.
        assertTrue(rig.log.replicate(ByteBuffer.wrap(whole)) instanceof AppendResult.Refused);
    }

    /** Under a right checksum outside, something within a wrapper is wrong: the log is left as it is, and serves on. */
    @Test
    void aWrapperThatCannotBeUnpackedIsNotCompacted() {
        var rig = new LogRig(1, LogRig.compacted(LogRig.SMALL, new CompactionConfig(0, 0, Long.MAX_VALUE, 0), false));
        var model = new Model();
        var random = Seeds.random(5);
        while (model.batches.size() < 30) model.add(batch(random, model.end, 1));
        var bytes = ByteBuffer.wrap(bytes(model.batches));
        int at = 0;
        while ((bytes.get(at + 17) & 7) != CompressionType.GZIP.id) at += 12 + bytes.getInt(at + 8);
        int size = 12 + bytes.getInt(at + 8);
        bytes.put(at + size - 3, (byte) (bytes.get(at + size - 3) ^ 1));
        var crc = new java.util.zip.CRC32();
        crc.update(bytes.slice(at + 16, size - 16));
        bytes.putInt(at + 12, (int) crc.getValue());
        assertTrue(rig.log.replicate(bytes) instanceof AppendResult.Appended);
        rig.log.write();
        rig.log.raiseHighWatermark(model.end);
        rig.flush();
        rig.simulation.runFor(100_000);
        assertArrayEquals(bytes.array(), segmentBytes(rig));
        assertNull(rig.heard.offline);
    }

    // ---- conversion of slices

    @Test
    void slicesAreConvertedForOldClientsAndCounted() {
        Seeds.check(60, (seed, random) -> {
            var rig = new LogRig(seed, LogRig.config(LogConfig.DEFAULT, 1 << 20, 200));
            var model = new Model();
            for (int i = 0; i < 6; i++) replicate(rig, model, random);
            var converter = new SliceConverter(1 << 20);
            byte magic = (byte) random.nextInt(2);
            var read = new ArrayList<Kept>();
            for (long offset = 0; offset < model.end; ) {
                var data = (ReadResult.Data) rig.log.read(offset, 500, model.end, true);
                var converted = converter.convert(data.slice(), magic, offset, 0);
                assertEquals(converted.slice().size(), converter.heldBytes());
                for (var batch : MemoryRecords.readableRecords(converted.slice().toByteBuffer()).batches()) {
                    assertTrue(batch.magic() <= magic);
                    for (var record : batch) if (record.offset() >= offset) read.add(kept(record));
                }
                converted.slice().release();
                assertEquals(0, converter.heldBytes());
                assertTrue(converted.nextOffset() > offset);
                offset = converted.nextOffset();
            }
            var expected = new ArrayList<Kept>();
            for (var record : model.records) expected.add(magic > 0 ? record : new Kept(record.offset, -1, record.key, record.value));
            assertEquals(expected, read);
            var full = new SliceConverter(0).convert(((ReadResult.Data) rig.log.read(0, 500, model.end, true)).slice(), magic, 0, 0);
            assertEquals(0, full.slice().size());
            assertEquals(0, full.nextOffset());
        });
    }

    // ---- compaction

    @Test
    void theLastOfEachKeyStays() {
        Seeds.check(80, (seed, random) -> {
            var compaction = new CompactionConfig(random.nextBoolean() ? 0 : 1_000_000_000L, 0, Long.MAX_VALUE, 0);
            var rig = new LogRig(seed, LogRig.compacted(LogRig.config(LogConfig.DEFAULT, 2000 + random.nextInt(4000), 200), compaction, false));
            var model = new Model();
            for (int i = 0; i < 25; i++) {
                replicate(rig, model, random);
                rig.log.raiseHighWatermark(model.end);
                if (random.nextInt(3) == 0) rig.flush();
                if (random.nextInt(4) == 0) rig.simulation.runFor(40_000);
            }
            rig.flush();
            rig.simulation.runFor(300_000);
            assertNull(rig.heard.offline);
            long dirty = lastSegmentStart(rig);
            assertTrue(rig.log.sizeInBytes() < model.batches.stream().mapToLong(ByteBuffer::remaining).sum() || model.end < 20, "nothing was compacted");
            checkCompacted(rig, model, dirty, compaction);
            rig.restart();
            checkCompacted(rig, model, dirty, compaction);
            rig.kill();
            checkCompacted(rig, model, dirty, compaction);
        });
    }

    private static long lastSegmentStart(LogRig rig) {
        long last = 0;
        for (var name : rig.disk.list(rig.file("x").getParent())) last = Math.max(last, FileNames.offsetOf(name, FileNames.LOG));
        return last;
    }

    private static void checkCompacted(LogRig rig, Model model, long dirty, CompactionConfig compaction) {
        assertEquals(model.end, rig.log.endOffset());
        Map<Long, Kept> originals = new HashMap<>();
        Map<Long, Byte> magics = new HashMap<>();
        for (var batch : model.batches) {
            for (var kafka : MemoryRecords.readableRecords(batch).batches()) {
                for (var record : kafka) {
                    originals.put(record.offset(), kept(record));
                    magics.put(record.offset(), kafka.magic());
                }
            }
        }
        Map<String, Kept> last = new HashMap<>();
        for (var record : model.records) if (record.key != null && record.offset < dirty) last.put(record.key, record);
        var left = new HashMap<Long, Kept>();
        long before = -1;
        for (var batch : MemoryRecords.readableRecords(ByteBuffer.wrap(segmentBytes(rig))).batches()) {
            batch.ensureValid();
            for (var record : batch) {
                assertTrue(record.offset() > before);
                before = record.offset();
                assertEquals(originals.get(record.offset()), kept(record));
                assertEquals(record.offset() < dirty ? 2 : magics.get(record.offset()), batch.magic());
                left.put(record.offset(), kept(record));
            }
        }
        for (var record : model.records) {
            boolean isLast = record.offset >= dirty || record.key != null && last.get(record.key) == record;
            if (!isLast) assertTrue(!left.containsKey(record.offset), "stays: " + record);
            else if (record.value != null || compaction.deleteRetentionMs() > 0 || record.offset >= dirty) assertEquals(record, left.get(record.offset));
        }
        for (long offset = 0; offset < model.end; offset += 7) rig.log.read(offset, 300, model.end, true);
    }

    // ---- material

    private static ByteBuffer batch(RandomGenerator random, long baseOffset) {
        return batch(random, baseOffset, random.nextInt(3));
    }

    private static ByteBuffer batch(RandomGenerator random, long baseOffset, int magic) {
        var codecs = new CompressionType[] {CompressionType.NONE, CompressionType.GZIP, CompressionType.SNAPPY, CompressionType.LZ4};
        var codec = codecs[random.nextInt(codecs.length)];
        var type = magic == 0 ? TimestampType.NO_TIMESTAMP_TYPE : random.nextInt(4) == 0 ? TimestampType.LOG_APPEND_TIME : TimestampType.CREATE_TIME;
        long offset = baseOffset;
        try (var builder = new MemoryRecordsBuilder(new ByteBufferOutputStream(512), (byte) magic, Compression.of(codec).build(), type, baseOffset,
                1000 + random.nextInt(1000), -1, (short) -1, -1, false, false, 0, Integer.MAX_VALUE)) {
            for (int i = random.nextInt(8); i >= 0; i--) {
                var key = random.nextInt(12) == 0 ? null : LogRig.bytes("key " + random.nextInt(KEYS));
                var value = random.nextInt(8) == 0 ? null : LogRig.bytes("value " + offset + "x".repeat(random.nextInt(60)));
                builder.appendWithOffset(offset, magic == 0 ? -1 : 1000 + random.nextInt(1000), key, value);
                offset += random.nextInt(6) == 0 ? 2 : 1;
            }
            return builder.build().buffer();
        }
    }

    private static byte[] bytes(List<ByteBuffer> batches) {
        var all = ByteBuffer.allocate(batches.stream().mapToInt(ByteBuffer::remaining).sum());
        for (var batch : batches) all.put(batch.duplicate());
        return all.array();
    }

    private static byte[] segmentBytes(LogRig rig) {
        var parts = new ArrayList<ByteBuffer>();
        for (var name : rig.disk.list(rig.file("x").getParent())) {
            if (name.endsWith(FileNames.LOG)) parts.add(ByteBuffer.wrap(rig.disk.bytes(rig.file(name))));
        }
        return bytes(parts);
    }
}
