package io.barnabas.server;

import io.barnabas.coordinator.Reply;
import io.barnabas.coordinator.transaction.TransactionCoordinator;
import io.barnabas.model.ErrorCode;
import io.barnabas.protocol.message.InitProducerIdRequest;
import io.barnabas.protocol.message.InitProducerIdResponse;

/** Gives producers their ids: to an idempotent one any that is free, to a transactional one what its coordinator decides. */
final class InitProducerIdHandler implements RequestHandler<InitProducerIdRequest> {
    private static final int FENCED_VERSION = 4;

    private final TransactionCoordinator transactions;
    private final ProducerIds producerIds;

    InitProducerIdHandler(TransactionCoordinator transactions, ProducerIds producerIds) {
        this.transactions = transactions;
        this.producerIds = producerIds;
    }

    @Override
    public void handle(RequestContext context, InitProducerIdRequest request) {
        boolean namesOnlyOne = request.producerId() == -1 ^ request.producerEpoch() == -1;
        var transactionalId = request.transactionalId();
        if (namesOnlyOne || transactionalId != null && transactionalId.isEmpty()) {
            refuse(context, ErrorCode.INVALID_REQUEST);
        } else if (transactionalId != null) {
            transactions.initProducerId(transactionalId, request.transactionTimeoutMs(), request.producerId(), request.producerEpoch(), Reply.of(answer -> {
                if (answer.error() != ErrorCode.NONE) refuse(context, answer.error());
                else answer(context, answer.producerId(), answer.producerEpoch());
            }, error -> refuse(context, error)));
        } else {
            producerIds.next(id -> {
                if (id < 0) refuse(context, ErrorCode.COORDINATOR_LOAD_IN_PROGRESS);
                else answer(context, id, (short) 0);
            });
        }
    }

    private static void answer(RequestContext context, long producerId, short producerEpoch) {
        context.answer(new InitProducerIdResponse().setProducerId(producerId).setProducerEpoch(producerEpoch));
    }

    private static void refuse(RequestContext context, ErrorCode error) {
        var told = FencedErrors.of(error, context.apiVersion() >= FENCED_VERSION);
        context.answer(new InitProducerIdResponse().setErrorCode(told.code()).setProducerEpoch((short) -1));
    }
}
