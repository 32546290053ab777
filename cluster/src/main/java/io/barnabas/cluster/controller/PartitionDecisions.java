package io.barnabas.cluster.controller;

import io.barnabas.cluster.metadata.BrokerImage;
import io.barnabas.cluster.metadata.ClusterImage;
import io.barnabas.cluster.metadata.PartitionImage;
import io.barnabas.cluster.metadata.TopicImage;
import io.barnabas.base.Uuid;
import io.barnabas.model.ErrorCode;
import io.barnabas.protocol.MetadataRecords.TypedRecord;
import io.barnabas.protocol.message.AlterPartitionRequest;
import io.barnabas.protocol.message.AlterPartitionResponse;
import io.barnabas.protocol.message.AssignReplicasToDirsRequest;
import io.barnabas.protocol.message.AssignReplicasToDirsResponse;
import io.barnabas.protocol.message.ElectLeadersRequest;
import io.barnabas.protocol.message.ElectLeadersResponse;
import io.barnabas.protocol.message.ElectLeadersResponse.PartitionResult;
import io.barnabas.protocol.message.ElectLeadersResponse.ReplicaElectionResult;
import io.barnabas.protocol.message.ListPartitionReassignmentsRequest;
import io.barnabas.protocol.message.ListPartitionReassignmentsResponse;
import io.barnabas.protocol.message.ListPartitionReassignmentsResponse.OngoingPartitionReassignment;
import io.barnabas.protocol.message.ListPartitionReassignmentsResponse.OngoingTopicReassignment;
import io.barnabas.cluster.metadata.Records;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Decides on single partitions: who leads, who is in sync, where replicas lie. Against one image. */
final class PartitionDecisions {
    private static final byte PREFERRED = 0;
    private static final byte UNCLEAN = 1;

    private final ClusterImage image;
    private final PartitionChanges changes;

    PartitionDecisions(ClusterImage image) {
        this.image = image;
        this.changes = new PartitionChanges(image);
    }

    private static ElectLeadersResponse unknownElection(ElectLeadersRequest request, ElectLeadersResponse response) {
        response.setErrorCode(ErrorCode.INVALID_REQUEST.code());
        if (request.topicPartitions() == null) return response;
        for (var asked : request.topicPartitions()) {
            var results = new ReplicaElectionResult().setTopic(asked.topic());
            for (int partition : asked.partitions()) {
                results.partitionResult().add(new PartitionResult().setPartitionId(partition).setErrorCode(ErrorCode.INVALID_REQUEST.code())
                        .setErrorMessage("Unknown election type " + request.electionType()));
            }
            response.replicaElectionResults().add(results);
        }
        return response;
    }

    Decision<ElectLeadersResponse> elect(ElectLeadersRequest request) {
        var response = new ElectLeadersResponse();
        if (request.electionType() != PREFERRED && request.electionType() != UNCLEAN) {
            return Decision.of(unknownElection(request, response));
        }
        boolean unclean = request.electionType() == UNCLEAN;
        var records = new ArrayList<TypedRecord>();
        if (request.topicPartitions() == null) {
            for (var topic : image.topics()) {
                var results = new ArrayList<PartitionResult>();
                for (var partition : topic.partitions()) {
                    var result = elect(topic.name(), topic, partition.partition(), unclean, records);
                    if (result.errorCode() != ErrorCode.ELECTION_NOT_NEEDED.code()) results.add(result);
                }
                if (!results.isEmpty()) response.replicaElectionResults().add(new ReplicaElectionResult().setTopic(topic.name()).setPartitionResult(results));
            }
        } else {
            for (var asked : request.topicPartitions()) {
                var topic = image.topic(asked.topic());
                var results = new ArrayList<PartitionResult>();
                for (int index : asked.partitions()) {
                    results.add(elect(asked.topic(), topic, index, unclean, records));
                }
                response.replicaElectionResults().add(new ReplicaElectionResult().setTopic(asked.topic()).setPartitionResult(results));
            }
        }
        return new Decision<>(records, response);
    }

    private PartitionResult elect(String name, TopicImage topic, int index, boolean unclean, List<TypedRecord> records) {
        var result = new PartitionResult().setPartitionId(index);
        if (topic == null) return refuse(result, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, "No such topic as " + name);
        var partition = topic.partition(index);
        if (partition == null) return refuse(result, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, "No such partition as " + name + "-" + index);
        if (unclean) {
            if (partition.hasLeader()) return refuse(result, ErrorCode.ELECTION_NOT_NEEDED, null);
            var record = changes.elect(topic, partition, true);
            if (record == null) return refuse(result, ErrorCode.ELIGIBLE_LEADERS_NOT_AVAILABLE, null);
            records.add(record);
            return result;
        }
        int preferred = partition.preferredLeader();
        if (partition.leader() == preferred) return refuse(result, ErrorCode.ELECTION_NOT_NEEDED, null);
        if (!changes.canLead(partition, preferred) || !partition.isInSync(preferred)) return refuse(result, ErrorCode.PREFERRED_LEADER_NOT_AVAILABLE, null);
        records.add(changes.moveLeader(topic, partition, preferred));
        return result;
    }

    private static PartitionResult refuse(PartitionResult result, ErrorCode error, String message) {
        return result.setErrorCode(error.code()).setErrorMessage(message == null ? textOf(error) : message);
    }

    private static String textOf(ErrorCode error) {
        return switch (error) {
            case ELECTION_NOT_NEEDED -> "Leader election not needed for topic partition.";
            case PREFERRED_LEADER_NOT_AVAILABLE -> "The preferred leader was not available.";
            default -> "Eligible topic partition leaders are not available.";
        };
    }

    Decision<AlterPartitionResponse> alter(AlterPartitionRequest request) {
        var response = new AlterPartitionResponse();
        if (!isCurrent(request.brokerId(), request.brokerEpoch())) {
            return Decision.of(response.setErrorCode(ErrorCode.STALE_BROKER_EPOCH.code()));
        }
        var records = new ArrayList<TypedRecord>();
        for (var asked : request.topics()) {
            var topic = image.topic(asked.topicId());
            var results = new AlterPartitionResponse.TopicData().setTopicId(asked.topicId());
            for (var partition : asked.partitions()) results.partitions().add(alter(request.brokerId(), topic, partition, records));
            response.topics().add(results);
        }
        return new Decision<>(records, response);
    }

    private AlterPartitionResponse.PartitionData alter(int brokerId, TopicImage topic, AlterPartitionRequest.PartitionData asked, List<TypedRecord> records) {
        var result = new AlterPartitionResponse.PartitionData().setPartitionIndex(asked.partitionIndex());
        if (topic == null) return result.setErrorCode(ErrorCode.UNKNOWN_TOPIC_ID.code());
        var partition = topic.partition(asked.partitionIndex());
        if (partition == null) return result.setErrorCode(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION.code());
        int[] isr = newIsr(asked);
        var refusal = refusal(brokerId, partition, asked, isr);
        if (refusal != null) return result.setErrorCode(refusal.code());
        boolean recovered = partition.leaderRecovering() && asked.leaderRecoveryState() == 0;
        int partitionEpoch = partition.partitionEpoch();
        int leaderEpoch = partition.leaderEpoch();
        if (recovered || !Arrays.equals(isr, partition.isr())) {
            var change = changes.change(topic, partition).setIsr(Records.list(isr));
            if (recovered) change.setLeaderRecoveryState((byte) 0);
            if (isr.length < partition.isr().length && image.metadataVersion().bumpsLeaderEpochOnIsrShrink()) {
                change.setLeader(partition.leader());
                leaderEpoch++;
            }
            records.add(changes.record(change));
            partitionEpoch++;
        }
        return result.setLeaderId(partition.leader()).setLeaderEpoch(leaderEpoch).setIsr(Records.list(isr))
                .setLeaderRecoveryState(asked.leaderRecoveryState()).setPartitionEpoch(partitionEpoch);
    }

    private static int[] newIsr(AlterPartitionRequest.PartitionData asked) {
        if (asked.newIsrWithEpochs().isEmpty()) {
            var isr = new int[asked.newIsr().size()];
            for (int i = 0; i < isr.length; i++) isr[i] = asked.newIsr().get(i);
            return isr;
        }
        var isr = new int[asked.newIsrWithEpochs().size()];
        for (int i = 0; i < isr.length; i++) isr[i] = asked.newIsrWithEpochs().get(i).brokerId();
        return isr;
    }

    private ErrorCode refusal(int brokerId, PartitionImage partition, AlterPartitionRequest.PartitionData asked, int[] isr) {
        if (asked.leaderEpoch() > partition.leaderEpoch() || asked.partitionEpoch() > partition.partitionEpoch()) return ErrorCode.NOT_CONTROLLER;
        if (asked.leaderEpoch() < partition.leaderEpoch()) return ErrorCode.FENCED_LEADER_EPOCH;
        if (brokerId != partition.leader()) return ErrorCode.INVALID_REQUEST;
        if (asked.partitionEpoch() < partition.partitionEpoch()) return ErrorCode.INVALID_UPDATE_VERSION;
        if (PartitionChanges.indexOf(isr, partition.leader()) < 0) return ErrorCode.INVALID_REQUEST;
        if (asked.leaderRecoveryState() == 1 && (isr.length > 1 || !partition.leaderRecovering())) return ErrorCode.INVALID_REQUEST;
        for (int i = 0; i < isr.length; i++) {
            if (!partition.isReplica(isr[i])) return ErrorCode.INVALID_REQUEST;
            var broker = image.broker(isr[i]);
            if (broker == null || !broker.isActive()) return ErrorCode.INELIGIBLE_REPLICA;
            long epoch = asked.newIsrWithEpochs().isEmpty() ? -1 : asked.newIsrWithEpochs().get(i).brokerEpoch();
            if (epoch != -1 && epoch != broker.epoch()) return ErrorCode.INELIGIBLE_REPLICA;
        }
        return null;
    }

    Decision<AssignReplicasToDirsResponse> assignToDirs(AssignReplicasToDirsRequest request) {
        var response = new AssignReplicasToDirsResponse();
        if (!isCurrent(request.brokerId(), request.brokerEpoch())) {
            return Decision.of(response.setErrorCode(ErrorCode.STALE_BROKER_EPOCH.code()));
        }
        if (!image.metadataVersion().hasDirectories()) return Decision.of(response.setErrorCode(ErrorCode.UNSUPPORTED_VERSION.code()));
        var broker = image.broker(request.brokerId());
        var records = new ArrayList<TypedRecord>();
        for (var directory : request.directories()) {
            var directoryResult = new AssignReplicasToDirsResponse.DirectoryData().setId(directory.id());
            for (var asked : directory.topics()) {
                var topic = image.topic(asked.topicId());
                var topicResult = new AssignReplicasToDirsResponse.TopicData().setTopicId(asked.topicId());
                for (var partition : asked.partitions()) {
                    var error = assign(broker, topic, partition.partitionIndex(), directory.id(), records);
                    topicResult.partitions().add(new AssignReplicasToDirsResponse.PartitionData()
                            .setPartitionIndex(partition.partitionIndex()).setErrorCode(error.code()));
                }
                directoryResult.topics().add(topicResult);
            }
            response.directories().add(directoryResult);
        }
        return new Decision<>(records, response);
    }

    private ErrorCode assign(BrokerImage broker, TopicImage topic, int index, Uuid directoryId, List<TypedRecord> records) {
        if (topic == null) return ErrorCode.UNKNOWN_TOPIC_ID;
        var partition = topic.partition(index);
        if (partition == null) return ErrorCode.UNKNOWN_TOPIC_OR_PARTITION;
        int replica = PartitionChanges.indexOf(partition.replicas(), broker.id());
        if (replica < 0) return ErrorCode.NOT_LEADER_OR_FOLLOWER;
        if (partition.directoryOf(broker.id()).equals(directoryId)) return ErrorCode.NONE;
        var directories = new ArrayList<Uuid>();
        for (int i = 0; i < partition.replicas().length; i++) directories.add(partition.directoryOf(partition.replicas()[i]));
        directories.set(replica, directoryId);
        records.add(changes.record(changes.change(topic, partition).setDirectories(directories)));
        // Told in a directory that is gone, it leads no longer; told in one that works after all, it may lead again.
        var election = !broker.hasOnline(directoryId) ? changes.withoutReplica(topic, partition, broker.id())
                : broker.hasOnline(partition.directoryOf(broker.id())) ? null : changes.withReplica(topic, partition, broker.id());
        if (election != null) records.add(election);
        return ErrorCode.NONE;
    }

    ListPartitionReassignmentsResponse reassignments(ListPartitionReassignmentsRequest request) {
        var response = new ListPartitionReassignmentsResponse().setErrorMessage(null);
        if (request.topics() == null) {
            for (var topic : image.topics()) addReassignments(topic, null, response);
        } else {
            for (var asked : request.topics()) {
                var topic = image.topic(asked.name());
                if (topic != null) addReassignments(topic, asked.partitionIndexes(), response);
            }
        }
        return response;
    }

    private static void addReassignments(TopicImage topic, List<Integer> indexes, ListPartitionReassignmentsResponse response) {
        var ongoing = new OngoingTopicReassignment().setName(topic.name());
        for (var partition : topic.partitions()) {
            if (!partition.isReassigning() || indexes != null && !indexes.contains(partition.partition())) continue;
            ongoing.partitions().add(new OngoingPartitionReassignment().setPartitionIndex(partition.partition())
                    .setReplicas(Records.list(partition.replicas())).setAddingReplicas(Records.list(partition.addingReplicas()))
                    .setRemovingReplicas(Records.list(partition.removingReplicas())));
        }
        if (!ongoing.partitions().isEmpty()) response.topics().add(ongoing);
    }

    private boolean isCurrent(int brokerId, long brokerEpoch) {
        var broker = image.broker(brokerId);
        return broker != null && broker.epoch() == brokerEpoch;
    }
}
