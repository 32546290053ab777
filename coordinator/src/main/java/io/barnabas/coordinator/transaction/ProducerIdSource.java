package io.barnabas.coordinator.transaction;

import java.util.function.LongConsumer;

/** Gives out producer ids, each once in the cluster's life. */
@FunctionalInterface
public interface ProducerIdSource {
    /**
     * Any thread.
     *
     * @param receiver told on any thread: the id, or -1 if there is none to be had now
     */
    void next(LongConsumer receiver);
}
