package io.barnabas.server;

import io.barnabas.cluster.metadata.ConfigResource.Type;
import io.barnabas.model.ErrorCode;
import io.barnabas.protocol.message.IncrementalAlterConfigsRequest;
import io.barnabas.protocol.message.IncrementalAlterConfigsRequest.AlterConfigsResource;
import io.barnabas.protocol.message.IncrementalAlterConfigsResponse;
import io.barnabas.protocol.message.IncrementalAlterConfigsResponse.AlterConfigsResourceResponse;
import io.barnabas.server.config.BrokerLoggers;
import java.util.HashSet;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/** Changes single configs: those of this process's loggers here, all others by the controller. */
final class IncrementalAlterConfigsHandler implements RequestHandler<IncrementalAlterConfigsRequest> {
    private static final byte SET = 0;
    private static final byte DELETE = 1;
    private static final byte SUBTRACT = 3;

    private final ControllerCalls calls;
    private final Function<IncrementalAlterConfigsRequest, CompletionStage<IncrementalAlterConfigsResponse>> alter;
    private final int nodeId;
    private final BrokerLoggers loggers;

    IncrementalAlterConfigsHandler(
            ControllerCalls calls, Function<IncrementalAlterConfigsRequest, CompletionStage<IncrementalAlterConfigsResponse>> alter,
            int nodeId, BrokerLoggers loggers) {
        this.calls = calls;
        this.alter = alter;
        this.nodeId = nodeId;
        this.loggers = loggers;
    }

    @Override
    public void handle(RequestContext context, IncrementalAlterConfigsRequest request) {
        var changes = new ConfigChanges(nodeId);
        for (var resource : request.resources()) changes.note(resource.resourceType(), resource.resourceName());
        var response = new IncrementalAlterConfigsResponse();
        var forController = new IncrementalAlterConfigsRequest().setValidateOnly(request.validateOnly());
        for (var resource : request.resources()) {
            var problem = changes.problem(resource.resourceType(), resource.resourceName());
            if (problem == null) problem = problemOfConfigs(resource);
            if (problem != null) response.responses().add(refusal(resource, ErrorCode.INVALID_REQUEST, problem));
            else if (resource.resourceType() == Type.BROKER_LOGGER.code()) response.responses().add(setLevels(resource, request.validateOnly()));
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

    private static AlterConfigsResourceResponse refusal(AlterConfigsResource resource, ErrorCode error, String message) {
        return new AlterConfigsResourceResponse()
                .setErrorCode(error.code()).setErrorMessage(message)
                .setResourceType(resource.resourceType()).setResourceName(resource.resourceName());
    }

    private static String problemOfConfigs(AlterConfigsResource resource) {
        var names = new HashSet<String>();
        for (var config : resource.configs()) {
            if (!names.add(config.name())) return "Error due to duplicate config keys";
        }
        for (var config : resource.configs()) {
            byte operation = config.configOperation();
            if (operation < SET || operation > SUBTRACT) return "Unknown operation " + operation + " for : " + config.name();
            if (operation != DELETE && config.value() == null) return ConfigChanges.nullValue(config.name());
        }
        return null;
    }

    /** All of a request's levels or none. */
    private AlterConfigsResourceResponse setLevels(AlterConfigsResource resource, boolean validateOnly) {
        var refused = loggers.refusal(resource.configs());
        if (refused != null) return refusal(resource, refused.error(), refused.message());
        if (!validateOnly) loggers.apply(resource.configs());
        return refusal(resource, ErrorCode.NONE, null);
    }
}
