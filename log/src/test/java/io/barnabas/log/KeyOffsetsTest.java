package io.barnabas.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.barnabas.testkit.Seeds;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

class KeyOffsetsTest {
    /** From the vectors that the hash's authors publish: the secret is 0, 1, ... 15, the input 0, 1, ... */
    @Test
    void theHashIsSipHash() {
        var hash = new SipHash(0x0706050403020100L, 0x0f0e0d0c0b0a0908L);
        hash.hash(new byte[0], 0, 0);
        assertEquals("a3817f04ba25a8e66df67214c7550293", hex(hash));
        hash.hash(new byte[] {9, 0, 9}, 1, 1);
        assertEquals("da87c1d86b99af44347659119b22fc45", hex(hash));
    }

    private static String hex(SipHash hash) {
        return "%016x%016x".formatted(Long.reverseBytes(hash.high()), Long.reverseBytes(hash.low()));
    }

    @Test
    void itKnowsWhatAMapKnows() {
        Seeds.check(50, this::compareWithMap);
    }

    private void compareWithMap(long seed, RandomGenerator random) {
        var keys = new KeyOffsets(1 << 20, 0.5 + random.nextDouble() / 2, new SipHash(random.nextLong(), random.nextLong()));
        for (int round = 0; round < 2; round++) {
            long base = random.nextLong(1L << 50);
            keys.startAt(base);
            Map<String, Long> model = new HashMap<>();
            Map<Long, Boolean> isReplaced = new HashMap<>();
            int keyCount = 1 + random.nextInt(6000);
            long offset = base;
            for (int i = 0; i < 10_000; ) {
                var some = new ArrayList<String>();
                for (int left = 1 + random.nextInt(KeyOffsets.EXPECTED_MAX); left > 0; left--) some.add("key" + random.nextInt(keyCount));
                some.forEach(key -> keys.expect(("ab" + key).getBytes(StandardCharsets.UTF_8), 2, key.length()));
                for (var key : some) {
                    assertTrue(keys.putNext(offset));
                    var before = model.put(key, offset);
                    if (before != null) isReplaced.put(before, true);
                    isReplaced.put(offset, false);
                    offset += 1 + random.nextInt(1000);
                    i++;
                }
            }
            assertEquals(model.size(), keys.size());
            for (int i = 0; i < keyCount; i++) assertEquals(model.getOrDefault("key" + i, -1L), get(keys, "key" + i));
            assertEquals(-1, get(keys, "other"));
            isReplaced.forEach((noted, replaced) -> {
                if (keys.isNoted(noted)) assertEquals(replaced, keys.isReplaced(noted));
            });
            for (int i = 0; i < 200; i++) {
                long from = base + random.nextLong(300_000) - 1000;
                long to = from + random.nextLong(random.nextBoolean() ? 100_000 : 130);
                long count = isReplaced.entrySet().stream()
                        .filter(put -> put.getValue() && put.getKey() >= from && put.getKey() <= to && keys.isNoted(put.getKey())).count();
                assertEquals(count, keys.replacedCount(from, to));
            }
            assertTrue(keys.isNoted(base) && !keys.isNoted(base - 1) && !keys.isNoted(base + (1L << 20)));
        }
    }

    @Test
    void itStaysWithinItsBounds() {
        int bytesMax = 1 << 20;
        var keys = new KeyOffsets(bytesMax, 0.9, new SipHash(1, 2));
        keys.startAt(0);
        int count = 0;
        while (put(keys, "key" + count, count)) count++;
        // A sixteenth tells what was replaced, a third of the rest is needed while it grows.
        assertEquals((bytesMax - bytesMax / 16) / KeyOffsets.ENTRY_BYTES * 2 / 3 * 9 / 10, count, 1);
        assertEquals(count, keys.size());
        assertTrue(put(keys, "key0", count), "a key that is there needs no room");
        assertEquals(count, get(keys, "key0"));
        keys.startAt(5);
        assertTrue(put(keys, "key", 5 + 0xFFFF_FFFFL));
        assertEquals(5 + 0xFFFF_FFFFL, get(keys, "key"));
        assertFalse(put(keys, "key", 6 + 0xFFFF_FFFFL), "further than it can tell");
    }

    private static boolean put(KeyOffsets keys, String key, long offset) {
        var bytes = key.getBytes(StandardCharsets.UTF_8);
        keys.expect(bytes, 0, bytes.length);
        return keys.putNext(offset);
    }

    private static long get(KeyOffsets keys, String key) {
        var bytes = key.getBytes(StandardCharsets.UTF_8);
        keys.expect(bytes, 0, bytes.length);
        return keys.getNext();
    }
}
