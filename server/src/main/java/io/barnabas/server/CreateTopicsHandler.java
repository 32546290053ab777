package io.barnabas.server;

import io.barnabas.model.ErrorCode;
import io.barnabas.protocol.message.CreateTopicsRequest;
import io.barnabas.protocol.message.CreateTopicsResponse;
import io.barnabas.protocol.message.CreateTopicsResponse.CreatableTopicResult;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/** Creates topics; the answer leaves when their partitions can be written to. */
final class CreateTopicsHandler implements RequestHandler<CreateTopicsRequest> {
    private final ControllerCalls calls;
    private final Function<CreateTopicsRequest, CompletionStage<CreateTopicsResponse>> createTopics;

    CreateTopicsHandler(ControllerCalls calls, Function<CreateTopicsRequest, CompletionStage<CreateTopicsResponse>> createTopics) {
        this.calls = calls;
        this.createTopics = createTopics;
    }

    @Override
    public void handle(RequestContext context, CreateTopicsRequest request) {
        var timedOut = new CreateTopicsResponse();
        for (var topic : request.topics()) {
            timedOut.topics().add(new CreatableTopicResult()
                    .setName(topic.name())
                    .setErrorCode(ErrorCode.REQUEST_TIMED_OUT.code())
                    .setErrorMessage(null));
        }
        int timeoutMs = request.timeoutMs();
        if (timeoutMs <= 0) context.answer(timedOut);
        else calls.answerWithin(timeoutMs, context, createTopics.apply(request), timedOut);
    }
}
