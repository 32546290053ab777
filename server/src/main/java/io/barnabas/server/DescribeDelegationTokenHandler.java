package io.barnabas.server;

import io.barnabas.model.ErrorCode;
import io.barnabas.protocol.message.DescribeDelegationTokenRequest;
import io.barnabas.protocol.message.DescribeDelegationTokenResponse;

/** There are no tokens to tell of: see {@link CreateDelegationTokenHandler}. */
final class DescribeDelegationTokenHandler implements RequestHandler<DescribeDelegationTokenRequest> {
    @Override
    public void handle(RequestContext context, DescribeDelegationTokenRequest request) {
        context.answer(new DescribeDelegationTokenResponse()
                .setErrorCode(ErrorCode.DELEGATION_TOKEN_REQUEST_NOT_ALLOWED.code()));
    }
}
