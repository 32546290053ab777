package io.barnabas.network;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.barnabas.base.DecodeException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FramingTest {
    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void answersPipelinedFramesInOrder(int loopCount) {
        try (var rig = new Rig(loopCount); var peer = new Peer(rig.listen(new Echo()).address())) {
            for (int i = 0; i < 2_000; i++) peer.say("frame " + i);
            for (int i = 0; i < 2_000; i++) assertEquals("frame " + i, peer.hear());
        }
    }

    @Test
    void putsAFrameTogetherThatComesByteByByte() {
        try (var rig = new Rig(1); var peer = new Peer(rig.listen(new Echo()).address())) {
            var bytes = Peer.framed("first".getBytes(), "second".getBytes());
            for (int i = 0; i < bytes.length; i++) peer.send(bytes, i, 1);
            assertEquals("first", peer.hear());
            assertEquals("second", peer.hear());
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void echoesFramesOfAnySizeInAnyFragments(int loopCount) throws Exception {
        long seed = new Random().nextLong();
        System.out.println("fragmentation seed=" + seed);
        var random = new Random(seed);
        try (var rig = new Rig(loopCount); var peer = new Peer(rig.listen(new Echo()).address())) {
            var frames = new ArrayList<byte[]>();
            for (int i = 0; i < 150; i++) frames.add(frameOfAnySize(random));
            var sender = new Thread(() -> sendInFragments(peer, Peer.framed(frames.toArray(byte[][]::new)), random));
            sender.start();
            for (var frame : frames) assertArrayEquals(frame, peer.receive());
            sender.join();
            rig.settle();
            assertEquals(0, heldBytes(rig), "bytes held by an idle connection");
        }
    }

    private static byte[] frameOfAnySize(Random random) {
        int bits = random.nextInt(20);
        var frame = new byte[1 + random.nextInt(1 << bits)];
        random.nextBytes(frame);
        return frame;
    }

    private static void sendInFragments(Peer peer, byte[] bytes, Random random) {
        for (int at = 0; at < bytes.length; ) {
            int count = Math.min(1 + random.nextInt(1 << random.nextInt(18)), bytes.length - at);
            peer.send(bytes, at, count);
            at += count;
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -1, Integer.MIN_VALUE, (100 << 20) + 1, Integer.MAX_VALUE})
    void closesWhenAFrameLengthIsOutOfBounds(int length) {
        var echo = new Echo();
        try (var rig = new Rig(1); var peer = new Peer(rig.listen(echo).address()); var other = new Peer(address(rig, echo))) {
            peer.send(ByteBuffer.allocate(4).putInt(length).array());
            assertEquals(0, peer.readToEnd());
            assertEquals(CloseReason.BAD_FRAME_LENGTH, Rig.get(echo.firstClosed));
            assertEquals(1, rig.net(0).counters().connectionsClosed(CloseReason.BAD_FRAME_LENGTH));
            other.say("still here");
            assertEquals("still here", other.hear());
        }
    }

    private static java.net.InetSocketAddress address(Rig rig, Echo echo) {
        return rig.listen(echo).address();
    }

    @Test
    void claimedLengthsFollowedBySilenceCostOnlyWhatCame() {
        var echo = new Echo();
        try (var rig = new Rig(1)) {
            var address = rig.listen(echo).address();
            var peers = new ArrayList<Peer>();
            for (int i = 0; i < 100; i++) {
                var peer = new Peer(address);
                peer.say("hello");
                assertEquals("hello", peer.hear());
                peers.add(peer);
            }
            long directBefore = directBytes();
            for (var peer : peers) peer.send(ByteBuffer.allocate(14).putInt(100 << 20).array());
            awaitBytesIn(rig, 100 * (9 + 14));
            assertTrue(heldBytes(rig) <= 100 * 512, "held: " + heldBytes(rig));
            assertTrue(directBytes() - directBefore <= 100 * 512 + 4096, "direct: " + (directBytes() - directBefore));
            peers.forEach(Peer::close);
        }
    }

    @Test
    void halfAFrameHoldsNoMoreThanTwiceWhatCame() {
        var echo = new Echo();
        try (var rig = new Rig(1); var peer = new Peer(rig.listen(echo).address())) {
            peer.send(ByteBuffer.allocate(4).putInt(64 << 20).array());
            long sent = 4;
            var piece = new byte[100_000];
            for (int i = 0; i < 40; i++) {
                peer.send(piece);
                sent += piece.length;
                awaitBytesIn(rig, sent);
                // A size class may round up once more.
                assertTrue(heldBytes(rig) <= 4 * sent, "held: " + heldBytes(rig) + " came: " + sent);
            }
            peer.close();
            assertEquals(CloseReason.PEER_CLOSED, Rig.get(echo.firstClosed));
            rig.settle();
            assertEquals(0, heldBytes(rig));
        }
    }

    @Test
    void aFrameThatCannotBeDecodedClosesItsConnectionAlone() {
        var echo = new Echo() {
            @Override
            public boolean onFrame(Connection connection, Frame frame) {
                if (frame.bytes().get(0) == 'X') throw new DecodeException("not a request");
                return super.onFrame(connection, frame);
            }
        };
        try (var rig = new Rig(1)) {
            var address = rig.listen(echo).address();
            try (var bad = new Peer(address); var good = new Peer(address)) {
                bad.say("X");
                bad.readToEnd();
                assertEquals(CloseReason.BAD_REQUEST, Rig.get(echo.firstClosed));
                good.say("ok");
                assertEquals("ok", good.hear());
            }
        }
    }

    @Test
    void anExceptionOfTheReceiverClosesItsConnectionAlone() {
        var echo = new Echo() {
            @Override
            public boolean onFrame(Connection connection, Frame frame) {
                if (frame.bytes().get(0) == 'X') throw new IllegalStateException("a fault of ours");
                return super.onFrame(connection, frame);
            }
        };
        try (var rig = new Rig(1)) {
            var address = rig.listen(echo).address();
            try (var bad = new Peer(address); var good = new Peer(address)) {
                bad.say("X");
                bad.readToEnd();
                assertEquals(CloseReason.RECEIVER_FAILED, Rig.get(echo.firstClosed));
                good.say("ok");
                assertEquals("ok", good.hear());
            }
        }
    }

    @Test
    void halfAFrameThatDoesNotGetOnClosesItsConnection() {
        var clock = new io.barnabas.testkit.SimulatedClock();
        var echo = new Echo();
        try (var rig = new Rig(1, clock, Long.MAX_VALUE, ConnectionLimits.NONE); var peer = new Peer(rig.listen(echo).address())) {
            peer.say("whole");
            assertEquals("whole", peer.hear());
            advance(rig, clock, 11_000);
            peer.send(new byte[] {0, 0});
            awaitBytesIn(rig, 9 + 2);
            advance(rig, clock, 9_000);
            peer.send(new byte[] {0});
            awaitBytesIn(rig, 9 + 3);
            assertEquals(1, rig.net(0).counters().connectionsOpen());
            advance(rig, clock, 1_002);
            assertEquals(0, peer.readToEnd());
            assertEquals(CloseReason.FRAME_TIMEOUT, Rig.get(echo.firstClosed));
        }
    }

    @Test
    void halfAFrameThatGetsOnSlowlyIsWaitedFor() {
        var clock = new io.barnabas.testkit.SimulatedClock();
        int part = Connection.PROGRESS_BYTES_MIN;
        var frame = java.nio.ByteBuffer.allocate(5 * part).putInt(5 * part - 4).array();
        try (var rig = new Rig(1, clock, Long.MAX_VALUE, ConnectionLimits.NONE); var peer = new Peer(rig.listen(new Echo()).address())) {
            for (int i = 0; i < 5; i++) {
                peer.send(java.util.Arrays.copyOfRange(frame, i * part, (i + 1) * part));
                awaitBytesIn(rig, (i + 1) * part);
                advance(rig, clock, 9_900);
            }
            assertEquals(5 * part - 4, peer.hear().length());
            advance(rig, clock, 60_000);
            assertEquals(1, rig.net(0).counters().connectionsOpen());
        }
    }

    static void advance(Rig rig, io.barnabas.testkit.SimulatedClock clock, long ms) {
        rig.on(0, () -> {
            clock.advance(ms);
            return null;
        });
        rig.settle();
    }

    static long heldBytes(Rig rig) {
        long held = 0;
        for (var net : rig.loops) held += net.counters().heldBytes();
        return held;
    }

    static void awaitBytesIn(Rig rig, long count) {
        for (long in = 0; in < count; ) {
            rig.settle();
            in = 0;
            for (var net : rig.loops) in += net.counters().bytesIn();
        }
        rig.settle();
    }

    private static long directBytes() {
        for (var pool : java.lang.management.ManagementFactory.getPlatformMXBeans(java.lang.management.BufferPoolMXBean.class)) {
            if (pool.getName().equals("direct")) return pool.getMemoryUsed();
        }
        throw new AssertionError("no direct pool");
    }
}
