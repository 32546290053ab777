package io.barnabas.benchmarks.micro;

import io.barnabas.base.Arena;
import io.barnabas.base.Clock;
import io.barnabas.base.NioEventLoop;
import java.util.concurrent.CountDownLatch;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.TearDown;

/** An event loop's timers and inbox. An operation is one timer or one task; a thousand go at once, and one waits for them. */
public class LoopTasks extends Micro {
    private static final int COUNT = 1_000;
    private static final int DELAY_MS_MAX = 60_000;

    /** Moves only when it is told to. */
    private static final class HandClock implements Clock {
        private volatile long nowNs;

        @Override
        public long nowMs() {
            return nowNs / 1_000_000;
        }

        @Override
        public long nanoTime() {
            return nowNs;
        }
    }

    private final HandClock clock = new HandClock();
    private NioEventLoop loop;
    private int due;

    @Setup
    public void setUp() {
        loop = new NioEventLoop(0, clock, new Arena(0), new NioEventLoop.Failures() {
            @Override
            public void onTaskFailure(NioEventLoop loop, Throwable failure) {
                throw new IllegalStateException(failure);
            }

            @Override
            public void onFatal(NioEventLoop loop, Throwable failure) {
                failure.printStackTrace();
            }
        });
        loop.start();
    }

    @TearDown
    public void tearDown() {
        loop.close();
    }

    /** Set and taken back, as of a fetch that was answered before its time. */
    @Benchmark
    @OperationsPerInvocation(COUNT)
    public void timerCancelled() throws InterruptedException {
        onLoop(done -> {
            for (int i = 0; i < COUNT; i++) loop.schedule(delay(i), this::onDue).cancel();
            done.countDown();
        });
    }

    /** Set and come. */
    @Benchmark
    @OperationsPerInvocation(COUNT)
    public void timerExpired() throws InterruptedException {
        onLoop(done -> {
            due = 0;
            for (int i = 0; i < COUNT; i++) {
                loop.schedule(delay(i), () -> {
                    if (++due == COUNT) done.countDown();
                });
            }
            clock.nowNs += (DELAY_MS_MAX + 1) * 1_000_000L;
        });
    }

    private static int delay(int index) {
        return 1 + index * 7_919 % DELAY_MS_MAX;
    }

    private void onDue() {
        due++;
    }

    private interface Task {
        void run(CountDownLatch done);
    }

    private void onLoop(Task task) throws InterruptedException {
        var done = new CountDownLatch(1);
        loop.execute(() -> task.run(done));
        done.await();
    }

    /** From another thread, while the loop is at work on those that came before. */
    @Benchmark
    @OperationsPerInvocation(COUNT)
    public void inbox() throws InterruptedException {
        var done = new CountDownLatch(1);
        for (int i = 1; i < COUNT; i++) loop.execute(this::onDue);
        loop.execute(done::countDown);
        done.await();
    }
}
