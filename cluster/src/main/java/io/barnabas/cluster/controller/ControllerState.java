package io.barnabas.cluster.controller;

import io.barnabas.base.Clock;
import io.barnabas.cluster.metadata.BuiltFeatures;
import io.barnabas.cluster.metadata.ClusterDelta;
import io.barnabas.cluster.metadata.ClusterImage;
import io.barnabas.cluster.metadata.ClusterImageBuilder;
import io.barnabas.cluster.metadata.ClusterListener;
import io.barnabas.cluster.metadata.ImageRecords;
import io.barnabas.cluster.metadata.MetadataTransactions;
import io.barnabas.cluster.metadata.Records;
import io.barnabas.cluster.quorum.BatchTooLargeException;
import io.barnabas.cluster.quorum.MetadataBatch;
import io.barnabas.cluster.quorum.MetadataQuorum;
import io.barnabas.cluster.quorum.SnapshotId;
import io.barnabas.model.ErrorCode;
import io.barnabas.protocol.MetadataRecordType;
import io.barnabas.protocol.MetadataRecords.TypedRecord;
import io.barnabas.protocol.record.AbortTransactionRecord;
import io.barnabas.protocol.record.BeginTransactionRecord;
import io.barnabas.protocol.record.EndTransactionRecord;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The controller's hold on the log. There are two images: {@link #image} has every record that was appended and is what
 * commands are decided against; the published one has the committed records alone and is what everybody else sees.
 * Between them stand the changes that wait for their commit, with the answers that wait for them. As images are
 * immutable, forgetting what was not committed is going back to an earlier one. Owned by the controller's loop.
 */
final class ControllerState implements MetadataQuorum.Listener {
    /** A change that is appended, not yet committed. */
    private record Pending(ClusterDelta delta, List<Waiting<?>> waiting) {}

    private record Waiting<R>(R reply, Function<ErrorCode, R> refusal, CompletableFuture<R> answer) {
        void succeed() {
            answer.complete(reply);
        }

        void fail(ErrorCode error) {
            answer.complete(refusal.apply(error));
        }
    }

    private static final Logger LOG = LoggerFactory.getLogger(ControllerState.class);
    private static final int NOT_LEADING = -1;

    private final int nodeId;
    private final Clock clock;
    private final ControllerConfig config;
    private final MetadataQuorum quorum;
    private final Runnable onActive;
    private final CompletableFuture<Void> started = new CompletableFuture<>();
    private final List<ClusterListener> listeners = new ArrayList<>();
    private final List<Consumer<String>> failureListeners = new ArrayList<>();
    private final ArrayDeque<Pending> pending = new ArrayDeque<>();
    private final MetadataTransactions transactions = new MetadataTransactions();

    private ClusterImage image = ClusterImage.EMPTY;
    private volatile ClusterImage published = ClusterImage.EMPTY;
    private int leaderEpoch = NOT_LEADING;
    /** While the log is read: what was read and is not in {@link #image} yet. */
    private ClusterImageBuilder loading;
    private MetadataBatch lastLoaded;
    /** What the first leader of a new log writes into it; null if there is nothing. */
    private List<TypedRecord> bootstrapRecords;
    private boolean logHasRecords;
    private long snapshotTimestampMs = -1;
    private String failure;

    ControllerState(int nodeId, Clock clock, ControllerConfig config, MetadataQuorum quorum, Runnable onActive) {
        this.nodeId = nodeId;
        this.clock = clock;
        this.config = config;
        this.quorum = quorum;
        this.onActive = onActive;
    }

    void start() {
        try {
            quorum.start(this);
        } catch (RuntimeException e) {
            started.completeExceptionally(e);
        }
    }

    CompletionStage<Void> started() {
        return started;
    }

    ClusterImage image() {
        return image;
    }

    ClusterImage published() {
        return published;
    }

    /** -1 while this node does not lead. */
    int leaderEpoch() {
        return leaderEpoch;
    }

    void addListener(ClusterListener listener) {
        listeners.add(listener);
        if (published != ClusterImage.EMPTY) listener.onChange(ClusterDelta.ofAll(published));
    }

    void onFailure(Consumer<String> listener) {
        if (failure == null) failureListeners.add(listener);
        else listener.accept(failure);
    }

    void stop() {
        leaderEpoch = NOT_LEADING;
        quorum.close();
        failPending(0, ErrorCode.NOT_CONTROLLER);
    }

    <R> void decide(Function<ClusterImage, Decision<R>> decide, Function<ErrorCode, R> refusal, CompletableFuture<R> answer) {
        if (leaderEpoch == NOT_LEADING) {
            answer.complete(refusal.apply(failure == null ? ErrorCode.NOT_CONTROLLER : ErrorCode.KAFKA_STORAGE_ERROR));
            return;
        }
        try {
            var decision = decide.apply(image);
            if (!decision.records().isEmpty() && !append(decision.records())) {
                answer.complete(refusal.apply(ErrorCode.NOT_CONTROLLER));
                return;
            }
            // Also an answer that changes nothing may tell of a change that is not committed yet.
            if (pending.isEmpty()) answer.complete(decision.reply());
            else pending.getLast().waiting.add(new Waiting<>(decision.reply(), refusal, answer));
        } catch (BatchTooLargeException e) {
            answer.complete(refusal.apply(ErrorCode.POLICY_VIOLATION));
        } catch (RuntimeException e) {
            LOG.error("The controller could not decide on a command", e);
            answer.complete(refusal.apply(ErrorCode.UNKNOWN_SERVER_ERROR));
        }
    }

    /**
     * Appends records and applies them. Those that fit into one batch are committed whole or not at all; a decision that
     * needs more than one is one whose records may also stand alone.
     *
     * @return false if this node leads no longer
     */
    boolean append(List<TypedRecord> records) {
        for (int from = 0; from < records.size(); from += MetadataQuorum.RECORDS_PER_BATCH_MAX) {
            var part = records.subList(from, Math.min(records.size(), from + MetadataQuorum.RECORDS_PER_BATCH_MAX));
            // Applied first: a record that contradicts the image must not get into the log.
            long nowMs = clock.nowMs();
            var builder = new ClusterImageBuilder(image);
            for (var record : part) transactions.apply(record, builder);
            var delta = builder.build(quorum.endOffset() + part.size() - 1, leaderEpoch, nowMs);
            long lastOffset = quorum.append(leaderEpoch, nowMs, part);
            if (lastOffset < 0) return false;
            if (lastOffset != delta.after().lastOffset()) throw new IllegalStateException("appended elsewhere: offset=" + lastOffset + " expected=" + delta.after().lastOffset());
            image = delta.after();
            pending.add(new Pending(delta, new ArrayList<>(1)));
        }
        return true;
    }

    @Override
    public void onSnapshot(SnapshotId id, long lastContainedLogTimestampMs, MetadataQuorum.SnapshotRecords records) {
        transactions.reset();
        var read = new ArrayList<TypedRecord>();
        var builder = new ClusterImageBuilder(ClusterImage.EMPTY);
        for (var batch = records.nextBatch(); batch != null; batch = records.nextBatch()) {
            if (id.endOffset() == 0) read.addAll(batch);
            else for (var record : batch) builder.apply(record);
        }
        if (id.endOffset() == 0) {
            // Not part of any log yet: the first leader writes it there.
            bootstrapRecords = read;
            return;
        }
        logHasRecords = true;
        snapshotTimestampMs = lastContainedLogTimestampMs;
        image = builder.build(id.endOffset() - 1, id.leaderEpoch(), lastContainedLogTimestampMs).after();
    }

    @Override
    public void onBatch(MetadataBatch batch) {
        if (loading == null) loading = new ClusterImageBuilder(image);
        for (var record : batch.records()) transactions.apply(record, loading);
        if (!batch.records().isEmpty()) logHasRecords = true;
        lastLoaded = batch;
    }

    @Override
    public void onCommit(long endOffset) {
        finishLoading();
        while (!pending.isEmpty() && pending.getFirst().delta.after().lastOffset() < endOffset) {
            var committed = pending.removeFirst();
            publish(committed.delta);
            for (var waiting : committed.waiting) waiting.succeed();
        }
        if (leaderEpoch != NOT_LEADING) snapshotIfDue();
    }

    @Override
    public void onLeader(int leaderId, int leaderEpoch) {
        this.leaderEpoch = NOT_LEADING;
        failPending(0, ErrorCode.NOT_CONTROLLER);
        finishLoading();
        if (leaderId != nodeId) return;
        this.leaderEpoch = leaderEpoch;
        if (transactions.isOpen()) {
            append(List.of(Records.of(MetadataRecordType.ABORT_TRANSACTION, new AbortTransactionRecord().setReason("new controller"))));
        }
        if (!logHasRecords) append(bootstrap());
        logHasRecords = true;
        if (pending.isEmpty()) started.complete(null);
        else pending.getLast().waiting.add(new Waiting<>(null, error -> null, started));
        onActive.run();
    }

    private List<TypedRecord> bootstrap() {
        var features = bootstrapRecords == null ? BuiltFeatures.records() : bootstrapRecords;
        bootstrapRecords = null;
        var records = new ArrayList<TypedRecord>(features.size() + 2);
        records.add(Records.of(MetadataRecordType.BEGIN_TRANSACTION, new BeginTransactionRecord().setName("Bootstrap records")));
        records.addAll(features);
        records.add(Records.of(MetadataRecordType.END_TRANSACTION, new EndTransactionRecord()));
        return records;
    }

    /** All that is loaded is committed, so it is published at once. */
    private void finishLoading() {
        if (loading == null) {
            if (published == ClusterImage.EMPTY && image != published) publish(ClusterDelta.ofAll(image));
            return;
        }
        var delta = loading.build(lastLoaded.lastOffset(), lastLoaded.leaderEpoch(), lastLoaded.timestampMs());
        loading = null;
        image = delta.after();
        publish(published == ClusterImage.EMPTY ? ClusterDelta.ofAll(image) : delta);
    }

    private void publish(ClusterDelta delta) {
        published = delta.after();
        for (var listener : listeners) {
            try {
                listener.onChange(delta);
            } catch (RuntimeException e) {
                LOG.error("A listener of the cluster's metadata failed: lastOffset={}", delta.after().lastOffset(), e);
            }
        }
    }

    private void snapshotIfDue() {
        if (transactions.isOpen() || published.lastOffset() < 0) return;
        boolean isDueBySize = quorum.bytesSinceSnapshot() >= config.snapshotBytesMax();
        long sinceMs = published.lastTimestampMs() - snapshotTimestampMs;
        boolean isDueByTime = config.snapshotIntervalMs() > 0 && snapshotTimestampMs >= 0 && sinceMs >= config.snapshotIntervalMs();
        if (snapshotTimestampMs < 0) snapshotTimestampMs = published.lastTimestampMs();
        if (!isDueBySize && !isDueByTime) return;
        snapshotTimestampMs = published.lastTimestampMs();
        quorum.snapshot(published.lastOffset() + 1, published.lastEpoch(), published.lastTimestampMs(), new ImageRecords(published)::nextBatch);
    }

    @Override
    public void onAppendFailed(long fromOffset, String reason) {
        LOG.error("The metadata log could not be written: {}", reason);
        failPending(fromOffset, ErrorCode.KAFKA_STORAGE_ERROR);
    }

    @Override
    public void onFailed(String reason) {
        LOG.error("The metadata log is lost to this process: {}", reason);
        leaderEpoch = NOT_LEADING;
        failure = reason;
        failPending(0, ErrorCode.KAFKA_STORAGE_ERROR);
        for (var listener : failureListeners) listener.accept(reason);
        started.completeExceptionally(new io.barnabas.base.StorageException(reason));
    }

    /** Forgets what was appended from an offset on, and tells those who wait for it. */
    private void failPending(long fromOffset, ErrorCode error) {
        var failed = new ArrayDeque<Pending>();
        while (!pending.isEmpty() && pending.getLast().delta.after().lastOffset() >= fromOffset) {
            var last = pending.removeLast();
            image = last.delta.before();
            failed.addFirst(last);
        }
        for (var change : failed) for (var waiting : change.waiting) waiting.fail(error);
    }
}
