package io.barnabas.coordinator;

import io.barnabas.model.ErrorCode;

/** Takes the answer to one command, once, on the shard's loop. */
public interface Reply<R> {
    /** What the answer says is committed. */
    void answer(R response);

    /** There is no answer from here; what the command wanted may have happened all the same. */
    void fail(ErrorCode error);

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
