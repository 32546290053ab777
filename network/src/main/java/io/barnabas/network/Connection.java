package io.barnabas.network;

import io.barnabas.base.DecodeException;
import io.barnabas.base.EventLoop;
import io.barnabas.base.NioEventLoop;
import io.barnabas.base.OutOfDirectMemoryException;
import io.barnabas.base.StorageException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;

/** One socket, owned by one loop: all calls are made there. Frames come in order, answers leave in order. */
public final class Connection {
    /** Unsent bytes of an accepted connection beyond which no more of its frames are taken. */
    static final int UNSENT_BYTES_MAX = 1 << 20;

    /** Expected replies of an accepted connection beyond which no more of its frames are taken. */
    static final int REPLIES_MAX = 1024;

    /** Half a frame must get on in each such interval, or the accepted connection that drips it closes ... */
    static final long PROGRESS_INTERVAL_MS = 10_000;
    /** ... by so many bytes: 1 KiB a second, less than any line that people still use. */
    static final int PROGRESS_BYTES_MIN = 10 << 10;

    private static final int NOT_NOW = 1;
    private static final int UNSENT = 2;
    private static final int OVER_BUDGET = 4;
    private static final int ENDING = 8;

    /** What the receiver keeps with this connection; the network does not look at it. */
    public Object attachment;

    /** Bytes of the loop's budget; kept by {@link NetworkLoop}. */
    long heldBytes;

    private final NetworkLoop net;
    private final NioEventLoop loop;
    private final Listener listener;
    private final FrameReceiver receiver;
    private final SocketChannel channel;
    private final Transport transport;
    private final long id;
    private final InetSocketAddress remoteAddress;
    private final InetSocketAddress localAddress;
    private final Input input;
    private final Output output;
    private final Runnable offer = this::offerKept;
    private final Runnable flush = this::flush;
    private SelectionKey key;
    private boolean open = true;
    private boolean announced;
    /** Why it is not read at the moment: a bit for each reason. */
    private int blocks;
    private int interestOps = SelectionKey.OP_READ;
    private boolean offerAsked;
    private boolean flushAsked;
    private Reply firstReply;
    private Reply lastReply;
    private int replyCount;
    private long unsentBytes;
    private CloseReason endReason;
    private long lastActiveNs;
    private long idleMsMax;
    private EventLoop.Timer idleTimer;
    private long bytesIn;
    private boolean isHalfRead;
    /** When the present interval of a half-read frame began, and {@link #bytesIn} then. */
    private long progressFromNs;
    private long progressFromBytes;
    private EventLoop.Timer progressTimer;

    /** @param listener null for a connection that this side opened */
    Connection(NetworkLoop net, SocketChannel channel, Listener listener, FrameReceiver receiver, int frameBytesMax) throws IOException {
        this.net = net;
        this.loop = net.loop();
        this.channel = channel;
        this.listener = listener;
        this.receiver = receiver;
        id = net.nextConnectionId();
        remoteAddress = (InetSocketAddress) channel.getRemoteAddress();
        localAddress = (InetSocketAddress) channel.getLocalAddress();
        transport = new PlainTransport(channel);
        input = new Input(this, net, frameBytesMax);
        output = new Output(loop.arena(), net.gathered());
    }

    public NioEventLoop loop() {
        return loop;
    }

    /** Unique in the process. */
    public long id() {
        return id;
    }

    /** Where it was accepted; null for a connection that this side opened. */
    public Listener listener() {
        return listener;
    }

    public InetSocketAddress remoteAddress() {
        return remoteAddress;
    }

    /** The address that the peer reached. */
    public InetSocketAddress localAddress() {
        return localAddress;
    }

    public boolean isOpen() {
        return open;
    }

    /** Takes the next place in the order of answers. */
    public Reply expectReply() {
        var reply = new Reply(this);
        if (!open) return reply;
        if (firstReply == null) firstReply = reply;
        else lastReply.next = reply;
        lastReply = reply;
        replyCount++;
        return reply;
    }

    /**
     * After an {@link FrameReceiver#onFrame} that returned false: offers that frame again, at the end of this turn or of
     * the next, not within the call.
     */
    public void resume() {
        unblock(NOT_NOW);
    }

    /** Bytes of the largest frame taken from now on; at the start the listener's. A larger one closes the connection. */
    public void limitFrameBytes(int frameBytesMax) {
        input.frameBytesMax = frameBytesMax;
    }

    /** Closes at once. Answers that have not left are dropped, their payloads released. Nothing happens if it is closed. */
    public void close(CloseReason reason) {
        if (!open) return;
        open = false;
        if (idleTimer != null) idleTimer.cancel();
        if (progressTimer != null) progressTimer.cancel();
        if (key != null) key.cancel();
        transport.close();
        input.dropOwn();
        output.drop();
        // A reply that has begun keeps its buffer: somebody is still writing into it.
        for (var reply = firstReply; reply != null; reply = reply.next) if (reply.hasEnded()) reply.drop();
        firstReply = lastReply = null;
        net.onClosed(this, reason);
        if (listener != null) listener.onConnectionClosed(remoteAddress.getAddress());
        if (!announced) return;
        try {
            receiver.onClose(this, reason);
        } catch (RuntimeException e) {
            net.log().failed(this, e);
        }
    }

    /** Reads no more, and closes when every reply expected so far has left. */
    public void closeAfterReplies(CloseReason reason) {
        if (!open || endReason != null) return;
        endReason = reason;
        blocks |= ENDING;
        closeIfEnded();
    }

    // ---- the loop's side

    void open(long idleMsMax) throws IOException {
        this.idleMsMax = idleMsMax;
        lastActiveNs = loop.turnNanoTime();
        net.onOpened(this);
        key = loop.register(channel, SelectionKey.OP_READ, this::onReady);
        if (idleMsMax >= 0) idleTimer = loop.schedule(idleMsMax, this::closeIfIdle);
        try {
            receiver.onOpen(this);
            announced = true;
        } catch (RuntimeException e) {
            net.log().failed(this, e);
            close(CloseReason.RECEIVER_FAILED);
        }
    }

    private void onReady(SelectionKey key) {
        if (!open) return;
        int ready = key.readyOps();
        if ((ready & SelectionKey.OP_WRITE) != 0) flush();
        if (!open || (ready & SelectionKey.OP_READ) == 0) return;
        // Reading is given up here and not when the block came: most blocks are gone before the peer says more.
        if (blocks != 0) interest(interestOps & ~SelectionKey.OP_READ);
        else read();
    }

    private void read() {
        try {
            int count = input.readFrom(transport);
            if (count > 0) {
                lastActiveNs = loop.turnNanoTime();
                bytesIn += count;
                net.counters().add(NetworkCounters.BYTES_IN, count);
            } else if (count < 0) {
                close(CloseReason.PEER_CLOSED);
            }
        } catch (IOException e) {
            close(CloseReason.IO_ERROR);
        } catch (OutOfDirectMemoryException e) {
            net.log().outOfMemory(this, e);
            close(CloseReason.OUT_OF_MEMORY);
        }
    }

    /** Whether a frame may be offered now. */
    boolean takesFrames() {
        if (listener != null && (unsentBytes > UNSENT_BYTES_MAX || replyCount > REPLIES_MAX)) blocks |= UNSENT;
        return open && (blocks & ~OVER_BUDGET) == 0;
    }

    /** @return whether the receiver took it */
    boolean offer(Frame frame) {
        // Set before the call, so that a resume() inside it is not lost.
        blocks |= NOT_NOW;
        boolean taken = false;
        try {
            taken = receiver.onFrame(this, frame);
        } catch (DecodeException e) {
            net.log().badRequest(this, e);
            close(CloseReason.BAD_REQUEST);
        } catch (RuntimeException | StackOverflowError | AssertionError e) {
            net.log().failed(this, e);
            close(CloseReason.RECEIVER_FAILED);
        } finally {
            frame.release();
        }
        if (taken) {
            blocks &= ~NOT_NOW;
            net.counters().add(NetworkCounters.FRAMES_IN, 1);
        }
        return taken;
    }

    void closeForBadLength(int length, int frameBytesMax) {
        net.log().badLength(this, length, frameBytesMax);
        close(CloseReason.BAD_FRAME_LENGTH);
    }

    /** @param begun whether an earlier frame was taken, so that a half one has just begun */
    void onHalfRead(boolean begun, boolean half) {
        if (begun || !half) net.halfRead(this, false);
        boolean isNew = begun || !isHalfRead;
        isHalfRead = half && open;
        if (!isHalfRead) return;
        net.halfRead(this, true);
        if (listener == null) return;
        if (isNew) beginInterval();
        // Left to run when the frame is whole: most frames that begin end at once, and one timer serves them all.
        if (progressTimer == null) progressTimer = loop.schedule(PROGRESS_INTERVAL_MS, this::checkProgress);
    }

    private void beginInterval() {
        progressFromNs = loop.turnNanoTime();
        progressFromBytes = bytesIn;
    }

    private void checkProgress() {
        progressTimer = null;
        if (!open || !isHalfRead) return;
        long leftMs = PROGRESS_INTERVAL_MS - (loop.turnNanoTime() - progressFromNs) / 1_000_000;
        if (leftMs <= 0) {
            // A connection that this side does not read cannot get on.
            if (blocks == 0 && bytesIn - progressFromBytes < PROGRESS_BYTES_MIN) {
                close(CloseReason.FRAME_TIMEOUT);
                return;
            }
            beginInterval();
            leftMs = PROGRESS_INTERVAL_MS;
        }
        progressTimer = loop.schedule(leftMs, this::checkProgress);
    }

    private void offerKept() {
        offerAsked = false;
        if (open && takesFrames()) input.offerOwn();
    }

    void hold(int byteCount) {
        net.hold(this, byteCount);
    }

    void unhold(int byteCount) {
        net.unhold(this, byteCount);
    }

    boolean isPaused() {
        return (blocks & OVER_BUDGET) != 0;
    }

    void pause() {
        blocks |= OVER_BUDGET;
    }

    void unpause() {
        unblock(OVER_BUDGET);
    }

    private void unblock(int block) {
        if (!open || (blocks & block) == 0) return;
        blocks &= ~block;
        if (isHalfRead) beginInterval();
        if (!input.isEmpty() || block == NOT_NOW) askOffer();
        if (blocks == 0) interest(interestOps | SelectionKey.OP_READ);
    }

    private void askOffer() {
        if (offerAsked) return;
        offerAsked = true;
        loop.atTurnEnd(offer);
    }

    private void interest(int ops) {
        if (ops == interestOps) return;
        interestOps = ops;
        key.interestOps(ops);
    }

    // ---- answers

    void onReplyEnded(Reply reply) {
        if (!open) {
            reply.drop();
            return;
        }
        unsentBytes += reply.byteCount();
        while (firstReply != null && firstReply.hasEnded()) {
            var writer = firstReply.take();
            if (writer != null) output.append(writer);
            firstReply = firstReply.next;
            replyCount--;
        }
        if (firstReply == null) lastReply = null;
        if (!output.isEmpty()) askFlush();
        else if (endReason != null || (blocks & UNSENT) != 0) askFlush();
    }

    private void askFlush() {
        if (flushAsked || output.isBlocked()) return;
        flushAsked = true;
        loop.beforeSelect(flush);
    }

    private void flush() {
        flushAsked = false;
        if (!open) return;
        try {
            long written = output.writeTo(transport);
            if (written > 0) lastActiveNs = loop.turnNanoTime();
            unsentBytes -= written;
            net.counters().add(NetworkCounters.BYTES_OUT, written);
        } catch (IOException e) {
            close(CloseReason.IO_ERROR);
            return;
        } catch (StorageException e) {
            net.log().failed(this, e);
            close(CloseReason.PAYLOAD_FAILED);
            return;
        } catch (OutOfDirectMemoryException e) {
            net.log().outOfMemory(this, e);
            close(CloseReason.OUT_OF_MEMORY);
            return;
        }
        interest(output.isBlocked() ? interestOps | SelectionKey.OP_WRITE : interestOps & ~SelectionKey.OP_WRITE);
        if (!output.isEmpty()) askFlush();
        if (unsentBytes <= UNSENT_BYTES_MAX / 2 && replyCount <= REPLIES_MAX / 2) unblock(UNSENT);
        closeIfEnded();
    }

    private void closeIfEnded() {
        if (endReason != null && firstReply == null && output.isEmpty()) close(endReason);
    }

    private void closeIfIdle() {
        long leftMs = idleMsMax - (loop.clock().nanoTime() - lastActiveNs) / 1_000_000;
        boolean isWaiting = firstReply != null;
        if (leftMs <= 0 && !isWaiting) close(CloseReason.IDLE);
        else idleTimer = loop.schedule(leftMs <= 0 ? idleMsMax : leftMs, this::closeIfIdle);
    }
}
