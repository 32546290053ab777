package io.barnabas.base;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.function.Consumer;

/**
 * An event loop over a selector and one thread. A turn: each ready channel once, due timers, the inbox, the tasks of
 * {@link #atTurnEnd} until none are left, the tasks of {@link #beforeSelect} (socket writes); then it sleeps until a
 * channel, a timer or another thread wants it, after a short look around where that has paid lately ({@link SpinPolicy}). An
 * idle loop costs nothing.
 */
public final class NioEventLoop implements EventLoop, AutoCloseable {
    /** Told when a channel that it registered is ready. */
    public interface ReadyHandler {
        /** Runs on the loop; the channel's ready operations are in the key. */
        void onReady(SelectionKey key);
    }

    /** Where the loop reports what its tasks throw. Called on the loop. */
    public interface Failures {
        /** A task failed; the loop goes on. */
        void onTaskFailure(NioEventLoop loop, Throwable failure);

        /** The selector failed or the virtual machine is out of memory: the process must end loudly. The loop ends after this. */
        void onFatal(NioEventLoop loop, Throwable failure);
    }

    private static final class InboxTask {
        final Runnable task;
        InboxTask next;

        InboxTask(Runnable task) {
            this.task = task;
        }
    }

    private static final long NS_PER_TICK = 1_000_000;
    private static final VarHandle INBOX;
    private static final VarHandle SLEEPING;

    static {
        try {
            INBOX = MethodHandles.lookup().findVarHandle(NioEventLoop.class, "inbox", InboxTask.class);
            SLEEPING = MethodHandles.lookup().findVarHandle(NioEventLoop.class, "sleeping", boolean.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final int index;
    private final Clock clock;
    private final Arena arena;
    private final Failures failures;
    private final Selector selector;
    private final Thread thread;
    private final long startNs;
    private final TimerWheel timers = new TimerWheel();
    private final SpinPolicy spins = new SpinPolicy();
    private final ArrayDeque<Runnable> turnEndTasks = new ArrayDeque<>();
    private final ArrayDeque<Runnable> beforeSelectTasks = new ArrayDeque<>();
    private final Consumer<SelectionKey> onSelected = this::onSelected;
    private long turnNanoTime;
    private boolean inTurn;
    private boolean closing;
    private volatile InboxTask inbox;
    private volatile boolean sleeping;
    private volatile boolean ended;

    /**
     * @param index     the loop's number among its fellows, from 0; names the thread {@code loop-<index>}
     * @param arena     memory that this loop will own
     */
    public NioEventLoop(int index, Clock clock, Arena arena, Failures failures) {
        this.index = index;
        this.clock = clock;
        this.arena = arena;
        this.failures = failures;
        try {
            selector = Selector.open();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot open a selector: loop=" + index, e);
        }
        startNs = turnNanoTime = clock.nanoTime();
        thread = new Thread(this::run, "loop-" + index);
    }

    /** Starts the thread. Tasks given before wait for it. */
    public void start() {
        thread.start();
    }

    /** The loop's number among its fellows, from 0. */
    public int index() {
        return index;
    }

    /** The loop's memory; on the loop only. */
    public Arena arena() {
        return arena;
    }

    /** {@link Clock#nanoTime} when this turn began. On the loop only. */
    public long turnNanoTime() {
        return turnNanoTime;
    }

    @Override
    public Clock clock() {
        return clock;
    }

    @Override
    public boolean isCurrent() {
        return Thread.currentThread() == thread;
    }

    @Override
    public void execute(Runnable task) {
        if (ended) return;
        var added = new InboxTask(task);
        do added.next = inbox;
        while (!INBOX.compareAndSet(this, added.next, added));
        if (sleeping && SLEEPING.compareAndSet(this, true, false)) selector.wakeup();
    }

    @Override
    public Timer schedule(long delayMs, Runnable task) {
        long delayNs = Math.min(Math.max(delayMs, 0), Long.MAX_VALUE / 4 / NS_PER_TICK) * NS_PER_TICK;
        return timers.schedule((clock.nanoTime() - startNs + delayNs + NS_PER_TICK - 1) / NS_PER_TICK, task);
    }

    @Override
    public void atTurnEnd(Runnable task) {
        turnEndTasks.add(task);
    }

    /** Runs a task once, after every task of {@link #atTurnEnd} and before the loop sleeps. On the loop only. */
    public void beforeSelect(Runnable task) {
        beforeSelectTasks.add(task);
    }

    /**
     * Registers a non-blocking channel. On the loop only. The key belongs to the caller, its attachment to the loop.
     *
     * @throws IOException if the channel is closed
     */
    public SelectionKey register(SelectableChannel channel, int interestOps, ReadyHandler handler) throws IOException {
        return channel.register(selector, interestOps, handler);
    }

    /** Ends the loop after the tasks given so far, closes its channels and waits for its thread. Later tasks are dropped. */
    @Override
    public void close() {
        execute(() -> closing = true);
        if (thread.getState() == Thread.State.NEW) thread.start();
        boolean interrupted = false;
        while (!isCurrent() && thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) Thread.currentThread().interrupt();
    }

    private void run() {
        try {
            while (!closing) turn();
        } catch (Throwable e) {
            failures.onFatal(this, e);
        } finally {
            ended = true;
            closeChannels();
        }
    }

    private void turn() throws IOException {
        inTurn = false;
        select();
        if (!inTurn) beginTurn();
        long tick = (turnNanoTime - startNs) / NS_PER_TICK;
        for (var task = timers.takeDue(tick); task != null; task = timers.takeDue(tick)) runSafely(task);
        drainInbox();
        for (var task = turnEndTasks.poll(); task != null; task = turnEndTasks.poll()) runSafely(task);
        for (int left = beforeSelectTasks.size(); left > 0; left--) runSafely(beforeSelectTasks.poll());
    }

    private void select() throws IOException {
        if (inbox != null || !turnEndTasks.isEmpty() || !beforeSelectTasks.isEmpty()) {
            selector.selectNow(onSelected);
            return;
        }
        long waitMs = waitMs();
        if (waitMs == 0) {
            selector.selectNow(onSelected);
            return;
        }
        if (spins.shouldSpin()) {
            boolean found = spin(waitMs);
            spins.onSpun(found);
            if (found) return;
        }
        // Set before the inbox is looked at again: whoever adds a task after that look sees a sleeper and wakes it.
        sleeping = true;
        if (inbox != null) selector.selectNow(onSelected);
        else selector.select(onSelected, waitMs < 0 ? 0 : waitMs);
        // A thread left interrupted would never sleep in select again.
        if (!inTurn) Thread.interrupted();
    }

    /** @return whether there is something to do before the loop would sleep */
    private boolean spin(long waitMs) throws IOException {
        long startedNs = clock.nanoTime();
        long limitNs = waitMs < 0 ? SpinPolicy.SPIN_NS : Math.min(SpinPolicy.SPIN_NS, waitMs * NS_PER_TICK);
        do {
            if (selector.selectNow(onSelected) > 0 || inbox != null) return true;
        } while (clock.nanoTime() - startedNs < limitNs);
        return false;
    }

    /** Milliseconds until a timer may be due, rounded up; 0 for now, negative for no timer. */
    private long waitMs() {
        long tick = timers.nextTick();
        if (tick == Long.MAX_VALUE) return -1;
        long leftNs = tick * NS_PER_TICK - (clock.nanoTime() - startNs);
        return leftNs <= 0 ? 0 : (leftNs + NS_PER_TICK - 1) / NS_PER_TICK;
    }

    private void beginTurn() {
        inTurn = true;
        sleeping = false;
        turnNanoTime = clock.nanoTime();
    }

    private void onSelected(SelectionKey key) {
        if (!inTurn) beginTurn();
        try {
            ((ReadyHandler) key.attachment()).onReady(key);
        } catch (Throwable e) {
            onFailure(e);
        }
    }

    private void drainInbox() {
        if (inbox == null) return;
        // The newest task comes first: turn the chain round.
        InboxTask oldest = null;
        for (var task = (InboxTask) INBOX.getAndSet(this, null); task != null; ) {
            var older = task.next;
            task.next = oldest;
            oldest = task;
            task = older;
        }
        for (var task = oldest; task != null; task = task.next) runSafely(task.task);
    }

    private void runSafely(Runnable task) {
        try {
            task.run();
        } catch (Throwable e) {
            onFailure(e);
        }
    }

    private void onFailure(Throwable failure) {
        if (failure instanceof VirtualMachineError fatal && !(failure instanceof StackOverflowError)) throw fatal;
        failures.onTaskFailure(this, failure);
    }

    private void closeChannels() {
        try {
            for (var key : new ArrayList<>(selector.keys())) key.channel().close();
            selector.close();
        } catch (IOException e) {
            failures.onTaskFailure(this, e);
        }
    }
}
