package io.barnabas.server;

import io.barnabas.model.ErrorCode;
import io.barnabas.protocol.message.RenewDelegationTokenRequest;
import io.barnabas.protocol.message.RenewDelegationTokenResponse;

/** There are no tokens to renew: see {@link CreateDelegationTokenHandler}. */
final class RenewDelegationTokenHandler implements RequestHandler<RenewDelegationTokenRequest> {
    @Override
    public void handle(RequestContext context, RenewDelegationTokenRequest request) {
        context.answer(new RenewDelegationTokenResponse()
                .setErrorCode(ErrorCode.DELEGATION_TOKEN_REQUEST_NOT_ALLOWED.code())
                .setExpiryTimestampMs(-1));
    }
}
