package io.barnabas.coordinator.assignor;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HexFormat;

/** The hash function XXH3 of 64 bits, with seed 0, for inputs from 4 bytes on: nothing here hashes shorter ones. */
final class Xxh3 {
    private static final int LENGTH_MIN = 4;
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final byte[] SECRET = HexFormat.of().parseHex(
            "b8fe6c3923a44bbe7c01812cf721ad1cded46de9839097db7240a4a4b7b3671fcb79e64eccc0e578825ad07dccff7221"
                    + "b8084674f743248ee03590e6813a264c3c2852bb91c300cb88d0658b1b532ea371644897a20df94e3819ef46a9deacd8"
                    + "a8fa763fe39c343ff9dcbbc7c70b4f1d8a51e04bcdb45931c89f7ec9d9787364eac5ac8334d3ebc3c581a0fffa1363eb"
                    + "170ddd51b7f0da49d316552629d4689e2b16be587d47a1fc8ff8b8d17ad031ce45cb3a8f95160428afd7fbcabb4b407e");

    private static final long PRIME32_1 = 0x9E3779B1L;
    private static final long PRIME32_2 = 0x85EBCA77L;
    private static final long PRIME32_3 = 0xC2B2AE3DL;
    private static final long PRIME64_1 = 0x9E3779B185EBCA87L;
    private static final long PRIME64_2 = 0xC2B2AE3D27D4EB4FL;
    private static final long PRIME64_3 = 0x165667B19E3779F9L;
    private static final long PRIME64_4 = 0x85EBCA77C2B2AE63L;
    private static final long PRIME64_5 = 0x27D4EB2F165667C5L;
    private static final long PRIME_MX1 = 0x165667919E3779F9L;
    private static final long PRIME_MX2 = 0x9FB21C651E98DF25L;

    private static final int STRIPE_BYTES = 64;
    private static final int LANES = STRIPE_BYTES / 8;
    private static final int STRIPES_PER_BLOCK = (SECRET.length - STRIPE_BYTES) / 8;
    private static final int BLOCK_BYTES = STRIPES_PER_BLOCK * STRIPE_BYTES;

    private Xxh3() {}

    /** The hash of the first {@code length} bytes. */
    static long hash(byte[] input, int length) {
        if (length < LENGTH_MIN) throw new IllegalArgumentException("too short: length=" + length);
        if (length <= 8) return hashUpTo8(input, length);
        if (length <= 16) return hashUpTo16(input, length);
        if (length <= 128) return hashUpTo128(input, length);
        if (length <= 240) return hashUpTo240(input, length);
        return hashLong(input, length);
    }

    private static long hashUpTo8(byte[] input, int length) {
        long both = ((long) readInt(input, 0) << 32) + (readInt(input, length - 4) & 0xFFFFFFFFL);
        long hash = both ^ read(SECRET, 8) ^ read(SECRET, 16);
        hash = (hash ^ Long.rotateLeft(hash, 49) ^ Long.rotateLeft(hash, 24)) * PRIME_MX2;
        hash = (hash ^ (hash >>> 35) + length) * PRIME_MX2;
        return hash ^ hash >>> 28;
    }

    private static long hashUpTo16(byte[] input, int length) {
        long low = read(input, 0) ^ read(SECRET, 24) ^ read(SECRET, 32);
        long high = read(input, length - 8) ^ read(SECRET, 40) ^ read(SECRET, 48);
        return avalanche(length + Long.reverseBytes(low) + high + multiplyFolded(low, high));
    }

    private static long hashUpTo128(byte[] input, int length) {
        long sum = length * PRIME64_1;
        for (int i = (length - 1) / 32; i >= 0; i--) {
            sum += mix(input, 16 * i, 32 * i);
            sum += mix(input, length - 16 * (i + 1), 32 * i + 16);
        }
        return avalanche(sum);
    }

    private static long hashUpTo240(byte[] input, int length) {
        long sum = length * PRIME64_1;
        for (int i = 0; i < 8; i++) sum += mix(input, 16 * i, 16 * i);
        sum = avalanche(sum);
        for (int i = 8; i < length / 16; i++) sum += mix(input, 16 * i, 16 * (i - 8) + 3);
        return avalanche(sum + mix(input, length - 16, 136 - 17));
    }

    private static long hashLong(byte[] input, int length) {
        long[] lanes = {PRIME32_3, PRIME64_1, PRIME64_2, PRIME64_3, PRIME64_4, PRIME32_2, PRIME64_5, PRIME32_1};
        int position = 0;
        for (; position < (length - 1) / BLOCK_BYTES * BLOCK_BYTES; position += BLOCK_BYTES) {
            for (int i = 0; i < STRIPES_PER_BLOCK; i++) accumulate(lanes, input, position + i * STRIPE_BYTES, 8 * i);
            scramble(lanes);
        }
        int stripes = (length - 1 - position) / STRIPE_BYTES;
        for (int i = 0; i < stripes; i++) accumulate(lanes, input, position + i * STRIPE_BYTES, 8 * i);
        accumulate(lanes, input, length - STRIPE_BYTES, SECRET.length - STRIPE_BYTES - 7);
        long sum = length * PRIME64_1;
        for (int i = 0; i < LANES; i += 2) {
            sum += multiplyFolded(lanes[i] ^ read(SECRET, 11 + 8 * i), lanes[i + 1] ^ read(SECRET, 19 + 8 * i));
        }
        return avalanche(sum);
    }

    private static void accumulate(long[] lanes, byte[] input, int position, int secretPosition) {
        for (int i = 0; i < LANES; i++) {
            long value = read(input, position + 8 * i);
            long keyed = value ^ read(SECRET, secretPosition + 8 * i);
            lanes[i ^ 1] += value;
            lanes[i] += (keyed & 0xFFFFFFFFL) * (keyed >>> 32);
        }
    }

    private static void scramble(long[] lanes) {
        for (int i = 0; i < LANES; i++) {
            long lane = lanes[i];
            lanes[i] = (lane ^ lane >>> 47 ^ read(SECRET, SECRET.length - STRIPE_BYTES + 8 * i)) * PRIME32_1;
        }
    }

    private static long mix(byte[] input, int position, int secretPosition) {
        return multiplyFolded(read(input, position) ^ read(SECRET, secretPosition), read(input, position + 8) ^ read(SECRET, secretPosition + 8));
    }

    /** The two halves of the unsigned product, one upon the other. */
    private static long multiplyFolded(long a, long b) {
        long high = Math.multiplyHigh(a, b) + (a >> 63 & b) + (b >> 63 & a);
        return a * b ^ high;
    }

    private static long avalanche(long hash) {
        hash = (hash ^ hash >>> 37) * PRIME_MX1;
        return hash ^ hash >>> 32;
    }

    private static long read(byte[] bytes, int position) {
        return (long) LONG.get(bytes, position);
    }

    private static int readInt(byte[] bytes, int position) {
        return (int) INT.get(bytes, position);
    }

    /** Bytes to hash, little-endian. */
    static final class Input {
        private byte[] bytes = new byte[256];
        private int length;

        Input put(byte value) {
            room(1);
            bytes[length++] = value;
            return this;
        }

        Input put(int value) {
            for (int shift = 0; shift < 32; shift += 8) put((byte) (value >> shift));
            return this;
        }

        Input put(long value) {
            return put((int) value).put((int) (value >> 32));
        }

        /** Its UTF-16 units, two bytes each, and then their count. */
        Input put(String value) {
            for (int i = 0; i < value.length(); i++) put((byte) value.charAt(i)).put((byte) (value.charAt(i) >> 8));
            return put(value.length());
        }

        private void room(int count) {
            if (length + count > bytes.length) bytes = Arrays.copyOf(bytes, 2 * bytes.length);
        }

        long hash() {
            return Xxh3.hash(bytes, length);
        }
    }
}
