package io.barnabas.protocol;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.barnabas.base.ByteReader;
import io.barnabas.base.ByteWriter;
import java.nio.ByteBuffer;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/** One message class of ours beside Kafka's, and the checks that hold for every message in every version. */
final class MessageCase {
    /** In this message the older release reads a null that its own description of the layout forgets. */
    private static final String LONE_STRUCT_IS_NULLABLE = "ShareGroupHeartbeatResponse";

    private final KafkaPeer peer;
    private final Class<?> kafka;
    private final Class<?> ours;
    private final Mirror mirror = new Mirror();

    MessageCase(KafkaPeer peer, String kafkaClass, String ourClass) {
        this.peer = peer;
        this.kafka = peer.type(kafkaClass);
        this.ours = (Class<?>) KafkaPeer.call(() -> Class.forName(ourClass));
    }

    String name() {
        return ours.getSimpleName();
    }

    short kafkaLowest() {
        return KafkaPeer.constant(kafka, "LOWEST_SUPPORTED_VERSION");
    }

    short kafkaHighest() {
        return KafkaPeer.constant(kafka, "HIGHEST_SUPPORTED_VERSION");
    }

    WireShape shape(short version) {
        var shape = WireShape.of(KafkaPeer.schema(kafka, version));
        return LONE_STRUCT_IS_NULLABLE.equals(name()) ? shape.withNullableStructs() : shape;
    }

    Message newMessage() {
        return (Message) KafkaPeer.call(() -> ours.getConstructor().newInstance());
    }

    void assertSameDefaults() {
        mirror.assertSame(peer.newMessage(kafka), newMessage());
    }

    /** Random content: read by both, the same in every field, written the same by both, read back the same. */
    void assertSameBytes(short version, RandomGenerator seeds, int rounds) {
        var shape = shape(version);
        for (int round = 0; round < rounds; round++) {
            long seed = seeds.nextLong();
            try {
                assertSameBytes(version, RandomBytes.of(shape, new SplittableRandom(seed)));
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("message=%s version=%d seed=%d".formatted(name(), version, seed), e);
            }
        }
    }

    private void assertSameBytes(short version, byte[] random) {
        var theirs = peer.read(kafka, random, version);
        var read = read(random, version);
        mirror.assertSame(theirs, read);

        assertEquals(read, readDirect(random, version));

        var theirBytes = peer.write(theirs, version);
        assertArrayEquals(theirBytes, write(read, version));
        assertArrayEquals(theirBytes, write(Copies.throughSetters(read), version));

        var readBack = read(theirBytes, version);
        assertEquals(read, readBack);
        assertEquals(read.hashCode(), readBack.hashCode());
        mirror.assertSame(peer.read(kafka, write(read, version), version), read);
    }

    /** Content of one version written in another: both give the same bytes, or both refuse. @return how often they refused */
    int assertSameRefusals(short from, RandomGenerator random) {
        int refusals = 0;
        var bytes = RandomBytes.of(shape(from), random);
        var theirs = peer.read(kafka, bytes, from);
        var read = read(bytes, from);
        for (short to = kafkaLowest(); to <= kafkaHighest(); to++) {
            var expected = bytesOrNull(theirs, to);
            var actual = bytesOrNull(read, to);
            assertArrayEquals(expected, actual, "message=%s from=%d to=%d content=%s".formatted(name(), from, to, read));
            if (expected == null) refusals++;
        }
        return refusals;
    }

    private byte[] bytesOrNull(Object message, short version) {
        try {
            return message instanceof Message own ? write(own, version) : peer.write(message, version);
        } catch (IllegalArgumentException e) {
            return null;
        } catch (RuntimeException e) {
            // Kafka refuses with its own exceptions; ours has one.
            if (message instanceof Message) throw e;
            return null;
        }
    }

    Object readByKafka(byte[] bytes, short version) {
        return peer.read(kafka, bytes, version);
    }

    Message read(byte[] bytes, short version) {
        var message = newMessage();
        message.readWhole(new ByteReader(ByteBuffer.wrap(bytes)), version);
        return message;
    }

    private Message readDirect(byte[] bytes, short version) {
        var message = newMessage();
        var direct = ByteBuffer.allocateDirect(bytes.length + 3).position(3).put(bytes).position(3);
        message.readWhole(new ByteReader(direct), version);
        return message;
    }

    static byte[] write(Message message, short version) {
        var writer = ByteWriter.onHeap(64);
        message.write(writer, version);
        return bytes(writer);
    }

    static byte[] bytes(ByteWriter writer) {
        var buffer = writer.toByteBuffer();
        var bytes = new byte[buffer.remaining()];
        buffer.get(bytes);
        return bytes;
    }
}
