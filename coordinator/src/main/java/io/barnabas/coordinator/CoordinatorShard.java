package io.barnabas.coordinator;

import io.barnabas.base.EventLoop;
import io.barnabas.log.AppendOrigin;
import io.barnabas.model.ErrorCode;
import io.barnabas.replication.Append;
import io.barnabas.replication.LeadershipListener;
import io.barnabas.replication.Partition;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One partition of an internal topic and the state machine that its records are. Loaded by replay when this broker begins to
 * lead the partition, unloaded when it ends. Owned by the partition's loop, on which every method runs.
 *
 * <pre>
 *   command -> decided -> records appended and applied, in one step -> committed -> answered
 * </pre>
 *
 * An answer waits until everything that was appended before it is committed, so that nobody is told what could still be lost.
 * A write that fails unloads the shard, which is then replayed: what was applied in vain is forgotten with the rest.
 */
public final class CoordinatorShard<S extends CoordinatorState> implements LeadershipListener {
    private static final Logger LOG = LoggerFactory.getLogger(CoordinatorShard.class);

    /** Before a shard whose log could not be written, or read, is loaded again. */
    private static final int RELOAD_DELAY_MS = 1_000;

    private enum Phase { UNLOADED, LOADING, ACTIVE }

    private final Partition partition;
    private final EventLoop loop;
    private final Supplier<ShardConfig> config;
    private final Function<Timers, S> states;

    private Phase phase = Phase.UNLOADED;
    private S state;
    private ShardLoader loader;
    private ShardTimers timers;
    /** Records of this turn that are applied and not yet appended; null if there are none. */
    private ShardBatch open;
    /** Appended by the present state and not decided, in order. */
    private final ArrayDeque<ShardAppend> pending = new ArrayDeque<>();
    /** Appended by any state and not decided: until there is none, the log may grow without the state that is loaded. */
    private int undecided;
    /** Becomes due when the oldest of {@link #pending} takes too long; null if none is set. */
    private EventLoop.Timer commitTimer;
    private EventLoop.Timer reloadTimer;

    /**
     * @param config read anew for each batch and loading
     * @param states makes an empty state
     */
    public CoordinatorShard(Partition partition, Supplier<ShardConfig> config, Function<Timers, S> states) {
        this.partition = partition;
        this.loop = partition.loop();
        this.config = config;
        this.states = states;
    }

    public Partition partition() {
        return partition;
    }

    /** Whether commands are taken. */
    public boolean isActive() {
        return phase == Phase.ACTIVE;
    }

    // --- loading

    @Override
    public void onLeading(Partition led, int leaderEpoch) {
        unload(ErrorCode.NOT_COORDINATOR);
        phase = Phase.LOADING;
        loadIfQuiet();
    }

    @Override
    public void onLeadershipEnded(Partition led, ErrorCode reason) {
        unload(ErrorCode.NOT_COORDINATOR);
    }

    private void loadIfQuiet() {
        if (phase != Phase.LOADING || loader != null || undecided > 0 || reloadTimer != null) return;
        timers = new ShardTimers(loop, this::decide, work -> partition.log().directory().io().execute(work));
        state = states.apply(timers);
        long startNs = loop.clock().nanoTime();
        loader = new ShardLoader(partition, state, config.get().loadBytesMax(), failure -> onLoaded(failure, startNs));
        loader.start();
    }

    private void onLoaded(Throwable failure, long startNs) {
        loader = null;
        if (failure != null) {
            LOG.error("cannot load a coordinator's partition, trying again: partition={}", partition.topicPartition(), failure);
            state = null;
            reloadLater();
            return;
        }
        phase = Phase.ACTIVE;
        long ms = (loop.clock().nanoTime() - startNs) / 1_000_000;
        if (partition.log().endOffset() > 0) LOG.debug("loaded a coordinator's partition: partition={} ms={}", partition.topicPartition(), ms);
        var loaded = state;
        decide(loaded::onLoaded);
    }

    private void reloadLater() {
        phase = Phase.LOADING;
        reloadTimer = loop.schedule(RELOAD_DELAY_MS, () -> {
            reloadTimer = null;
            loadIfQuiet();
        });
    }

    private void unload(ErrorCode error) {
        if (phase == Phase.UNLOADED) return;
        boolean wasActive = phase == Phase.ACTIVE;
        phase = Phase.UNLOADED;
        if (loader != null) loader.cancel();
        loader = null;
        if (reloadTimer != null) reloadTimer.cancel();
        reloadTimer = null;
        // A state that is still being loaded has none, and belongs to its loader.
        if (wasActive) timers.close();
        var unloaded = state;
        state = null;
        var unsent = open;
        open = null;
        var unanswered = new ArrayList<>(pending);
        pending.clear();
        for (var append : unanswered) append.failAnswers(error);
        if (unsent != null) for (var answer : unsent.answers) answer.reply().fail(error);
        if (wasActive) unloaded.onUnloaded(error);
    }

    /** The state is ahead of the log, or not to be trusted: it is made again from the log. */
    private void unloadAndReload(ErrorCode error) {
        unload(error);
        if (partition.leaderError(-1) == ErrorCode.NONE) reloadLater();
    }

    // --- commands

    /** Decides a command and answers when what the answer says is committed; fails at once while there is nothing loaded here. */
    public <R> void run(Command<? super S, R> command, Reply<R> reply) {
        if (phase != Phase.ACTIVE) {
            reply.fail(phase == Phase.LOADING ? ErrorCode.COORDINATOR_LOAD_IN_PROGRESS : ErrorCode.NOT_COORDINATOR);
            return;
        }
        var decision = new Decision(loop.clock().nowMs(), partition.assignment().leaderEpoch());
        try {
            R answer = command.decide(state, decision);
            if (answer != null) decision.answer(reply, answer);
            commit(decision);
        } catch (RuntimeException e) {
            reply.fail(ErrorCode.UNKNOWN_SERVER_ERROR);
            onBroken(e);
        }
    }

    /** Runs a command that nobody waits for, if there is something loaded. */
    public void run(Command<? super S, ?> command) {
        decide(decision -> command.decide(state, decision));
    }

    /** Decides what nobody has asked for: a timer is due. */
    private void decide(Consumer<Decision> task) {
        if (phase != Phase.ACTIVE) return;
        var decision = new Decision(loop.clock().nowMs(), partition.assignment().leaderEpoch());
        try {
            task.accept(decision);
            commit(decision);
        } catch (RuntimeException e) {
            onBroken(e);
        }
    }

    /** A bug of ours: the state may be half changed. */
    private void onBroken(RuntimeException e) {
        LOG.error("a coordinator's decision failed, its state is loaded again: partition={}", partition.topicPartition(), e);
        unloadAndReload(ErrorCode.UNKNOWN_SERVER_ERROR);
    }

    private void commit(Decision decision) {
        if (decision.records().isEmpty()) {
            answerInTurn(decision.answers());
            return;
        }
        var error = partition.appendError();
        if (error != ErrorCode.NONE) {
            decision.refuse(CommitErrors.of(error));
            return;
        }
        var encoded = new ArrayList<ShardBatch.Encoded>(decision.records().size());
        long sizeMax = 0;
        for (var record : decision.records()) {
            var bytes = ShardBatch.Encoded.of(record);
            encoded.add(bytes);
            sizeMax += bytes.sizeMax();
        }
        if (decision.isTransactional()) commitTransactional(decision, encoded, sizeMax);
        else if (decision.isDivisible()) commitDivided(decision, encoded);
        else commitWhole(decision, encoded, sizeMax);
    }

    private void commitWhole(Decision decision, List<ShardBatch.Encoded> encoded, long sizeMax) {
        var error = makeRoom(sizeMax);
        if (error != ErrorCode.NONE) {
            decision.refuse(error);
            return;
        }
        for (var record : encoded) open.add(record, decision.nowMs());
        for (var record : decision.records()) state.apply(record, decision.source());
        answerInTurn(decision.answers());
    }

    private void commitDivided(Decision decision, List<ShardBatch.Encoded> encoded) {
        for (int i = 0; i < encoded.size(); i++) {
            var error = makeRoom(encoded.get(i).sizeMax());
            if (error != ErrorCode.NONE) {
                decision.refuse(error);
                return;
            }
            open.add(encoded.get(i), decision.nowMs());
            state.apply(decision.records().get(i), decision.source());
        }
        answerInTurn(decision.answers());
    }

    /** Records of a transaction may be refused by the log, which knows its producers: they are applied when it has taken them. */
    private void commitTransactional(Decision decision, List<ShardBatch.Encoded> encoded, long sizeMax) {
        closeBatch();
        if (phase != Phase.ACTIVE) {
            decision.refuse(ErrorCode.NOT_COORDINATOR);
            return;
        }
        var batch = newBatch(AppendOrigin.COORDINATOR).transactional(decision.producerId(), decision.producerEpoch());
        if (batch.sizeInBytes() + sizeMax > partition.batchBytesMax()) {
            decision.refuse(CommitErrors.of(ErrorCode.RECORD_LIST_TOO_LARGE));
            return;
        }
        for (var record : encoded) batch.add(record, decision.nowMs());
        var refusal = append(batch);
        if (refusal != ErrorCode.NONE) {
            decision.refuse(CommitErrors.of(refusal));
            return;
        }
        for (var record : decision.records()) state.apply(record, decision.source());
        answerInTurn(decision.answers());
    }

    /**
     * Writes the marker that ends a transaction in this partition, and ends it in the state (KIP-98).
     *
     * @param origin of a coordinator; says which epochs the log takes
     */
    public void endTransaction(long producerId, short producerEpoch, int coordinatorEpoch, boolean isCommit, AppendOrigin origin, Reply<Void> reply) {
        if (phase != Phase.ACTIVE) {
            reply.fail(phase == Phase.LOADING ? ErrorCode.COORDINATOR_LOAD_IN_PROGRESS : ErrorCode.NOT_COORDINATOR);
            return;
        }
        closeBatch();
        if (phase != Phase.ACTIVE) {
            reply.fail(ErrorCode.NOT_COORDINATOR);
            return;
        }
        var marker = newBatch(origin).transactional(producerId, producerEpoch).endTransaction(loop.clock().nowMs(), isCommit, coordinatorEpoch);
        var refusal = append(marker);
        if (refusal != ErrorCode.NONE) {
            reply.fail(refusal);
            return;
        }
        state.onTransactionEnded(producerId, producerEpoch, isCommit);
        answerInTurn(List.of(new Decision.Answer<>(reply, null)));
    }

    // --- the log

    private ShardBatch newBatch(AppendOrigin origin) {
        return new ShardBatch(config.get().compressionType(), origin);
    }

    /** Makes sure that the open batch takes so many bytes more. @return NONE, or what to tell whoever wants to write them */
    private ErrorCode makeRoom(long bytes) {
        int batchBytesMax = partition.batchBytesMax();
        if (open != null && open.sizeInBytes() + bytes > batchBytesMax) closeBatch();
        if (phase != Phase.ACTIVE) return ErrorCode.NOT_COORDINATOR;
        if (open != null) return ErrorCode.NONE;
        var batch = newBatch(AppendOrigin.COORDINATOR);
        if (batch.sizeInBytes() + bytes > batchBytesMax) return CommitErrors.of(ErrorCode.RECORD_LIST_TOO_LARGE);
        open = batch;
        loop.atTurnEnd(this::closeBatch);
        return ErrorCode.NONE;
    }

    private void closeBatch() {
        var batch = open;
        open = null;
        if (batch != null && !batch.isEmpty()) append(batch);
    }

    /** @return why the log has refused it on the spot; NONE if it was taken, or is told later */
    private ErrorCode append(ShardBatch batch) {
        var append = new ShardAppend(batch);
        undecided++;
        pending.add(append);
        partition.append(append);
        append.isHandedOver = true;
        if (!append.isDecided) {
            setCommitTimer();
            return ErrorCode.NONE;
        }
        if (append.error() == ErrorCode.NONE) return ErrorCode.NONE;
        pending.remove(append);
        // Records that count at once have been applied already.
        if (batch.origin == AppendOrigin.COORDINATOR && !append.isTransactional) unloadAndReload(CommitErrors.of(append.error()));
        return append.error();
    }

    /** Tells them when all that has been appended so far is committed. */
    private void answerInTurn(List<Decision.Answer<?>> answers) {
        if (answers.isEmpty()) return;
        if (open != null) open.answers.addAll(answers);
        else if (!pending.isEmpty()) pending.getLast().answers.addAll(answers);
        else for (var answer : answers) answer.give();
    }

    private void setCommitTimer() {
        if (commitTimer == null) commitTimer = loop.schedule(config.get().commitTimeoutMs(), this::onCommitTimeout);
    }

    private void onCommitTimeout() {
        commitTimer = null;
        long before = loop.clock().nowMs() - config.get().commitTimeoutMs();
        for (var append : pending) {
            if (append.appendedMs > before) break;
            append.failAnswers(CommitErrors.of(ErrorCode.REQUEST_TIMED_OUT));
        }
        if (!pending.isEmpty()) setCommitTimer();
    }

    private void onDecided(ShardAppend append) {
        undecided--;
        if (pending.peek() == append && append.error() == ErrorCode.NONE) {
            pending.poll();
            for (var answer : append.takeAnswers()) answer.give();
        } else if (append.error() != ErrorCode.NONE && append.isHandedOver && pending.contains(append)) {
            LOG.warn("a coordinator's records could not be written: partition={} error={}", partition.topicPartition(), append.error());
            unloadAndReload(CommitErrors.of(append.error()));
        }
        loadIfQuiet();
    }

    /** A batch on its way into the log. */
    private final class ShardAppend extends Append {
        final boolean isTransactional;
        final long appendedMs = loop.clock().nowMs();
        private List<Decision.Answer<?>> answers;
        private boolean isHandedOver;
        private boolean isDecided;

        ShardAppend(ShardBatch batch) {
            super(batch.build(), batch.origin);
            this.isTransactional = batch.isTransactional();
            this.answers = batch.answers;
        }

        List<Decision.Answer<?>> takeAnswers() {
            var taken = answers;
            answers = new ArrayList<>();
            return taken;
        }

        void failAnswers(ErrorCode error) {
            for (var answer : takeAnswers()) answer.reply().fail(error);
        }

        @Override
        protected void onStored() {}

        @Override
        protected void onDecided() {
            isDecided = true;
            CoordinatorShard.this.onDecided(this);
        }
    }
}
