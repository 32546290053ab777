package io.barnabas.benchmarks.load;

import io.barnabas.base.Arena;
import io.barnabas.base.Clock;
import io.barnabas.base.NioEventLoop;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/**
 * The event loop of a load. One thing runs on it at a time; whatever its handlers throw ends that run with this failure,
 * and those that come after it.
 */
final class LoadThread implements AutoCloseable {
    private static final long CHECK_MS = 1_000;
    private static final int SILENT_CHECKS_MAX = 60;
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    private final NioEventLoop loop = new NioEventLoop(0, Clock.SYSTEM, new Arena(0), new NioEventLoop.Failures() {
        @Override
        public void onTaskFailure(NioEventLoop loop, Throwable failure) {
            fail(failure);
        }

        @Override
        public void onFatal(NioEventLoop loop, Throwable failure) {
            fail(failure);
        }
    });

    /** Of the run, on the loop only. */
    private CompletableFuture<?> running = new CompletableFuture<>();
    private LongSupplier progress;
    private long seenProgress;
    private int silentChecks;
    private Throwable failure;

    LoadThread() {
        loop.start();
    }

    /** Connects to the broker and registers the channel. Blocks; not on the loop. */
    SelectionKey connect(InetSocketAddress broker, NioEventLoop.ReadyHandler handler) {
        try {
            var channel = SocketChannel.open();
            try {
                channel.connect(new InetSocketAddress(broker.getHostString(), broker.getPort()));
                channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
                channel.configureBlocking(false);
                return call(() -> register(channel, handler));
            } catch (IOException | RuntimeException e) {
                channel.close();
                throw e;
            }
        } catch (IOException e) {
            throw new LoadException("cannot connect: address=" + broker, e);
        }
    }

    private SelectionKey register(SocketChannel channel, NioEventLoop.ReadyHandler handler) {
        try {
            return loop.register(channel, SelectionKey.OP_READ, handler);
        } catch (IOException e) {
            throw new LoadException("cannot register the connection", e);
        }
    }

    private <T> T call(java.util.function.Supplier<T> task) {
        var result = new CompletableFuture<T>();
        loop.execute(() -> {
            try {
                result.complete(task.get());
            } catch (RuntimeException e) {
                result.completeExceptionally(e);
            }
        });
        return join(result);
    }

    /**
     * Has a run begin on the loop, and waits until {@code run} is completed.
     *
     * @param begin    on the loop
     * @param progress on the loop: a number that moves as long as the broker answers
     */
    <T> T run(Runnable begin, CompletableFuture<T> run, LongSupplier progress) {
        loop.execute(() -> {
            running = run;
            if (failure != null) {
                fail(failure);
                return;
            }
            this.progress = progress;
            silentChecks = 0;
            loop.schedule(CHECK_MS, () -> checkProgress(run));
            begin.run();
        });
        return join(run);
    }

    private static <T> T join(CompletableFuture<T> future) {
        try {
            return future.join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof LoadException known) throw new LoadException(known.getMessage(), known);
            throw new LoadException("the load failed: " + e.getCause(), e.getCause());
        }
    }

    private void fail(Throwable cause) {
        failure = cause;
        running.completeExceptionally(cause);
    }

    private void checkProgress(CompletableFuture<?> run) {
        if (run.isDone()) return;
        long now = progress.getAsLong();
        silentChecks = now == seenProgress ? silentChecks + 1 : 0;
        seenProgress = now;
        if (silentChecks >= SILENT_CHECKS_MAX) throw new LoadException("no answer: seconds=" + SILENT_CHECKS_MAX * CHECK_MS / 1_000);
        loop.schedule(CHECK_MS, () -> checkProgress(run));
    }

    /** Runs the task once, after a while. On the loop only. */
    void schedule(long delayMs, Runnable task) {
        loop.schedule(delayMs, task);
    }

    /** Runs the task in every turn of the loop, without a rest, for as long as it gives true. On the loop only. */
    void poll(BooleanSupplier task) {
        loop.beforeSelect(new Runnable() {
            @Override
            public void run() {
                if (failure == null && task.getAsBoolean()) loop.beforeSelect(this);
            }
        });
    }

    /** CPU time of the loop so far. On the loop only. */
    long cpuNs() {
        return THREADS.getCurrentThreadCpuTime();
    }

    @Override
    public void close() {
        loop.close();
    }
}
