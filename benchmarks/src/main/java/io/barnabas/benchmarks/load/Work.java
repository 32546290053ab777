package io.barnabas.benchmarks.load;

import java.nio.ByteBuffer;

/** What is asked for through a connection, and what becomes of the answers. */
interface Work {
    /** Patches the next request's frame, which begins at {@code frameAt}. */
    void prepare(ByteBuffer frames, int frameAt, int slot);

    /** @throws LoadException if the answer is an error */
    void onAnswer(int slot, ByteBuffer answer, LoadRun run);
}
