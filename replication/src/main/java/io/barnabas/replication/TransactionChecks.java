package io.barnabas.replication;

import io.barnabas.model.ErrorCode;
import io.barnabas.model.RecordBatch;
import io.barnabas.model.TopicPartition;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Batches that may be the first of a transaction here, while the coordinator is asked about it. What one producer sends behind
 * such a batch waits with it, in order. A marker ends the wait: what was asked about before it does not belong behind it. Owned
 * by the partition's loop; the frames of what waits are what bounds it.
 */
final class TransactionChecks {
    /** The first version of Produce whose clients leave it to brokers to add partitions to transactions. */
    private static final int ADDING_PRODUCE_VERSION = 12;
    /** The first version of Produce whose clients know TRANSACTION_ABORTABLE. */
    private static final int ABORTABLE_PRODUCE_VERSION = 11;

    /** One question under way, and what waits for its answer. */
    private static final class Check {
        final TransactionVerifier.Question question;
        final AppendQueue waiting;
        /** Those who are told instead of appending a client's batch, and write on the spot. */
        final ArrayDeque<Consumer<ErrorCode>> receivers;

        Check(TransactionVerifier.Question question, AppendQueue waiting, ArrayDeque<Consumer<ErrorCode>> receivers) {
            this.question = question;
            this.waiting = waiting;
            this.receivers = receivers;
        }
    }

    private final TopicPartition partition;
    private final TransactionVerifier verifier;
    /** Told that some batches may be taken: see {@link #pollPassed}. */
    private final Runnable whenPassed;
    private final Map<Long, Check> checks = new HashMap<>();
    /** Those of {@link #checks} whose batches may be taken. */
    private final ArrayDeque<Check> passed = new ArrayDeque<>();

    TransactionChecks(TopicPartition partition, TransactionVerifier verifier, Runnable whenPassed) {
        this.partition = partition;
        this.verifier = verifier;
        this.whenPassed = whenPassed;
    }

    /** Whether batches of this producer wait, so that others of its must wait behind them. */
    boolean isWaiting(long producerId) {
        return !checks.isEmpty() && checks.containsKey(producerId);
    }

    /** Puts a batch with the others of its producer, or asks about it. */
    void add(Append append, RecordBatch batch) {
        long producerId = batch.producerId();
        short epoch = batch.producerEpoch();
        var check = checks.get(producerId);
        if (check != null && check.question.producerEpoch() == epoch) {
            check.waiting.add(append);
        } else if (check != null && check.question.producerEpoch() > epoch) {
            refuse(append, ErrorCode.INVALID_PRODUCER_EPOCH);
        } else {
            if (check != null) refuseAll(check, ErrorCode.INVALID_PRODUCER_EPOCH);
            var waiting = new AppendQueue();
            waiting.add(append);
            ask(new TransactionVerifier.Question(append.transactionalId, producerId, epoch, partition, adds(append)), waiting, new ArrayDeque<>(0));
        }
    }

    /** Asks for somebody who writes when he is told, on the spot. */
    void add(TransactionVerifier.Question question, Consumer<ErrorCode> receiver) {
        var check = checks.get(question.producerId());
        if (check != null && check.question.equals(question)) {
            check.receivers.add(receiver);
        } else if (check != null && check.question.producerEpoch() >= question.producerEpoch()) {
            receiver.accept(ErrorCode.PRODUCER_FENCED);
        } else {
            if (check != null) refuseAll(check, ErrorCode.PRODUCER_FENCED);
            var receivers = new ArrayDeque<Consumer<ErrorCode>>(1);
            receivers.add(receiver);
            ask(question, new AppendQueue(), receivers);
        }
    }

    /** Whether a batch was sent by a client that leaves it to brokers to add partitions to transactions. */
    static boolean adds(Append append) {
        return append.produceVersion >= ADDING_PRODUCE_VERSION;
    }

    private void ask(TransactionVerifier.Question question, AppendQueue waiting, ArrayDeque<Consumer<ErrorCode>> receivers) {
        var check = new Check(question, waiting, receivers);
        checks.put(question.producerId(), check);
        verifier.verify(question, error -> onAnswer(check, error));
    }

    private void onAnswer(Check check, ErrorCode error) {
        // Another has taken its place, or the wait is over.
        if (checks.get(check.question.producerId()) != check) return;
        if (error != ErrorCode.NONE) {
            refuseAll(check, error);
            return;
        }
        passed.add(check);
        whenPassed.run();
    }

    /** The next batch that may be taken now; null if there is none. Before that, tells those who write themselves. */
    Append pollPassed() {
        while (!passed.isEmpty()) {
            var check = passed.peek();
            boolean isCurrent = checks.get(check.question.producerId()) == check;
            while (isCurrent && !check.receivers.isEmpty()) check.receivers.poll().accept(ErrorCode.NONE);
            var append = isCurrent ? check.waiting.poll() : null;
            if (append != null) return append;
            passed.poll();
            if (isCurrent) checks.remove(check.question.producerId());
        }
        return null;
    }

    /** A marker of the producer has been appended. */
    void onMarker(long producerId, short producerEpoch) {
        var check = checks.get(producerId);
        if (check == null || check.question.producerEpoch() > producerEpoch) return;
        checks.remove(producerId);
        // Where the epoch tells transactions apart, it tells the coordinator which one this is.
        if (check.question.adds()) ask(check.question, check.waiting, check.receivers);
        else refuseAll(check, ErrorCode.INVALID_TXN_STATE);
    }

    /** There is no more leading here. */
    void end(ErrorCode error) {
        var ended = List.copyOf(checks.values());
        checks.clear();
        passed.clear();
        for (var check : ended) {
            check.waiting.drainTo(append -> append.refuse(error, null, List.of()));
            for (var receiver : check.receivers) receiver.accept(error);
        }
    }

    private void refuseAll(Check check, ErrorCode error) {
        checks.remove(check.question.producerId(), check);
        check.waiting.drainTo(append -> refuse(append, error));
        for (var receiver : check.receivers) receiver.accept(error);
    }

    private static void refuse(Append append, ErrorCode error) {
        var told = errorOf(error, append.produceVersion);
        append.refuse(told, messageOf(told, error), List.of());
    }

    /** What a coordinator says, to a producer: in codes of its version, and such that one which is old tries again where it should. */
    private static ErrorCode errorOf(ErrorCode error, int produceVersion) {
        return switch (error) {
            case PRODUCER_FENCED -> ErrorCode.INVALID_PRODUCER_EPOCH;
            case TRANSACTION_ABORTABLE -> produceVersion >= ABORTABLE_PRODUCE_VERSION ? error : ErrorCode.INVALID_TXN_STATE;
            case CONCURRENT_TRANSACTIONS -> produceVersion >= ADDING_PRODUCE_VERSION ? error : ErrorCode.NOT_ENOUGH_REPLICAS;
            case NETWORK_EXCEPTION, COORDINATOR_LOAD_IN_PROGRESS, COORDINATOR_NOT_AVAILABLE, NOT_COORDINATOR -> ErrorCode.NOT_ENOUGH_REPLICAS;
            default -> error;
        };
    }

    private static String messageOf(ErrorCode told, ErrorCode error) {
        return switch (told) {
            case INVALID_TXN_STATE -> "the partition is not part of the transaction";
            case NOT_ENOUGH_REPLICAS -> "the transaction's coordinator cannot say whether the partition is part of it: " + error;
            default -> null;
        };
    }
}
