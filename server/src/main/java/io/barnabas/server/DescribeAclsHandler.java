package io.barnabas.server;

import io.barnabas.model.ErrorCode;
import io.barnabas.protocol.message.DescribeAclsRequest;
import io.barnabas.protocol.message.DescribeAclsResponse;

/** There is no authorizer, so there are no access control entries to tell of. */
final class DescribeAclsHandler implements RequestHandler<DescribeAclsRequest> {
    @Override
    public void handle(RequestContext context, DescribeAclsRequest request) {
        context.answer(new DescribeAclsResponse()
                .setErrorCode(ErrorCode.SECURITY_DISABLED.code())
                .setErrorMessage("No Authorizer is configured on the broker"));
    }
}
