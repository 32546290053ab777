package io.barnabas.benchmarks.load;

import io.barnabas.base.NioEventLoop;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.GatheringByteChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;

/** One connection: sends requests and hears their answers, in order. On its loop only; what it throws ends the run. */
final class LoadConnection implements NioEventLoop.ReadyHandler {
    /** What is sent. */
    interface Requests {
        boolean isAllWritten();

        /** Writes what is queued, as far as the channel takes it. */
        void writeTo(GatheringByteChannel channel) throws IOException;

        /** The oldest unanswered request was answered. @return its slot, or -1 if it does not have this correlation id */
        int answered(int correlationId);
    }

    /** Who sends through the connection. */
    interface Owner {
        /**
         * A request was answered.
         *
         * @param slot   of the request
         * @param answer from after its correlation id to its end; of use during the call
         * @param nowNs  when it was read
         */
        void onAnswer(LoadConnection connection, int slot, ByteBuffer answer, long nowNs);

        /** All answers that had come were given: the time to send more. */
        void onAnswersRead(LoadConnection connection);
    }

    /** A read takes no more than this, unless an answer is larger. */
    private static final int READ_BYTES = 64 << 10;
    private static final int ANSWER_BYTES_MAX = 512 << 20;
    private static final int ANSWER_HEAD_BYTES = 2 * Integer.BYTES;

    private final Owner owner;
    private final Requests requests;
    private final SelectionKey key;
    private final SocketChannel channel;
    private ByteBuffer in = ByteBuffer.allocateDirect(READ_BYTES);
    private ByteBuffer answer = in.duplicate();

    LoadConnection(LoadThread thread, InetSocketAddress broker, Requests requests, Owner owner) {
        this.owner = owner;
        this.requests = requests;
        key = thread.connect(broker, this);
        channel = (SocketChannel) key.channel();
    }

    @Override
    public void onReady(SelectionKey key) {
        try {
            if (key.isWritable()) write();
            if (key.isReadable()) read();
        } catch (IOException e) {
            throw new LoadException("connection lost", e);
        }
    }

    /** Writes what is queued, now or as soon as the socket takes it. */
    void send() {
        try {
            write();
        } catch (IOException e) {
            throw new LoadException("connection lost", e);
        }
    }

    private void write() throws IOException {
        if (!requests.isAllWritten()) requests.writeTo(channel);
        int wanted = requests.isAllWritten() ? SelectionKey.OP_READ : SelectionKey.OP_READ | SelectionKey.OP_WRITE;
        if (key.interestOps() != wanted) key.interestOps(wanted);
    }

    private void read() throws IOException {
        int count = channel.read(in);
        if (count < 0) throw new LoadException("the broker closed the connection");
        giveAnswers(System.nanoTime());
        owner.onAnswersRead(this);
    }

    private void giveAnswers(long nowNs) {
        int end = in.position();
        int at = 0;
        int whole = 0;
        while (end - at >= Integer.BYTES) {
            whole = Integer.BYTES + lengthAt(at);
            if (end - at < whole) break;
            int slot = requests.answered(in.getInt(at + Integer.BYTES));
            if (slot < 0) throw new LoadException("answer to another request: correlation id=" + in.getInt(at + Integer.BYTES));
            answer.limit(at + whole).position(at + ANSWER_HEAD_BYTES);
            owner.onAnswer(this, slot, answer, nowNs);
            at += whole;
        }
        keep(at, end, whole);
    }

    private int lengthAt(int at) {
        int length = in.getInt(at);
        if (length < Integer.BYTES || length > ANSWER_BYTES_MAX) throw new LoadException("answer of a bad length: length=" + length);
        return length;
    }

    /** Moves the beginning of an answer to the front. A large one is read to its end and no further, so that nothing after it is moved. */
    private void keep(int at, int end, int whole) {
        int kept = end - at;
        boolean isLarge = kept >= Integer.BYTES && whole > READ_BYTES;
        if (isLarge && whole > in.capacity()) {
            var larger = ByteBuffer.allocateDirect(whole).put(0, in, at, kept);
            in = larger;
            answer = larger.duplicate();
        } else if (at > 0 && kept > 0) {
            in.limit(end).position(at);
            in.compact();
        }
        in.limit(isLarge ? whole : Math.min(READ_BYTES, in.capacity())).position(kept);
    }
}
