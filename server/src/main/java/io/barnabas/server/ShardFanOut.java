package io.barnabas.server;

import io.barnabas.base.EventLoop;
import io.barnabas.coordinator.Reply;
import io.barnabas.model.ErrorCode;
import java.util.function.Consumer;
import java.util.function.Function;

/** Gathers the answers of several shards, and goes on at home when all have come. */
final class ShardFanOut {
    private final EventLoop home;
    private final Runnable whenDone;
    /** Answers that have not come, and one more until all are asked for. Owned by the home loop. */
    private int open = 1;

    /** @param home the loop that makes this, asks, and runs {@code whenDone} */
    ShardFanOut(EventLoop home, Runnable whenDone) {
        this.home = home;
        this.whenDone = whenDone;
    }

    /** A place for one answer, which is received at home. */
    <R> Reply<R> expect(Consumer<R> receiver, Function<ErrorCode, R> refusal) {
        open++;
        return new ShardReply<>(response -> {
            if (home.isCurrent()) receive(receiver, response);
            else home.execute(() -> receive(receiver, response));
        }, refusal);
    }

    /** Everything has been asked. */
    void allAsked() {
        close();
    }

    private <R> void receive(Consumer<R> receiver, R response) {
        receiver.accept(response);
        close();
    }

    private void close() {
        if (--open == 0) whenDone.run();
    }
}
