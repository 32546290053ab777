package io.barnabas.server;

import io.barnabas.cluster.metadata.ClusterImage;
import io.barnabas.cluster.metadata.PartitionImage;
import io.barnabas.cluster.metadata.TopicImage;
import io.barnabas.model.ErrorCode;
import io.barnabas.model.TopicNames;
import io.barnabas.protocol.message.MetadataRequest;
import io.barnabas.protocol.message.MetadataRequest.MetadataRequestTopic;
import io.barnabas.protocol.message.MetadataResponse;
import io.barnabas.protocol.message.MetadataResponse.MetadataResponseBroker;
import io.barnabas.protocol.message.MetadataResponse.MetadataResponsePartition;
import io.barnabas.protocol.message.MetadataResponse.MetadataResponseTopic;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** Tells clients where brokers and partitions are, and has missing topics created when that is wanted. */
final class MetadataHandler implements RequestHandler<MetadataRequest> {
    /** Before this version no topics means all of them; since then null does. */
    private static final int NULL_IS_ALL_VERSION = 1;
    /** From this version on a topic's ids can be asked for. */
    private static final int BY_ID_VERSION = 12;
    /** The versions that tell what a client may do with the cluster. */
    private static final int CLUSTER_OPERATIONS_FIRST = 8;
    private static final int CLUSTER_OPERATIONS_LAST = 10;

    private final MetadataCache metadata;
    private final Endpoints endpoints;
    private final String clusterId;
    private final int nodeId;
    private final TopicCreation creation;

    /** @param creation makes topics that do not exist; null if {@code auto.create.topics.enable} is off */
    MetadataHandler(MetadataCache metadata, Endpoints endpoints, String clusterId, int nodeId, TopicCreation creation) {
        this.metadata = metadata;
        this.endpoints = endpoints;
        this.clusterId = clusterId;
        this.nodeId = nodeId;
        this.creation = creation;
    }

    @Override
    public void handle(RequestContext context, MetadataRequest request) {
        var image = metadata.image();
        if (!isValid(context.apiVersion(), request)) {
            context.answer(refusal(request));
        } else if (wantsAll(context.apiVersion(), request)) {
            context.answer(new Answer(context, request, image, Map.of()).ofAllTopics());
        } else {
            var missing = creation != null && request.allowAutoTopicCreation() ? missingTopics(image, request) : Set.<String>of();
            if (missing.isEmpty()) context.answer(new Answer(context, request, image, Map.of()).ofTopics());
            else createAndAnswer(context, request, missing);
        }
    }

    private void createAndAnswer(RequestContext context, MetadataRequest request, Set<String> missing) {
        creation.create(missing, (newImage, errors) -> context.loop().execute(() ->
                context.answer(new Answer(context, request, newImage, errors).ofTopics())));
    }

    private static boolean wantsAll(int version, MetadataRequest request) {
        return version < NULL_IS_ALL_VERSION ? request.topics().isEmpty() : request.topics() == null;
    }

    /** Each topic must be named, by id only where that can be answered. */
    private static boolean isValid(int version, MetadataRequest request) {
        if (request.topics() == null) return true;
        for (int i = 0; i < request.topics().size(); i++) {
            var topic = request.topics().get(i);
            if (topic.topicId().isZero() ? topic.name() == null : version < BY_ID_VERSION) return false;
        }
        return true;
    }

    private static MetadataResponse refusal(MetadataRequest request) {
        var response = new MetadataResponse();
        for (var topic : request.topics()) {
            response.topics().add(new MetadataResponseTopic()
                    .setErrorCode(ErrorCode.INVALID_REQUEST.code())
                    .setName(topic.name() == null ? "" : topic.name())
                    .setTopicId(topic.topicId()));
        }
        return response;
    }

    /** Topics that do not exist and could. Brokers alone make internal topics. */
    private static Set<String> missingTopics(ClusterImage image, MetadataRequest request) {
        Set<String> missing = Set.of();
        if (isById(request)) return missing;
        for (int i = 0; i < request.topics().size(); i++) {
            var name = request.topics().get(i).name();
            if (image.topic(name) != null || TopicNames.isInternal(name) || TopicNames.refusal(name) != null) continue;
            if (missing.isEmpty()) missing = new HashSet<>();
            missing.add(name);
        }
        return missing;
    }

    /** One topic asked for by id makes it a request by ids: those by name are passed over. */
    private static boolean isById(MetadataRequest request) {
        for (int i = 0; i < request.topics().size(); i++) if (!request.topics().get(i).topicId().isZero()) return true;
        return false;
    }

    /** One answer in the making. */
    private final class Answer {
        private final RequestContext context;
        private final MetadataRequest request;
        private final ClusterImage image;
        private final Map<String, ErrorCode> creationErrors;
        private final PartitionView view;
        private final MetadataResponse response = new MetadataResponse();

        Answer(RequestContext context, MetadataRequest request, ClusterImage image, Map<String, ErrorCode> creationErrors) {
            this.context = context;
            this.request = request;
            this.image = image;
            this.creationErrors = creationErrors;
            this.view = new PartitionView(image, context.connection().listener().name());
        }

        MetadataResponse ofAllTopics() {
            response.setTopics(new ArrayList<>(image.topicCount()));
            for (var topic : image.topics()) add(describe(topic));
            return withBrokers();
        }

        MetadataResponse ofTopics() {
            var topics = request.topics();
            boolean byId = isById(request);
            Set<Object> seen = topics.size() > 1 ? new HashSet<>() : null;
            for (int i = 0; i < topics.size(); i++) {
                var topic = topics.get(i);
                if (byId && topic.topicId().isZero()) continue;
                if (seen == null || seen.add(byId ? topic.topicId() : topic.name())) add(byId ? ofId(topic) : ofName(topic.name()));
            }
            return withBrokers();
        }

        private void add(MetadataResponseTopic topic) {
            if (request.includeTopicAuthorizedOperations() && topic.name() != null) {
                topic.setTopicAuthorizedOperations(AuthorizedOperations.TOPIC);
            }
            response.topics().add(topic);
        }

        private MetadataResponseTopic ofId(MetadataRequestTopic asked) {
            var topic = image.topic(asked.topicId());
            if (topic != null) return describe(topic);
            return new MetadataResponseTopic()
                    .setErrorCode(ErrorCode.UNKNOWN_TOPIC_ID.code()).setName(null).setTopicId(asked.topicId());
        }

        private MetadataResponseTopic ofName(String name) {
            var topic = image.topic(name);
            if (topic != null) return describe(topic);
            var error = TopicNames.refusal(name) != null ? ErrorCode.INVALID_TOPIC_EXCEPTION
                    : creationErrors.getOrDefault(name, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
            return new MetadataResponseTopic()
                    .setErrorCode(error.code()).setName(name).setIsInternal(TopicNames.isInternal(name));
        }

        private MetadataResponseTopic describe(TopicImage topic) {
            int count = topic.partitionCount();
            var partitions = new ArrayList<MetadataResponsePartition>(count);
            for (int i = 0; i < count; i++) partitions.add(describe(topic.partition(i)));
            return new MetadataResponseTopic()
                    .setName(topic.name())
                    .setTopicId(topic.id())
                    .setIsInternal(TopicNames.isInternal(topic.name()))
                    .setPartitions(partitions);
        }

        private MetadataResponsePartition describe(PartitionImage partition) {
            var error = view.leaderError(partition);
            var described = new MetadataResponsePartition()
                    .setErrorCode(error.code())
                    .setPartitionIndex(partition.partition())
                    .setLeaderId(error == ErrorCode.NONE ? partition.leader() : PartitionImage.NO_LEADER)
                    .setLeaderEpoch(partition.leaderEpoch())
                    .setReplicaNodes(PartitionView.listOf(partition.replicas()))
                    .setIsrNodes(PartitionView.listOf(partition.isr()))
                    .setOfflineReplicas(view.offlineReplicas(partition));
            if (context.apiVersion() == 0) hideUnreachable(partition, described, error);
            return described;
        }

        /** The oldest clients fall over a replica that they find no broker for. */
        private void hideUnreachable(PartitionImage partition, MetadataResponsePartition described, ErrorCode leaderError) {
            described.setReplicaNodes(view.reachable(partition.replicas())).setIsrNodes(view.reachable(partition.isr()));
            boolean lacksOne = described.replicaNodes().size() < partition.replicas().length
                    || described.isrNodes().size() < partition.isr().length;
            if (leaderError == ErrorCode.LISTENER_NOT_FOUND) described.setErrorCode(ErrorCode.LEADER_NOT_AVAILABLE.code());
            else if (leaderError == ErrorCode.NONE && lacksOne) described.setErrorCode(ErrorCode.REPLICA_NOT_AVAILABLE.code());
        }

        private MetadataResponse withBrokers() {
            for (var broker : image.brokers()) {
                if (!view.isReachable(broker.id())) continue;
                var endpoint = endpoints.endpointFor(broker, context.connection());
                response.brokers().add(new MetadataResponseBroker()
                        .setNodeId(broker.id()).setHost(endpoint.host()).setPort(endpoint.port()).setRack(broker.rack()));
            }
            response.setClusterId(clusterId);
            // Clients send the controller's requests to any broker; this one can be reached, for the request came here.
            response.setControllerId(view.isReachable(nodeId) ? nodeId : -1);
            int version = context.apiVersion();
            boolean tellsOperations = version >= CLUSTER_OPERATIONS_FIRST && version <= CLUSTER_OPERATIONS_LAST;
            if (tellsOperations && request.includeClusterAuthorizedOperations()) {
                response.setClusterAuthorizedOperations(AuthorizedOperations.CLUSTER);
            }
            return response;
        }
    }
}
