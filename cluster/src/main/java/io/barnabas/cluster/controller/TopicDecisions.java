package io.barnabas.cluster.controller;

import io.barnabas.base.Uuid;
import io.barnabas.cluster.metadata.ClusterImage;
import io.barnabas.cluster.metadata.ConfigResource;
import io.barnabas.cluster.metadata.PartitionImage;
import io.barnabas.cluster.metadata.Records;
import io.barnabas.cluster.metadata.TopicImage;
import io.barnabas.cluster.quorum.MetadataQuorum;
import io.barnabas.model.ErrorCode;
import io.barnabas.model.TopicNames;
import io.barnabas.protocol.MetadataRecordType;
import io.barnabas.protocol.MetadataRecords.TypedRecord;
import io.barnabas.protocol.message.CreatePartitionsRequest;
import io.barnabas.protocol.message.CreatePartitionsRequest.CreatePartitionsTopic;
import io.barnabas.protocol.message.CreatePartitionsResponse;
import io.barnabas.protocol.message.CreateTopicsRequest;
import io.barnabas.protocol.message.CreateTopicsRequest.CreatableTopic;
import io.barnabas.protocol.message.CreateTopicsResponse;
import io.barnabas.protocol.message.CreateTopicsResponse.CreatableTopicResult;
import io.barnabas.protocol.message.DeleteTopicsRequest;
import io.barnabas.protocol.message.DeleteTopicsResponse;
import io.barnabas.protocol.message.DeleteTopicsResponse.DeletableTopicResult;
import io.barnabas.protocol.record.RemoveTopicRecord;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.random.RandomGenerator;

/** Decides on the creation, the growth and the end of topics, against one image. */
final class TopicDecisions {
    /** Most partitions that one request may ask for. */
    static final int PARTITIONS_PER_REQUEST_MAX = 10_000;
    private static final String METADATA_TOPIC = "__cluster_metadata";

    private final ClusterImage image;
    private final ControllerConfig config;
    private final ConfigValidator configValidator;
    private final RandomGenerator random;

    TopicDecisions(ClusterImage image, ControllerConfig config, ConfigValidator configValidator, RandomGenerator random) {
        this.image = image;
        this.config = config;
        this.configValidator = configValidator;
        this.random = random;
    }

    Decision<CreateTopicsResponse> create(CreateTopicsRequest request) {
        var response = new CreateTopicsResponse();
        var records = new ArrayList<TypedRecord>();
        var counts = new HashMap<String, Integer>();
        for (var topic : request.topics()) counts.merge(topic.name(), 1, Integer::sum);
        var metricNames = new HashMap<String, String>();
        boolean tooMany = totalPartitions(request) > PARTITIONS_PER_REQUEST_MAX;
        for (var topic : request.topics()) {
            Integer count = counts.remove(topic.name());
            if (count == null) continue;
            var result = new CreatableTopicResult().setName(topic.name()).setErrorMessage(null);
            response.topics().add(result);
            int mark = records.size();
            try {
                if (count > 1) throw new RefusedException(ErrorCode.INVALID_REQUEST, "Duplicate topic name.");
                if (tooMany) throw tooManyPartitions();
                create(topic, result, records, metricNames);
                if (records.size() > MetadataQuorum.RECORDS_PER_BATCH_MAX) throw tooManyPartitions();
            } catch (RefusedException e) {
                records.subList(mark, records.size()).clear();
                result.setErrorCode(e.error().code()).setErrorMessage(e.getMessage()).setTopicId(Uuid.ZERO).setNumPartitions(-1)
                        .setReplicationFactor((short) -1).setConfigs(new ArrayList<>());
            }
        }
        return new Decision<>(request.validateOnly() ? List.of() : records, response);
    }

    private static RefusedException tooManyPartitions() {
        return new RefusedException(ErrorCode.POLICY_VIOLATION, "Excessively large number of partitions per request.");
    }

    private long totalPartitions(CreateTopicsRequest request) {
        long total = 0;
        for (var topic : request.topics()) {
            if (!topic.assignments().isEmpty()) total += topic.assignments().size();
            else total += topic.numPartitions() == -1 ? config.numPartitions() : Math.max(0, topic.numPartitions());
        }
        return total;
    }

    private void create(CreatableTopic topic, CreatableTopicResult result, List<TypedRecord> records, Map<String, String> metricNames) {
        checkName(topic.name(), metricNames);
        var configs = configsOf(topic);
        var partitions = topic.assignments().isEmpty() ? placed(topic) : assigned(topic);
        var id = Uuid.random(random);
        records.add(Records.topic(topic.name(), id));
        for (var entry : configs.entrySet()) records.add(Records.config(ConfigResource.topic(topic.name()), entry.getKey(), entry.getValue()));
        for (var partition : partitions) records.add(Records.partition(id, partition, image.metadataVersion()));
        if (topic.name().indexOf('.') >= 0 || topic.name().indexOf('_') >= 0) metricNames.put(topic.name().replace('.', '_'), topic.name());
        result.setTopicId(id).setNumPartitions(partitions.size()).setReplicationFactor((short) partitions.get(0).replicas().length);
        addConfigs(result, configs);
    }

    private void checkName(String name, Map<String, String> metricNames) {
        var refusal = TopicNames.refusal(name);
        if (refusal != null) throw new RefusedException(ErrorCode.INVALID_TOPIC_EXCEPTION, refusal);
        if (name.equals(METADATA_TOPIC)) {
            throw new RefusedException(ErrorCode.INVALID_REQUEST, "Creation of internal topic " + METADATA_TOPIC + " is prohibited.");
        }
        if (image.topic(name) != null) throw new RefusedException(ErrorCode.TOPIC_ALREADY_EXISTS, "Topic '" + name + "' already exists.");
        var other = image.collidingTopic(name);
        if (other == null) other = metricNames.get(name.replace('.', '_'));
        if (other != null) {
            throw new RefusedException(ErrorCode.INVALID_TOPIC_EXCEPTION, "Topic '" + name + "' collides with existing topic: " + other);
        }
    }

    private TreeMap<String, String> configsOf(CreatableTopic topic) {
        var configs = new TreeMap<String, String>();
        for (var entry : topic.configs()) {
            if (entry.value() == null) {
                throw new RefusedException(ErrorCode.INVALID_CONFIG, "Null value not supported for topic configs: " + entry.name());
            }
            configs.put(entry.name(), entry.value());
        }
        var refusal = configValidator.refusal(ConfigResource.topic(topic.name()), Map.of(), configs);
        if (refusal != null) throw new RefusedException(ErrorCode.INVALID_CONFIG, refusal);
        return configs;
    }

    private void addConfigs(CreatableTopicResult result, Map<String, String> configs) {
        for (var effective : configValidator.effectiveTopicConfigs(configs, image.configs(ConfigResource.CLUSTER_DEFAULT))) {
            result.configs().add(new CreateTopicsResponse.CreatableTopicConfigs().setName(effective.name()).setValue(effective.value())
                    .setReadOnly(effective.readOnly()).setConfigSource(effective.source()).setIsSensitive(effective.sensitive()));
        }
    }

    private List<PartitionImage> placed(CreatableTopic topic) {
        if (topic.replicationFactor() < -1 || topic.replicationFactor() == 0) {
            throw new RefusedException(ErrorCode.INVALID_REPLICATION_FACTOR,
                    "Replication factor must be larger than 0, or -1 to use the default value.");
        }
        if (topic.numPartitions() < -1 || topic.numPartitions() == 0) {
            throw new RefusedException(ErrorCode.INVALID_PARTITIONS, "Number of partitions was set to an invalid non-positive value.");
        }
        int count = topic.numPartitions() == -1 ? config.numPartitions() : topic.numPartitions();
        int replicationFactor = topic.replicationFactor() == -1 ? config.defaultReplicationFactor() : topic.replicationFactor();
        var partitions = new ArrayList<PartitionImage>(count);
        for (var replicas : place(count, replicationFactor)) partitions.add(newPartition(partitions.size(), replicas));
        return partitions;
    }

    private List<int[]> place(int count, int replicationFactor) {
        try {
            return new ReplicaPlacement(image, random).place(count, replicationFactor);
        } catch (RefusedException e) {
            throw new RefusedException(e.error(), "Unable to replicate the partition " + replicationFactor + " time(s): " + e.getMessage());
        }
    }

    private List<PartitionImage> assigned(CreatableTopic topic) {
        if (topic.replicationFactor() != -1) {
            throw new RefusedException(ErrorCode.INVALID_REQUEST,
                    "A manual partition assignment was specified, but replication factor was not set to -1.");
        }
        if (topic.numPartitions() != -1) {
            throw new RefusedException(ErrorCode.INVALID_REQUEST,
                    "A manual partition assignment was specified, but numPartitions was not set to -1.");
        }
        var partitions = new PartitionImage[topic.assignments().size()];
        int replicationFactor = -1;
        for (var assignment : topic.assignments()) {
            int index = assignment.partitionIndex();
            if (index >= 0 && index < partitions.length && partitions[index] != null) {
                throw new RefusedException(ErrorCode.INVALID_REPLICA_ASSIGNMENT, "Found multiple manual partition assignments for partition " + index);
            }
            if (index < 0 || index >= partitions.length) {
                throw new RefusedException(ErrorCode.INVALID_REPLICA_ASSIGNMENT, "partitions should be a consecutive 0-based integer sequence");
            }
            partitions[index] = assignedPartition(index, assignment.brokerIds(), replicationFactor);
            replicationFactor = partitions[index].replicas().length;
        }
        return List.of(partitions);
    }

    private PartitionImage assignedPartition(int partition, List<Integer> brokerIds, int replicationFactor) {
        if (brokerIds.isEmpty()) throw badAssignment("The manual partition assignment includes an empty replica list.");
        var seen = new HashSet<Integer>();
        for (int brokerId : brokerIds) {
            if (image.broker(brokerId) == null) {
                throw badAssignment("The manual partition assignment includes broker " + brokerId + ", but no such broker is registered.");
            }
            if (!seen.add(brokerId)) {
                throw badAssignment("The manual partition assignment includes the broker " + brokerId + " more than once.");
            }
        }
        if (replicationFactor >= 0 && brokerIds.size() != replicationFactor) {
            throw badAssignment("The manual partition assignment includes a partition with " + brokerIds.size()
                    + " replica(s), but this is not consistent with previous partitions, which have " + replicationFactor + " replica(s).");
        }
        var replicas = new int[brokerIds.size()];
        for (int i = 0; i < replicas.length; i++) replicas[i] = brokerIds.get(i);
        return newPartition(partition, replicas);
    }

    private static RefusedException badAssignment(String message) {
        return new RefusedException(ErrorCode.INVALID_REPLICA_ASSIGNMENT, message);
    }

    private PartitionImage newPartition(int partition, int[] replicas) {
        int activeCount = 0;
        for (int id : replicas) if (image.broker(id).isActive()) activeCount++;
        if (activeCount == 0) {
            throw badAssignment("All brokers specified in the manual partition assignment for partition " + partition
                    + " are fenced or in controlled shutdown.");
        }
        var isr = replicas;
        if (activeCount < replicas.length) {
            isr = new int[activeCount];
            int i = 0;
            for (int id : replicas) if (image.broker(id).isActive()) isr[i++] = id;
        }
        var directories = new Uuid[replicas.length];
        for (int i = 0; i < replicas.length; i++) directories[i] = directoryOf(replicas[i]);
        return new PartitionImage(partition, replicas, directories, isr, PartitionImage.NONE, PartitionImage.NONE, isr[0],
                false, 0, 0, PartitionImage.NONE, PartitionImage.NONE);
    }

    /** With one log directory there is no choice; among several the broker chooses and tells later. */
    private Uuid directoryOf(int brokerId) {
        var logDirs = image.broker(brokerId).logDirs();
        return logDirs.size() == 1 ? logDirs.get(0) : PartitionImage.UNASSIGNED;
    }

    Decision<DeleteTopicsResponse> delete(DeleteTopicsRequest request) {
        var response = new DeleteTopicsResponse();
        var records = new ArrayList<TypedRecord>();
        var names = new LinkedHashMap<String, Integer>();
        var ids = new LinkedHashMap<Uuid, Integer>();
        for (var name : request.topicNames()) names.merge(name, 1, Integer::sum);
        for (var topic : request.topics()) {
            if (topic.name() != null && topic.topicId().isZero()) names.merge(topic.name(), 1, Integer::sum);
            else if (topic.name() == null && !topic.topicId().isZero()) ids.merge(topic.topicId(), 1, Integer::sum);
            else response.responses().add(deletion(topic.name(), topic.topicId(), records, neitherNorBoth(topic.name())));
        }
        for (var entry : names.entrySet()) {
            var name = entry.getKey();
            var topic = image.topic(name);
            if (entry.getValue() > 1) {
                response.responses().add(deletion(name, Uuid.ZERO, records, invalid("Duplicate topic name.")));
            } else if (topic != null && ids.remove(topic.id()) != null) {
                response.responses().add(deletion(name, topic.id(), records,
                        invalid("The provided topic name maps to an ID that was already supplied.")));
            } else {
                response.responses().add(deletion(name, Uuid.ZERO, records, topic == null ? unknownTopic() : null));
            }
        }
        for (var entry : ids.entrySet()) {
            var refusal = entry.getValue() > 1 ? invalid("Duplicate topic id.") : image.topic(entry.getKey()) == null ? unknownId() : null;
            response.responses().add(deletion(null, entry.getKey(), records, refusal));
        }
        return new Decision<>(records, response);
    }

    private static RefusedException neitherNorBoth(String name) {
        return invalid(name == null ? "Neither topic name nor id were specified." : "You may not specify both topic name and topic id.");
    }

    private static RefusedException invalid(String message) {
        return new RefusedException(ErrorCode.INVALID_REQUEST, message);
    }

    /** @param refusal null if the topic exists and may be deleted */
    private DeletableTopicResult deletion(String name, Uuid id, List<TypedRecord> records, RefusedException refusal) {
        if (refusal == null && !config.deleteTopicEnable()) {
            refusal = new RefusedException(ErrorCode.TOPIC_DELETION_DISABLED, "Topic deletion is disabled.");
        }
        var result = new DeletableTopicResult().setName(name).setTopicId(id);
        if (refusal != null) return result.setErrorCode(refusal.error().code()).setErrorMessage(refusal.getMessage());
        var topic = name == null ? image.topic(id) : image.topic(name);
        records.add(Records.of(MetadataRecordType.REMOVE_TOPIC, new RemoveTopicRecord().setTopicId(topic.id())));
        return result.setName(topic.name()).setTopicId(topic.id()).setErrorMessage(null);
    }

    Decision<CreatePartitionsResponse> grow(CreatePartitionsRequest request) {
        var response = new CreatePartitionsResponse();
        var records = new ArrayList<TypedRecord>();
        var counts = new HashMap<String, Integer>();
        for (var topic : request.topics()) counts.merge(topic.name(), 1, Integer::sum);
        for (var topic : request.topics()) {
            Integer count = counts.remove(topic.name());
            if (count == null) continue;
            var result = new CreatePartitionsResponse.CreatePartitionsTopicResult().setName(topic.name()).setErrorMessage(null);
            int mark = records.size();
            try {
                if (count > 1) throw new RefusedException(ErrorCode.INVALID_REQUEST, "Duplicate topic name.");
                grow(topic, records);
                if (records.size() > PARTITIONS_PER_REQUEST_MAX) throw tooManyPartitions();
            } catch (RefusedException e) {
                records.subList(mark, records.size()).clear();
                result.setErrorCode(e.error().code()).setErrorMessage(e.getMessage());
            }
            response.results().add(result);
        }
        return new Decision<>(request.validateOnly() ? List.of() : records, response);
    }

    private void grow(CreatePartitionsTopic request, List<TypedRecord> records) {
        var topic = image.topic(request.name());
        if (topic == null) throw unknownTopic();
        int have = topic.partitionCount();
        if (request.count() == have) throw new RefusedException(ErrorCode.INVALID_PARTITIONS, "Topic already has " + have + " partition(s).");
        if (request.count() < have) {
            throw new RefusedException(ErrorCode.INVALID_PARTITIONS, "The topic " + request.name() + " currently has " + have
                    + " partition(s); " + request.count() + " would not be an increase.");
        }
        int added = request.count() - have;
        if (added > PARTITIONS_PER_REQUEST_MAX) throw tooManyPartitions();
        for (var partition : addedPartitions(request, topic, have, added)) {
            records.add(Records.partition(topic.id(), partition, image.metadataVersion()));
        }
    }

    private List<PartitionImage> addedPartitions(CreatePartitionsTopic request, TopicImage topic, int have, int added) {
        var partitions = new ArrayList<PartitionImage>(added);
        int replicationFactor = topic.partition(0).replicas().length;
        if (request.assignments() == null) {
            for (var replicas : new ReplicaPlacement(image, random).place(added, replicationFactor)) {
                partitions.add(newPartition(have + partitions.size(), replicas));
            }
            return partitions;
        }
        if (request.assignments().size() != added) {
            throw badAssignment("Attempted to add " + added + " additional partition(s), but only " + request.assignments().size()
                    + " assignment(s) were specified.");
        }
        for (var assignment : request.assignments()) {
            partitions.add(assignedPartition(have + partitions.size(), assignment.brokerIds(), replicationFactor));
        }
        return partitions;
    }

    static RefusedException unknownTopic() {
        return new RefusedException(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, "This server does not host this topic-partition.");
    }

    static RefusedException unknownId() {
        return new RefusedException(ErrorCode.UNKNOWN_TOPIC_ID, "This server does not host this topic ID.");
    }
}
