package io.barnabas.server;

import io.barnabas.protocol.ApiMessage;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/**
 * Serves an API that is the controller's alone to decide and in which nothing is left to do here:
 * {@code new ControllerHandler<>(calls, controller::electLeaders)}.
 */
final class ControllerHandler<Q extends ApiMessage, R extends ApiMessage> implements RequestHandler<Q> {
    private final ControllerCalls calls;
    private final Function<Q, CompletionStage<R>> command;

    ControllerHandler(ControllerCalls calls, Function<Q, CompletionStage<R>> command) {
        this.calls = calls;
        this.command = command;
    }

    @Override
    public void handle(RequestContext context, Q request) {
        calls.answer(context, command.apply(request));
    }
}
