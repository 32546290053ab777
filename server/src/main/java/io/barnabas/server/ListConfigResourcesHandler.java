package io.barnabas.server;

import io.barnabas.cluster.metadata.ClusterImage;
import io.barnabas.cluster.metadata.ConfigResource.Type;
import io.barnabas.model.ErrorCode;
import io.barnabas.protocol.message.ListConfigResourcesRequest;
import io.barnabas.protocol.message.ListConfigResourcesResponse;
import io.barnabas.protocol.message.ListConfigResourcesResponse.ConfigResource;
import java.util.EnumSet;
import java.util.Set;

/** Lists what can have configs: brokers and topics that there are, groups and subscriptions that have some. */
final class ListConfigResourcesHandler implements RequestHandler<ListConfigResourcesRequest> {
    /** From this version on the client says which types it wants; before it means subscriptions. */
    private static final int TYPES_VERSION = 1;

    private final MetadataCache metadata;

    ListConfigResourcesHandler(MetadataCache metadata) {
        this.metadata = metadata;
    }

    @Override
    public void handle(RequestContext context, ListConfigResourcesRequest request) {
        var response = new ListConfigResourcesResponse();
        var types = typesOf(context.apiVersion(), request);
        if (types == null) response.setErrorCode(ErrorCode.UNSUPPORTED_VERSION.code());
        else for (var type : types) add(response, type, metadata.image());
        context.answer(response);
    }

    /** @return null if a type is unknown */
    private static Set<Type> typesOf(int version, ListConfigResourcesRequest request) {
        if (version < TYPES_VERSION) return EnumSet.of(Type.CLIENT_METRICS);
        if (request.resourceTypes().isEmpty()) return EnumSet.allOf(Type.class);
        var types = EnumSet.noneOf(Type.class);
        for (byte code : request.resourceTypes()) {
            var type = Type.of(code);
            if (type == null) return null;
            types.add(type);
        }
        return types;
    }

    private static void add(ListConfigResourcesResponse response, Type type, ClusterImage image) {
        switch (type) {
            case TOPIC -> {
                for (var topic : image.topics()) add(response, type, topic.name());
            }
            case BROKER, BROKER_LOGGER -> {
                for (var broker : image.brokers()) add(response, type, Integer.toString(broker.id()));
            }
            case GROUP, CLIENT_METRICS -> {
                for (var name : image.configuredResources(type)) add(response, type, name);
            }
        }
    }

    private static void add(ListConfigResourcesResponse response, Type type, String name) {
        response.configResources().add(new ConfigResource().setResourceName(name).setResourceType(type.code()));
    }
}
