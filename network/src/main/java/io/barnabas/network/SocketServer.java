package io.barnabas.network;

import io.barnabas.base.NioEventLoop;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;

/** Listeners over a set of loops. Any thread may call. */
public final class SocketServer {
    private final List<NetworkLoop> loops;
    private final Admission admission;
    private final List<Listener> listeners = new CopyOnWriteArrayList<>();
    private int nextLoop;
    private volatile long connectionsRefused;

    /** @param limits of all listeners together */
    public SocketServer(List<NetworkLoop> loops, ConnectionLimits limits) {
        this.loops = List.copyOf(loops);
        admission = new Admission(acceptLoop().clock(), limits);
    }

    /**
     * Binds. Connections wait in the kernel until {@link #start}.
     *
     * @throws BindException if the address cannot be had; the message names it
     */
    public Listener listen(ListenerConfig config, FrameReceiver receiver) {
        var listener = new Listener(this, config, receiver);
        listeners.add(listener);
        return listener;
    }

    /** Lets connections in, on every listener bound so far. */
    public void start() {
        acceptLoop().execute(() -> {
            for (var listener : listeners) listener.start();
        });
    }

    /** Replaces the limits of all listeners together; connections that are there stay. */
    public void limit(ConnectionLimits limits) {
        acceptLoop().execute(() -> {
            admission.limit(limits);
            acceptAgain();
        });
    }

    /** Connections refused because of a limit, or because the process had no file descriptor left. */
    public long connectionsRefused() {
        return connectionsRefused;
    }

    /**
     * Accepts and reads no more, lets the replies expected so far leave, and closes what is left at the deadline.
     * The loops go on.
     */
    public CompletionStage<Void> stop(long deadlineMs) {
        var listening = new CompletableFuture<Void>();
        acceptLoop().execute(() -> {
            for (var listener : listeners) listener.stop();
            // A selector lets go of a closed channel when it selects next: only then is the address free.
            acceptLoop().execute(() -> listening.complete(null));
        });
        return listening.thenCompose(nothing -> stopAccepted(deadlineMs));
    }

    private CompletionStage<Void> stopAccepted(long deadlineMs) {
        var all = new ArrayList<CompletableFuture<Void>>();
        for (var net : loops) {
            var one = new CompletableFuture<Void>();
            all.add(one);
            net.loop().execute(() -> net.stopAccepted(deadlineMs).thenRun(() -> one.complete(null)));
        }
        return CompletableFuture.allOf(all.toArray(CompletableFuture[]::new));
    }

    // ---- on the accepting loop

    NioEventLoop acceptLoop() {
        return loops.get(0).loop();
    }

    NetworkLoop acceptNet() {
        return loops.get(0);
    }

    Admission admission() {
        return admission;
    }

    NetworkLoop nextLoop() {
        var net = loops.get(nextLoop);
        nextLoop = (nextLoop + 1) % loops.size();
        return net;
    }

    void acceptAgain() {
        for (var listener : listeners) listener.acceptAgain();
    }

    /** Written here alone. */
    void countRefused() {
        connectionsRefused = connectionsRefused + 1;
    }
}
