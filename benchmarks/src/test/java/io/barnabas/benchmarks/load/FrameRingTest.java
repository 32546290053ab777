package io.barnabas.benchmarks.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.channels.GatheringByteChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class FrameRingTest {
    private static final int FRAME_BYTES = 20;

    /** Takes a few bytes at a time. */
    private static final class SlowChannel implements GatheringByteChannel {
        private final ByteBuffer taken = ByteBuffer.allocate(1 << 20);
        private int room;

        @Override
        public long write(ByteBuffer[] sources, int offset, int length) {
            long written = 0;
            for (int i = offset; i < offset + length; i++) written += write(sources[i]);
            return written;
        }

        @Override
        public long write(ByteBuffer[] sources) {
            return write(sources, 0, sources.length);
        }

        @Override
        public int write(ByteBuffer source) {
            int count = Math.min(room, source.remaining());
            for (int i = 0; i < count; i++) taken.put(source.get());
            room -= count;
            return count;
        }

        @Override
        public boolean isOpen() {
            return true;
        }

        @Override
        public void close() {}
    }

    private static ByteBuffer frame() {
        var frame = ByteBuffer.allocate(FRAME_BYTES);
        for (int i = 0; i < FRAME_BYTES; i++) frame.put((byte) i);
        return frame.flip();
    }

    @Test
    void everyFrameLeavesOnceInOrderHoweverLittleTheSocketTakes() {
        var random = new Random(5);
        var ring = new FrameRing(frame(), 3);
        var channel = new SlowChannel();
        int queued = 0;
        int answered = 0;
        try {
            while (answered < 1_000) {
                while (!ring.isFull() && random.nextBoolean()) {
                    ring.queue();
                    queued++;
                }
                channel.room = random.nextInt(3 * FRAME_BYTES);
                ring.writeTo(channel);
                // Only what has left can be answered.
                while (answered < channel.taken.position() / FRAME_BYTES && random.nextBoolean()) {
                    assertThat(ring.answered(answered)).isEqualTo(answered % 3);
                    answered++;
                }
            }
        } catch (java.io.IOException e) {
            throw new AssertionError(e);
        }
        channel.room = Integer.MAX_VALUE;
        assertThat(ids(channel.taken)).isEqualTo(range(channel.taken.position() / FRAME_BYTES));
        assertThat(queued).isGreaterThanOrEqualTo(answered);
    }

    private static List<Integer> ids(ByteBuffer taken) {
        var ids = new ArrayList<Integer>();
        for (int at = 0; at + FRAME_BYTES <= taken.position(); at += FRAME_BYTES) {
            ids.add(taken.getInt(at + FrameTemplate.CORRELATION_ID_AT));
            assertThat(taken.get(at)).isZero();
            assertThat(taken.get(at + FRAME_BYTES - 1)).isEqualTo((byte) (FRAME_BYTES - 1));
        }
        return ids;
    }

    private static List<Integer> range(int count) {
        var numbers = new ArrayList<Integer>();
        for (int i = 0; i < count; i++) numbers.add(i);
        return numbers;
    }

    @Test
    void anAnswerToAnotherRequestIsNotTaken() {
        var ring = new FrameRing(frame(), 2);
        assertThat(ring.answered(0)).isEqualTo(-1);
        ring.queue();
        assertThat(ring.answered(1)).isEqualTo(-1);
        assertThat(ring.answered(0)).isZero();
        assertThat(ring.isAllAnswered()).isTrue();
    }

    @Test
    void moreBytesThanThereMayBeAreRefused() {
        assertThatThrownBy(() -> new FrameRing(frame(), (int) (FrameRing.BYTES_MAX / FRAME_BYTES) + 1)).isInstanceOf(LoadException.class)
                .hasMessageContaining("in flight");
    }
}
