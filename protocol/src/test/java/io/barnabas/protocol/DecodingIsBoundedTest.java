package io.barnabas.protocol;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import io.barnabas.base.ByteReader;
import io.barnabas.base.ByteWriter;
import io.barnabas.base.DecodeException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Bytes from a stranger: only the one error, and no more memory than the bytes that came can pay for. */
class DecodingIsBoundedTest {
    /** Heap bytes allocated per byte read, at most. */
    private static final int ALLOCATION_FACTOR = 64;
    /** The message itself, an exception with its message and stack, rounding of the counter. */
    private static final int ALLOCATION_BASE = 64 * 1024;
    private static final int FLIPS = 40;
    private static final int CUTS_MAX = 400;

    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private final KafkaPeer peer = KafkaPeer.current();
    private long reads;

    @Test
    void damagedMessagesGiveOnlyTheDecodeErrorAndAllocateNoMoreThanTheyBring() {
        damageEveryMessage(random(), 1);
    }

    /** For a night: {@code -Drounds=N}. */
    @Test
    @Tag("long")
    void damagedMessagesInManyRounds() {
        damageEveryMessage(random(), Integer.getInteger("rounds", 20));
    }

    @Test
    void unknownTaggedFieldsAllocateInProportion() {
        var header = AllMessages.headers(peer).get(1);
        for (int size = 0; size < 3; size++) {
            var bytes = headerWithTags(10_000, size);
            header.read(bytes, (short) 1);
            long allocated = allocatedByReading(header, bytes, (short) 1);
            assertTrue(allocated <= limit(bytes) - ALLOCATION_BASE, "allocated=%d bytes=%d".formatted(allocated, bytes.length));
        }
    }

    private static SplittableRandom random() {
        long seed = Long.getLong("seed", System.nanoTime());
        System.out.println("seed=" + seed);
        return new SplittableRandom(seed);
    }

    private void damageEveryMessage(SplittableRandom random, int rounds) {
        for (int round = 0; round < rounds; round++) {
            for (var each : cases()) {
                for (short version = each.kafkaLowest(); version <= each.kafkaHighest(); version++) {
                    var bytes = RandomBytes.of(each.shape(version), random);
                    cut(each, version, bytes);
                    flip(each, version, bytes, random);
                }
            }
        }
        System.out.println("damaged messages read: " + reads);
        assertTrue(reads > 10_000, "reads=" + reads);
    }

    private void cut(MessageCase each, short version, byte[] bytes) {
        for (int length = 0; length < Math.min(bytes.length, CUTS_MAX); length++) {
            // No prefix of a message is a message: its last field, or its count of tagged fields, is missing.
            boolean isRead = readWithinBounds(each, Arrays.copyOf(bytes, length), version);
            if (isRead) throw new AssertionError("message=%s version=%d length=%d".formatted(each.name(), version, length));
        }
    }

    private void flip(MessageCase each, short version, byte[] bytes, SplittableRandom random) {
        for (int i = 0; i < FLIPS && bytes.length > 0; i++) {
            var damaged = bytes.clone();
            for (int flips = 1 + random.nextInt(3); flips > 0; flips--) {
                damaged[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
            }
            readWithinBounds(each, damaged, version);
        }
    }

    private static byte[] headerWithTags(int count, int size) {
        var writer = ByteWriter.onHeap(64);
        writer.writeInt(7);
        writer.writeUnsignedVarint(count);
        for (int tag = 0; tag < count; tag++) {
            writer.writeUnsignedVarint(tag);
            writer.writeUnsignedVarint(size);
            writer.writeBytes(new byte[size]);
        }
        return MessageCase.bytes(writer);
    }

    @Test
    void arraysOfTheSmallestElementsAllocateInProportion() {
        var worst = new ArrayList<String>();
        var failures = new ArrayList<String>();
        for (var each : cases()) {
            for (short version = each.kafkaLowest(); version <= each.kafkaHighest(); version++) {
                for (var bytes : SmallestElements.of(each.shape(version))) {
                    each.read(bytes, version);
                    long allocated = allocatedByReading(each, bytes, version);
                    worst.add("%6.1f %s v%d".formatted((double) allocated / bytes.length, each.name(), version));
                    if (allocated > limit(bytes)) failures.add(worst.get(worst.size() - 1));
                }
            }
        }
        worst.sort(null);
        System.out.println("heap bytes per byte read, worst: " + worst.subList(worst.size() - 12, worst.size()));
        assertTrue(failures.isEmpty(), failures::toString);
    }

    private List<MessageCase> cases() {
        var cases = new ArrayList<>(AllMessages.apis(peer));
        cases.addAll(AllMessages.headers(peer));
        cases.addAll(AllMessages.records(peer));
        return cases;
    }

    private static long limit(byte[] bytes) {
        return ALLOCATION_BASE + (long) ALLOCATION_FACTOR * bytes.length;
    }

    /** @return whether the bytes were a message */
    private boolean readWithinBounds(MessageCase each, byte[] bytes, short version) {
        reads++;
        var message = each.newMessage();
        var reader = new ByteReader(ByteBuffer.wrap(bytes));
        boolean isRead = true;
        long before = threads.getCurrentThreadAllocatedBytes();
        try {
            message.readWhole(reader, version);
        } catch (DecodeException e) {
            isRead = false;
        }
        long allocated = threads.getCurrentThreadAllocatedBytes() - before;
        if (allocated > limit(bytes)) {
            throw new AssertionError("message=%s version=%d allocated=%d bytes=%s"
                    .formatted(each.name(), version, allocated, Arrays.toString(bytes)));
        }
        return isRead;
    }

    private long allocatedByReading(MessageCase each, byte[] bytes, short version) {
        var message = each.newMessage();
        var reader = new ByteReader(ByteBuffer.wrap(bytes));
        long before = threads.getCurrentThreadAllocatedBytes();
        message.readWhole(reader, version);
        return threads.getCurrentThreadAllocatedBytes() - before;
    }
}
