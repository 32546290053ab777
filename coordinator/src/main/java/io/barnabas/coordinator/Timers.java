package io.barnabas.coordinator;

import java.util.function.Consumer;

/** Timers of one shard's state, each under a key of its own. On the shard's loop; gone when the shard is unloaded. */
public interface Timers {
    /**
     * Decides something later, no earlier than after {@code delayMs}. Takes the place of a timer with the same key.
     *
     * @param key compared by {@code equals}
     */
    void schedule(Object key, long delayMs, Consumer<Decision> task);

    /** Nothing happens if there is none. */
    void cancel(Object key);

    boolean isScheduled(Object key);
}
