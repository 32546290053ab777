package io.barnabas.coordinator.transaction;

import io.barnabas.base.EventLoop;
import io.barnabas.coordinator.Reply;
import io.barnabas.model.ErrorCode;
import io.barnabas.model.TopicPartition;
import io.barnabas.replication.TransactionVerifier;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Asks transactions' coordinators for the partitions of one loop: what comes up about one transaction in one turn is asked
 * together. Owned by that loop.
 */
public final class TransactionQuestions implements TransactionVerifier {
    /**
     * How questions are asked.
     *
     * @param isVerifying whether partitions that clients add themselves are asked about at all
     * @param backoffMs   before a partition is tried again that cannot be added yet
     * @param patienceMs  for which it is tried
     */
    public record Config(boolean isVerifying, int backoffMs, int patienceMs) {}

    /** Questions that differ in nothing but the partition. */
    private record Transaction(String id, long producerId, short producerEpoch, boolean adds) {
        static Transaction of(Question question) {
            return new Transaction(question.transactionalId(), question.producerId(), question.producerEpoch(), question.adds());
        }
    }

    private record Asked(TopicPartition partition, Consumer<ErrorCode> receiver) {}

    private final EventLoop loop;
    private final TransactionCoordinator coordinator;
    private final Supplier<Config> config;
    /** Of this turn. */
    private Map<Transaction, List<Asked>> gathered = new LinkedHashMap<>();

    public TransactionQuestions(EventLoop loop, TransactionCoordinator coordinator, Supplier<Config> config) {
        this.loop = loop;
        this.coordinator = coordinator;
        this.config = config;
    }

    @Override
    public void verify(Question question, Consumer<ErrorCode> receiver) {
        if (question.transactionalId().isEmpty()) {
            receiver.accept(ErrorCode.INVALID_REQUEST);
        } else if (!question.adds() && !config.get().isVerifying) {
            receiver.accept(ErrorCode.NONE);
        } else {
            if (gathered.isEmpty()) loop.atTurnEnd(this::askGathered);
            gathered.computeIfAbsent(Transaction.of(question), key -> new ArrayList<>(1)).add(new Asked(question.partition(), receiver));
        }
    }

    private void askGathered() {
        var questions = gathered;
        gathered = new LinkedHashMap<>();
        long nowMs = loop.clock().nowMs();
        questions.forEach((transaction, asked) -> ask(transaction, asked, nowMs));
    }

    private void ask(Transaction transaction, List<Asked> asked, long sinceMs) {
        var partitions = new LinkedHashSet<TopicPartition>();
        for (var each : asked) partitions.add(each.partition);
        Reply<PartitionErrors> reply = Reply.of(errors -> onLoop(() -> onAnswer(transaction, asked, sinceMs, errors)),
                error -> onLoop(() -> tell(asked, partition -> error)));
        if (transaction.adds) coordinator.addPartitions(transaction.id, transaction.producerId, transaction.producerEpoch, partitions, 2, reply);
        else coordinator.verifyPartitions(transaction.id, transaction.producerId, transaction.producerEpoch, partitions, reply);
    }

    private void onAnswer(Transaction transaction, List<Asked> asked, long sinceMs, PartitionErrors errors) {
        var now = config.get();
        // The transaction before is being completed: that takes a moment, and the client need not know.
        boolean isEarly = transaction.adds && errors.error() == ErrorCode.CONCURRENT_TRANSACTIONS;
        if (isEarly && loop.clock().nowMs() - sinceMs < now.patienceMs) loop.schedule(now.backoffMs, () -> ask(transaction, asked, sinceMs));
        else tell(asked, errors::of);
    }

    private static void tell(List<Asked> asked, Function<TopicPartition, ErrorCode> errors) {
        for (var each : asked) each.receiver.accept(errors.apply(each.partition));
    }

    private void onLoop(Runnable task) {
        if (loop.isCurrent()) task.run();
        else loop.execute(task);
    }
}
