package io.barnabas.server;

import io.barnabas.base.EventLoop;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** One of something for each event loop, used on that loop alone. Fixed when the broker starts. */
final class LoopLocal<T> {
    private final Map<EventLoop, T> byLoop = new IdentityHashMap<>();

    LoopLocal(List<? extends EventLoop> loops, Function<EventLoop, T> factory) {
        for (var loop : loops) byLoop.put(loop, factory.apply(loop));
    }

    T on(EventLoop loop) {
        return byLoop.get(loop);
    }
}
