package io.barnabas.server;

import io.barnabas.cluster.metadata.ClusterImage;
import io.barnabas.cluster.metadata.ConfigResource;
import io.barnabas.cluster.metadata.ConfigResource.Type;
import io.barnabas.model.ErrorCode;
import io.barnabas.model.TopicNames;
import io.barnabas.protocol.message.DescribeConfigsRequest;
import io.barnabas.protocol.message.DescribeConfigsRequest.DescribeConfigsResource;
import io.barnabas.protocol.message.DescribeConfigsResponse;
import io.barnabas.protocol.message.DescribeConfigsResponse.DescribeConfigsResourceResult;
import io.barnabas.protocol.message.DescribeConfigsResponse.DescribeConfigsResult;
import io.barnabas.server.config.BrokerConfig;
import io.barnabas.server.config.BrokerLoggers;
import io.barnabas.server.config.ConfigDescription;
import java.util.List;
import java.util.function.Supplier;

/** Tells configs: their values, where these come from and what they would be otherwise. */
final class DescribeConfigsHandler implements RequestHandler<DescribeConfigsRequest> {
    /** From this version on the source of a value says whether it is the default. */
    private static final int SOURCE_VERSION = 1;

    private final MetadataCache metadata;
    private final Supplier<BrokerConfig> config;
    private final int nodeId;
    private final BrokerLoggers loggers;

    /** @param config this broker's settings as they are now, from any thread */
    DescribeConfigsHandler(MetadataCache metadata, Supplier<BrokerConfig> config, int nodeId, BrokerLoggers loggers) {
        this.metadata = metadata;
        this.config = config;
        this.nodeId = nodeId;
        this.loggers = loggers;
    }

    @Override
    public void handle(RequestContext context, DescribeConfigsRequest request) {
        var response = new DescribeConfigsResponse();
        var image = metadata.image();
        var resources = request.resources();
        for (int i = 0; i < resources.size(); i++) {
            var asked = resources.get(i);
            var result = new DescribeConfigsResult().setResourceType(asked.resourceType()).setResourceName(asked.resourceName());
            var type = Type.of(asked.resourceType());
            if (type == null) refuse(result, ErrorCode.INVALID_REQUEST, "Unknown resource type " + asked.resourceType());
            else if (!isRefused(image, type, asked.resourceName(), result)) result.setConfigs(describe(image, type, asked, request));
            if (context.apiVersion() >= SOURCE_VERSION) forgetDefaults(result);
            response.results().add(result);
        }
        context.answer(response);
    }

    /** Only version 0 says it so; later ones name the source. */
    private static void forgetDefaults(DescribeConfigsResult result) {
        var configs = result.configs();
        for (int i = 0; i < configs.size(); i++) configs.get(i).setIsDefault(false);
    }

    private boolean isRefused(ClusterImage image, Type type, String name, DescribeConfigsResult result) {
        var problem = switch (type) {
            case TOPIC -> TopicNames.refusal(name);
            case BROKER -> name.isEmpty() ? null : brokerProblem(name, " or empty string,");
            case BROKER_LOGGER -> name.isEmpty() ? "Broker id must not be empty" : brokerProblem(name, "");
            case CLIENT_METRICS -> name.isEmpty() ? "Client metrics subscription name must not be empty" : null;
            case GROUP -> name.isEmpty() ? "Group name must not be empty" : null;
        };
        if (problem != null) {
            refuse(result, type == Type.TOPIC ? ErrorCode.INVALID_TOPIC_EXCEPTION : ErrorCode.INVALID_REQUEST, problem);
        } else if (type == Type.TOPIC && image.topic(name) == null) {
            result.setErrorCode(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION.code());
        }
        return result.errorCode() != ErrorCode.NONE.code();
    }

    private static void refuse(DescribeConfigsResult result, ErrorCode error, String message) {
        result.setErrorCode(error.code()).setErrorMessage(message);
    }

    private String brokerProblem(String name, String alternative) {
        try {
            return Integer.parseInt(name) == nodeId ? null
                    : "Unexpected broker id, expected " + nodeId + alternative + " but received " + name;
        } catch (NumberFormatException e) {
            return "Broker id must be an integer, but it is: " + name;
        }
    }

    private List<DescribeConfigsResourceResult> describe(
            ClusterImage image, Type type, DescribeConfigsResource asked, DescribeConfigsRequest request) {
        var keys = asked.configurationKeys() == null || asked.configurationKeys().isEmpty() ? null : asked.configurationKeys();
        if (type == Type.BROKER_LOGGER) return loggers.describe(keys);
        var resource = new ConfigResource(type, asked.resourceName());
        return new ConfigDescription(config.get(), keys, request.includeSynonyms(), request.includeDocumentation())
                .of(resource, image.configs(resource));
    }
}
