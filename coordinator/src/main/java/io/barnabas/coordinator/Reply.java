package io.barnabas.coordinator;

import io.barnabas.model.ErrorCode;
import java.util.function.Consumer;

/**
 * Takes the answer to one command, on the shard's loop. What comes first counts: a shard that fails in the middle of a decision may
 * tell somebody twice.
 */
public interface Reply<R> {
    /** What the answer says is committed. */
    void answer(R response);

    /** There is no answer from here; what the command wanted may have happened all the same. */
    void fail(ErrorCode error);

    /** One that says what to do with either; what comes after the first is passed over, since a shard that fails may tell somebody twice. */
    static <R> Reply<R> of(Consumer<R> onAnswer, Consumer<ErrorCode> onFailure) {
        return new Reply<>() {
            private boolean isTold;

            @Override
            public void answer(R response) {
                if (isTold) return;
                isTold = true;
                onAnswer.accept(response);
            }

            @Override
            public void fail(ErrorCode error) {
                if (isTold) return;
                isTold = true;
                onFailure.accept(error);
            }
        };
    }

    /** For a command that nobody waits for. */
    static <R> Reply<R> none() {
        return new Reply<>() {
            @Override
            public void answer(R response) {}

            @Override
            public void fail(ErrorCode error) {}
        };
    }
}
