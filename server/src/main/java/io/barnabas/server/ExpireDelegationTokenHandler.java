package io.barnabas.server;

import io.barnabas.model.ErrorCode;
import io.barnabas.protocol.message.ExpireDelegationTokenRequest;
import io.barnabas.protocol.message.ExpireDelegationTokenResponse;

/** There are no tokens to expire: see {@link CreateDelegationTokenHandler}. */
final class ExpireDelegationTokenHandler implements RequestHandler<ExpireDelegationTokenRequest> {
    @Override
    public void handle(RequestContext context, ExpireDelegationTokenRequest request) {
        context.answer(new ExpireDelegationTokenResponse()
                .setErrorCode(ErrorCode.DELEGATION_TOKEN_REQUEST_NOT_ALLOWED.code())
                .setExpiryTimestampMs(-1));
    }
}
