package io.barnabas.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.barnabas.model.RecordBatchFilter.Rest;
import io.barnabas.testkit.Seeds;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

class RecordBatchFilterTest {
    private static final long BYTES_MAX = 64 << 20;

    private final RecordBatchFilter filter = new RecordBatchFilter(BYTES_MAX);

    @Test
    void whatStaysIsAsItWas() {
        Seeds.check(500, this::filterOne);
    }

    private void filterOne(long seed, RandomGenerator random) {
        var batch = new RecordBatch().wrap(randomBatch(random), 0);
        var all = records(batch);
        var shown = new ArrayList<Long>();
        assertTrue(filter.visit(batch, (offset, bytes, from, length, hasValue) -> shown.add(offset)));
        assertEquals(all.stream().map(Record::offset).toList(), shown);

        int keptOfTen = random.nextInt(11);
        var kept = new ArrayList<Record>();
        var expected = new ArrayDeque<Long>();
        int[] next = {0};
        var rest = filter.filter(batch, new RecordBatchFilter.Visitor() {
            @Override
            public void expect(long offset, byte[] bytes, int from, int length) {
                var record = all.get(next[0] + expected.size());
                assertEquals(record.offset(), offset);
                assertEquals(record.key(), length < 0 ? null : ByteBuffer.wrap(bytes, from, length));
                expected.add(offset);
            }

            @Override
            public boolean onRecord(long offset, byte[] bytes, int from, int length, boolean hasValue) {
                var record = all.get(next[0]++);
                assertEquals(record.offset(), offset);
                assertEquals(expected.remove(), offset);
                assertEquals(record.key(), length < 0 ? null : ByteBuffer.wrap(bytes, from, length));
                assertEquals(record.value() != null, hasValue);
                boolean stays = random.nextInt(10) < keptOfTen;
                if (stays) kept.add(record);
                return stays;
            }
        });
        assertEquals(List.of(), List.copyOf(expected));
        assertEquals(kept.isEmpty() ? Rest.NONE : kept.size() == all.size() ? Rest.ALL : Rest.SOME, rest);
        if (rest == Rest.NONE) {
            checkHeader(batch, new RecordBatch().wrap(RecordBatchFilter.emptied(batch), 0), 0, batch.maxTimestamp());
            return;
        }
        assertEquals(kept.stream().anyMatch(record -> record.value() == null), filter.keepsTombstone());
        long horizon = random.nextBoolean() ? 1_800_000_000_000L : RecordBatch.NO_TIMESTAMP;
        var made = new RecordBatch().wrap(filter.rest(batch, horizon), 0);
        checkHeader(batch, made, kept.size(), kept.stream().mapToLong(Record::timestamp).max().getAsLong());
        assertEquals(horizon, made.deleteHorizonMs());
        assertEquals(batch.compressionType(), made.compressionType());
        assertEquals(kept, records(made));
    }

    /** Some kilobytes may be as much as the memory can hold. */
    @Test
    void aBombIsRefused() {
        var few = new RecordBatchFilter(1 << 20);
        var large = new RecordBatchBuilder().compression(CompressionType.ZSTD).append(0, null, ByteBuffer.wrap(new byte[2 << 20])).build();
        assertEquals(ErrorCode.MESSAGE_TOO_LARGE, assertThrows(RecordException.class, () -> few.filter(new RecordBatch().wrap(large, 0), (o, b, f, l, v) -> true)).error());
        var builder = new RecordBatchBuilder().compression(CompressionType.ZSTD);
        for (int i = 0; i < 100_000; i++) builder.append(0, null, null);
        var many = builder.build();
        assertTrue(few.visit(new RecordBatch().wrap(many, 0), (o, b, f, l, v) -> true), "looking needs no more than unpacking");
        assertEquals(ErrorCode.MESSAGE_TOO_LARGE, assertThrows(RecordException.class, () -> few.filter(new RecordBatch().wrap(many, 0), (o, b, f, l, v) -> true)).error());
    }

    /** Each pass of a compaction has a filter of its own. */
    @Test
    void whatCodecsHoldOutsideTheHeapIsGivenBack() throws IOException {
        var builder = new RecordBatchBuilder().compression(CompressionType.ZSTD);
        for (int i = 0; i < 200; i++) builder.append(1_700_000_000_000L, ByteBuffer.wrap(new byte[] {(byte) i}), ByteBuffer.wrap(new byte[300]));
        var batch = new RecordBatch().wrap(builder.build(), 0);
        filterAndFree(batch, 50);
        long before = residentBytes();
        filterAndFree(batch, 2_000);
        assertTrue(residentBytes() - before < 64 << 20, "resident memory has grown by " + (residentBytes() - before));
    }

    private static void filterAndFree(RecordBatch batch, int count) {
        for (int i = 0; i < count; i++) {
            var one = new RecordBatchFilter(BYTES_MAX);
            one.filter(batch, (offset, bytes, from, length, hasValue) -> offset % 2 == 0);
            one.rest(batch, RecordBatch.NO_TIMESTAMP);
            one.free();
            one.visit(batch, (offset, bytes, from, length, hasValue) -> true); // it may be used again
            one.free();
        }
    }

    private static long residentBytes() throws IOException {
        return Long.parseLong(Files.readString(Path.of("/proc/self/statm")).split(" ")[1]) * 4096;
    }

    private static void checkHeader(RecordBatch before, RecordBatch after, int recordCount, long maxTimestamp) {
        assertTrue(after.isValidCrc());
        assertEquals(recordCount, after.recordCount());
        assertEquals(maxTimestamp, after.maxTimestamp());
        assertEquals(List.of(before.baseOffset(), before.lastOffset(), before.producerId(), before.producerEpoch(), before.baseSequence(),
                before.leaderEpoch(), before.isTransactional(), before.timestampType()), List.of(after.baseOffset(), after.lastOffset(), after.producerId(),
                after.producerEpoch(), after.baseSequence(), after.leaderEpoch(), after.isTransactional(), after.timestampType()));
    }

    private static List<Record> records(RecordBatch batch) {
        var records = new ArrayList<Record>();
        try (var reader = batch.records(1 << 24)) {
            for (var record = reader.next(); record != null; record = reader.next()) records.add(record);
        }
        return records;
    }

    private static ByteBuffer randomBatch(RandomGenerator random) {
        var builder = new RecordBatchBuilder().baseOffset(random.nextLong(1L << 40)).leaderEpoch(random.nextInt(100))
                .compression(CompressionType.of(random.nextInt(5)));
        if (random.nextInt(3) == 0) builder.logAppendTime(1_750_000_000_000L);
        if (random.nextBoolean()) builder.producer(random.nextLong(1000), (short) 3, random.nextInt(1000));
        if (random.nextInt(4) == 0) builder.transactional();
        int count = 1 + random.nextInt(random.nextInt(4) == 0 ? 1000 : 200);
        for (int i = 0; i < count; i++) {
            List<RecordHeader> headers = random.nextInt(5) == 0 ? List.of(new RecordHeader("h", text(random, 20))) : List.of();
            builder.append(1_700_000_000_000L + random.nextInt(100_000) - 50_000, random.nextInt(6) == 0 ? null : text(random, 300),
                    random.nextInt(6) == 0 ? null : text(random, 300), headers);
        }
        return builder.build();
    }

    private static ByteBuffer text(RandomGenerator random, int bytesMax) {
        return ByteBuffer.wrap(String.valueOf((char) ('a' + random.nextInt(26))).repeat(random.nextInt(bytesMax)).getBytes(StandardCharsets.UTF_8));
    }
}
