package io.barnabas.network;

import io.barnabas.base.EventLoop;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.SelectionKey;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;

/**
 * A bound address, whose connections are handed to the loops in turn. Made by {@link SocketServer#listen}; accepts on
 * the first loop.
 */
public final class Listener {
    private static final int ACCEPTS_PER_TURN = 64;
    private static final long RETRY_MS = 100;

    private final SocketServer server;
    private final ListenerConfig config;
    private final FrameReceiver receiver;
    private final ServerSocketChannel channel;
    private final InetSocketAddress address;
    private final Admission admission;
    private SelectionKey key;
    private EventLoop.Timer retryTimer;
    private boolean closed;

    Listener(SocketServer server, ListenerConfig config, FrameReceiver receiver) {
        this.server = server;
        this.config = config;
        this.receiver = receiver;
        admission = new Admission(server.acceptLoop().clock(), config.limits());
        ServerSocketChannel opened = null;
        try {
            opened = ServerSocketChannel.open();
            opened.configureBlocking(false);
            opened.setOption(StandardSocketOptions.SO_REUSEADDR, true);
            if (config.receiveBufferBytes() > 0) opened.setOption(StandardSocketOptions.SO_RCVBUF, config.receiveBufferBytes());
            opened.bind(config.address(), config.backlog());
            address = (InetSocketAddress) opened.getLocalAddress();
        } catch (IOException | RuntimeException e) {
            close(opened);
            throw new BindException("cannot listen: listener=" + config.name() + " address=" + config.address() + " cause=" + e.getMessage(), e);
        }
        channel = opened;
    }

    public String name() {
        return config.name();
    }

    /** Where it is bound, with the real port. */
    public InetSocketAddress address() {
        return address;
    }

    /** Replaces this listener's limits; connections that are there stay. Any thread. */
    public void limit(ConnectionLimits limits) {
        server.acceptLoop().execute(() -> {
            admission.limit(limits);
            server.acceptAgain();
        });
    }

    ListenerConfig config() {
        return config;
    }

    FrameReceiver receiver() {
        return receiver;
    }

    /** Any loop. */
    void onConnectionClosed(InetAddress peer) {
        var loop = server.acceptLoop();
        if (loop.isCurrent()) forget(peer);
        else loop.execute(() -> forget(peer));
    }

    // ---- on the accepting loop

    void start() {
        if (closed || key != null) return;
        try {
            key = server.acceptLoop().register(channel, SelectionKey.OP_ACCEPT, ready -> accept());
        } catch (IOException e) {
            throw new BindException("cannot accept: listener=" + config.name() + " address=" + address, e);
        }
    }

    void acceptAgain() {
        if (retryTimer != null) retryTimer.cancel();
        retryTimer = null;
        if (key != null && !closed) key.interestOps(SelectionKey.OP_ACCEPT);
    }

    void stop() {
        closed = true;
        if (retryTimer != null) retryTimer.cancel();
        close(channel);
    }

    private void accept() {
        for (int i = 0; i < ACCEPTS_PER_TURN && !closed; i++) {
            if (admission.isFull() || server.admission().isFull()) {
                // Somebody who leaves starts it again.
                key.interestOps(0);
                return;
            }
            long waitNs = Math.max(admission.waitNs(), server.admission().waitNs());
            if (waitNs > 0) {
                pause(waitNs / 1_000_000 + 1);
                return;
            }
            try {
                var accepted = channel.accept();
                if (accepted == null) return;
                admit(accepted);
            } catch (IOException e) {
                // No descriptors or memory left, most likely: the newcomers wait in the kernel's queue.
                server.countRefused();
                server.acceptNet().log().notAccepted(config.name(), e);
                pause(RETRY_MS);
                return;
            }
        }
    }

    private void pause(long delayMs) {
        key.interestOps(0);
        retryTimer = server.acceptLoop().schedule(delayMs, this::acceptAgain);
    }

    private void admit(SocketChannel accepted) {
        admission.countAccept();
        server.admission().countAccept();
        InetAddress peer;
        try {
            peer = ((InetSocketAddress) accepted.getRemoteAddress()).getAddress();
            if (!admission.hasRoomFor(peer) || !server.admission().hasRoomFor(peer)) {
                server.countRefused();
                server.acceptNet().log().tooMany(config.name(), peer);
                NetworkLoop.close(accepted);
                return;
            }
            accepted.configureBlocking(false);
            accepted.setOption(StandardSocketOptions.TCP_NODELAY, true);
            if (config.sendBufferBytes() > 0) accepted.setOption(StandardSocketOptions.SO_SNDBUF, config.sendBufferBytes());
        } catch (IOException e) {
            // The peer has gone before it was let in.
            NetworkLoop.close(accepted);
            return;
        }
        admission.add(peer);
        server.admission().add(peer);
        var net = server.nextLoop();
        if (net.loop().isCurrent()) net.adopt(accepted, this, peer);
        else net.loop().execute(() -> net.adopt(accepted, this, peer));
    }

    private void forget(InetAddress peer) {
        boolean wasFull = admission.isFull() || server.admission().isFull();
        admission.remove(peer);
        server.admission().remove(peer);
        if (wasFull) server.acceptAgain();
    }

    private static void close(ServerSocketChannel channel) {
        try {
            if (channel != null) channel.close();
        } catch (IOException e) {
            // Not bound any more either way.
        }
    }
}
