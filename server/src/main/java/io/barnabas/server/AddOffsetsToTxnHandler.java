package io.barnabas.server;

import io.barnabas.coordinator.Reply;
import io.barnabas.coordinator.transaction.TransactionCoordinator;
import io.barnabas.model.ErrorCode;
import io.barnabas.protocol.message.AddOffsetsToTxnRequest;
import io.barnabas.protocol.message.AddOffsetsToTxnResponse;
import java.util.Set;

/** Adds to a transaction the partition that keeps the offsets of a group. */
final class AddOffsetsToTxnHandler implements RequestHandler<AddOffsetsToTxnRequest> {
    private static final int FENCED_VERSION = 2;

    private final TransactionCoordinator transactions;
    private final Coordinators coordinators;

    AddOffsetsToTxnHandler(TransactionCoordinator transactions, Coordinators coordinators) {
        this.transactions = transactions;
        this.coordinators = coordinators;
    }

    @Override
    public void handle(RequestContext context, AddOffsetsToTxnRequest request) {
        if (request.transactionalId().isEmpty()) {
            answer(context, ErrorCode.INVALID_REQUEST);
            return;
        }
        var partition = coordinators.offsetsPartitionOf(request.groupId());
        transactions.addPartitions(request.transactionalId(), request.producerId(), request.producerEpoch(), Set.of(partition), 0,
                Reply.of(errors -> answer(context, errors.of(partition)), error -> answer(context, error)));
    }

    private static void answer(RequestContext context, ErrorCode error) {
        context.answer(new AddOffsetsToTxnResponse().setErrorCode(FencedErrors.of(error, context.apiVersion() >= FENCED_VERSION).code()));
    }
}
