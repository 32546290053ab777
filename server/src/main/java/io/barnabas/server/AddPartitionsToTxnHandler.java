package io.barnabas.server;

import io.barnabas.coordinator.Reply;
import io.barnabas.coordinator.transaction.PartitionErrors;
import io.barnabas.coordinator.transaction.TransactionCoordinator;
import io.barnabas.model.ErrorCode;
import io.barnabas.model.TopicPartition;
import io.barnabas.protocol.message.AddPartitionsToTxnRequest;
import io.barnabas.protocol.message.AddPartitionsToTxnRequest.AddPartitionsToTxnTopic;
import io.barnabas.protocol.message.AddPartitionsToTxnRequest.AddPartitionsToTxnTransaction;
import io.barnabas.protocol.message.AddPartitionsToTxnResponse;
import io.barnabas.protocol.message.AddPartitionsToTxnResponse.AddPartitionsToTxnPartitionResult;
import io.barnabas.protocol.message.AddPartitionsToTxnResponse.AddPartitionsToTxnResult;
import io.barnabas.protocol.message.AddPartitionsToTxnResponse.AddPartitionsToTxnTopicResult;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Consumer;

/**
 * Adds partitions to transactions, or says whether they belong to them. Up to version 3 clients ask, for one transaction; from
 * version 4 on brokers, for many (KIP-890).
 */
final class AddPartitionsToTxnHandler implements RequestHandler<AddPartitionsToTxnRequest> {
    private static final int FENCED_VERSION = 2;
    private static final int BROKER_VERSION = 4;

    private final TransactionCoordinator transactions;
    private final MetadataCache metadata;

    AddPartitionsToTxnHandler(TransactionCoordinator transactions, MetadataCache metadata) {
        this.transactions = transactions;
        this.metadata = metadata;
    }

    @Override
    public void handle(RequestContext context, AddPartitionsToTxnRequest request) {
        if (context.apiVersion() >= BROKER_VERSION) {
            new PendingBatch(context, request).start();
            return;
        }
        var transaction = new AddPartitionsToTxnTransaction()
                .setTransactionalId(request.v3AndBelowTransactionalId())
                .setProducerId(request.v3AndBelowProducerId())
                .setProducerEpoch(request.v3AndBelowProducerEpoch());
        transaction.topics().addAll(request.v3AndBelowTopics());
        add(context, transaction, results -> {
            var response = new AddPartitionsToTxnResponse();
            response.resultsByTopicV3AndBelow().addAll(results);
            context.answer(response);
        });
    }

    /** @param whenDone told on any thread */
    private void add(RequestContext context, AddPartitionsToTxnTransaction transaction, Consumer<List<AddPartitionsToTxnTopicResult>> whenDone) {
        // As with Apache Kafka, the answer to who only asks leaves out topics of which nothing was asked.
        var topics = transaction.verifyOnly()
                ? transaction.topics().stream().filter(topic -> !topic.partitions().isEmpty()).toList() : transaction.topics();
        if (topics.stream().anyMatch(topic -> topic.partitions().stream().anyMatch(index -> isUnknown(topic.name(), index)))) {
            // All are added, or none.
            whenDone.accept(results(topics, (topic, index) -> isUnknown(topic, index)
                    ? ErrorCode.UNKNOWN_TOPIC_OR_PARTITION : ErrorCode.OPERATION_NOT_ATTEMPTED));
        } else if (transaction.transactionalId().isEmpty()) {
            whenDone.accept(results(topics, (topic, index) -> ErrorCode.INVALID_REQUEST));
        } else {
            boolean knowsFenced = context.apiVersion() >= FENCED_VERSION;
            Reply<PartitionErrors> reply = Reply.of(
                    errors -> whenDone.accept(results(topics, (topic, index) -> FencedErrors.of(errors.of(new TopicPartition(topic, index)), knowsFenced))),
                    error -> whenDone.accept(results(topics, (topic, index) -> error)));
            ask(transaction, context.apiVersion() >= BROKER_VERSION ? 2 : 0, reply);
        }
    }

    private boolean isUnknown(String topic, int index) {
        return index < 0 || metadata.image().partition(topic, index) == null;
    }

    private void ask(AddPartitionsToTxnTransaction transaction, int clientVersion, Reply<PartitionErrors> reply) {
        var partitions = new LinkedHashSet<TopicPartition>();
        for (var topic : transaction.topics()) for (int index : topic.partitions()) partitions.add(new TopicPartition(topic.name(), index));
        var id = transaction.transactionalId();
        if (transaction.verifyOnly()) transactions.verifyPartitions(id, transaction.producerId(), transaction.producerEpoch(), partitions, reply);
        else transactions.addPartitions(id, transaction.producerId(), transaction.producerEpoch(), partitions, clientVersion, reply);
    }

    private static List<AddPartitionsToTxnTopicResult> results(List<AddPartitionsToTxnTopic> topics, BiFunction<String, Integer, ErrorCode> errors) {
        var results = new ArrayList<AddPartitionsToTxnTopicResult>();
        for (var topic : topics) {
            var result = new AddPartitionsToTxnTopicResult().setName(topic.name());
            results.add(result);
            for (int index : topic.partitions()) {
                result.resultsByPartition().add(new AddPartitionsToTxnPartitionResult()
                        .setPartitionIndex(index).setPartitionErrorCode(errors.apply(topic.name(), index).code()));
            }
        }
        return results;
    }

    /** A request for several transactions, each answered by its own shard. Owned by the connection's loop. */
    private final class PendingBatch {
        private final RequestContext context;
        private final AddPartitionsToTxnRequest request;
        private final AddPartitionsToTxnResponse response = new AddPartitionsToTxnResponse();
        /** Transactions without an answer, and one more until all are asked about. */
        private int open = 1;

        PendingBatch(RequestContext context, AddPartitionsToTxnRequest request) {
            this.context = context;
            this.request = request;
        }

        void start() {
            for (var transaction : request.transactions()) {
                var result = new AddPartitionsToTxnResult().setTransactionalId(transaction.transactionalId());
                response.resultsByTransaction().add(result);
                open++;
                add(context, transaction, results -> {
                    if (context.loop().isCurrent()) onAnswered(result, results);
                    else context.loop().execute(() -> onAnswered(result, results));
                });
            }
            close();
        }

        private void onAnswered(AddPartitionsToTxnResult result, List<AddPartitionsToTxnTopicResult> results) {
            result.topicResults().addAll(results);
            close();
        }

        private void close() {
            if (--open == 0) context.answer(response);
        }
    }
}
