package io.barnabas.server;

import static io.barnabas.server.HandlerRig.DIRECTORY;
import static io.barnabas.server.HandlerRig.LISTENER;
import static io.barnabas.server.HandlerRig.partition;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.barnabas.base.Uuid;
import io.barnabas.cluster.metadata.PartitionImage;
import io.barnabas.model.ErrorCode;
import io.barnabas.protocol.ApiKey;
import io.barnabas.protocol.message.CreateTopicsRequest;
import io.barnabas.protocol.message.CreateTopicsResponse;
import io.barnabas.protocol.message.CreateTopicsResponse.CreatableTopicResult;
import io.barnabas.protocol.message.MetadataRequest;
import io.barnabas.protocol.message.MetadataRequest.MetadataRequestTopic;
import io.barnabas.protocol.message.MetadataResponse;
import io.barnabas.protocol.message.MetadataResponse.MetadataResponsePartition;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class MetadataHandlerTest {
    private static final Uuid ID = new Uuid(3, 4);

    private record Asked(CreateTopicsRequest request, CompletableFuture<CreateTopicsResponse> answer) {}

    /** What a controller would be asked for. */
    private final LinkedBlockingQueue<Asked> creations = new LinkedBlockingQueue<>();
    private volatile long committedOffset = 10;
    private final HandlerRig rig = new HandlerRig(made -> {
        var calls = new ControllerCalls(() -> made.image(committedOffset), made.metadata);
        var creation = new TopicCreation(calls, made.metadata, this::create);
        return Map.of(ApiKey.METADATA, new MetadataHandler(made.metadata, new Endpoints(1, true), "cluster", 1, creation));
    });
    private final WireClient client = rig.connect();

    private CompletionStage<CreateTopicsResponse> create(CreateTopicsRequest request) {
        var answer = new CompletableFuture<CreateTopicsResponse>();
        creations.add(new Asked(request, answer));
        return answer;
    }

    @AfterEach
    void close() {
        client.close();
        rig.close();
    }

    private static MetadataRequest named(String... topics) {
        var request = new MetadataRequest();
        for (var topic : topics) request.topics().add(new MetadataRequestTopic().setName(topic));
        return request;
    }

    private MetadataResponsePartition describe(PartitionImage partition, int version) {
        rig.withTopic("t", ID, partition).publish(10);
        MetadataResponse response = client.ask(version, named("t").setAllowAutoTopicCreation(true));
        return response.topics().get(0).partitions().get(0);
    }

    @Test
    void aLeaderWithoutTheClientsListenerIsNamedAsThat() {
        rig.withBroker(1, LISTENER, false).withBroker(2, "INTERNAL", false);
        var described = describe(partition(0, 2, DIRECTORY, 1, 2), 12);
        assertEquals(ErrorCode.LISTENER_NOT_FOUND.code(), described.errorCode());
        assertEquals(-1, described.leaderId());
        assertEquals(5, described.leaderEpoch());
        assertEquals(List.of(1, 2), described.replicaNodes());
        assertEquals(List.of(2), described.offlineReplicas());
    }

    @Test
    void aPartitionWithoutALeaderIsNotAvailable() {
        rig.withBroker(1, LISTENER, false).withBroker(2, LISTENER, true);
        var described = describe(partition(0, -1, DIRECTORY, 1, 2), 12);
        assertEquals(ErrorCode.LEADER_NOT_AVAILABLE.code(), described.errorCode());
        assertEquals(List.of(2), described.offlineReplicas());
    }

    @Test
    void aReplicaInADirectoryThatIsGoneIsOffline() {
        rig.withBroker(1, LISTENER, false);
        assertEquals(List.of(1), describe(partition(0, 1, new Uuid(8, 8), 1), 12).offlineReplicas());
    }

    @Test
    void aReplicaThatIsNotPlacedYetIsNotOffline() {
        rig.withBroker(1, LISTENER, false);
        assertEquals(List.of(), describe(partition(0, 1, PartitionImage.UNASSIGNED, 1), 12).offlineReplicas());
    }

    @Test
    void theOldestClientsHearOfNoReplicaThatTheyCannotReach() {
        rig.withBroker(1, LISTENER, false).withBroker(2, LISTENER, true);
        var described = describe(partition(0, 1, DIRECTORY, 1, 2), 0);
        assertEquals(ErrorCode.REPLICA_NOT_AVAILABLE.code(), described.errorCode());
        assertEquals(List.of(1), described.replicaNodes());
        assertEquals(List.of(1), described.isrNodes());
    }

    @Test
    void fencedBrokersAndThoseWithoutTheListenerAreNotNamed() {
        rig.withBroker(1, LISTENER, false).withBroker(2, LISTENER, true).withBroker(3, "INTERNAL", false).publish(10);
        MetadataResponse response = client.ask(12, named());
        assertEquals(1, response.brokers().size());
        assertEquals("host1", response.brokers().get(0).host());
        assertEquals(1, response.controllerId());
    }

    @Test
    void aCreatedTopicIsAnsweredWhenItIsInEffectHere() throws InterruptedException {
        rig.withBroker(1, LISTENER, false).publish(10);
        client.send(12, named("new", "new", "a/b", "__consumer_offsets"));
        var asked = creations.take();
        assertEquals(1, asked.request.topics().size());
        committedOffset = 20;
        asked.answer.complete(new CreateTopicsResponse());
        rig.publish(19);
        rig.withTopic("new", ID, partition(0, 1, DIRECTORY, 1)).publish(20);

        MetadataResponse response = client.receive();
        assertEquals(List.of("new:0", "a/b:17", "__consumer_offsets:3"), codes(response));
        assertEquals(1, response.topics().get(0).partitions().get(0).leaderId());
    }

    @Test
    void aTopicThatSomebodyElseIsCreatingIsToBeAskedForAgain() throws InterruptedException {
        rig.publish(10);
        client.send(12, named("new"));
        var response = new CreateTopicsResponse();
        response.topics().add(new CreatableTopicResult().setName("new").setErrorCode(ErrorCode.TOPIC_ALREADY_EXISTS.code()));
        creations.take().answer.complete(response);
        assertEquals(List.of("new:5"), codes(client.receive()));
    }

    @Test
    void aTopicThatCannotBeCreatedIsUnknown() throws InterruptedException {
        rig.publish(10);
        client.send(12, named("new"));
        creations.take().answer.completeExceptionally(new IllegalStateException("the log is lost"));
        assertEquals(List.of("new:3"), codes(client.receive()));
    }

    @Test
    void nothingIsCreatedForWhoeverDoesNotWantIt() {
        rig.publish(10);
        assertEquals(List.of("new:3"), codes(client.ask(12, named("new").setAllowAutoTopicCreation(false))));
        assertTrue(creations.isEmpty());
    }

    private static List<String> codes(MetadataResponse response) {
        var codes = new ArrayList<String>();
        for (var topic : response.topics()) codes.add(topic.name() + ":" + topic.errorCode());
        return codes;
    }

    @Test
    void aTopicAskedForByNothingRefusesTheRequest() {
        rig.publish(10);
        var request = new MetadataRequest();
        request.topics().add(new MetadataRequestTopic().setName(null));
        assertEquals(List.of(":42"), codes(client.ask(12, request)));
    }

    @Test
    void tenThousandPartitionsAreAnsweredWhole() {
        rig.withBroker(1, LISTENER, false);
        for (int i = 0; i < 100; i++) {
            var partitions = new PartitionImage[100];
            for (int j = 0; j < partitions.length; j++) partitions[j] = partition(j, 1, DIRECTORY, 1);
            rig.withTopic("t" + i, new Uuid(7, i), partitions);
        }
        rig.publish(10);
        MetadataResponse response = client.ask(12, new MetadataRequest().setTopics(null));
        int count = 0;
        for (var topic : response.topics()) for (var partition : topic.partitions()) if (partition.leaderId() == 1) count++;
        assertEquals(10_000, count);
    }
}
