package io.barnabas.server;

import io.barnabas.cluster.metadata.ConfigResource.Type;
import io.barnabas.model.ErrorCode;
import io.barnabas.protocol.message.AlterConfigsRequest;
import io.barnabas.protocol.message.AlterConfigsRequest.AlterConfigsResource;
import io.barnabas.protocol.message.AlterConfigsResponse;
import io.barnabas.protocol.message.AlterConfigsResponse.AlterConfigsResourceResponse;
import java.util.HashSet;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/** Replaces all configs of a resource; the older way, which knows no loggers. */
final class AlterConfigsHandler implements RequestHandler<AlterConfigsRequest> {
    private final ControllerCalls calls;
    private final Function<AlterConfigsRequest, CompletionStage<AlterConfigsResponse>> alter;
    private final int nodeId;

    AlterConfigsHandler(ControllerCalls calls, Function<AlterConfigsRequest, CompletionStage<AlterConfigsResponse>> alter, int nodeId) {
        this.calls = calls;
        this.alter = alter;
        this.nodeId = nodeId;
    }

    @Override
    public void handle(RequestContext context, AlterConfigsRequest request) {
        var changes = new ConfigChanges(nodeId);
        for (var resource : request.resources()) changes.note(resource.resourceType(), resource.resourceName());
        var response = new AlterConfigsResponse();
        var forController = new AlterConfigsRequest().setValidateOnly(request.validateOnly());
        for (var resource : request.resources()) {
            var problem = changes.problem(resource.resourceType(), resource.resourceName());
            if (problem == null) problem = problemOfConfigs(resource);
            if (problem != null) response.responses().add(refusal(resource, problem));
            else forController.resources().add(resource);
        }
        if (forController.resources().isEmpty()) {
            context.answer(response);
            return;
        }
        calls.answer(context, alter.apply(forController).thenApply(decided -> {
            decided.responses().addAll(0, response.responses());
            for (var result : decided.responses()) markBroker(result);
            return decided;
        }));
    }

    /** What is wrong with a broker's own config is known before the controller is asked, and has another code. */
    private static void markBroker(AlterConfigsResourceResponse result) {
        boolean isBroker = result.resourceType() == Type.BROKER.code();
        if (isBroker && result.errorCode() == ErrorCode.INVALID_CONFIG.code()) result.setErrorCode(ErrorCode.INVALID_REQUEST.code());
    }

    private static AlterConfigsResourceResponse refusal(AlterConfigsResource resource, String message) {
        return new AlterConfigsResourceResponse()
                .setErrorCode(ErrorCode.INVALID_REQUEST.code()).setErrorMessage(message)
                .setResourceType(resource.resourceType()).setResourceName(resource.resourceName());
    }

    private static String problemOfConfigs(AlterConfigsResource resource) {
        if (resource.resourceType() == Type.BROKER_LOGGER.code()) return "Unknown resource type " + resource.resourceType();
        var names = new HashSet<String>();
        for (var config : resource.configs()) {
            if (!names.add(config.name())) return "Error due to duplicate config keys";
        }
        for (var config : resource.configs()) {
            if (config.value() == null) return ConfigChanges.nullValue(config.name());
        }
        return null;
    }
}
