package io.barnabas.server;

import io.barnabas.model.ErrorCode;
import io.barnabas.protocol.message.SaslAuthenticateRequest;
import io.barnabas.protocol.message.SaslAuthenticateResponse;

/** On a listener without SASL everybody is let in as they come. */
final class SaslAuthenticateHandler implements RequestHandler<SaslAuthenticateRequest> {
    @Override
    public void handle(RequestContext context, SaslAuthenticateRequest request) {
        context.answer(new SaslAuthenticateResponse()
                .setErrorCode(ErrorCode.ILLEGAL_SASL_STATE.code())
                .setErrorMessage("SaslAuthenticate request received after successful authentication"));
    }
}
