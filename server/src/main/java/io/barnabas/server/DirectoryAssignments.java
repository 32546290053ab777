package io.barnabas.server;

import io.barnabas.base.EventLoop;
import io.barnabas.base.Uuid;
import io.barnabas.cluster.metadata.ClusterDelta;
import io.barnabas.cluster.metadata.ClusterDelta.TopicChange;
import io.barnabas.cluster.metadata.ClusterListener;
import io.barnabas.model.ErrorCode;
import io.barnabas.model.TopicPartition;
import io.barnabas.protocol.message.AssignReplicasToDirsRequest;
import io.barnabas.protocol.message.AssignReplicasToDirsRequest.DirectoryData;
import io.barnabas.protocol.message.AssignReplicasToDirsRequest.PartitionData;
import io.barnabas.protocol.message.AssignReplicasToDirsRequest.TopicData;
import io.barnabas.protocol.message.AssignReplicasToDirsResponse;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the controller in which log directory each replica lies, where it knows of another or of none (KIP-858): so that it
 * can move leaderships away from a directory that fails. Hears of changes after whoever places the replicas. Owned by the
 * metadata's loop.
 */
final class DirectoryAssignments implements ClusterListener {
    /** Of one request, as in Apache Kafka. */
    static final int REPLICAS_MAX = 2250;
    static final long RETRY_MS = 500;
    private static final Logger LOG = LoggerFactory.getLogger(DirectoryAssignments.class);

    private record Replica(Uuid topicId, int partition) {}

    private record Waiting(Uuid place, CompletableFuture<Void> told) {}

    private final EventLoop loop;
    private final BrokerEpoch broker;
    private final Function<TopicPartition, Uuid> places;
    private final Function<AssignReplicasToDirsRequest, CompletionStage<AssignReplicasToDirsResponse>> controller;
    /** Where replicas lie that the controller looks for elsewhere, until it has answered or a committed change says that it knows. */
    private final Map<Replica, Uuid> untold = new LinkedHashMap<>();
    /** Who waits until the controller knows the place of a replica. */
    private final Map<Replica, Waiting> waiting = new HashMap<>();
    /** Whether the metadata's version has a place for directories. */
    private boolean isUnderstood;
    private boolean isAsking;

    /** @param places gives the id of the directory that holds a replica, null if none does */
    DirectoryAssignments(EventLoop loop, BrokerEpoch broker, Function<TopicPartition, Uuid> places,
                         Function<AssignReplicasToDirsRequest, CompletionStage<AssignReplicasToDirsResponse>> controller) {
        this.loop = loop;
        this.broker = broker;
        this.places = places;
        this.controller = controller;
    }

    /**
     * Tells the controller where a replica lies, or will lie, also where it is thought to know.
     *
     * @return done when that is committed; never, if another place is told meanwhile or the replica is gone
     */
    CompletionStage<Void> tell(Uuid topicId, int partition, Uuid place) {
        var told = new CompletableFuture<Void>();
        if (!isUnderstood) {
            told.complete(null);
            return told;
        }
        var replica = new Replica(topicId, partition);
        waiting.put(replica, new Waiting(place, told));
        untold.put(replica, place);
        tell();
        return told;
    }

    private void onTold(Replica replica, Uuid place) {
        var waits = waiting.get(replica);
        if (waits == null || !waits.place.equals(place)) return;
        waiting.remove(replica);
        waits.told.complete(null);
    }

    @Override
    public void onChange(ClusterDelta delta) {
        for (var change : delta.topics()) compare(change);
        isUnderstood = delta.after().metadataVersion().hasDirectories();
        tell();
    }

    private void compare(TopicChange change) {
        var topic = change.after();
        for (var partition : change.changedPartitions()) {
            var replica = new Replica(topic.id(), partition.partition());
            var place = partition.isReplica(broker.id()) ? places.apply(new TopicPartition(topic.name(), partition.partition())) : null;
            var known = partition.directoryOf(broker.id());
            if (place == null || place.equals(known)) untold.remove(replica);
            else untold.put(replica, place);
            if (place == null) waiting.remove(replica);
            else onTold(replica, known);
        }
    }

    /** One request at a time. A registration, and the end of one, are changes that come here, too. */
    private void tell() {
        if (!isUnderstood || isAsking || untold.isEmpty() || broker.epoch() < 0) return;
        isAsking = true;
        controller.apply(request()).whenComplete((response, failure) -> loop.execute(() -> onAnswer(response, failure)));
    }

    private AssignReplicasToDirsRequest request() {
        var request = new AssignReplicasToDirsRequest().setBrokerId(broker.id()).setBrokerEpoch(broker.epoch());
        var byDirectory = new HashMap<Uuid, Map<Uuid, TopicData>>();
        int left = REPLICAS_MAX;
        for (var entry : untold.entrySet()) {
            if (left-- == 0) break;
            var topics = byDirectory.computeIfAbsent(entry.getValue(), id -> new LinkedHashMap<>());
            topics.computeIfAbsent(entry.getKey().topicId, id -> new TopicData().setTopicId(id))
                    .partitions().add(new PartitionData().setPartitionIndex(entry.getKey().partition));
        }
        byDirectory.forEach((id, topics) -> {
            var directory = new DirectoryData().setId(id);
            directory.topics().addAll(topics.values());
            request.directories().add(directory);
        });
        return request;
    }

    private void onAnswer(AssignReplicasToDirsResponse response, Throwable failure) {
        var error = failure != null ? ErrorCode.UNKNOWN_SERVER_ERROR : ErrorCode.of(response.errorCode());
        if (error == ErrorCode.NONE) {
            forget(response);
            again();
        } else {
            LOG.warn("the controller was not told of log directories, trying again: replicas={} error={}", untold.size(), error);
            loop.schedule(RETRY_MS, this::again);
        }
    }

    private void again() {
        isAsking = false;
        tell();
    }

    /** Whatever the answer: a replica that the controller does not know is no more, or comes with a change. */
    private void forget(AssignReplicasToDirsResponse response) {
        for (var directory : response.directories()) {
            for (var topic : directory.topics()) {
                for (var partition : topic.partitions()) {
                    var replica = new Replica(topic.topicId(), partition.partitionIndex());
                    untold.remove(replica, directory.id());
                    if (partition.errorCode() == ErrorCode.NONE.code()) onTold(replica, directory.id());
                    else waiting.remove(replica);
                }
            }
        }
    }
}
