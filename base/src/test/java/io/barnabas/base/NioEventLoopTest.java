package io.barnabas.base;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.channels.Pipe;
import java.nio.channels.SelectionKey;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class NioEventLoopTest {
    private final ConcurrentLinkedQueue<Throwable> failures = new ConcurrentLinkedQueue<>();
    private final CompletableFuture<Throwable> fatal = new CompletableFuture<>();
    private final ManualClock clock = new ManualClock();
    private final NioEventLoop loop = new NioEventLoop(7, clock, new Arena(1 << 20), new NioEventLoop.Failures() {
        @Override
        public void onTaskFailure(NioEventLoop loop, Throwable failure) {
            failures.add(failure);
        }

        @Override
        public void onFatal(NioEventLoop loop, Throwable failure) {
            fatal.complete(failure);
        }
    });

    private static final class ManualClock implements Clock {
        volatile long ns = 5_000_000_000L;

        @Override
        public long nowMs() {
            return ns / 1_000_000;
        }

        @Override
        public long nanoTime() {
            return ns;
        }
    }

    @AfterEach
    void close() {
        loop.close();
    }

    private void on(Runnable task) throws Exception {
        var done = new CompletableFuture<Void>();
        loop.execute(() -> {
            try {
                task.run();
                done.complete(null);
            } catch (Throwable e) {
                done.completeExceptionally(e);
            }
        });
        done.get(20, TimeUnit.SECONDS);
    }

    private void advance(long ms) throws Exception {
        clock.ns += ms * 1_000_000;
        on(() -> {});
        on(() -> {});
    }

    @Test
    void tasksOfOneThreadRunInTheirOrder() throws Exception {
        loop.start();
        var ran = new ArrayList<Integer>();
        for (int i = 0; i < 100_000; i++) {
            int number = i;
            loop.execute(() -> ran.add(number));
        }
        on(() -> {});
        assertEquals(100_000, ran.size());
        for (int i = 0; i < ran.size(); i++) assertEquals(i, ran.get(i));
    }

    @Test
    void noTaskOfManyThreadsIsLostOrSlept() throws Exception {
        loop.start();
        var threads = new ArrayList<Thread>();
        for (int t = 0; t < 3; t++) {
            var thread = new Thread(() -> {
                for (int i = 0; i < 3_000; i++) {
                    var ran = new CompletableFuture<Void>();
                    loop.execute(() -> ran.complete(null));
                    ran.orTimeout(20, TimeUnit.SECONDS).join();
                }
            });
            thread.start();
            threads.add(thread);
        }
        for (var thread : threads) thread.join();
    }

    @Test
    void aTurnEndsWithItsTasksThenItsWrites() throws Exception {
        loop.start();
        var ran = new ArrayList<String>();
        on(() -> {
            loop.beforeSelect(() -> ran.add("write"));
            loop.atTurnEnd(() -> {
                ran.add("end");
                loop.atTurnEnd(() -> ran.add("end of the end"));
            });
            ran.add("task");
        });
        on(() -> {});
        assertEquals(List.of("task", "end", "end of the end", "write"), ran);
    }

    @Test
    void timersRunWhenTheirTimeHasComeAndNotWhenCancelled() throws Exception {
        loop.start();
        var ran = new ArrayList<String>();
        on(() -> {
            loop.schedule(100, () -> ran.add("late"));
            loop.schedule(10, () -> ran.add("early"));
            loop.schedule(50, () -> ran.add("never")).cancel();
        });
        advance(9);
        assertEquals(List.of(), ran);
        advance(1);
        assertEquals(List.of("early"), ran);
        advance(89);
        assertEquals(List.of("early"), ran);
        advance(1);
        assertEquals(List.of("early", "late"), ran);
    }

    @Test
    void realTimeWakesASleepingLoop() throws Exception {
        var real = new NioEventLoop(0, Clock.SYSTEM, new Arena(0), new NioEventLoop.Failures() {
            @Override
            public void onTaskFailure(NioEventLoop loop, Throwable failure) {}

            @Override
            public void onFatal(NioEventLoop loop, Throwable failure) {}
        });
        real.start();
        var ran = new CompletableFuture<Long>();
        real.execute(() -> {
            long startNs = System.nanoTime();
            real.schedule(20, () -> ran.complete(System.nanoTime() - startNs));
        });
        assertTrue(ran.get(20, TimeUnit.SECONDS) >= 20_000_000, "ran too early");
        real.close();
    }

    @Test
    void aFailingTaskIsReportedAndTheLoopGoesOn() throws Exception {
        loop.start();
        var failure = new IllegalStateException("a fault");
        loop.execute(() -> {
            throw failure;
        });
        on(() -> loop.atTurnEnd(() -> {
            throw failure;
        }));
        on(() -> {});
        assertEquals(List.of(failure, failure), List.copyOf(failures));
    }

    @Test
    void runningOutOfMemoryEndsTheLoopLoudly() throws Exception {
        loop.start();
        var failure = new OutOfMemoryError("planted");
        loop.execute(() -> {
            throw failure;
        });
        assertSame(failure, fatal.get(20, TimeUnit.SECONDS));
    }

    @Test
    void aReadyChannelIsHandledOnTheLoop() throws Exception {
        loop.start();
        var pipe = Pipe.open();
        pipe.source().configureBlocking(false);
        var read = new CompletableFuture<Byte>();
        on(() -> {
            try {
                loop.register(pipe.source(), SelectionKey.OP_READ, key -> {
                    assertTrue(loop.isCurrent());
                    var buffer = ByteBuffer.allocate(1);
                    try {
                        pipe.source().read(buffer);
                    } catch (java.io.IOException e) {
                        read.completeExceptionally(e);
                    }
                    read.complete(buffer.get(0));
                });
            } catch (java.io.IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        });
        pipe.sink().write(ByteBuffer.wrap(new byte[] {42}));
        assertEquals((byte) 42, read.get(20, TimeUnit.SECONDS));
        assertFalse(loop.isCurrent());
        loop.close();
        assertFalse(pipe.source().isOpen());
        pipe.sink().close();
    }
}
