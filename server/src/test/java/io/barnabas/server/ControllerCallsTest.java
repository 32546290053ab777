package io.barnabas.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.barnabas.model.ErrorCode;
import io.barnabas.protocol.ApiKey;
import io.barnabas.protocol.message.CreatePartitionsRequest;
import io.barnabas.protocol.message.CreatePartitionsRequest.CreatePartitionsTopic;
import io.barnabas.protocol.message.CreatePartitionsResponse;
import io.barnabas.protocol.message.CreateTopicsRequest;
import io.barnabas.protocol.message.CreateTopicsRequest.CreatableTopic;
import io.barnabas.protocol.message.CreateTopicsResponse;
import io.barnabas.protocol.message.DeleteTopicsRequest;
import io.barnabas.protocol.message.DeleteTopicsResponse;
import io.barnabas.protocol.message.ElectLeadersRequest;
import io.barnabas.protocol.message.ElectLeadersResponse;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** When what the controller decides is told to the client. */
class ControllerCallsTest {
    private final CompletableFuture<CreateTopicsResponse> created = new CompletableFuture<>();
    private final CompletableFuture<DeleteTopicsResponse> deleted = new CompletableFuture<>();
    private final CompletableFuture<CreatePartitionsResponse> grown = new CompletableFuture<>();
    private final CompletableFuture<ElectLeadersResponse> elected = new CompletableFuture<>();
    private volatile long committedOffset = 5;
    private final HandlerRig rig = new HandlerRig(made -> {
        var calls = new ControllerCalls(() -> made.image(committedOffset), made.metadata);
        return Map.of(
                ApiKey.CREATE_TOPICS, new CreateTopicsHandler(calls, request -> created),
                ApiKey.DELETE_TOPICS, new DeleteTopicsHandler(calls, request -> deleted),
                ApiKey.CREATE_PARTITIONS, new CreatePartitionsHandler(calls, request -> grown),
                ApiKey.ELECT_LEADERS, new ControllerHandler<ElectLeadersRequest, ElectLeadersResponse>(calls, request -> elected));
    });
    private final WireClient client = rig.connect();

    @AfterEach
    void close() {
        client.close();
        rig.close();
    }

    private static CreateTopicsRequest creation(int timeoutMs) {
        var request = new CreateTopicsRequest().setTimeoutMs(timeoutMs);
        request.topics().add(new CreatableTopic().setName("t").setNumPartitions(1).setReplicationFactor((short) 1));
        return request;
    }

    @Test
    void anAnswerWaitsUntilTheChangeIsInEffectHere() {
        rig.publish(5);
        client.send(7, creation(60_000));
        committedOffset = 9;
        created.complete(new CreateTopicsResponse());
        rig.publish(8);
        var waiting = rig.metadata.awaitOffset(9).toCompletableFuture();
        assertFalse(waiting.isDone());
        rig.publish(9);
        CreateTopicsResponse response = client.receive();
        assertEquals(0, response.topics().size());
        assertTrue(waiting.isDone());
    }

    @Test
    void whatTakesTooLongIsToldSoAndItsLateAnswerIsDropped() {
        rig.publish(5);
        CreateTopicsResponse timedOut = client.ask(7, creation(1));
        assertEquals(ErrorCode.REQUEST_TIMED_OUT.code(), timedOut.topics().get(0).errorCode());
        assertEquals("t", timedOut.topics().get(0).name());
        created.complete(new CreateTopicsResponse());

        var growth = new CreatePartitionsRequest().setTimeoutMs(1);
        growth.topics().add(new CreatePartitionsTopic().setName("g").setCount(2).setAssignments(null));
        CreatePartitionsResponse late = client.ask(3, growth);
        assertEquals(ErrorCode.REQUEST_TIMED_OUT.code(), late.results().get(0).errorCode());
    }

    @Test
    void noTimeAsksNobody() {
        var request = new DeleteTopicsRequest().setTimeoutMs(0);
        request.topicNames().add("d");
        DeleteTopicsResponse response = client.ask(5, request);
        assertEquals("d", response.responses().get(0).name());
        assertEquals(ErrorCode.REQUEST_TIMED_OUT.code(), response.responses().get(0).errorCode());
    }

    @Test
    void aLostMetadataLogEndsTheConnection() {
        elected.completeExceptionally(new IllegalStateException("the log is lost"));
        assertThrows(UncheckedIOException.class, () -> client.ask(2, new ElectLeadersRequest()));
    }

    @Test
    void anAnswerThatCannotBeWrittenEndsTheConnection() {
        rig.publish(5);
        var response = new ElectLeadersResponse();
        response.setReplicaElectionResults(null);
        elected.complete(response);
        assertThrows(UncheckedIOException.class, () -> client.ask(2, new ElectLeadersRequest()));
    }
}
