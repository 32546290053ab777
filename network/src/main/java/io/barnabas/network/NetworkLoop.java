package io.barnabas.network;

import io.barnabas.base.NioEventLoop;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The sockets of one event loop: its read memory, its byte budget, its counters. One for each loop, shared by servers and
 * clients. Made anywhere, used on its loop.
 */
public final class NetworkLoop {
    /** Read memory: what all connections of a turn say, as long as somebody holds it. */
    private static final int READ_CHUNK_BYTES = 256 << 10;

    /** The least room for one read. */
    private static final int READ_BYTES_MIN = 64 << 10;

    /** Who holds no more than this is read whatever others hold, so that small requests always pass. */
    private static final int HELD_BYTES_FREE = 16 << 10;

    private static final int GATHERED_MAX = 64;
    private static final AtomicLong CONNECTION_IDS = new AtomicLong();

    private final NioEventLoop loop;
    private final long heldBytesMax;
    private final NetworkCounters counters = new NetworkCounters();
    private final NetworkLog log;
    private final ByteBuffer[] gathered = new ByteBuffer[GATHERED_MAX];
    private final LinkedHashSet<Connection> connections = new LinkedHashSet<>();
    /** Oldest first. */
    private final LinkedHashSet<Connection> halfRead = new LinkedHashSet<>();
    private Chunk readChunk;
    private int readPosition;
    private long heldBytes;
    private int pausedCount;
    private CompletableFuture<Void> stopped;

    /**
     * @param heldBytesMax bytes of half-read, kept and retained frames beyond which the largest holder is read no more
     *                     ({@code queued.max.request.bytes} shared among the loops); the oldest half-read frame may
     *                     always finish
     */
    public NetworkLoop(NioEventLoop loop, long heldBytesMax) {
        this.loop = loop;
        this.heldBytesMax = heldBytesMax;
        log = new NetworkLog(loop.clock());
    }

    public NioEventLoop loop() {
        return loop;
    }

    /** Readable from any thread. */
    public NetworkCounters counters() {
        return counters;
    }

    NetworkLog log() {
        return log;
    }

    ByteBuffer[] gathered() {
        return gathered;
    }

    long nextConnectionId() {
        return CONNECTION_IDS.incrementAndGet();
    }

    // ---- read memory

    /** Makes room for {@code kept} bytes and one read. @return where it starts in {@link #readChunk} */
    int readSpace(int kept) {
        if (readChunk != null && !readChunk.isShared()) readPosition = 0;
        if (readChunk == null || READ_CHUNK_BYTES - readPosition < kept + READ_BYTES_MIN) {
            if (readChunk != null) readChunk.release();
            readChunk = new Chunk(loop.arena(), READ_CHUNK_BYTES);
            readPosition = 0;
        }
        return readPosition;
    }

    Chunk readChunk() {
        return readChunk;
    }

    /** Frames up to {@code end} may be held: the next read goes behind them. */
    void readDone(int end) {
        readPosition = end;
    }

    // ---- byte budget

    void hold(Connection connection, int byteCount) {
        heldBytes += byteCount;
        connection.heldBytes += byteCount;
        counters.add(NetworkCounters.HELD, byteCount);
        if (heldBytes > heldBytesMax && mayPause(connection)) pauseLargest();
    }

    void unhold(Connection connection, int byteCount) {
        heldBytes -= byteCount;
        connection.heldBytes -= byteCount;
        counters.add(NetworkCounters.HELD, -byteCount);
        if (pausedCount > 0 && heldBytes <= heldBytesMax - heldBytesMax / 4) unpauseAll();
    }

    /** Whether so many bytes more would leave half of the budget free. */
    boolean isPlentiful(int byteCount) {
        return heldBytes + byteCount <= heldBytesMax / 2;
    }

    /** A frame of this connection begins to come in pieces, or is whole or given up. */
    void halfRead(Connection connection, boolean half) {
        if (half) halfRead.add(connection);
        else if (halfRead.remove(connection)) unpauseOldest();
    }

    private boolean mayPause(Connection connection) {
        return connection.heldBytes > HELD_BYTES_FREE && !connection.isPaused() && connection.isOpen() && !isOldest(connection);
    }

    private boolean isOldest(Connection connection) {
        return !halfRead.isEmpty() && halfRead.iterator().next() == connection;
    }

    private void pauseLargest() {
        Connection largest = null;
        for (var connection : connections) {
            if (mayPause(connection) && (largest == null || connection.heldBytes > largest.heldBytes)) largest = connection;
        }
        if (largest == null) return;
        largest.pause();
        pausedCount++;
    }

    private void unpauseOldest() {
        if (pausedCount == 0 || halfRead.isEmpty()) return;
        var oldest = halfRead.iterator().next();
        if (!oldest.isPaused()) return;
        oldest.unpause();
        pausedCount--;
    }

    private void unpauseAll() {
        for (var connection : connections) if (connection.isPaused()) connection.unpause();
        pausedCount = 0;
    }

    // ---- connections

    /** Takes over an accepted, non-blocking channel; closes it if it is broken already. */
    void adopt(SocketChannel channel, Listener listener, InetAddress peer) {
        Connection connection;
        try {
            connection = new Connection(this, channel, listener, listener.receiver(), listener.config().frameBytesMax());
        } catch (IOException e) {
            // The peer has gone meanwhile.
            close(channel);
            listener.onConnectionClosed(peer);
            return;
        }
        try {
            connection.open(listener.config().idleMsMax());
            if (stopped != null) connection.closeAfterReplies(CloseReason.CLOSED_HERE);
        } catch (IOException e) {
            connection.close(CloseReason.IO_ERROR);
        }
    }

    static void close(SocketChannel channel) {
        try {
            channel.close();
        } catch (IOException e) {
            // Nothing was promised to the peer.
        }
    }

    void onOpened(Connection connection) {
        connections.add(connection);
        counters.add(NetworkCounters.OPENED, 1);
        counters.add(NetworkCounters.OPEN, 1);
    }

    void onClosed(Connection connection, CloseReason reason) {
        if (!connections.remove(connection)) return;
        halfRead(connection, false);
        if (connection.isPaused()) pausedCount--;
        counters.add(NetworkCounters.OPEN, -1);
        counters.closed(reason);
        if (stopped != null && !hasAccepted()) stopped.complete(null);
    }

    /** Ends all accepted connections after their replies, at the latest at the deadline. */
    CompletionStage<Void> stopAccepted(long deadlineMs) {
        if (stopped != null) return stopped;
        stopped = new CompletableFuture<>();
        for (var connection : new ArrayList<>(connections)) {
            if (connection.listener() != null) connection.closeAfterReplies(CloseReason.CLOSED_HERE);
        }
        if (!hasAccepted()) stopped.complete(null);
        else loop.schedule(deadlineMs, this::closeAccepted);
        return stopped;
    }

    private void closeAccepted() {
        for (var connection : new ArrayList<>(connections)) {
            if (connection.listener() != null) connection.close(CloseReason.CLOSED_HERE);
        }
    }

    private boolean hasAccepted() {
        for (var connection : connections) if (connection.listener() != null) return true;
        return false;
    }
}
