package io.barnabas.protocol;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import io.barnabas.base.ByteReader;
import io.barnabas.base.DecodeException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
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

    @Test
    void damagedMessagesGiveOnlyTheDecodeErrorAndAllocateNoMoreThanTheyBring() {
        long seed = Long.getLong("seed", System.nanoTime());
        System.out.println("seed=" + seed);
        var random = new SplittableRandom(seed);
        int refused = 0;
        int cuts = 0;
        for (var each : cases()) {
            for (short version = each.kafkaLowest(); version <= each.kafkaHighest(); version++) {
                var bytes = RandomBytes.of(each.shape(version), random);
                for (int length = 0; length < Math.min(bytes.length, CUTS_MAX); length++) {
                    cuts++;
                    if (!readWithinBounds(each, Arrays.copyOf(bytes, length), version)) refused++;
                }
                for (int i = 0; i < FLIPS && bytes.length > 0; i++) {
                    var damaged = bytes.clone();
                    for (int flips = 1 + random.nextInt(3); flips > 0; flips--) {
                        damaged[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
                    }
                    readWithinBounds(each, damaged, version);
                }
            }
        }
        // No prefix of a whole message is a whole message: the last field, or the count of tagged fields, is missing.
        assertTrue(refused == cuts && cuts > 10_000, "refused=%d cuts=%d".formatted(refused, cuts));
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
                    if (allocated > limit(bytes)) failures.add("message=%s allocated=%d bytes=%d".formatted(each.name(), allocated, bytes.length));
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
            throw new AssertionError("message=%s version=%d allocated=%d bytes=%s".formatted(each.name(), version, allocated, Arrays.toString(bytes)));
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
