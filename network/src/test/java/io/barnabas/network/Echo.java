package io.barnabas.network;

import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CompletableFuture;

/** Answers every frame with its own bytes, at once. */
class Echo implements FrameReceiver {
    final ConcurrentLinkedQueue<Connection> opened = new ConcurrentLinkedQueue<>();
    final CompletableFuture<CloseReason> firstClosed = new CompletableFuture<>();

    @Override
    public void onOpen(Connection connection) {
        opened.add(connection);
    }

    @Override
    public boolean onFrame(Connection connection, Frame frame) {
        answer(connection.expectReply(), frame);
        return true;
    }

    @Override
    public void onClose(Connection connection, CloseReason reason) {
        firstClosed.complete(reason);
    }

    static void answer(Reply reply, Frame frame) {
        reply.begin().writeBytes(frame.bytes());
        reply.send();
    }
}
