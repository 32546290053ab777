package io.barnabas.server;

import io.barnabas.model.ErrorCode;
import io.barnabas.protocol.message.CreateDelegationTokenRequest;
import io.barnabas.protocol.message.CreateDelegationTokenResponse;

/** A token stands for an identity, and nobody on a listener without authentication has one to give. */
final class CreateDelegationTokenHandler implements RequestHandler<CreateDelegationTokenRequest> {
    private static final String TYPE = "User";
    private static final String ANONYMOUS = "ANONYMOUS";
    private static final int REQUESTER_VERSION = 3;

    @Override
    public void handle(RequestContext context, CreateDelegationTokenRequest request) {
        var response = new CreateDelegationTokenResponse()
                .setErrorCode(ErrorCode.DELEGATION_TOKEN_REQUEST_NOT_ALLOWED.code())
                .setPrincipalType(TYPE).setPrincipalName(ANONYMOUS)
                .setIssueTimestampMs(-1).setExpiryTimestampMs(-1).setMaxTimestampMs(-1);
        if (context.apiVersion() >= REQUESTER_VERSION) {
            response.setTokenRequesterPrincipalType(TYPE).setTokenRequesterPrincipalName(ANONYMOUS);
        }
        context.answer(response);
    }
}
