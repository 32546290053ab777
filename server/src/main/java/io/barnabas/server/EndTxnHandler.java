package io.barnabas.server;

import io.barnabas.coordinator.Reply;
import io.barnabas.coordinator.transaction.TransactionCoordinator;
import io.barnabas.model.ErrorCode;
import io.barnabas.protocol.message.EndTxnRequest;
import io.barnabas.protocol.message.EndTxnResponse;

/** Commits and aborts transactions. */
final class EndTxnHandler implements RequestHandler<EndTxnRequest> {
    private static final int FENCED_VERSION = 2;
    /** From this version on the producer goes on with what the answer says (KIP-890). */
    private static final int EPOCH_BUMP_VERSION = 5;

    private final TransactionCoordinator transactions;

    EndTxnHandler(TransactionCoordinator transactions) {
        this.transactions = transactions;
    }

    @Override
    public void handle(RequestContext context, EndTxnRequest request) {
        if (request.transactionalId().isEmpty()) {
            refuse(context, ErrorCode.INVALID_REQUEST);
            return;
        }
        int version = context.apiVersion() >= EPOCH_BUMP_VERSION ? 2 : 0;
        transactions.endTransaction(request.transactionalId(), request.producerId(), request.producerEpoch(), request.committed(), version,
                Reply.of(answer -> {
                    if (answer.error() != ErrorCode.NONE) refuse(context, answer.error());
                    else context.answer(new EndTxnResponse().setProducerId(answer.producerId()).setProducerEpoch(answer.producerEpoch()));
                }, error -> refuse(context, error)));
    }

    private static void refuse(RequestContext context, ErrorCode error) {
        context.answer(new EndTxnResponse().setErrorCode(FencedErrors.of(error, context.apiVersion() >= FENCED_VERSION).code()));
    }
}
