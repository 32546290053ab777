package io.barnabas.cluster.controller;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.barnabas.base.Uuid;
import io.barnabas.cluster.metadata.ConfigResource;
import io.barnabas.model.ErrorCode;
import io.barnabas.protocol.message.AllocateProducerIdsRequest;
import io.barnabas.protocol.message.AllocateProducerIdsResponse;
import io.barnabas.protocol.message.AlterConfigsRequest;
import io.barnabas.protocol.message.AlterPartitionRequest;
import io.barnabas.protocol.message.BrokerHeartbeatRequest;
import io.barnabas.protocol.message.CreatePartitionsRequest;
import io.barnabas.protocol.message.CreateTopicsRequest;
import io.barnabas.protocol.message.DeleteTopicsRequest;
import io.barnabas.protocol.message.DescribeQuorumRequest;
import io.barnabas.protocol.message.ElectLeadersRequest;
import io.barnabas.protocol.message.IncrementalAlterConfigsRequest;
import io.barnabas.protocol.message.IncrementalAlterConfigsRequest.AlterableConfig;
import io.barnabas.protocol.message.UnregisterBrokerRequest;
import io.barnabas.protocol.message.UpdateFeaturesRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

class ControllerTest {
    private final TestNode node = new TestNode(1);

    @Test
    void aNewClusterFinalizesTheNewestLevelsOfWhatIsBuilt() {
        node.start();
        assertEquals(Map.of("group.version", (short) 1, "metadata.version", (short) 33, "transaction.version", (short) 2), node.image().features());
        // The leader change, kraft.version, voters; begin, features, end.
        assertEquals(7, node.image().lastOffset());
    }

    @Test
    void aBrokerLeadsNothingBeforeItIsUnfenced() {
        node.start();
        long epoch = node.registerBroker(1).brokerEpoch();
        assertEquals(8, epoch);
        assertTrue(node.image().broker(1).fenced());
        assertEquals(ErrorCode.INVALID_REPLICATION_FACTOR.code(), node.createTopic("t", 1, 1).errorCode());
        var behind = node.await(node.controller.heartbeat(new BrokerHeartbeatRequest().setBrokerId(1).setBrokerEpoch(epoch).setCurrentMetadataOffset(epoch - 1)));
        assertTrue(behind.isFenced());
        assertFalse(behind.isCaughtUp());
        assertFalse(node.heartbeat(1, epoch).isFenced());
        assertEquals(0, node.createTopic("t", 1, 1).errorCode());
        assertEquals(ErrorCode.STALE_BROKER_EPOCH.code(), node.heartbeat(1, epoch - 1).errorCode());
    }

    @Test
    void aTopicIsInTheImageWhenItsCreationIsAnswered() {
        node.startWithBroker();
        var request = new CreateTopicsRequest();
        var topic = new CreateTopicsRequest.CreatableTopic().setName("orders").setNumPartitions(3).setReplicationFactor((short) -1);
        topic.configs().add(new CreateTopicsRequest.CreatableTopicConfig().setName("retention.ms").setValue("5"));
        request.topics().add(topic);
        var result = node.await(node.controller.createTopics(request)).topics().get(0);
        assertEquals(0, result.errorCode());
        assertEquals(3, result.numPartitions());
        assertEquals(1, result.replicationFactor());
        assertEquals("retention.ms", result.configs().get(0).name());
        var image = node.image().topic("orders");
        assertEquals(result.topicId(), image.id());
        assertEquals(3, image.partitionCount());
        var partition = image.partition(2);
        assertEquals(1, partition.leader());
        assertEquals(0, partition.leaderEpoch());
        assertArrayEquals(new int[] {1}, partition.isr());
        assertEquals(node.directory.id(), partition.directoryOf(1));
        assertEquals(Map.of("retention.ms", "5"), node.image().configs(ConfigResource.topic("orders")));
        var change = node.changes.get(node.changes.size() - 1);
        assertTrue(change.topics().get(0).isCreated());
        assertEquals(3, change.topics().get(0).changedPartitions().size());
    }

    @Test
    void topicsThatMayNotBeAreRefusedWithKafkasCodes() {
        node.startWithBroker();
        assertEquals(0, node.createTopic("a.b", 1, 1).errorCode());
        refused(ErrorCode.TOPIC_ALREADY_EXISTS, "Topic 'a.b' already exists.", "a.b", 1, 1);
        refused(ErrorCode.INVALID_TOPIC_EXCEPTION, "Topic 'a_b' collides with existing topic: a.b", "a_b", 1, 1);
        refused(ErrorCode.INVALID_TOPIC_EXCEPTION, "Topic name is invalid: '..' is not allowed", "..", 1, 1);
        refused(ErrorCode.INVALID_TOPIC_EXCEPTION, null, "x".repeat(250), 1, 1);
        refused(ErrorCode.INVALID_TOPIC_EXCEPTION, null, "a/b", 1, 1);
        refused(ErrorCode.INVALID_PARTITIONS, null, "t", 0, 1);
        refused(ErrorCode.INVALID_REPLICATION_FACTOR, null, "t", 1, 0);
        refused(ErrorCode.INVALID_REPLICATION_FACTOR, "Unable to replicate the partition 3 time(s): The target replication factor of 3"
                + " cannot be reached because only 1 broker(s) are registered or some brokers have all their log directories cordoned.", "t", 1, 3);
        refused(ErrorCode.POLICY_VIOLATION, "Excessively large number of partitions per request.", "t", 10_001, 1);
        refused(ErrorCode.POLICY_VIOLATION, "Excessively large number of partitions per request.", "t", Integer.MAX_VALUE, 1);
        refused(ErrorCode.INVALID_REQUEST, null, "__cluster_metadata", 1, 1);
        assertEquals(1, node.image().topicCount());
        assertEquals(0, node.createTopic("x".repeat(249), 10_000, 1).errorCode());
    }

    private void refused(ErrorCode error, String message, String name, int partitions, int replicationFactor) {
        var result = node.createTopic(name, partitions, replicationFactor);
        assertEquals(error.code(), result.errorCode(), result.errorMessage());
        if (message != null) assertEquals(message, result.errorMessage());
    }

    @Test
    void oneRequestIsCheckedAgainstItself() {
        node.startWithBroker();
        var request = new CreateTopicsRequest();
        for (var name : List.of("twice", "a.b", "twice", "a_b")) {
            request.topics().add(new CreateTopicsRequest.CreatableTopic().setName(name).setNumPartitions(1).setReplicationFactor((short) 1));
        }
        var results = node.await(node.controller.createTopics(request)).topics();
        assertEquals(3, results.size());
        assertEquals(ErrorCode.INVALID_REQUEST.code(), results.get(0).errorCode());
        assertEquals(0, results.get(1).errorCode());
        assertEquals(ErrorCode.INVALID_TOPIC_EXCEPTION.code(), results.get(2).errorCode());
    }

    @Test
    void manualAssignmentsAreChecked() {
        node.startWithBroker();
        assertEquals(0, assigned(-1, -1, List.of(1)).errorCode());
        assertEquals(ErrorCode.INVALID_REPLICA_ASSIGNMENT.code(), assigned(-1, -1, List.of(2)).errorCode());
        assertEquals(ErrorCode.INVALID_REPLICA_ASSIGNMENT.code(), assigned(-1, -1, List.of(1, 1)).errorCode());
        assertEquals(ErrorCode.INVALID_REPLICA_ASSIGNMENT.code(), assigned(-1, -1, List.of()).errorCode());
        assertEquals(ErrorCode.INVALID_REQUEST.code(), assigned(1, -1, List.of(1)).errorCode());
        assertEquals(ErrorCode.INVALID_REQUEST.code(), assigned(-1, 1, List.of(1)).errorCode());
    }

    private io.barnabas.protocol.message.CreateTopicsResponse.CreatableTopicResult assigned(int partitions, int factor, List<Integer> brokers) {
        var request = new CreateTopicsRequest().setValidateOnly(true);
        var topic = new CreateTopicsRequest.CreatableTopic().setName("m").setNumPartitions(partitions).setReplicationFactor((short) factor);
        topic.assignments().add(new CreateTopicsRequest.CreatableReplicaAssignment().setPartitionIndex(0).setBrokerIds(brokers));
        request.topics().add(topic);
        var result = node.await(node.controller.createTopics(request)).topics().get(0);
        assertNull(node.image().topic("m"));
        return result;
    }

    @Test
    void replicasSpreadOverBrokersAndRacks() {
        node.start();
        for (int id = 1; id <= 4; id++) {
            var request = node.registration(id, Uuid.random(node.random)).setRack(id <= 2 ? "a" : "b");
            var epoch = node.await(node.controller.registerBroker(request)).brokerEpoch();
            node.heartbeat(id, epoch);
        }
        node.createTopic("t", 8, 2);
        var leads = new int[5];
        for (var partition : node.image().topic("t").partitions()) {
            leads[partition.leader()]++;
            int[] replicas = partition.replicas();
            assertNotEquals(replicas[0] <= 2, replicas[1] <= 2, "both in one rack");
        }
        assertArrayEquals(new int[] {0, 2, 2, 2, 2}, leads);
    }

    @Test
    void topicsGrowAndNeverShrink() {
        node.startWithBroker();
        node.createTopic("t", 2, 1);
        assertEquals(ErrorCode.INVALID_PARTITIONS.code(), grow("t", 2));
        assertEquals(ErrorCode.INVALID_PARTITIONS.code(), grow("t", 1));
        assertEquals(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION.code(), grow("u", 3));
        assertEquals(0, grow("t", 5));
        assertEquals(5, node.image().topic("t").partitionCount());
        assertEquals(5, node.image().partitionCount());
    }

    private short grow(String topic, int count) {
        var request = new CreatePartitionsRequest();
        request.topics().add(new CreatePartitionsRequest.CreatePartitionsTopic().setName(topic).setCount(count).setAssignments(null));
        return node.await(node.controller.createPartitions(request)).results().get(0).errorCode();
    }

    @Test
    void topicsAreDeletedByNameAndById() {
        node.startWithBroker();
        var first = node.createTopic("first", 1, 1).topicId();
        node.createTopic("second", 1, 1);
        var byId = new DeleteTopicsRequest();
        byId.topics().add(new DeleteTopicsRequest.DeleteTopicState().setTopicId(first));
        byId.topics().add(new DeleteTopicsRequest.DeleteTopicState().setTopicId(new Uuid(1, 2)));
        var results = node.await(node.controller.deleteTopics(byId)).responses();
        assertEquals("first", results.get(0).name());
        assertEquals(ErrorCode.UNKNOWN_TOPIC_ID.code(), results.get(1).errorCode());
        var byName = new DeleteTopicsRequest();
        byName.topicNames().addAll(List.of("second", "third"));
        results = node.await(node.controller.deleteTopics(byName)).responses();
        assertEquals(0, results.get(0).errorCode());
        assertEquals(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION.code(), results.get(1).errorCode());
        assertEquals(0, node.image().topicCount());
        assertEquals(0, node.createTopic("second", 1, 1).errorCode());
    }

    @Test
    void configsAreSetTakenBackAndExtended() {
        node.startWithBroker();
        node.createTopic("t", 1, 1);
        var topic = ConfigResource.topic("t");
        assertEquals(0, alter(topic, "a", 0, "1"));
        assertEquals(0, alter(topic, "list", 2, "x,y"));
        assertEquals(Map.of("a", "1", "list", "default,x,y"), node.image().configs(topic));
        assertEquals(0, alter(topic, "list", 3, "default,y"));
        assertEquals(0, alter(topic, "a", 1, null));
        assertEquals(Map.of("list", "x"), node.image().configs(topic));
        assertEquals(ErrorCode.INVALID_CONFIG.code(), alter(topic, "a", 2, "x"));
        assertEquals(ErrorCode.INVALID_CONFIG.code(), alter(topic, "bad", 0, "x"));
        assertEquals(ErrorCode.INVALID_REQUEST.code(), alter(topic, "a", 0, null));
        assertEquals(ErrorCode.INVALID_REQUEST.code(), alter(topic, "a", 9, "x"));
        assertEquals(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION.code(), alter(ConfigResource.topic("u"), "a", 0, "x"));
        assertEquals(0, alter(ConfigResource.broker(1), "a", 0, "x"));
        assertEquals(0, alter(ConfigResource.CLUSTER_DEFAULT, "a", 0, "y"));
        assertEquals(ErrorCode.BROKER_ID_NOT_REGISTERED.code(), alter(ConfigResource.broker(8), "a", 0, "x"));
        assertEquals(ErrorCode.INVALID_REQUEST.code(), alter(new ConfigResource(ConfigResource.Type.BROKER_LOGGER, "1"), "a", 0, "x"));
        assertEquals(List.of("", "1"), node.image().configuredResources(ConfigResource.Type.BROKER));
    }

    private short alter(ConfigResource resource, String name, int operation, String value) {
        var request = new IncrementalAlterConfigsRequest();
        var item = new IncrementalAlterConfigsRequest.AlterConfigsResource().setResourceType(resource.type().code()).setResourceName(resource.name());
        item.configs().add(new AlterableConfig().setName(name).setConfigOperation((byte) operation).setValue(value));
        request.resources().add(item);
        return node.await(node.controller.incrementalAlterConfigs(request)).responses().get(0).errorCode();
    }

    @Test
    void theOlderWayReplacesAllConfigs() {
        node.startWithBroker();
        alter(ConfigResource.CLUSTER_DEFAULT, "a", 0, "1");
        var request = new AlterConfigsRequest();
        var item = new AlterConfigsRequest.AlterConfigsResource().setResourceType((byte) 4).setResourceName("");
        item.configs().add(new AlterConfigsRequest.AlterableConfig().setName("b").setValue("2"));
        request.resources().add(item);
        assertEquals(0, node.await(node.controller.alterConfigs(request)).responses().get(0).errorCode());
        assertEquals(Map.of("b", "2"), node.image().configs(ConfigResource.CLUSTER_DEFAULT));
    }

    @Test
    void producerIdsAreGivenOnce() {
        node.startWithBroker();
        assertEquals(0, allocate().producerIdStart());
        assertEquals(1000, allocate().producerIdStart());
        node.kill();
        node.startWithBroker();
        assertEquals(2000, allocate().producerIdStart());
        assertEquals(1000, allocate().producerIdLen());
        node.brokerEpoch--;
        assertEquals(ErrorCode.STALE_BROKER_EPOCH.code(), allocate().errorCode());
    }

    private AllocateProducerIdsResponse allocate() {
        return node.await(node.controller.allocateProducerIds(new AllocateProducerIdsRequest().setBrokerId(1).setBrokerEpoch(node.brokerEpoch)));
    }

    @Test
    void commandsDecidedTogetherAreCommittedByOneSync() {
        node.startWithBroker();
        long syncsBefore = node.disk.syncCount();
        var answers = new ArrayList<CompletionStage<AllocateProducerIdsResponse>>();
        for (int i = 0; i < 100; i++) {
            answers.add(node.controller.allocateProducerIds(new AllocateProducerIdsRequest().setBrokerId(1).setBrokerEpoch(node.brokerEpoch)));
        }
        node.simulation.runUntilIdle();
        for (int i = 0; i < 100; i++) assertEquals(i * 1000L, node.await(answers.get(i)).producerIdStart());
        assertTrue(node.disk.syncCount() - syncsBefore <= 3, () -> "syncs: " + (node.disk.syncCount() - syncsBefore));
    }

    @Test
    void aSilentBrokerIsFencedAndLeadsAgainInANewEpoch() {
        node.startWithBroker();
        node.createTopic("t", 1, 1);
        node.simulation.runFor(8_000);
        assertFalse(node.image().broker(1).fenced());
        node.simulation.runFor(2_000);
        assertTrue(node.image().broker(1).fenced());
        assertEquals(-1, node.image().partition("t", 0).leader());
        assertArrayEquals(new int[] {1}, node.image().partition("t", 0).isr());
        node.heartbeat(1, node.brokerEpoch);
        assertEquals(1, node.image().partition("t", 0).leader());
        assertEquals(2, node.image().partition("t", 0).leaderEpoch());
    }

    @Test
    void aRestartedProcessRegistersAtOnceAndLeadsInANewEpoch() {
        node.startWithBroker();
        node.createTopic("t", 1, 1);
        long firstEpoch = node.brokerEpoch;
        node.kill();
        node.startWithBroker();
        assertTrue(node.brokerEpoch > firstEpoch);
        assertEquals(1, node.image().partition("t", 0).leader());
        assertEquals(2, node.image().partition("t", 0).leaderEpoch());
    }

    @Test
    void anotherProcessMayNotTakeTheIdOfALivingBroker() {
        node.startWithBroker();
        var incarnation = Uuid.random(node.random);
        long epoch = node.registerBroker(2, incarnation).brokerEpoch();
        assertEquals(ErrorCode.DUPLICATE_BROKER_REGISTRATION.code(), node.registerBroker(2).errorCode());
        assertEquals(epoch, node.registerBroker(2, incarnation).brokerEpoch());
        node.simulation.runFor(10_000);
        assertEquals(0, node.registerBroker(2).errorCode());
        var stranger = node.registration(3, incarnation).setClusterId("another");
        assertEquals(ErrorCode.INCONSISTENT_CLUSTER_ID.code(), node.await(node.controller.registerBroker(stranger)).errorCode());
    }

    @Test
    void aBrokerThatWantsToStopHandsItsLeadershipsOver() {
        node.startWithBroker();
        long epoch = node.registerBroker(2).brokerEpoch();
        node.heartbeat(2, epoch);
        node.createTopic("t", 4, 2);
        var stop = new BrokerHeartbeatRequest().setBrokerId(1).setBrokerEpoch(node.brokerEpoch).setWantShutDown(true)
                .setCurrentMetadataOffset(node.image().lastOffset());
        assertFalse(node.await(node.controller.heartbeat(stop)).shouldShutDown());
        for (var partition : node.image().topic("t").partitions()) assertEquals(2, partition.leader());
        node.heartbeat(2, epoch);
        var last = node.await(node.controller.heartbeat(stop));
        assertTrue(last.shouldShutDown());
        assertTrue(node.image().broker(1).fenced());
    }

    @Test
    void theOnlyBrokerMayStopAtOnce() {
        node.startWithBroker();
        node.createTopic("t", 1, 1);
        var stop = new BrokerHeartbeatRequest().setBrokerId(1).setBrokerEpoch(node.brokerEpoch).setWantShutDown(true);
        assertTrue(node.await(node.controller.heartbeat(stop)).shouldShutDown());
        assertEquals(-1, node.image().partition("t", 0).leader());
    }

    @Test
    void leadersAreElectedOnlyWhereThatChangesSomething() {
        node.startWithBroker();
        long epoch = node.registerBroker(2).brokerEpoch();
        node.heartbeat(2, epoch);
        node.createTopic("t", 2, 2);
        var request = new ElectLeadersRequest();
        request.setTopicPartitions(List.of(new ElectLeadersRequest.TopicPartitions().setTopic("t").setPartitions(List.of(0, 7))));
        var results = node.await(node.controller.electLeaders(request)).replicaElectionResults().get(0).partitionResult();
        assertEquals(ErrorCode.ELECTION_NOT_NEEDED.code(), results.get(0).errorCode());
        assertEquals(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION.code(), results.get(1).errorCode());
        node.await(node.controller.unregisterBroker(new UnregisterBrokerRequest().setBrokerId(2)));
        assertNull(node.image().broker(2));
        for (var partition : node.image().topic("t").partitions()) assertEquals(1, partition.leader());
        var all = node.await(node.controller.electLeaders(new ElectLeadersRequest().setTopicPartitions(null)));
        for (var result : all.replicaElectionResults().get(0).partitionResult()) {
            assertEquals(ErrorCode.PREFERRED_LEADER_NOT_AVAILABLE.code(), result.errorCode());
        }
    }

    @Test
    void theIsrChangesOnlyFromTheLatestState() {
        node.startWithBroker();
        long epoch = node.registerBroker(2).brokerEpoch();
        node.heartbeat(2, epoch);
        node.createTopic("t", 1, 2);
        var partition = node.image().partition("t", 0);
        assertEquals(0, alterIsr(partition.leader(), partition.partitionEpoch(), List.of(partition.leader())));
        assertEquals(1, node.image().partition("t", 0).isr().length);
        assertEquals(ErrorCode.INVALID_UPDATE_VERSION.code(), alterIsr(partition.leader(), partition.partitionEpoch(), List.of(1, 2)));
        assertEquals(0, alterIsr(partition.leader(), partition.partitionEpoch() + 1, List.of(1, 2)));
        assertEquals(0, node.image().partition("t", 0).leaderEpoch());
    }

    private short alterIsr(int brokerId, int partitionEpoch, List<Integer> isr) {
        var topic = new AlterPartitionRequest.TopicData().setTopicId(node.image().topic("t").id());
        topic.partitions().add(new AlterPartitionRequest.PartitionData().setPartitionIndex(0).setPartitionEpoch(partitionEpoch).setNewIsr(isr));
        var request = new AlterPartitionRequest().setBrokerId(brokerId).setBrokerEpoch(node.image().broker(brokerId).epoch());
        request.topics().add(topic);
        return node.await(node.controller.alterPartition(request)).topics().get(0).partitions().get(0).errorCode();
    }

    @Test
    void featureLevelsMoveOnlyWhereNothingIsLost() {
        node.startWithBroker();
        assertEquals(ErrorCode.INVALID_UPDATE_VERSION.code(), feature("metadata.version", 34, 1));
        assertEquals(ErrorCode.INVALID_UPDATE_VERSION.code(), feature("metadata.version", 32, 1));
        assertEquals(ErrorCode.INVALID_UPDATE_VERSION.code(), feature("metadata.version", 32, 2));
        assertEquals(2, node.image().featureLevel("transaction.version"));
        assertEquals(ErrorCode.INVALID_UPDATE_VERSION.code(), feature("transaction.version", 3, 1));
        assertEquals(0, feature("transaction.version", 0, 2));
        assertEquals(0, feature("transaction.version", 1, 1));
        assertEquals(1, node.image().featureLevel("transaction.version"));
        assertEquals(ErrorCode.INVALID_UPDATE_VERSION.code(), feature("share.version", 1, 1));
        assertEquals(ErrorCode.INVALID_UPDATE_VERSION.code(), feature("unheard.of", 1, 1));
        assertEquals(0, feature("metadata.version", 33, 1));
        assertEquals(33, node.image().metadataVersion().level());
    }

    private short feature(String name, int level, int upgradeType) {
        var request = new UpdateFeaturesRequest();
        request.featureUpdates().add(new UpdateFeaturesRequest.FeatureUpdateKey().setFeature(name).setMaxVersionLevel((short) level).setUpgradeType((byte) upgradeType));
        return node.await(node.controller.updateFeatures(request)).errorCode();
    }

    @Test
    void theQuorumDescribesItsOneVoter() {
        node.startWithBroker();
        var request = new DescribeQuorumRequest();
        var topic = new DescribeQuorumRequest.TopicData().setTopicName("__cluster_metadata");
        topic.partitions().add(new DescribeQuorumRequest.PartitionData().setPartitionIndex(0));
        request.topics().add(topic);
        var response = node.await(node.controller.describeQuorum(request));
        var partition = response.topics().get(0).partitions().get(0);
        assertEquals(1, partition.leaderId());
        assertEquals(1, partition.leaderEpoch());
        assertEquals(node.image().lastOffset() + 1, partition.highWatermark());
        assertEquals(node.directory.id(), partition.currentVoters().get(0).replicaDirectoryId());
        assertEquals("CONTROLLER", response.nodes().get(0).listeners().get(0).name());
    }

    @Test
    void afterAFullDiskTheControllerGoesOn() {
        node.startWithBroker();
        node.createTopic("before", 1, 1);
        var image = node.image();
        node.disk.capacityBytes(node.disk.usedBytes());
        assertEquals(ErrorCode.KAFKA_STORAGE_ERROR.code(), node.createTopic("during", 1, 1).errorCode());
        assertEquals(image, node.image());
        node.disk.capacityBytes(Long.MAX_VALUE);
        assertEquals(0, node.createTopic("after", 1, 1).errorCode());
        assertNull(node.image().topic("during"));
        node.crash();
        node.startWithBroker();
        assertNull(node.image().topic("during"));
        assertEquals(1, node.image().topic("after").partitionCount());
    }
}
