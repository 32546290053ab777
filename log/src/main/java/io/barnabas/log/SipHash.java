package io.barnabas.log;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * SipHash-2-4 with 128 bits (Aumasson and Bernstein): nobody without the secret can make two inputs with one hash. Owned by
 * one thread, which asks for the result after {@link #hash}.
 */
final class SipHash {
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private final long secret0;
    private final long secret1;
    private long v0;
    private long v1;
    private long v2;
    private long v3;
    private long high;
    private long low;

    SipHash(long secret0, long secret1) {
        this.secret0 = secret0;
        this.secret1 = secret1;
    }

    void hash(byte[] bytes, int from, int length) {
        v0 = secret0 ^ 0x736f6d6570736575L;
        v1 = secret1 ^ 0x646f72616e646f6dL ^ 0xEE;
        v2 = secret0 ^ 0x6c7967656e657261L;
        v3 = secret1 ^ 0x7465646279746573L;
        int wordsEnd = from + (length & ~7);
        for (int at = from; at < wordsEnd; at += 8) take((long) LONGS.get(bytes, at));
        long last = (long) length << 56;
        for (int i = 0; i < (length & 7); i++) last |= (bytes[wordsEnd + i] & 0xFFL) << (8 * i);
        take(last);
        v2 ^= 0xEE;
        for (int i = 0; i < 4; i++) round();
        high = v0 ^ v1 ^ v2 ^ v3;
        v1 ^= 0xDD;
        for (int i = 0; i < 4; i++) round();
        low = v0 ^ v1 ^ v2 ^ v3;
    }

    long high() {
        return high;
    }

    long low() {
        return low;
    }

    private void take(long word) {
        v3 ^= word;
        round();
        round();
        v0 ^= word;
    }

    private void round() {
        v0 += v1;
        v2 += v3;
        v1 = Long.rotateLeft(v1, 13) ^ v0;
        v3 = Long.rotateLeft(v3, 16) ^ v2;
        v0 = Long.rotateLeft(v0, 32);
        v2 += v1;
        v0 += v3;
        v1 = Long.rotateLeft(v1, 17) ^ v2;
        v3 = Long.rotateLeft(v3, 21) ^ v0;
        v2 = Long.rotateLeft(v2, 32);
    }
}
