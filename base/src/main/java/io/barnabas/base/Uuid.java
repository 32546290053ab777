package io.barnabas.base;

import java.nio.ByteBuffer;
import java.util.Base64;
import java.util.random.RandomGenerator;

/** A 128-bit id as Kafka writes it: 16 bytes big-endian, or 22 characters of URL-safe base64 without padding. */
public record Uuid(long mostSignificantBits, long leastSignificantBits) implements Comparable<Uuid> {
    /** Means "no id" on the wire. */
    public static final Uuid ZERO = new Uuid(0, 0);
    /** The topic id of {@code __cluster_metadata}. */
    public static final Uuid METADATA_TOPIC = new Uuid(0, 1);

    private static final int TEXT_LENGTH = 22;

    /** A random (version 4) id whose text does not start with a dash, so that it can be typed as an argument. */
    public static Uuid random(RandomGenerator random) {
        while (true) {
            long most = random.nextLong() & ~0xF000L | 0x4000L;
            long least = random.nextLong() & ~(3L << 62) | (2L << 62);
            var uuid = new Uuid(most, least);
            if (!uuid.toString().startsWith("-")) return uuid;
        }
    }

    /** @throws IllegalArgumentException if {@code text} is not 22 characters of URL-safe base64 */
    public static Uuid parse(String text) {
        if (text.length() != TEXT_LENGTH) throw new IllegalArgumentException("not a base64 id: text=" + text);
        var bytes = ByteBuffer.wrap(Base64.getUrlDecoder().decode(text));
        return new Uuid(bytes.getLong(), bytes.getLong());
    }

    public boolean isZero() {
        return mostSignificantBits == 0 && leastSignificantBits == 0;
    }

    @Override
    public int compareTo(Uuid other) {
        int order = Long.compareUnsigned(mostSignificantBits, other.mostSignificantBits);
        return order != 0 ? order : Long.compareUnsigned(leastSignificantBits, other.leastSignificantBits);
    }

    /** Written out: what a record has of itself is linked when it is first called, and slow until it is compiled well. */
    @Override
    public boolean equals(Object other) {
        return other instanceof Uuid uuid && mostSignificantBits == uuid.mostSignificantBits && leastSignificantBits == uuid.leastSignificantBits;
    }

    @Override
    public int hashCode() {
        long mixed = mostSignificantBits ^ leastSignificantBits;
        return (int) (mixed ^ (mixed >>> 32));
    }

    @Override
    public String toString() {
        var bytes = ByteBuffer.allocate(16).putLong(mostSignificantBits).putLong(leastSignificantBits).array();
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }
}
