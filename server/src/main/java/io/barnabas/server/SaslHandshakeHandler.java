package io.barnabas.server;

import io.barnabas.model.ErrorCode;
import io.barnabas.protocol.message.SaslHandshakeRequest;
import io.barnabas.protocol.message.SaslHandshakeResponse;

/** On a listener without SASL there is nothing to agree on. */
final class SaslHandshakeHandler implements RequestHandler<SaslHandshakeRequest> {
    @Override
    public void handle(RequestContext context, SaslHandshakeRequest request) {
        context.answer(new SaslHandshakeResponse().setErrorCode(ErrorCode.ILLEGAL_SASL_STATE.code()));
    }
}
