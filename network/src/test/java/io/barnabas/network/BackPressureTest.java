package io.barnabas.network;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.barnabas.base.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BackPressureTest {
    /** Says "not now" to each frame a number of times before it takes it. */
    private static final class Hesitant extends Echo {
        final ConcurrentLinkedQueue<String> offered = new ConcurrentLinkedQueue<>();
        private final int refusals;
        private final boolean resumesInside;
        private int refused;

        Hesitant(int refusals, boolean resumesInside) {
            this.refusals = refusals;
            this.resumesInside = resumesInside;
        }

        @Override
        public boolean onFrame(Connection connection, Frame frame) {
            if (refused++ < refusals) {
                if (resumesInside) connection.resume();
                else connection.loop().execute(connection::resume);
                return false;
            }
            refused = 0;
            return super.onFrame(connection, frame);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aFrameRefusedForNowIsOfferedAgain(boolean resumesInside) {
        var random = new Random(7);
        try (var rig = new Rig(1); var peer = new Peer(rig.listen(new Hesitant(2, resumesInside)).address())) {
            var frames = new ArrayList<byte[]>();
            for (int i = 0; i < 300; i++) {
                var frame = new byte[1 + random.nextInt(i % 50 == 0 ? 400_000 : 400)];
                random.nextBytes(frame);
                frames.add(frame);
            }
            var sender = new Thread(() -> peer.send(Peer.framed(frames.toArray(byte[][]::new))));
            sender.start();
            for (var frame : frames) assertArrayEquals(frame, peer.receive());
            rig.settle();
            assertEquals(0, FramingTest.heldBytes(rig));
        }
    }

    @Test
    void nothingIsReadFromAConnectionUntilItsFrameIsWanted() {
        var first = new CompletableFuture<Connection>();
        var echo = new Echo() {
            boolean open;

            @Override
            public boolean onFrame(Connection connection, Frame frame) {
                first.complete(connection);
                if (open) return super.onFrame(connection, frame);
                open = true;
                return false;
            }
        };
        try (var rig = new Rig(1); var peer = new Peer(rig.listen(echo).address())) {
            peer.say("a");
            var connection = Rig.get(first);
            rig.settle();
            long bytesIn = rig.net(0).counters().bytesIn();
            var more = new byte[1 << 20];
            var sender = new Thread(() -> peer.send(Peer.framed(more)));
            sender.start();
            rig.settle();
            assertEquals(bytesIn, rig.net(0).counters().bytesIn());
            rig.on(0, () -> {
                connection.resume();
                return null;
            });
            assertEquals("a", peer.hear());
            assertArrayEquals(more, peer.receive());
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void retainedFramesKeepTheirBytesAndChargesUntilTheLastHolderLetsGo(int loopCount) {
        var random = new Random(3);
        var retained = new ConcurrentLinkedQueue<Frame>();
        var echo = new Echo() {
            @Override
            public boolean onFrame(Connection connection, Frame frame) {
                retained.add(frame.retain());
                return super.onFrame(connection, frame);
            }
        };
        try (var rig = new Rig(loopCount)) {
            var address = rig.listen(echo).address();
            var sent = new ArrayList<byte[]>();
            var peers = List.of(new Peer(address), new Peer(address), new Peer(address));
            for (int i = 0; i < 200; i++) {
                var frame = new byte[1 + random.nextInt(i % 20 == 0 ? 300_000 : 3_000)];
                random.nextBytes(frame);
                sent.add(frame);
                var peer = peers.get(i % peers.size());
                peer.send(Peer.framed(frame));
                assertArrayEquals(frame, peer.receive());
            }
            rig.settle();
            long expected = 0;
            for (var frame : sent) expected += frame.length;
            assertEquals(expected, FramingTest.heldBytes(rig));
            int i = 0;
            for (var frame : retained) {
                var bytes = new byte[frame.bytes().remaining()];
                frame.bytes().get(bytes);
                assertArrayEquals(sent.get(i++), bytes);
            }
            // The last holder is on another loop, or on none.
            for (var frame : retained) frame.release();
            rig.settle();
            assertEquals(0, FramingTest.heldBytes(rig));
            peers.forEach(Peer::close);
        }
    }

    @Test
    void overBudgetTheLargestHolderWaitsWhileTheOldestHalfFrameAndSmallRequestsGoOn() {
        int frameBytes = 1 << 20;
        var echo = new Echo();
        try (var rig = new Rig(1, Clock.SYSTEM, 600_000, ConnectionLimits.NONE)) {
            var address = rig.listen(echo).address();
            var oldest = new Peer(address);
            var younger = new Peer(address);
            var small = new Peer(address);
            var frame = new byte[frameBytes];
            new Random(5).nextBytes(frame);
            var framed = Peer.framed(frame);
            oldest.send(framed, 0, 100_000);
            FramingTest.awaitBytesIn(rig, 100_000);
            // More than the budget holds: the sender stays behind in the socket.
            var sender = new Thread(() -> younger.send(framed));
            sender.start();
            FramingTest.awaitBytesIn(rig, 200_000);
            awaitNoReading(rig);
            long held = FramingTest.heldBytes(rig);
            assertTrue(held <= 2_000_000, "held: " + held);
            assertTrue(rig.net(0).counters().bytesIn() < framed.length, "the younger frame was read whole");
            small.say("small");
            assertEquals("small", small.hear());
            oldest.send(framed, 100_000, framed.length - 100_000);
            assertArrayEquals(frame, oldest.receive());
            assertArrayEquals(frame, younger.receive());
            rig.settle();
            assertEquals(0, FramingTest.heldBytes(rig));
            oldest.close();
            younger.close();
            small.close();
        }
    }

    @Test
    void anEarlierLargeFrameEarnsMemoryAheadOnlyWhileItIsPlentiful() {
        var frame = new byte[900_000];
        for (boolean isPlentiful : new boolean[] {true, false}) {
            try (var rig = new Rig(1, Clock.SYSTEM, isPlentiful ? 1 << 30 : 1 << 20, ConnectionLimits.NONE);
                    var peer = new Peer(rig.listen(new Echo()).address())) {
                peer.send(Peer.framed(frame));
                assertEquals(frame.length, peer.receive().length);
                long before = rig.net(0).counters().bytesIn();
                peer.send(Peer.framed(frame), 0, 40_000);
                FramingTest.awaitBytesIn(rig, before + 40_000);
                long held = FramingTest.heldBytes(rig);
                assertTrue(isPlentiful ? held <= 1 << 20 : held <= 1 << 17, "plentiful: " + isPlentiful + " held: " + held);
            }
        }
    }

    /** Until many turns in a row have read nothing. */
    private static void awaitNoReading(Rig rig) {
        long before = -1;
        for (int quiet = 0; quiet < 50; ) {
            rig.settle();
            long now = rig.net(0).counters().bytesIn();
            quiet = now == before ? quiet + 1 : 0;
            before = now;
        }
    }

    @Test
    void manyRepliesThatAreNotReadyStopTheReading() {
        var replies = new ConcurrentLinkedQueue<Reply>();
        var echo = new Echo() {
            @Override
            public boolean onFrame(Connection connection, Frame frame) {
                replies.add(connection.expectReply());
                return true;
            }
        };
        try (var rig = new Rig(1); var peer = new Peer(rig.listen(echo).address())) {
            int requests = 5_000;
            var all = new byte[requests][];
            java.util.Arrays.fill(all, new byte[] {1});
            peer.send(Peer.framed(all));
            FramingTest.awaitBytesIn(rig, requests * 5);
            int answered = 0;
            while (answered < requests) {
                assertTrue(replies.size() <= Connection.REPLIES_MAX + 1, "expected: " + replies.size());
                answered += rig.on(0, () -> {
                    int count = 0;
                    for (var reply = replies.poll(); reply != null; reply = replies.poll(), count++) {
                        reply.begin().writeByte(1);
                        reply.send();
                    }
                    return count;
                });
            }
            for (int i = 0; i < requests; i++) assertArrayEquals(new byte[] {1}, peer.receive());
        }
    }
}
