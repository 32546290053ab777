package io.barnabas.systemtests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.barnabas.model.ErrorCode;
import io.barnabas.protocol.ApiKey;
import io.barnabas.protocol.message.CreatePartitionsRequest;
import io.barnabas.protocol.message.CreatePartitionsResponse;
import io.barnabas.protocol.message.CreateTopicsRequest;
import io.barnabas.protocol.message.CreateTopicsResponse;
import io.barnabas.protocol.message.FetchRequest;
import io.barnabas.protocol.message.FetchResponse;
import io.barnabas.protocol.message.MetadataRequest;
import io.barnabas.protocol.message.ProduceRequest;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import org.junit.jupiter.api.Test;

/** Requests that are each allowed and together, or by their size, are not. */
class FloodTest extends BadInput {
    private static FetchRequest fetchOf(String topic, int partitions) {
        var request = Witness.fetch(topic, 0, 0).setMinBytes(1);
        var asked = request.topics().get(0).partitions();
        for (int i = asked.size(); i < partitions; i++) {
            asked.add(new FetchRequest.FetchPartition().setPartition(i).setPartitionMaxBytes(1 << 20));
        }
        return request;
    }

    @Test
    void aFetchOfAMillionPartitionsClosesItsConnection() {
        createTopic();
        for (int i = 0; i < 3; i++) client().sendOnward(BareConnection.frame(fetchOf(topic, 1_000_000), 12, 1), 1).awaitClosed();
    }

    @Test
    void smallElementsInAmountsCloseTheirConnection() {
        byte[] names = ByteBuffer.allocate(4 + (20 << 20)).putInt(10 << 20).array();
        client().sendOnward(BareConnection.frame(ApiKey.METADATA, 8, names), 1).awaitClosed();
        client().sendOnward(BareConnection.frame(ApiKey.DELETE_TOPICS, 3, names), 1).awaitClosed();
        byte[] topics = ByteBuffer.allocate(2 + 2 + 4 + 4 + (20 << 20)).putShort((short) -1).putShort((short) -1).putInt(1_000).putInt(3_000_000).array();
        client().sendOnward(BareConnection.frame(ApiKey.PRODUCE, 3, topics), 1).awaitClosed();
    }

    /** Fetches that wait for ever, on connections that stay and on some that do not. */
    @Test
    void fetchesThatWaitTakeBoundedMemoryTogether() {
        Witness.createTopic(client(), topic, 100);
        byte[] waiting = BareConnection.frame(fetchOf(topic, 100).setMaxWaitMs(Integer.MAX_VALUE).setMinBytes(Integer.MAX_VALUE), 12, 1);
        for (int i = 0; i < 500; i++) {
            try (var client = new BareConnection(broker())) {
                client.send(waiting);
            }
        }
        for (int i = 0; i < 200; i++) client().sendOnward(waiting, 1);
        witnessWorks();
    }

    @Test
    void largeRequestsThatWaitTogetherAreRefusedBeyondABound() {
        Witness.createTopic(client(), topic, 1);
        var request = fetchOf(topic, 1).setMaxWaitMs(Integer.MAX_VALUE).setMinBytes(Integer.MAX_VALUE);
        var asked = request.topics().get(0).partitions();
        for (int i = 1; i < 10_000; i++) asked.add(asked.get(0));
        byte[] waiting = BareConnection.frame(request, 12, 1);
        var clients = new ArrayList<BareConnection>();
        for (int i = 0; i < 20; i++) clients.add(client().sendOnward(waiting, 1));
        int closed = 0;
        for (var client : clients) if (client.closesWithin(closed >= 15 ? 1 : 500)) closed++;
        assertTrue(closed >= 15, "closed=" + closed);
    }

    @Test
    void aFloodOfFetchSessionsLeavesThoseWithoutRoomWithoutASession() {
        Witness.createTopic(client(), topic, 1);
        var request = fetchOf(topic, 200).setSessionEpoch(0).setMaxWaitMs(0);
        byte[] asks = BareConnection.frame(request, 12, 1);
        var client = client();
        boolean isWithout = false;
        for (int i = 0; i < 1_200; i++) {
            var answer = client.send(asks).answer(ApiKey.FETCH, 12, FetchResponse.class);
            assertEquals(ErrorCode.NONE.code(), answer.errorCode());
            isWithout |= answer.sessionId() == 0;
        }
        assertTrue(isWithout, "each of them got a session");
    }

    @Test
    void aMillionPartitionsAreNotCreated() throws Exception {
        var request = new CreateTopicsRequest().setTimeoutMs(30_000);
        request.topics().add(new CreateTopicsRequest.CreatableTopic().setName(topic).setNumPartitions(1_000_000).setReplicationFactor((short) 1));
        sameAsKafka(broker -> client(broker).ask(request, 7, CreateTopicsResponse.class).topics().get(0).errorCode());
        for (int partitions : new int[] {Integer.MAX_VALUE, 0, -2, Integer.MIN_VALUE}) {
            request.topics().get(0).setNumPartitions(partitions);
            sameAsKafka(broker -> client(broker).ask(request, 7, CreateTopicsResponse.class).topics().get(0).errorCode());
        }
        createTopic();
        for (int count : new int[] {1_000_000, Integer.MAX_VALUE, 0, -1}) {
            var grow = new CreatePartitionsRequest().setTimeoutMs(30_000);
            grow.topics().add(new CreatePartitionsRequest.CreatePartitionsTopic().setName(topic).setCount(count));
            assertNotEquals(ErrorCode.NONE.code(), client().ask(grow, 3, CreatePartitionsResponse.class).results().get(0).errorCode(), "count=" + count);
        }
    }

    @Test
    void aMillionTopicsAreNotCreated() {
        var request = new CreateTopicsRequest().setTimeoutMs(30_000);
        for (int i = 0; i < 1_000_000; i++) request.topics().add(new CreateTopicsRequest.CreatableTopic().setName("t" + i).setNumPartitions(1).setReplicationFactor((short) 1));
        client().sendOnward(BareConnection.frame(request, 7, 1), 1).awaitClosed();
    }

    @Test
    void largeAnswersThatNobodyReadsStopAtTheirConnections() {
        byte[] produce = BareConnection.frame(Witness.produce(topic, 0, ByteBuffer.allocate(10)), 12, 1);
        var many = new MetadataRequest().setAllowAutoTopicCreation(false);
        for (int i = 0; i < 200; i++) many.topics().add(new MetadataRequest.MetadataRequestTopic().setName(i + "x".repeat(20_000)));
        byte[] large = BareConnection.frame(many, 12, 1);
        for (int i = 0; i < 30; i++) client().sendOnward(large, 20).sendOnward(produce, 0);
        for (int i = 0; i < 5; i++) witnessWorks();
    }

    @Test
    void producesWithoutAnAnswerCanFloodOnlyTheirConnection() {
        createTopic();
        ProduceRequest request = Witness.produce(topic, 0, BatchBytes.of(1, BatchBytes.records(1), batch -> {})).setAcks((short) 0);
        byte[] frame = BareConnection.frame(request, 12, 1);
        for (int i = 0; i < 4; i++) client().sendOnward(frame, 3_000);
        for (int i = 0; i < 20; i++) witnessWorks();
    }
}
