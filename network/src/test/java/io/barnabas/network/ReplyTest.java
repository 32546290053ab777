package io.barnabas.network;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReplyTest {
    /** Keeps replies until it has the wanted number, then hands them over. */
    private static final class Parking extends Echo {
        final CompletableFuture<List<Reply>> parked = new CompletableFuture<>();
        private final List<Reply> replies = new ArrayList<>();
        private final int count;

        Parking(int count) {
            this.count = count;
        }

        @Override
        public boolean onFrame(Connection connection, Frame frame) {
            replies.add(connection.expectReply());
            if (replies.size() == count) parked.complete(List.copyOf(replies));
            return true;
        }
    }

    private static void answer(Reply reply, String text) {
        reply.begin().writeBytes(text.getBytes());
        reply.send();
    }

    @Test
    void answersLeaveInTheOrderOfTheRequestsWhateverTheOrderTheyAreReadyIn() {
        var parking = new Parking(4);
        try (var rig = new Rig(1); var peer = new Peer(rig.listen(parking).address())) {
            peer.say("0", "1", "2", "3");
            var replies = Rig.get(parking.parked);
            rig.on(0, () -> {
                answer(replies.get(3), "three");
                replies.get(1).skip();
                answer(replies.get(2), "two");
                answer(replies.get(0), "zero");
                return null;
            });
            assertEquals("zero", peer.hear());
            assertEquals("two", peer.hear());
            assertEquals("three", peer.hear());
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 1_000, Output.COPIED_PAYLOAD_BYTES_MAX, Output.COPIED_PAYLOAD_BYTES_MAX + 1, 3_000_000})
    void payloadsStandWhereTheyWereNoted(int size) {
        var first = new CountedPayload(size, 1);
        var second = new CountedPayload(size, 2);
        var echo = new Echo() {
            @Override
            public boolean onFrame(Connection connection, Frame frame) {
                var reply = connection.expectReply();
                var writer = reply.begin();
                writer.writeBytes("head".getBytes());
                writer.writePayload(first);
                writer.writeBytes("between".getBytes());
                writer.writePayload(second);
                writer.writeBytes("tail".getBytes());
                reply.send();
                ReplyTest.answer(connection.expectReply(), "next");
                return true;
            }
        };
        try (var rig = new Rig(1); var peer = new Peer(rig.listen(echo).address())) {
            peer.say("go");
            assertArrayEquals(join("head".getBytes(), bytesOf(first), "between".getBytes(), bytesOf(second), "tail".getBytes()), peer.receive());
            assertEquals("next", peer.hear());
            rig.settle();
            assertEquals(1, first.released.get());
            assertEquals(1, second.released.get());
            boolean isTransferred = size > Output.COPIED_PAYLOAD_BYTES_MAX;
            assertEquals(isTransferred, first.transfers.get() > 0);
            assertEquals(isTransferred, first.copies.get() == 0);
        }
    }

    private static byte[] bytesOf(CountedPayload payload) {
        var bytes = new byte[payload.size()];
        for (int i = 0; i < bytes.length; i++) bytes[i] = payload.byteAt(i);
        return bytes;
    }

    private static byte[] join(byte[]... parts) {
        var all = new ByteArrayOutputStream();
        for (var part : parts) all.writeBytes(part);
        return all.toByteArray();
    }

    @ParameterizedTest
    @ValueSource(ints = {1_000, 3_000_000})
    void payloadsAreReleasedOnceWhenTheConnectionEndsBeforeTheyLeave(int size) {
        var parking = new Parking(4);
        var payloads = List.of(new CountedPayload(size, 0), new CountedPayload(size, 1), new CountedPayload(size, 2));
        try (var rig = new Rig(1); var peer = new Peer(rig.listen(parking).address(), 4_096)) {
            peer.say("0", "1", "2", "3");
            var replies = Rig.get(parking.parked);
            var late = rig.on(0, () -> {
                // Ready and leaving; ready behind one that is not; begun when the connection ends.
                for (int i : List.of(0, 2)) {
                    replies.get(i).begin().writePayload(payloads.get(i == 0 ? 0 : 1));
                    replies.get(i).send();
                }
                replies.get(3).begin().writePayload(payloads.get(2));
                return replies.get(3);
            });
            peer.close();
            Rig.get(parking.firstClosed);
            rig.on(0, () -> {
                late.send();
                replies.get(1).begin();
                replies.get(1).skip();
                return null;
            });
            for (var payload : payloads) assertEquals(1, payload.released.get());
        }
    }

    @Test
    void aPayloadThatCannotBeReadClosesItsConnection() {
        var broken = new CountedPayload(1_000, 0);
        broken.isBroken = true;
        var parking = new Parking(1);
        try (var rig = new Rig(1); var peer = new Peer(rig.listen(parking).address())) {
            peer.say("0");
            var replies = Rig.get(parking.parked);
            rig.on(0, () -> {
                replies.get(0).begin().writePayload(broken);
                replies.get(0).send();
                return null;
            });
            peer.readToEnd();
            assertEquals(CloseReason.PAYLOAD_FAILED, Rig.get(parking.firstClosed));
            assertEquals(1, broken.released.get());
        }
    }

    @Test
    void aConnectionThatIsToldToEndAnswersFirst() {
        var parking = new Parking(2);
        try (var rig = new Rig(1); var peer = new Peer(rig.listen(parking).address())) {
            peer.say("0", "1");
            var replies = Rig.get(parking.parked);
            rig.on(0, () -> {
                replies.get(0).connection().closeAfterReplies(CloseReason.REFUSED);
                answer(replies.get(0), "zero");
                return null;
            });
            assertEquals("zero", peer.hear());
            rig.on(0, () -> {
                answer(replies.get(1), "one");
                return null;
            });
            assertEquals("one", peer.hear());
            assertEquals(0, peer.readToEnd());
            assertEquals(CloseReason.REFUSED, Rig.get(parking.firstClosed));
        }
    }

    @Test
    void aReplyEndsOnlyOnce() {
        var parking = new Parking(1);
        try (var rig = new Rig(1); var peer = new Peer(rig.listen(parking).address())) {
            peer.say("0");
            var reply = Rig.get(parking.parked).get(0);
            rig.on(0, () -> {
                assertThrows(IllegalStateException.class, reply::send);
                answer(reply, "zero");
                assertThrows(IllegalStateException.class, reply::send);
                assertThrows(IllegalStateException.class, reply::skip);
                assertThrows(IllegalStateException.class, reply::begin);
                return null;
            });
            assertEquals("zero", peer.hear());
        }
    }

    @Test
    void aPeerThatDoesNotReadStopsBeingReadAndGoesOnWhereItStopped() {
        var answer = new byte[100_000];
        new Random(1).nextBytes(answer);
        var frames = new java.util.concurrent.atomic.AtomicInteger();
        var echo = new Echo() {
            @Override
            public boolean onFrame(Connection connection, Frame frame) {
                frames.incrementAndGet();
                var reply = connection.expectReply();
                reply.begin().writeBytes(answer);
                reply.send();
                return true;
            }
        };
        try (var rig = new Rig(1); var peer = new Peer(rig.listen(echo).address(), 4_096)) {
            int requests = 300;
            var all = new byte[requests][];
            java.util.Arrays.fill(all, new byte[10]);
            peer.send(Peer.framed(all));
            FramingTest.awaitBytesIn(rig, requests * 14);
            int taken = frames.get();
            // What is unsent is bounded; the rest is in the kernel's buffers.
            assertTrue(taken <= Connection.UNSENT_BYTES_MAX / answer.length + 60, "taken: " + taken);
            for (int i = 0; i < requests; i++) assertArrayEquals(answer, peer.receive());
            assertEquals(requests, frames.get());
        }
    }
}
