package io.barnabas.server;

import io.barnabas.model.ErrorCode;
import io.barnabas.protocol.message.CreateAclsRequest;
import io.barnabas.protocol.message.CreateAclsResponse;
import io.barnabas.protocol.message.CreateAclsResponse.AclCreationResult;

/** There is no authorizer, so an access control entry would protect nothing: none is taken. */
final class CreateAclsHandler implements RequestHandler<CreateAclsRequest> {
    static final String NO_AUTHORIZER = "No Authorizer is configured.";

    @Override
    public void handle(RequestContext context, CreateAclsRequest request) {
        var response = new CreateAclsResponse();
        for (int i = 0; i < request.creations().size(); i++) {
            response.results().add(new AclCreationResult()
                    .setErrorCode(ErrorCode.SECURITY_DISABLED.code()).setErrorMessage(NO_AUTHORIZER));
        }
        context.answer(response);
    }
}
