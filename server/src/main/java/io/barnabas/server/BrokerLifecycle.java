package io.barnabas.server;

import io.barnabas.base.EventLoop;
import io.barnabas.base.Uuid;
import io.barnabas.log.LogDirectory;
import io.barnabas.model.ErrorCode;
import io.barnabas.protocol.message.BrokerHeartbeatRequest;
import io.barnabas.protocol.message.BrokerHeartbeatResponse;
import io.barnabas.protocol.message.BrokerRegistrationRequest;
import io.barnabas.protocol.message.BrokerRegistrationResponse;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * This broker's standing with the controller: it registers, keeps its session alive by heartbeats, is let in, and asks to
 * leave. Owned by the metadata's loop.
 */
final class BrokerLifecycle {
    private static final Logger LOG = LoggerFactory.getLogger(BrokerLifecycle.class);

    private final EventLoop loop;
    private final Function<BrokerRegistrationRequest, CompletionStage<BrokerRegistrationResponse>> registering;
    private final Function<BrokerHeartbeatRequest, CompletionStage<BrokerHeartbeatResponse>> heartbeats;
    private final BrokerEpoch broker;
    private final MetadataCache metadata;
    private final LogDirectories directories;
    private final int heartbeatIntervalMs;
    private final long directoryFailureTimeoutMs;
    private final Consumer<String> end;
    /** Directories that have failed and that the controller has not confirmed to have heard of, each with what runs out meanwhile. */
    private final Map<Uuid, EventLoop.Timer> untold = new HashMap<>();
    private final CompletableFuture<Void> unfenced = new CompletableFuture<>();
    private final CompletableFuture<Void> mayStop = new CompletableFuture<>();
    private BrokerRegistrationRequest registration;
    private EventLoop.Timer nextHeartbeat;
    private boolean wantsToStop;
    private boolean isStopped;
    private boolean isBeating;
    /** Something has happened since the heartbeat on its way was put together. */
    private boolean hasNews;

    /**
     * @param registering               asks the controller; answers on any thread, as {@code heartbeats} does
     * @param heartbeatIntervalMs       {@code broker.heartbeat.interval.ms}
     * @param directoryFailureTimeoutMs {@code log.dir.failure.timeout.ms}
     * @param end                       ends the process, for a reason
     */
    BrokerLifecycle(EventLoop loop, Function<BrokerRegistrationRequest, CompletionStage<BrokerRegistrationResponse>> registering,
                    Function<BrokerHeartbeatRequest, CompletionStage<BrokerHeartbeatResponse>> heartbeats, BrokerEpoch broker,
                    MetadataCache metadata, LogDirectories directories, int heartbeatIntervalMs, long directoryFailureTimeoutMs, Consumer<String> end) {
        this.loop = loop;
        this.registering = registering;
        this.heartbeats = heartbeats;
        this.broker = broker;
        this.metadata = metadata;
        this.directories = directories;
        this.heartbeatIntervalMs = heartbeatIntervalMs;
        this.directoryFailureTimeoutMs = directoryFailureTimeoutMs;
        this.end = end;
    }

    /** Registers and begins to send heartbeats. @return done when the broker may take leaderships */
    CompletionStage<Void> start(BrokerRegistrationRequest request) {
        loop.execute(() -> {
            registration = request;
            register();
        });
        return unfenced;
    }

    /** Asks the controller to move leaderships away. @return done when the broker may stop */
    CompletionStage<Void> prepareToStop() {
        loop.execute(() -> {
            wantsToStop = true;
            beat();
        });
        return mayStop;
    }

    /** A directory has failed: the controller hears of it in time, or this broker ends, so that others can lead (KIP-858). Any thread. */
    void onDirectoryFailed(Uuid directory) {
        loop.execute(() -> {
            if (isStopped) return;
            untold.computeIfAbsent(directory, id -> loop.schedule(directoryFailureTimeoutMs,
                    () -> end.accept("the controller could not be told of a log directory that has failed: directory.id=" + id)));
            beatSoon();
        });
    }

    /** What is cordoned has changed. Any thread. */
    void onCordoned() {
        loop.execute(this::beatSoon);
    }

    private void beatSoon() {
        // With one on its way the next follows at once.
        if (isBeating) hasNews = true;
        else if (unfenced.isDone()) beat();
    }

    /** Sends no more heartbeats. */
    void stop() {
        loop.execute(() -> {
            isStopped = true;
            if (nextHeartbeat != null) nextHeartbeat.cancel();
            untold.values().forEach(EventLoop.Timer::cancel);
        });
    }

    private void register() {
        registering.apply(registration).whenComplete((response, failure) -> loop.execute(() -> onRegistered(response, failure)));
    }

    private void onRegistered(BrokerRegistrationResponse response, Throwable failure) {
        if (failure != null) {
            unfenced.completeExceptionally(failure);
            return;
        }
        var error = ErrorCode.of(response.errorCode());
        if (error == ErrorCode.NONE) {
            broker.set(response.brokerEpoch());
            beat();
        } else if (error.isRetriable() && !isStopped) {
            loop.schedule(heartbeatIntervalMs, this::register);
        } else {
            unfenced.completeExceptionally(new IllegalStateException("the controller refuses this broker: error=" + error));
        }
    }

    private void beat() {
        if (isStopped || broker.epoch() < 0) {
            if (wantsToStop) mayStop.complete(null);
            return;
        }
        if (nextHeartbeat != null) nextHeartbeat.cancel();
        nextHeartbeat = null;
        var request = new BrokerHeartbeatRequest()
                .setBrokerId(broker.id())
                .setBrokerEpoch(broker.epoch())
                .setCurrentMetadataOffset(metadata.image().lastOffset())
                .setWantShutDown(wantsToStop);
        for (var directory : directories.all()) if (directory.isOffline()) request.offlineLogDirs().add(directory.id());
        if (unfenced.isDone()) request.setCordonedLogDirs(directories.cordonedIds());
        isBeating = true;
        hasNews = false;
        heartbeats.apply(request).whenComplete((response, failure) -> loop.execute(() -> onBeat(request, response, failure)));
    }

    private void onBeat(BrokerHeartbeatRequest request, BrokerHeartbeatResponse response, Throwable failure) {
        isBeating = false;
        if (isStopped) return;
        boolean wasUnfenced = unfenced.isDone();
        if (failure == null) {
            var error = ErrorCode.of(response.errorCode());
            if (error == ErrorCode.NONE) heed(request, response);
            else LOG.warn("heartbeat refused: error={}", error);
        }
        boolean isWaiting = !unfenced.isDone() || wantsToStop && !mayStop.isDone();
        if (failure != null && wantsToStop) mayStop.complete(null);
        boolean isSoon = isWaiting || hasNews || !wasUnfenced;
        if (nextHeartbeat == null) nextHeartbeat = loop.schedule(isSoon ? 1 : heartbeatIntervalMs, this::beat);
    }

    private void heed(BrokerHeartbeatRequest request, BrokerHeartbeatResponse response) {
        for (var directory : request.offlineLogDirs()) {
            var timer = untold.remove(directory);
            if (timer != null) timer.cancel();
        }
        if (!response.isFenced() && !unfenced.isDone()) unfenced.complete(null);
        if (response.shouldShutDown()) mayStop.complete(null);
    }

    /** The ids of the directories that can be used, as they are registered. */
    static List<Uuid> onlineIds(List<LogDirectory> directories) {
        return directories.stream().filter(directory -> !directory.isOffline()).map(LogDirectory::id).sorted().toList();
    }
}
