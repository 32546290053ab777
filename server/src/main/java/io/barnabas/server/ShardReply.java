package io.barnabas.server;

import io.barnabas.coordinator.Reply;
import io.barnabas.model.ErrorCode;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Takes what a coordinator's shard answers, or makes an answer of its error. On the shard's loop. What comes after the first is
 * passed over: a shard that fails in the middle of a decision may tell somebody twice.
 */
final class ShardReply<R> implements Reply<R> {
    private final Consumer<R> receiver;
    private final Function<ErrorCode, R> refusal;
    private boolean isAnswered;

    ShardReply(Consumer<R> receiver, Function<ErrorCode, R> refusal) {
        this.receiver = receiver;
        this.refusal = refusal;
    }

    @Override
    public void answer(R response) {
        if (isAnswered) return;
        isAnswered = true;
        receiver.accept(response);
    }

    @Override
    public void fail(ErrorCode error) {
        answer(refusal.apply(error));
    }
}
