package io.barnabas.server;

import io.barnabas.cluster.metadata.ClusterImage;
import io.barnabas.cluster.metadata.Endpoint;
import io.barnabas.model.ErrorCode;
import io.barnabas.protocol.message.DescribeClusterRequest;
import io.barnabas.protocol.message.DescribeClusterResponse;
import io.barnabas.protocol.message.DescribeClusterResponse.DescribeClusterBroker;

/** Names the cluster and its nodes: brokers on a broker's listener, controllers on a controller's. */
final class DescribeClusterHandler implements RequestHandler<DescribeClusterRequest> {
    private static final byte BROKERS = 1;
    private static final byte CONTROLLERS = 2;
    /** Before this version there is no code for an endpoint of the wrong type. */
    private static final int ENDPOINT_TYPE_VERSION = 1;

    private final MetadataCache metadata;
    private final Endpoints endpoints;
    private final String clusterId;
    private final int nodeId;
    private final boolean isController;

    /** @param isController whether it serves a controller's listener */
    DescribeClusterHandler(MetadataCache metadata, Endpoints endpoints, String clusterId, int nodeId, boolean isController) {
        this.metadata = metadata;
        this.endpoints = endpoints;
        this.clusterId = clusterId;
        this.nodeId = nodeId;
        this.isController = isController;
    }

    @Override
    public void handle(RequestContext context, DescribeClusterRequest request) {
        byte wanted = request.endpointType();
        if (wanted != BROKERS && wanted != CONTROLLERS) {
            refuse(context, ErrorCode.UNSUPPORTED_ENDPOINT_TYPE, "Unsupported endpoint type " + wanted);
        } else if (wanted == CONTROLLERS != isController) {
            var code = context.apiVersion() < ENDPOINT_TYPE_VERSION ? ErrorCode.INVALID_REQUEST : ErrorCode.MISMATCHED_ENDPOINT_TYPE;
            refuse(context, code, "The request was sent to an endpoint of type " + typeName(isController)
                    + ", but we wanted an endpoint of type " + typeName(!isController));
        } else {
            context.answer(describe(context, request));
        }
    }

    private static String typeName(boolean isController) {
        return isController ? "CONTROLLER" : "BROKER";
    }

    private static void refuse(RequestContext context, ErrorCode code, String message) {
        context.answer(new DescribeClusterResponse().setErrorCode(code.code()).setErrorMessage(message));
    }

    private DescribeClusterResponse describe(RequestContext context, DescribeClusterRequest request) {
        var image = metadata.image();
        var response = new DescribeClusterResponse().setClusterId(clusterId);
        if (isController) addControllers(context, image, response);
        else addBrokers(context, request, image, response);
        if (request.includeClusterAuthorizedOperations()) response.setClusterAuthorizedOperations(AuthorizedOperations.CLUSTER);
        return response;
    }

    private void addBrokers(RequestContext context, DescribeClusterRequest request, ClusterImage image, DescribeClusterResponse response) {
        for (var broker : image.brokers()) {
            if (broker.fenced() && !request.includeFencedBrokers()) continue;
            var endpoint = endpoints.endpointFor(broker, context.connection());
            if (endpoint == null) continue;
            response.brokers().add(node(broker.id(), endpoint).setRack(broker.rack()).setIsFenced(broker.fenced()));
            // Any broker takes the controller's requests; this one can be reached.
            if (broker.id() == nodeId && !broker.fenced()) response.setControllerId(nodeId);
        }
    }

    private void addControllers(RequestContext context, ClusterImage image, DescribeClusterResponse response) {
        response.setEndpointType(CONTROLLERS).setControllerId(nodeId);
        for (var controller : image.controllers()) {
            var endpoint = endpoints.endpointFor(controller, context.connection());
            if (endpoint != null) response.brokers().add(node(controller.id(), endpoint).setRack(null));
        }
    }

    private static DescribeClusterBroker node(int id, Endpoint endpoint) {
        return new DescribeClusterBroker().setBrokerId(id).setHost(endpoint.host()).setPort(endpoint.port());
    }
}
