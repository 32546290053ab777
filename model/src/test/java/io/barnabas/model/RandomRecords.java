package io.barnabas.model;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;

/** Random records; the same seed gives the same records. */
final class RandomRecords {
    static final int DECOMPRESSED_MAX = 64 << 20;
    static final long NOW = 1_800_000_000_000L;

    private RandomRecords() {}

    record Sample(long timestamp, byte[] key, byte[] value, List<RecordHeader> headers) {
        ByteBuffer keyBuffer() {
            return key == null ? null : ByteBuffer.wrap(key);
        }

        ByteBuffer valueBuffer() {
            return value == null ? null : ByteBuffer.wrap(value);
        }
    }

    static List<Sample> samples(RandomGenerator random) {
        int count = 1 + random.nextInt(random.nextInt(8) == 0 ? 400 : 20);
        var samples = new ArrayList<Sample>(count);
        for (int i = 0; i < count; i++) samples.add(sample(random));
        return samples;
    }

    private static Sample sample(RandomGenerator random) {
        long timestamp = NOW - 50_000 + random.nextInt(100_000);
        var headers = new ArrayList<RecordHeader>();
        if (random.nextInt(3) == 0) {
            for (int i = random.nextInt(4); i >= 0; i--) headers.add(new RecordHeader("h\u00e4" + i, wrapped(bytes(random))));
        }
        return new Sample(timestamp, bytes(random), bytes(random), headers);
    }

    private static ByteBuffer wrapped(byte[] bytes) {
        return bytes == null ? null : ByteBuffer.wrap(bytes);
    }

    /** Null, empty, short, or now and then longer than a codec's block; half of them easy to pack. */
    static byte[] bytes(RandomGenerator random) {
        int kind = random.nextInt(100);
        if (kind < 10) return null;
        var bytes = new byte[kind < 15 ? 0 : kind < 98 ? random.nextInt(200) : random.nextInt(100_000)];
        if (random.nextBoolean()) random.nextBytes(bytes);
        else Arrays.fill(bytes, (byte) 'a');
        return bytes;
    }

    static RecordBatchBuilder fill(RecordBatchBuilder builder, List<Sample> samples) {
        for (var sample : samples) {
            builder.append(sample.timestamp, sample.keyBuffer(), sample.valueBuffer(), sample.headers);
        }
        return builder;
    }

    static ByteBuffer direct(ByteBuffer bytes) {
        return ByteBuffer.allocateDirect(bytes.remaining()).put(bytes.duplicate()).flip();
    }

    static byte[] array(ByteBuffer bytes) {
        if (bytes == null) return null;
        var array = new byte[bytes.remaining()];
        bytes.duplicate().get(array);
        return array;
    }

    static List<Record> recordsOf(RecordBatch batch) {
        var records = new ArrayList<Record>();
        try (var reader = batch.records(DECOMPRESSED_MAX)) {
            for (var record = reader.next(); record != null; record = reader.next()) records.add(record);
        }
        return records;
    }
}
