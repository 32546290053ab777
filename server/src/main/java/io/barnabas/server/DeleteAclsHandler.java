package io.barnabas.server;

import io.barnabas.model.ErrorCode;
import io.barnabas.protocol.message.DeleteAclsRequest;
import io.barnabas.protocol.message.DeleteAclsResponse;
import io.barnabas.protocol.message.DeleteAclsResponse.DeleteAclsFilterResult;

/** There is no authorizer, so there are no access control entries to delete. */
final class DeleteAclsHandler implements RequestHandler<DeleteAclsRequest> {
    @Override
    public void handle(RequestContext context, DeleteAclsRequest request) {
        var response = new DeleteAclsResponse();
        for (int i = 0; i < request.filters().size(); i++) {
            response.filterResults().add(new DeleteAclsFilterResult()
                    .setErrorCode(ErrorCode.SECURITY_DISABLED.code()).setErrorMessage(CreateAclsHandler.NO_AUTHORIZER));
        }
        context.answer(response);
    }
}
