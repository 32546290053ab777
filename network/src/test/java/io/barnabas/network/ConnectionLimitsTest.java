package io.barnabas.network;

import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.barnabas.base.Clock;
import io.barnabas.testkit.SimulatedClock;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ConnectionLimitsTest {
    private static final int MANY = Integer.MAX_VALUE;

    private static ListenerConfig config(ConnectionLimits limits) {
        var base = Rig.config();
        return new ListenerConfig("LIMITED", base.address(), 2_000, -1, -1, 1 << 20, 600_000, limits);
    }

    @Test
    void connectionsAreHandedToTheLoopsInTurn() {
        var echo = new Echo();
        try (var rig = new Rig(3)) {
            var address = rig.listen(echo).address();
            var peers = new ArrayList<Peer>();
            for (int i = 0; i < 9; i++) {
                var peer = new Peer(address);
                peer.say("hello");
                assertEquals("hello", peer.hear());
                peers.add(peer);
            }
            for (var net : rig.loops) assertEquals(3, net.counters().connectionsOpen());
            var ids = new HashSet<Long>();
            for (var connection : echo.opened) ids.add(connection.id());
            assertEquals(9, ids.size());
            peers.forEach(Peer::close);
        }
    }

    @Test
    void oneAddressWithTooManyHasTheNewestClosed() {
        for (var limits : new ConnectionLimits[] {
            new ConnectionLimits(MANY, 2, Map.of(), MANY),
            new ConnectionLimits(MANY, MANY, Map.of(InetAddress.getLoopbackAddress(), 2), MANY)
        }) {
            var echo = new Echo();
            try (var rig = new Rig(1, Clock.SYSTEM, Long.MAX_VALUE, limits)) {
                var address = rig.listen(echo).address();
                var first = new Peer(address);
                var second = new Peer(address);
                second.say("in");
                assertEquals("in", second.hear());
                try (var third = new Peer(address)) {
                    assertEquals(0, third.readToEnd());
                }
                assertEquals(1, rig.server.connectionsRefused());
                first.close();
                Rig.get(echo.firstClosed);
                rig.settle();
                try (var fourth = new Peer(address)) {
                    fourth.say("in");
                    assertEquals("in", fourth.hear());
                }
                second.close();
            }
        }
    }

    @Test
    void aFullHouseLeavesNewcomersWaitingUntilSomebodyLeaves() {
        var echo = new Echo();
        try (var rig = new Rig(2)) {
            var address = rig.listen(config(new ConnectionLimits(1, MANY, Map.of(), MANY)), echo).address();
            var first = new Peer(address);
            first.say("in");
            assertEquals("in", first.hear());
            var second = new Peer(address);
            second.say("me too");
            rig.settle();
            assertEquals(1, echo.opened.size());
            first.close();
            assertEquals("me too", second.hear());
            second.close();
        }
    }

    @Test
    void connectionsComeNoFasterThanTheirRate() {
        var clock = new SimulatedClock();
        var echo = new Echo();
        try (var rig = new Rig(1, clock, Long.MAX_VALUE, ConnectionLimits.NONE)) {
            var address = rig.listen(config(new ConnectionLimits(MANY, MANY, Map.of(), 5)), echo).address();
            var peers = new ArrayList<Peer>();
            for (int i = 0; i < 8; i++) peers.add(new Peer(address));
            for (int i = 0; i < 5; i++) {
                peers.get(i).say("hello");
                assertEquals("hello", peers.get(i).hear());
            }
            rig.settle();
            assertEquals(5, echo.opened.size());
            FramingTest.advance(rig, clock, 205);
            peers.get(5).say("hello");
            assertEquals("hello", peers.get(5).hear());
            rig.settle();
            assertEquals(6, echo.opened.size());
            FramingTest.advance(rig, clock, 1_000);
            peers.get(7).say("hello");
            assertEquals("hello", peers.get(7).hear());
            peers.forEach(Peer::close);
        }
    }

    @Test
    void aConnectionThatSaysNothingIsClosedAfterItsIdleTime() {
        var clock = new SimulatedClock();
        var echo = new Echo();
        try (var rig = new Rig(1, clock, Long.MAX_VALUE, ConnectionLimits.NONE)) {
            var address = rig.listen(echo).address();
            var silent = new Peer(address);
            var busy = new Peer(address);
            for (int i = 0; i < 3; i++) {
                busy.say("hello");
                assertEquals("hello", busy.hear());
                if (i < 2) FramingTest.advance(rig, clock, 250_000);
            }
            assertEquals(2, rig.net(0).counters().connectionsOpen());
            FramingTest.advance(rig, clock, 100_001);
            assertEquals(0, silent.readToEnd());
            assertEquals(CloseReason.IDLE, Rig.get(echo.firstClosed));
            busy.say("hello");
            assertEquals("hello", busy.hear());
            FramingTest.advance(rig, clock, 599_999);
            assertEquals(1, rig.net(0).counters().connectionsOpen());
            FramingTest.advance(rig, clock, 2);
            assertEquals(0, busy.readToEnd());
        }
    }

    @Test
    void anAddressInUseIsNamed() {
        try (var rig = new Rig(1)) {
            var listener = rig.listen(new Echo());
            var taken = ListenerConfig.of("SECOND", listener.address());
            assertThatThrownBy(() -> rig.server.listen(taken, new Echo()))
                    .isInstanceOf(BindException.class)
                    .hasMessageContaining("SECOND")
                    .hasMessageContaining(String.valueOf(listener.address().getPort()));
        }
    }

    @Test
    void manyConnectionsAreServedAndIdleOnesHoldNoBuffer() {
        try (var rig = new Rig(2)) {
            var address = rig.listen(config(ConnectionLimits.NONE), new Echo()).address();
            var peers = new ArrayList<Peer>();
            for (int i = 0; i < 1_000; i++) peers.add(new Peer(address));
            for (var peer : peers) peer.say("hello");
            for (var peer : peers) assertEquals("hello", peer.hear());
            rig.settle();
            assertEquals(0, FramingTest.heldBytes(rig));
            peers.forEach(Peer::close);
        }
    }

    @Test
    void stoppingLetsExpectedRepliesLeaveAndRefusesNewcomers() {
        var parked = new java.util.concurrent.CompletableFuture<Reply>();
        var echo = new Echo() {
            @Override
            public boolean onFrame(Connection connection, Frame frame) {
                parked.complete(connection.expectReply());
                return true;
            }
        };
        try (var rig = new Rig(2)) {
            var address = rig.listen(echo).address();
            var peer = new Peer(address);
            var idle = new Peer(address);
            peer.say("wait");
            var reply = Rig.get(parked);
            var stopped = rig.server.stop(600_000).toCompletableFuture();
            assertEquals(0, idle.readToEnd());
            assertThatThrownBy(() -> new Peer(new InetSocketAddress(address.getAddress(), address.getPort()))).isInstanceOf(java.io.UncheckedIOException.class);
            reply.connection().loop().execute(() -> {
                reply.begin().writeBytes("done".getBytes());
                reply.send();
            });
            assertEquals("done", peer.hear());
            Rig.get(stopped);
            assertEquals(0, peer.readToEnd());
        }
    }

    @Test
    void stoppingEndsWithItsDeadline() {
        var clock = new SimulatedClock();
        var parked = new java.util.concurrent.CompletableFuture<Reply>();
        var echo = new Echo() {
            @Override
            public boolean onFrame(Connection connection, Frame frame) {
                parked.complete(connection.expectReply());
                return true;
            }
        };
        try (var rig = new Rig(1, clock, Long.MAX_VALUE, ConnectionLimits.NONE)) {
            var peer = new Peer(rig.listen(echo).address());
            peer.say("wait");
            Rig.get(parked);
            var stopped = rig.server.stop(5_000).toCompletableFuture();
            rig.settle();
            assertTrue(!stopped.isDone());
            FramingTest.advance(rig, clock, 5_001);
            Rig.get(stopped);
            assertEquals(0, peer.readToEnd());
        }
    }
}
