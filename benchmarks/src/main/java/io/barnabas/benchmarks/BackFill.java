package io.barnabas.benchmarks;

import io.barnabas.benchmarks.load.LoadGenerator;
import io.barnabas.benchmarks.load.LoadSpec;
import java.net.InetSocketAddress;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/**
 * Consumers that read a topic from its start to its end, and again, as fast as the broker gives, from threads of their own until they
 * are closed. Every half a second they all rest, while something else may be done.
 */
final class BackFill implements AutoCloseable {
    private static final double SLICE_SECONDS = 0.5;
    private static final double MIB = 1 << 20;

    private final LoadGenerator load;
    private final Runnable atRest;
    private final CompletableFuture<Void> begun = new CompletableFuture<>();
    private final CompletableFuture<Double> ended = new CompletableFuture<>();
    private volatile boolean isStopping;

    private BackFill(LoadGenerator load, Runnable atRest) {
        this.load = load;
        this.atRest = atRest;
    }

    /**
     * Returns when they have been reading for a while.
     *
     * @param fetch  a closed loop
     * @param atRest runs before the first slice and between two, when nobody waits for an answer
     * @throws IllegalStateException if the broker gives nothing
     */
    static BackFill start(InetSocketAddress broker, LoadSpec fetch, Runnable atRest) {
        var fill = new BackFill(LoadGenerator.open(broker, fetch), atRest);
        var thread = new Thread(fill::read, "back-fill");
        thread.setDaemon(true);
        thread.start();
        try {
            join(fill.begun);
        } catch (RuntimeException e) {
            fill.close();
            throw e;
        }
        return fill;
    }

    private void read() {
        try {
            long byteCount = 0;
            long startNs = System.nanoTime();
            while (!isStopping) {
                atRest.run();
                byteCount += load.run(Run.duration(SLICE_SECONDS)).byteCount();
                begun.complete(null);
            }
            ended.complete(byteCount / MIB / ((System.nanoTime() - startNs) / 1e9));
        } catch (RuntimeException | AssertionError e) {
            begun.completeExceptionally(e);
            ended.completeExceptionally(e);
        }
    }

    /**
     * Has them stop.
     *
     * @return MiB a second that they had, rests included
     * @throws IllegalStateException if they could not go on at some time
     */
    double stop() {
        isStopping = true;
        return join(ended);
    }

    private static <T> T join(CompletableFuture<T> future) {
        try {
            return future.join();
        } catch (CompletionException e) {
            throw new IllegalStateException("the readers of old data failed: " + e.getCause().getMessage(), e.getCause());
        }
    }

    @Override
    public void close() {
        isStopping = true;
        ended.handle((mib, failure) -> null).join();
        load.close();
    }
}
