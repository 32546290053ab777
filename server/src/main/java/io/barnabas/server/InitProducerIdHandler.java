package io.barnabas.server;

import io.barnabas.model.ErrorCode;
import io.barnabas.protocol.message.InitProducerIdRequest;
import io.barnabas.protocol.message.InitProducerIdResponse;

/** Gives an idempotent producer its id. A transactional one asks a coordinator, and there is none. */
final class InitProducerIdHandler implements RequestHandler<InitProducerIdRequest> {
    private final ProducerIds producerIds;

    InitProducerIdHandler(ProducerIds producerIds) {
        this.producerIds = producerIds;
    }

    @Override
    public void handle(RequestContext context, InitProducerIdRequest request) {
        boolean namesOnlyOne = request.producerId() == -1 ^ request.producerEpoch() == -1;
        if (request.transactionalId() != null) {
            boolean isEmpty = request.transactionalId().isEmpty();
            refuse(context, isEmpty ? ErrorCode.INVALID_REQUEST : ErrorCode.COORDINATOR_NOT_AVAILABLE);
        } else if (namesOnlyOne) {
            refuse(context, ErrorCode.INVALID_REQUEST);
        } else {
            producerIds.next(id -> {
                if (id < 0) refuse(context, ErrorCode.COORDINATOR_LOAD_IN_PROGRESS);
                else context.answer(new InitProducerIdResponse().setProducerId(id).setProducerEpoch((short) 0));
            });
        }
    }

    private static void refuse(RequestContext context, ErrorCode error) {
        context.answer(new InitProducerIdResponse().setErrorCode(error.code()).setProducerEpoch((short) -1));
    }
}
