package io.barnabas.server;

import io.barnabas.cluster.metadata.ClusterImage;
import io.barnabas.network.CloseReason;
import io.barnabas.protocol.ApiMessage;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/**
 * Hands the controller's answers to clients when what they say is in effect on this broker, so that a client which was
 * told of a change meets it in its next request.
 */
final class ControllerCalls {
    private final Supplier<ClusterImage> committed;
    private final MetadataCache metadata;

    /** @param committed the controller's latest committed image, from any thread */
    ControllerCalls(Supplier<ClusterImage> committed, MetadataCache metadata) {
        this.committed = committed;
        this.metadata = metadata;
    }

    /** Completes like {@code decided}, but not before its effect is here. */
    <R> CompletionStage<R> inEffect(CompletionStage<R> decided) {
        return decided.thenCompose(response ->
                metadata.awaitOffset(committed.get().lastOffset()).thenApply(image -> response));
    }

    /** Answers when it is decided and in effect; if the metadata log is lost, closes the connection. */
    <R extends ApiMessage> void answer(RequestContext context, CompletionStage<R> decided) {
        new Call<R>(context).follow(inEffect(decided));
    }

    /**
     * Answers when it is decided and in effect, or when the time that the client gives is up. What comes later takes
     * effect all the same.
     */
    <R extends ApiMessage> void answerWithin(int timeoutMs, RequestContext context, CompletionStage<R> decided, R timedOut) {
        var call = new Call<R>(context);
        var timer = context.loop().schedule(timeoutMs, () -> call.answer(timedOut));
        call.follow(inEffect(decided).whenComplete((response, failure) -> context.loop().execute(timer::cancel)));
    }

    /** One answer, which leaves once. Belongs to the connection's loop. */
    private static final class Call<R extends ApiMessage> {
        private final RequestContext context;
        private boolean isAnswered;

        Call(RequestContext context) {
            this.context = context;
        }

        void follow(CompletionStage<R> stage) {
            stage.whenComplete((response, failure) -> context.loop().execute(() -> {
                if (failure == null) answer(response);
                else fail();
            }));
        }

        void answer(R response) {
            if (isAnswered) return;
            isAnswered = true;
            context.answer(response);
        }

        private void fail() {
            if (isAnswered) return;
            isAnswered = true;
            context.close(CloseReason.RECEIVER_FAILED);
        }
    }
}
