package io.barnabas.server;

import io.barnabas.model.ErrorCode;
import io.barnabas.protocol.message.CreatePartitionsRequest;
import io.barnabas.protocol.message.CreatePartitionsResponse;
import io.barnabas.protocol.message.CreatePartitionsResponse.CreatePartitionsTopicResult;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/** Gives topics more partitions; the answer leaves when these can be written to. */
final class CreatePartitionsHandler implements RequestHandler<CreatePartitionsRequest> {
    private final ControllerCalls calls;
    private final Function<CreatePartitionsRequest, CompletionStage<CreatePartitionsResponse>> createPartitions;

    CreatePartitionsHandler(
            ControllerCalls calls, Function<CreatePartitionsRequest, CompletionStage<CreatePartitionsResponse>> createPartitions) {
        this.calls = calls;
        this.createPartitions = createPartitions;
    }

    @Override
    public void handle(RequestContext context, CreatePartitionsRequest request) {
        var timedOut = new CreatePartitionsResponse();
        for (var topic : request.topics()) {
            timedOut.results().add(new CreatePartitionsTopicResult()
                    .setName(topic.name())
                    .setErrorCode(ErrorCode.REQUEST_TIMED_OUT.code())
                    .setErrorMessage(null));
        }
        int timeoutMs = request.timeoutMs();
        if (timeoutMs <= 0) context.answer(timedOut);
        else calls.answerWithin(timeoutMs, context, createPartitions.apply(request), timedOut);
    }
}
