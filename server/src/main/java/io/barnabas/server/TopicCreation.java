package io.barnabas.server;

import io.barnabas.cluster.metadata.ClusterImage;
import io.barnabas.model.ErrorCode;
import io.barnabas.protocol.message.CreateTopicsRequest;
import io.barnabas.protocol.message.CreateTopicsRequest.CreatableTopic;
import io.barnabas.protocol.message.CreateTopicsResponse;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.function.BiConsumer;
import java.util.function.Function;

/** Creates topics that clients ask for without saying how they should be, with the cluster's defaults. Any thread. */
final class TopicCreation {
    private final ControllerCalls calls;
    private final MetadataCache metadata;
    private final Function<CreateTopicsRequest, CompletionStage<CreateTopicsResponse>> createTopics;

    TopicCreation(
            ControllerCalls calls, MetadataCache metadata,
            Function<CreateTopicsRequest, CompletionStage<CreateTopicsResponse>> createTopics) {
        this.calls = calls;
        this.metadata = metadata;
        this.createTopics = createTopics;
    }

    /**
     * Creates topics, of which others may be creating some at the same time.
     *
     * @param names  allowed as topic names
     * @param onDone told once, on any thread, the image in effect afterwards and, for each topic that is not in it, why
     */
    void create(Set<String> names, BiConsumer<ClusterImage, Map<String, ErrorCode>> onDone) {
        var request = new CreateTopicsRequest();
        for (var name : names) {
            request.topics().add(new CreatableTopic().setName(name).setNumPartitions(-1).setReplicationFactor((short) -1));
        }
        calls.inEffect(createTopics.apply(request)).whenComplete((response, failure) ->
                onDone.accept(metadata.image(), failure == null ? errorsOf(response) : Map.of()));
    }

    private static Map<String, ErrorCode> errorsOf(CreateTopicsResponse response) {
        var errors = new HashMap<String, ErrorCode>();
        for (var topic : response.topics()) {
            // Whoever else creates it is not done: its client asks again, as ours will. Of all other refusals clients
            // learn, as with Kafka, only that there is no such topic.
            if (topic.errorCode() == ErrorCode.TOPIC_ALREADY_EXISTS.code()) errors.put(topic.name(), ErrorCode.LEADER_NOT_AVAILABLE);
        }
        return errors;
    }
}
