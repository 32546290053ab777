package io.barnabas.server;

import io.barnabas.model.ErrorCode;
import io.barnabas.protocol.message.FindCoordinatorRequest;
import io.barnabas.protocol.message.FindCoordinatorResponse;
import io.barnabas.protocol.message.FindCoordinatorResponse.Coordinator;

/** Says that no coordinator is available, as long as there are no groups and transactions; clients then ask again. */
final class FindCoordinatorHandler implements RequestHandler<FindCoordinatorRequest> {
    private static final byte GROUP = 0;
    private static final byte TRANSACTION = 1;
    private static final byte SHARE = 2;
    /** From this version on several coordinators are asked for at once. */
    private static final int BATCH_VERSION = 4;
    private static final int SHARE_VERSION = 6;

    @Override
    public void handle(RequestContext context, FindCoordinatorRequest request) {
        var response = new FindCoordinatorResponse();
        var error = errorOf(context.apiVersion(), request.keyType());
        if (context.apiVersion() < BATCH_VERSION) {
            response.setErrorCode(error.code()).setErrorMessage(messageOf(error)).setNodeId(-1).setHost("").setPort(-1);
        } else {
            for (var key : request.coordinatorKeys()) {
                response.coordinators().add(new Coordinator()
                        .setKey(key).setNodeId(-1).setHost("").setPort(-1)
                        .setErrorCode(error.code()).setErrorMessage(messageOf(error)));
            }
        }
        context.answer(response);
    }

    private static ErrorCode errorOf(int version, byte keyType) {
        boolean isKnown = keyType == GROUP || keyType == TRANSACTION || keyType == SHARE && version >= SHARE_VERSION;
        return isKnown ? ErrorCode.COORDINATOR_NOT_AVAILABLE : ErrorCode.INVALID_REQUEST;
    }

    private static String messageOf(ErrorCode error) {
        return error == ErrorCode.COORDINATOR_NOT_AVAILABLE ? "The coordinator is not available."
                : "There is no such type of coordinator in this version.";
    }
}
