package io.barnabas.coordinator;

import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** Timers of one shard's state, each under a key of its own. On the shard's loop; gone when the shard is unloaded. */
public interface Timers {
    /**
     * Decides something later, no earlier than after {@code delayMs}. Takes the place of a timer with the same key.
     *
     * @param key compared by {@code equals}
     */
    void schedule(Object key, long delayMs, Consumer<Decision> task);

    /**
     * Computes something beside the loop, and decides with it here, unless it is cancelled or the shard unloaded before. Its key is
     * like that of a timer.
     *
     * @param work runs on another thread: reads and changes nothing that belongs to the state
     */
    <T> void compute(Object key, Supplier<T> work, BiConsumer<T, Decision> then);

    /** Nothing happens if there is none. */
    void cancel(Object key);

    boolean isScheduled(Object key);
}
