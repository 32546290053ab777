package io.barnabas.network;

import io.barnabas.base.Arena;
import io.barnabas.base.Clock;
import io.barnabas.base.NioEventLoop;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Loops and a server on a free port of the loopback address. */
final class Rig implements AutoCloseable {
    final List<NetworkLoop> loops = new ArrayList<>();
    final SocketServer server;
    final ConcurrentLinkedQueue<Throwable> failures = new ConcurrentLinkedQueue<>();

    Rig(int loopCount) {
        this(loopCount, Clock.SYSTEM, Long.MAX_VALUE, ConnectionLimits.NONE);
    }

    Rig(int loopCount, Clock clock, long heldBytesMax, ConnectionLimits limits) {
        for (int i = 0; i < loopCount; i++) {
            var loop = new NioEventLoop(i, clock, new Arena(16 << 20), new NioEventLoop.Failures() {
                @Override
                public void onTaskFailure(NioEventLoop loop, Throwable failure) {
                    failures.add(failure);
                }

                @Override
                public void onFatal(NioEventLoop loop, Throwable failure) {
                    failures.add(failure);
                }
            });
            loops.add(new NetworkLoop(loop, heldBytesMax));
        }
        server = new SocketServer(loops, limits);
        for (var net : loops) net.loop().start();
    }

    static ListenerConfig config() {
        return ListenerConfig.of("PLAINTEXT", new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    }

    Listener listen(FrameReceiver receiver) {
        return listen(config(), receiver);
    }

    Listener listen(ListenerConfig config, FrameReceiver receiver) {
        var listener = server.listen(config, receiver);
        server.start();
        return listener;
    }

    NetworkLoop net(int index) {
        return loops.get(index);
    }

    /** Runs something on a loop and waits for what it gives. */
    <T> T on(int index, Callable<T> task) {
        var result = new CompletableFuture<T>();
        net(index).loop().execute(() -> {
            try {
                result.complete(task.call());
            } catch (Throwable e) {
                result.completeExceptionally(e);
            }
        });
        return get(result);
    }

    /** Lets every loop pass at least one whole turn. */
    void settle() {
        for (int i = 0; i < loops.size(); i++) {
            on(i, () -> 0);
            on(i, () -> 0);
        }
    }

    static <T> T get(CompletableFuture<T> future) {
        try {
            return future.get(20, TimeUnit.SECONDS);
        } catch (ExecutionException | InterruptedException | TimeoutException e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public void close() {
        for (var net : loops) net.loop().close();
        if (!failures.isEmpty()) throw new AssertionError("loop failures: " + failures, failures.peek());
    }
}
