package io.barnabas.server;

import io.barnabas.model.ErrorCode;
import io.barnabas.protocol.message.DeleteTopicsRequest;
import io.barnabas.protocol.message.DeleteTopicsResponse;
import io.barnabas.protocol.message.DeleteTopicsResponse.DeletableTopicResult;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/** Deletes topics, named or, in newer versions, by id. */
final class DeleteTopicsHandler implements RequestHandler<DeleteTopicsRequest> {
    private final ControllerCalls calls;
    private final Function<DeleteTopicsRequest, CompletionStage<DeleteTopicsResponse>> deleteTopics;

    DeleteTopicsHandler(ControllerCalls calls, Function<DeleteTopicsRequest, CompletionStage<DeleteTopicsResponse>> deleteTopics) {
        this.calls = calls;
        this.deleteTopics = deleteTopics;
    }

    @Override
    public void handle(RequestContext context, DeleteTopicsRequest request) {
        var timedOut = new DeleteTopicsResponse();
        for (var name : request.topicNames()) timedOut.responses().add(timedOut().setName(name));
        for (var topic : request.topics()) {
            timedOut.responses().add(timedOut().setName(topic.name()).setTopicId(topic.topicId()));
        }
        int timeoutMs = request.timeoutMs();
        if (timeoutMs <= 0) context.answer(timedOut);
        else calls.answerWithin(timeoutMs, context, deleteTopics.apply(request), timedOut);
    }

    private static DeletableTopicResult timedOut() {
        return new DeletableTopicResult().setErrorCode(ErrorCode.REQUEST_TIMED_OUT.code()).setErrorMessage(null);
    }
}
