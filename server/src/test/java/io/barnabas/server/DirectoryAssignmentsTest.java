package io.barnabas.server;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.barnabas.base.Uuid;
import io.barnabas.cluster.metadata.ClusterImage;
import io.barnabas.cluster.metadata.ClusterImageBuilder;
import io.barnabas.cluster.metadata.MetadataVersion;
import io.barnabas.cluster.metadata.PartitionImage;
import io.barnabas.cluster.metadata.Records;
import io.barnabas.model.ErrorCode;
import io.barnabas.model.TopicPartition;
import io.barnabas.protocol.MetadataRecords.TypedRecord;
import io.barnabas.protocol.message.AssignReplicasToDirsRequest;
import io.barnabas.protocol.message.AssignReplicasToDirsResponse;
import io.barnabas.testkit.SimulatedLoop;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class DirectoryAssignmentsTest {
    private static final Uuid TOPIC_ID = new Uuid(3, 3);
    private static final Uuid FIRST = new Uuid(1, 1);
    private static final Uuid SECOND = new Uuid(2, 2);

    private final SimulatedLoop loop = SimulatedLoop.alone();
    private final BrokerEpoch broker = new BrokerEpoch(1);
    private final Map<Integer, Uuid> places = new HashMap<>();
    private final List<AssignReplicasToDirsRequest> asked = new ArrayList<>();
    private CompletableFuture<AssignReplicasToDirsResponse> answer;
    private final DirectoryAssignments assignments = new DirectoryAssignments(loop, broker, this::placeOf, request -> {
        asked.add(request);
        answer = new CompletableFuture<>();
        return answer;
    });
    private ClusterImage image = ClusterImage.EMPTY;

    private Uuid placeOf(TopicPartition partition) {
        return places.get(partition.partition());
    }

    @Test
    void whatTheControllerLooksForElsewhereIsToldOnceTheBrokerIsRegistered() {
        places.putAll(Map.of(0, FIRST, 1, SECOND, 2, FIRST, 3, SECOND));
        commit(topic(partition(0, FIRST), partition(1, FIRST), partition(2, PartitionImage.UNASSIGNED), partition(3, SECOND)));
        assertEquals(List.of(), asked);
        broker.set(7);
        commit(List.of());
        assertEquals(Map.of(1, SECOND, 2, FIRST), told(0));
        assertEquals(1, asked.get(0).brokerId());
        assertEquals(7, asked.get(0).brokerEpoch());
        answer(ErrorCode.NONE);
        commit(List.of());
        assertEquals(1, asked.size());
    }

    @Test
    void whatComesMeanwhileIsToldNext() {
        broker.set(7);
        places.putAll(Map.of(0, FIRST, 1, SECOND));
        commit(topic(partition(0, SECOND)));
        commit(List.of(Records.partition(TOPIC_ID, partition(1, PartitionImage.UNASSIGNED), MetadataVersion.HIGHEST)));
        assertEquals(1, asked.size());
        answer(ErrorCode.NONE);
        assertEquals(2, asked.size());
        assertEquals(Map.of(1, SECOND), told(1));
    }

    @Test
    void aControllerThatRefusesIsAskedAgainAfterAWhile() {
        broker.set(7);
        places.put(0, FIRST);
        commit(topic(partition(0, SECOND)));
        answer(ErrorCode.STALE_BROKER_EPOCH);
        broker.set(8);
        commit(List.of());
        assertEquals(1, asked.size(), "not before its time");
        loop.simulation().runFor(DirectoryAssignments.RETRY_MS);
        assertEquals(2, asked.size());
        assertEquals(8, asked.get(1).brokerEpoch());
        answer.completeExceptionally(new IllegalStateException("gone"));
        loop.simulation().runFor(DirectoryAssignments.RETRY_MS);
        assertEquals(Map.of(0, FIRST), told(2));
    }

    @Test
    void metadataThatComesToHavePlaceForDirectoriesIsToldThen() {
        broker.set(7);
        places.put(0, FIRST);
        commit(List.of(Records.feature(MetadataVersion.FEATURE, MetadataVersion.LOWEST.level()), Records.topic("t", TOPIC_ID),
                Records.partition(TOPIC_ID, partition(0, PartitionImage.UNASSIGNED), MetadataVersion.LOWEST)));
        assertEquals(List.of(), asked);
        commit(List.of(Records.feature(MetadataVersion.FEATURE, MetadataVersion.HIGHEST.level())));
        assertEquals(Map.of(0, FIRST), told(0));
    }

    @Test
    void aRequestIsBounded() {
        broker.set(7);
        var partitions = new PartitionImage[DirectoryAssignments.REPLICAS_MAX + 10];
        for (int i = 0; i < partitions.length; i++) {
            places.put(i, FIRST);
            partitions[i] = partition(i, PartitionImage.UNASSIGNED);
        }
        commit(topic(partitions));
        assertEquals(DirectoryAssignments.REPLICAS_MAX, told(0).size());
        answer(ErrorCode.NONE);
        assertEquals(10, told(1).size());
        answer(ErrorCode.NONE);
        assertEquals(2, asked.size());
    }

    private static PartitionImage partition(int index, Uuid directory) {
        return HandlerRig.partition(index, 1, directory, 1);
    }

    private static List<TypedRecord> topic(PartitionImage... partitions) {
        var records = new ArrayList<TypedRecord>();
        records.add(Records.feature(MetadataVersion.FEATURE, MetadataVersion.HIGHEST.level()));
        records.add(Records.topic("t", TOPIC_ID));
        for (var partition : partitions) records.add(Records.partition(TOPIC_ID, partition, MetadataVersion.HIGHEST));
        return records;
    }

    private void commit(List<TypedRecord> records) {
        var builder = new ClusterImageBuilder(image);
        for (var record : records) builder.apply(record);
        var delta = builder.build(image.lastOffset() + 1, 1, 0);
        image = delta.after();
        assignments.onChange(delta);
    }

    /** The directory of each partition in a request. */
    private Map<Integer, Uuid> told(int request) {
        var told = new TreeMap<Integer, Uuid>();
        for (var directory : asked.get(request).directories()) {
            for (var topic : directory.topics()) {
                assertEquals(TOPIC_ID, topic.topicId());
                for (var partition : topic.partitions()) told.put(partition.partitionIndex(), directory.id());
            }
        }
        return told;
    }

    /** To all of the latest request. */
    private void answer(ErrorCode error) {
        var response = new AssignReplicasToDirsResponse().setErrorCode(error.code());
        if (error == ErrorCode.NONE) {
            for (var directory : asked.get(asked.size() - 1).directories()) {
                var directoryAnswer = new AssignReplicasToDirsResponse.DirectoryData().setId(directory.id());
                for (var topic : directory.topics()) {
                    var topicAnswer = new AssignReplicasToDirsResponse.TopicData().setTopicId(topic.topicId());
                    for (var partition : topic.partitions()) {
                        topicAnswer.partitions().add(new AssignReplicasToDirsResponse.PartitionData().setPartitionIndex(partition.partitionIndex()));
                    }
                    directoryAnswer.topics().add(topicAnswer);
                }
                response.directories().add(directoryAnswer);
            }
        }
        answer.complete(response);
        loop.simulation().runUntilIdle();
    }
}
