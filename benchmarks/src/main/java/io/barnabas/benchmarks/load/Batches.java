package io.barnabas.benchmarks.load;

import io.barnabas.model.RecordBatchBuilder;
import java.nio.ByteBuffer;
import java.util.Random;

/** The records that loads are made of: words drawn at random, always the same ones, which codecs pack two to four times. */
final class Batches {
    private static final int WORD_COUNT = 4096;
    private static final int WORD_BYTES = 6;

    private Batches() {}

    static ByteBuffer of(LoadSpec spec, long nowMs) {
        var random = new Random(1);
        var words = words(random);
        var builder = new RecordBatchBuilder().compression(spec.codec());
        for (int i = 0; i < spec.recordCount(); i++) {
            var key = spec.keyBytes() == 0 ? null : text(words, random, spec.keyBytes());
            builder.append(nowMs, key, text(words, random, spec.recordBytes()));
        }
        return builder.build();
    }

    static byte[][] words(Random random) {
        var words = new byte[WORD_COUNT][WORD_BYTES];
        for (byte[] word : words) for (int i = 0; i < WORD_BYTES; i++) word[i] = (byte) (i == WORD_BYTES - 1 ? ' ' : 'a' + random.nextInt(26));
        return words;
    }

    static ByteBuffer text(byte[][] words, Random random, int byteCount) {
        var text = ByteBuffer.allocate(byteCount);
        while (text.hasRemaining()) text.put(words[random.nextInt(WORD_COUNT)], 0, Math.min(WORD_BYTES, text.remaining()));
        return text.flip();
    }
}
