package io.barnabas.coordinator;

import io.barnabas.base.EventLoop;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The timers of one state of a shard, from its loading to its unloading. Owned by the shard's loop. */
final class ShardTimers implements Timers {
    private static final Logger LOG = LoggerFactory.getLogger(ShardTimers.class);

    private final EventLoop loop;
    private final Consumer<Consumer<Decision>> shard;
    private final Executor workers;
    private final Map<Object, EventLoop.Timer> timers = new HashMap<>();
    private boolean isClosed;

    /** @param shard decides by what it is given */
    ShardTimers(EventLoop loop, Consumer<Consumer<Decision>> shard, Executor workers) {
        this.loop = loop;
        this.shard = shard;
        this.workers = workers;
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
    public <T> void compute(Object key, Supplier<T> work, BiConsumer<T, Decision> then) {
        cancel(key);
        if (isClosed) return;
        var computation = new Computation();
        timers.put(key, computation);
        workers.execute(() -> {
            T result;
            try {
                result = work.get();
            } catch (RuntimeException | Error e) {
                LOG.error("a computation of a coordinator failed: key={}", key, e);
                loop.execute(() -> timers.remove(key, computation));
                return;
            }
            loop.execute(() -> {
                if (timers.remove(key, computation)) shard.accept(decision -> then.accept(result, decision));
            });
        });
    }

    /** Stands for work under way: what comes of it counts if this still stands under its key. */
    private static final class Computation implements EventLoop.Timer {
        @Override
        public void cancel() {}
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
