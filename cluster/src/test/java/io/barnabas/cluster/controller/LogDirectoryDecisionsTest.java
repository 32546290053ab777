package io.barnabas.cluster.controller;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.barnabas.base.Uuid;
import io.barnabas.cluster.metadata.PartitionImage;
import io.barnabas.model.ErrorCode;
import io.barnabas.protocol.message.AssignReplicasToDirsRequest;
import io.barnabas.protocol.message.BrokerHeartbeatRequest;
import io.barnabas.protocol.message.CreatePartitionsRequest;
import io.barnabas.protocol.message.ElectLeadersRequest;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What the controller makes of brokers' log directories that fail, come back, are filled, or are cordoned (KIP-858, KIP-1066). */
class LogDirectoryDecisionsTest {
    private static final Uuid FIRST = new Uuid(1, 10);
    private static final Uuid SECOND = new Uuid(1, 20);
    private static final Uuid OTHERS = new Uuid(2, 10);

    private final TestNode node = new TestNode(7).start();

    @Test
    void aDirectoryThatFailsTakesLeadershipsWithItWhereNobodyElseCanLead() {
        register(1, FIRST, SECOND);
        node.createTopic("t", 2, 1);
        assertEquals(ErrorCode.NONE, assign(1, FIRST, 0));
        assertEquals(ErrorCode.NONE, assign(1, SECOND, 1));
        offline(1, SECOND);
        assertEquals(1, partition(0).leader());
        assertEquals(PartitionImage.NO_LEADER, partition(1).leader());
        assertArrayEquals(new int[] {1}, partition(1).isr(), "nobody else has the records");
        assertEquals(List.of(FIRST), node.image().broker(1).logDirs());
    }

    @Test
    void aFollowerLeadsInstead() {
        register(1, FIRST, SECOND);
        register(2, OTHERS);
        node.createTopic("t", 1, 2);
        assertEquals(ErrorCode.NONE, assign(1, SECOND, 0));
        offline(1, SECOND);
        assertEquals(2, partition(0).leader());
        assertArrayEquals(new int[] {2}, partition(0).isr());
        // The broker is there, its replica is not.
        var request = new ElectLeadersRequest();
        request.setTopicPartitions(List.of(new ElectLeadersRequest.TopicPartitions().setTopic("t").setPartitions(List.of(0))));
        var result = node.await(node.controller.electLeaders(request)).replicaElectionResults().get(0).partitionResult().get(0);
        if (partition(0).replicas()[0] == 1) assertEquals(ErrorCode.PREFERRED_LEADER_NOT_AVAILABLE.code(), result.errorCode());
        assertEquals(2, partition(0).leader());
    }

    @Test
    void aBrokerThatStartsWithoutADirectoryLeadsOnlyWhatLiesInTheOthers() {
        register(1, FIRST, SECOND);
        node.createTopic("t", 2, 1);
        assign(1, FIRST, 0);
        assign(1, SECOND, 1);
        register(1, FIRST);
        assertEquals(1, partition(0).leader());
        assertEquals(PartitionImage.NO_LEADER, partition(1).leader());
        register(1, FIRST, SECOND);
        assertEquals(1, partition(1).leader(), "the directory is back");
    }

    @Test
    void aReplicaToldInAnOfflineDirectoryLeadsNoLonger() {
        register(1, FIRST, SECOND);
        node.createTopic("t", 1, 1);
        assign(1, FIRST, 0);
        offline(1, SECOND);
        assertEquals(1, partition(0).leader());
        assertEquals(ErrorCode.NONE, assign(1, SECOND, 0));
        assertEquals(PartitionImage.NO_LEADER, partition(0).leader());
        assertEquals(ErrorCode.NONE, assign(1, FIRST, 0));
        assertEquals(1, partition(0).leader(), "it lies in one that works, after all");
    }

    @Test
    void aBrokerWhoseDirectoriesAreAllCordonedGetsNoReplicas() {
        register(1, FIRST, SECOND);
        cordon(1, FIRST, SECOND);
        assertEquals("Unable to replicate the partition 1 time(s): All brokers are currently fenced, or have all their log directories cordoned.",
                node.createTopic("t", 1, 1).errorMessage());
        cordon(1, FIRST);
        assertEquals(0, node.createTopic("t", 1, 1).errorCode());
        cordon(1, SECOND, FIRST);
        var grow = new CreatePartitionsRequest();
        grow.topics().add(new CreatePartitionsRequest.CreatePartitionsTopic().setName("t").setCount(3).setAssignments(null));
        assertEquals("All brokers are currently fenced, or have all their log directories cordoned.",
                node.await(node.controller.createPartitions(grow)).results().get(0).errorMessage());
        register(2, OTHERS);
        assertEquals(0, node.createTopic("other", 4, 1).errorCode());
        for (var partition : node.image().topic("other").partitions()) assertEquals(2, partition.leader());
    }

    @Test
    void whatIsCordonedIsWrittenOnceForEachChange() {
        register(1, FIRST, SECOND);
        cordon(1);
        assertEquals(List.of(), node.image().broker(1).cordonedLogDirs());
        cordon(1, SECOND);
        long offset = node.image().lastOffset();
        cordon(1, SECOND);
        assertEquals(offset, node.image().lastOffset());
        assertTrue(node.image().broker(1).takesReplicas());
        cordon(1, SECOND, FIRST);
        assertFalse(node.image().broker(1).takesReplicas());
    }

    private PartitionImage partition(int index) {
        return node.image().partition("t", index);
    }

    private void register(int id, Uuid... directories) {
        var registration = node.registration(id, Uuid.random(node.random)).setLogDirs(List.of(directories));
        assertEquals(0, node.await(node.controller.registerBroker(registration)).errorCode());
        node.heartbeat(id, node.image().broker(id).epoch());
        assertFalse(node.image().broker(id).fenced());
    }

    private BrokerHeartbeatRequest heartbeat(int id) {
        return new BrokerHeartbeatRequest().setBrokerId(id).setBrokerEpoch(node.image().broker(id).epoch())
                .setCurrentMetadataOffset(node.image().lastOffset());
    }

    private void offline(int id, Uuid... directories) {
        assertEquals(0, node.await(node.controller.heartbeat(heartbeat(id).setOfflineLogDirs(List.of(directories)))).errorCode());
    }

    private void cordon(int id, Uuid... directories) {
        assertEquals(0, node.await(node.controller.heartbeat(heartbeat(id).setCordonedLogDirs(List.of(directories)))).errorCode());
    }

    private ErrorCode assign(int id, Uuid directory, int partition) {
        var topic = new AssignReplicasToDirsRequest.TopicData().setTopicId(node.image().topic("t").id());
        topic.partitions().add(new AssignReplicasToDirsRequest.PartitionData().setPartitionIndex(partition));
        var data = new AssignReplicasToDirsRequest.DirectoryData().setId(directory);
        data.topics().add(topic);
        var request = new AssignReplicasToDirsRequest().setBrokerId(id).setBrokerEpoch(node.image().broker(id).epoch());
        request.directories().add(data);
        var answer = node.await(node.controller.assignReplicasToDirs(request));
        return ErrorCode.of(answer.directories().get(0).topics().get(0).partitions().get(0).errorCode());
    }
}
