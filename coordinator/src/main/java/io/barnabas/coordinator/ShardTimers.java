package io.barnabas.coordinator;

import io.barnabas.base.EventLoop;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;

/** The timers of one state of a shard, from its loading to its unloading. Owned by the shard's loop. */
final class ShardTimers implements Timers {
    private final EventLoop loop;
    private final Consumer<Consumer<Decision>> shard;
    private final Map<Object, EventLoop.Timer> timers = new HashMap<>();
    private boolean isClosed;

    /** @param shard decides by what it is given */
    ShardTimers(EventLoop loop, Consumer<Consumer<Decision>> shard) {
        this.loop = loop;
        this.shard = shard;
    }

    @Override
    public void schedule(Object key, long delayMs, Consumer<Decision> task) {
        cancel(key);
        if (isClosed) return;
        timers.put(key, loop.schedule(delayMs, () -> {
            timers.remove(key);
            shard.accept(task);
        }));
    }

    @Override
    public void cancel(Object key) {
        var timer = timers.remove(key);
        if (timer != null) timer.cancel();
    }

    @Override
    public boolean isScheduled(Object key) {
        return timers.containsKey(key);
    }

    /** None runs any more, nor one that is scheduled from now on: the state that wants it is no longer the shard's. */
    void close() {
        isClosed = true;
        for (var timer : timers.values()) timer.cancel();
        timers.clear();
    }
}
