package io.barnabas.server;

import io.barnabas.base.EventLoop;
import io.barnabas.replication.Partition;

/**
 * Asks several partitions, each on its own loop, and goes on at home when all have answered. Each question fills in a part
 * of the answer that is its own.
 */
final class PartitionFanOut {
    private final EventLoop home;
    private final Runnable whenDone;
    /** Questions without an answer, and one more until all have been asked. Owned by the home loop. */
    private int open = 1;

    /** @param home the loop that makes this, asks, and runs {@code whenDone} */
    PartitionFanOut(EventLoop home, Runnable whenDone) {
        this.home = home;
        this.whenDone = whenDone;
    }

    /** Runs a question on the partition's loop once the partition is settled. */
    void ask(Partition partition, Runnable question) {
        open++;
        if (partition.loop().isCurrent()) partition.whenSettled(() -> answer(question));
        else partition.loop().execute(() -> partition.whenSettled(() -> answer(question)));
    }

    /** All questions have been asked. */
    void allAsked() {
        close();
    }

    private void answer(Runnable question) {
        try {
            question.run();
        } finally {
            if (home.isCurrent()) close();
            else home.execute(this::close);
        }
    }

    private void close() {
        if (--open == 0) whenDone.run();
    }
}
