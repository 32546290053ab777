package io.barnabas.cluster.metadata;

import io.barnabas.base.Uuid;
import io.barnabas.protocol.MetadataRecords.TypedRecord;
import io.barnabas.protocol.record.AccessControlEntryRecord;
import io.barnabas.protocol.record.BrokerRegistrationChangeRecord;
import io.barnabas.protocol.record.ClearElrRecord;
import io.barnabas.protocol.record.ClientQuotaRecord;
import io.barnabas.protocol.record.ConfigRecord;
import io.barnabas.protocol.record.DelegationTokenRecord;
import io.barnabas.protocol.record.FeatureLevelRecord;
import io.barnabas.protocol.record.FenceBrokerRecord;
import io.barnabas.protocol.record.PartitionChangeRecord;
import io.barnabas.protocol.record.PartitionRecord;
import io.barnabas.protocol.record.ProducerIdsRecord;
import io.barnabas.protocol.record.RegisterBrokerRecord;
import io.barnabas.protocol.record.RegisterControllerRecord;
import io.barnabas.protocol.record.RemoveAccessControlEntryRecord;
import io.barnabas.protocol.record.RemoveDelegationTokenRecord;
import io.barnabas.protocol.record.RemoveTopicRecord;
import io.barnabas.protocol.record.RemoveUserScramCredentialRecord;
import io.barnabas.protocol.record.TopicRecord;
import io.barnabas.protocol.record.UnfenceBrokerRecord;
import io.barnabas.protocol.record.UnregisterBrokerRecord;
import io.barnabas.protocol.record.UnregisterControllerRecord;
import io.barnabas.protocol.record.UserScramCredentialRecord;
import io.barnabas.protocol.record.ZkMigrationStateRecord;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.UnaryOperator;

/**
 * Folds records into an image: the only code that knows what a record does. One object makes one new image and its delta,
 * from any number of records; what no record touches is shared. Used by one thread.
 */
public final class ClusterImageBuilder {
    private final ClusterImage before;
    private final ClusterImage.Parts parts;
    private final Map<Uuid, TopicBuilder> topics = new LinkedHashMap<>();
    private final List<ClusterDelta.TopicChange> deletions = new ArrayList<>();
    private final Map<ConfigResource, TreeMap<String, String>> configs = new HashMap<>();
    private final HashSet<ConfigResource> changedConfigs = new HashSet<>();
    private final TreeSet<Integer> changedBrokers = new TreeSet<>();
    private boolean featuresChanged;
    private boolean quotasChanged;
    private boolean securityChanged;
    private final HashSet<String> createdNames = new HashSet<>();
    /** Maps that this builder made itself and may change. */
    private final Set<Object> own = Collections.newSetFromMap(new IdentityHashMap<>());

    public ClusterImageBuilder(ClusterImage before) {
        this.before = before;
        this.parts = before.parts();
    }

    /**
     * Takes one record in. Marks of metadata transactions do nothing here: see {@link MetadataTransactions}.
     *
     * @throws MetadataLogException if the record contradicts what came before it; the builder is then of no use
     */
    public void apply(TypedRecord record) {
        var message = record.message();
        switch (record.type()) {
            case REGISTER_BROKER -> registerBroker((RegisterBrokerRecord) message);
            case UNREGISTER_BROKER -> unregisterBroker((UnregisterBrokerRecord) message);
            case TOPIC -> createTopic((TopicRecord) message);
            case PARTITION -> topicOf(((PartitionRecord) message).topicId()).put((PartitionRecord) message);
            case CONFIG -> setConfig((ConfigRecord) message);
            case PARTITION_CHANGE -> topicOf(((PartitionChangeRecord) message).topicId()).change((PartitionChangeRecord) message);
            case FENCE_BROKER -> {
                var fence = (FenceBrokerRecord) message;
                changeBroker(fence.id(), fence.epoch(), broker -> broker.withFenced(true));
            }
            case UNFENCE_BROKER -> {
                var unfence = (UnfenceBrokerRecord) message;
                changeBroker(unfence.id(), unfence.epoch(), broker -> broker.withFenced(false));
            }
            case REMOVE_TOPIC -> removeTopic(((RemoveTopicRecord) message).topicId());
            case DELEGATION_TOKEN -> putToken((DelegationTokenRecord) message);
            case REMOVE_DELEGATION_TOKEN -> {
                securityChanged = true;
                parts.delegationTokens = without(parts.delegationTokens, ((RemoveDelegationTokenRecord) message).tokenId());
            }
            case USER_SCRAM_CREDENTIAL -> putScram((UserScramCredentialRecord) message);
            case REMOVE_USER_SCRAM_CREDENTIAL -> removeScram((RemoveUserScramCredentialRecord) message);
            case FEATURE_LEVEL -> setFeature((FeatureLevelRecord) message);
            case CLIENT_QUOTA -> setQuota((ClientQuotaRecord) message);
            case PRODUCER_IDS -> parts.nextProducerId = ((ProducerIdsRecord) message).nextProducerId();
            case BROKER_REGISTRATION_CHANGE -> changeRegistration((BrokerRegistrationChangeRecord) message);
            case ACCESS_CONTROL_ENTRY -> putAcl((AccessControlEntryRecord) message);
            case REMOVE_ACCESS_CONTROL_ENTRY -> {
                securityChanged = true;
                parts.acls = without(parts.acls, ((RemoveAccessControlEntryRecord) message).id());
            }
            case ZK_MIGRATION_STATE -> parts.zkMigrationState = ((ZkMigrationStateRecord) message).zkMigrationState();
            case REGISTER_CONTROLLER -> registerController((RegisterControllerRecord) message);
            case UNREGISTER_CONTROLLER -> parts.controllers =
                    without(parts.controllers, ((UnregisterControllerRecord) message).controllerId());
            case CLEAR_ELR -> clearEligibleLeaders(((ClearElrRecord) message).topicName());
            case NO_OP, BEGIN_TRANSACTION, END_TRANSACTION, ABORT_TRANSACTION -> { }
        }
    }

    /** The new image, as of the record at {@code lastOffset}, with what changed. The builder is then used up. */
    public ClusterDelta build(long lastOffset, int lastEpoch, long timestampMs) {
        parts.lastOffset = lastOffset;
        parts.lastEpoch = lastEpoch;
        parts.lastTimestampMs = timestampMs;
        var changes = new ArrayList<>(deletions);
        for (var topic : topics.values()) {
            var image = topic.build();
            parts.topicsById = parts.topicsById.with(image.id(), image);
            parts.topicsByName = parts.topicsByName.with(image.name(), image);
            var metricName = topic.before == null ? ClusterImage.metricName(image.name()) : null;
            if (metricName != null) parts.namesByMetricName = parts.namesByMetricName.with(metricName, image.name());
            parts.partitionCount += image.partitionCount() - (topic.before == null ? 0 : topic.before.partitionCount());
            changes.add(new ClusterDelta.TopicChange(topic.before, image));
        }
        for (var changed : configs.entrySet()) {
            var resource = changed.getKey();
            parts.configs = changed.getValue().isEmpty() ? parts.configs.without(resource)
                    : parts.configs.with(resource, new ClusterImage.ResourceConfigs(resource, Collections.unmodifiableSortedMap(changed.getValue())));
        }
        seal();
        return new ClusterDelta(before, new ClusterImage(parts), Collections.unmodifiableList(changes),
                Collections.unmodifiableSet(changedConfigs), Collections.unmodifiableSortedSet(changedBrokers), featuresChanged,
                quotasChanged, securityChanged);
    }

    private void seal() {
        if (own.contains(parts.brokers)) parts.brokers = Collections.unmodifiableSortedMap(parts.brokers);
        if (own.contains(parts.controllers)) parts.controllers = Collections.unmodifiableSortedMap(parts.controllers);
        if (own.contains(parts.scram)) parts.scram = Collections.unmodifiableSortedMap(parts.scram);
        if (own.contains(parts.quotas)) parts.quotas = Collections.unmodifiableMap(parts.quotas);
        if (own.contains(parts.delegationTokens)) parts.delegationTokens = Collections.unmodifiableMap(parts.delegationTokens);
        if (own.contains(parts.acls)) parts.acls = Collections.unmodifiableMap(parts.acls);
    }

    private void createTopic(TopicRecord record) {
        if (parts.topicsByName.containsKey(record.name()) || !createdNames.add(record.name())) {
            throw new MetadataLogException("topic is there already: topic=" + record.name());
        }
        topics.put(record.topicId(), new TopicBuilder(record.name(), record.topicId()));
    }

    private TopicBuilder topicOf(Uuid id) {
        var topic = topics.get(id);
        if (topic != null) return topic;
        var image = parts.topicsById.get(id);
        if (image == null) throw new MetadataLogException("record about a topic that is not there: topicId=" + id);
        topic = new TopicBuilder(image);
        topics.put(id, topic);
        return topic;
    }

    private void removeTopic(Uuid id) {
        var pending = topics.remove(id);
        var image = pending == null ? parts.topicsById.get(id) : pending.before;
        if (pending == null && image == null) throw new MetadataLogException("removal of a topic that is not there: topicId=" + id);
        if (image != null) {
            parts.topicsById = parts.topicsById.without(id);
            parts.topicsByName = parts.topicsByName.without(image.name());
            var metricName = ClusterImage.metricName(image.name());
            if (metricName != null) parts.namesByMetricName = parts.namesByMetricName.without(metricName);
            parts.partitionCount -= image.partitionCount();
            deletions.add(new ClusterDelta.TopicChange(image, null));
        }
        var name = pending == null ? image.name() : pending.name;
        createdNames.remove(name);
        var resource = ConfigResource.topic(name);
        if (configs.containsKey(resource) || parts.configs.containsKey(resource)) {
            configs.put(resource, new TreeMap<>());
            changedConfigs.add(resource);
        }
    }

    private void clearEligibleLeaders(String topicName) {
        for (var topic : topics.values()) if (topicName.isEmpty() || topic.name.equals(topicName)) topic.clearEligibleLeaders();
        if (topicName.isEmpty()) {
            for (var image : parts.topicsByName) if (hasEligibleLeaders(image)) topicOf(image.id()).clearEligibleLeaders();
        } else {
            var image = parts.topicsByName.get(topicName);
            if (image != null && hasEligibleLeaders(image)) topicOf(image.id()).clearEligibleLeaders();
        }
    }

    private static boolean hasEligibleLeaders(TopicImage topic) {
        for (var partition : topic.partitions()) {
            if (partition.eligibleLeaders().length > 0 || partition.lastKnownEligible().length > 0) return true;
        }
        return false;
    }

    private void setConfig(ConfigRecord record) {
        var type = ConfigResource.Type.of(record.resourceType());
        if (type == null) throw new MetadataLogException("config of an unknown kind of resource: resourceType=" + record.resourceType());
        var resource = new ConfigResource(type, record.resourceName());
        var values = configs.get(resource);
        if (values == null) {
            values = new TreeMap<>(before.configs(resource));
            configs.put(resource, values);
        }
        if (record.value() == null) values.remove(record.name());
        else values.put(record.name(), record.value());
        changedConfigs.add(resource);
    }

    private void registerBroker(RegisterBrokerRecord record) {
        var endpoints = new ArrayList<Endpoint>(record.endPoints().size());
        for (var e : record.endPoints()) endpoints.add(new Endpoint(e.name(), e.host(), e.port(), e.securityProtocol()));
        var features = new TreeMap<String, LevelRange>();
        for (var f : record.features()) features.put(f.name(), new LevelRange(f.minSupportedVersion(), f.maxSupportedVersion()));
        putBroker(new BrokerImage(record.brokerId(), record.brokerEpoch(), record.incarnationId(), List.copyOf(endpoints),
                Collections.unmodifiableMap(features), record.rack(), record.fenced(), record.inControlledShutdown(),
                sorted(record.logDirs()), record.cordonedLogDirs() == null ? null : sorted(record.cordonedLogDirs()),
                record.isMigratingZkBroker()));
    }

    private void unregisterBroker(UnregisterBrokerRecord record) {
        if (!parts.brokers.containsKey(record.brokerId())) throw new MetadataLogException("removal of a broker that is not there: brokerId=" + record.brokerId());
        parts.brokers = without(parts.brokers, record.brokerId());
        changedBrokers.add(record.brokerId());
    }

    private void changeRegistration(BrokerRegistrationChangeRecord record) {
        changeBroker(record.brokerId(), record.brokerEpoch(), broker -> {
            var changed = broker;
            if (record.fenced() != 0) changed = changed.withFenced(record.fenced() > 0);
            if (record.inControlledShutdown() != 0) changed = changed.withInControlledShutdown(true);
            if (!record.logDirs().isEmpty()) changed = changed.withLogDirs(sorted(record.logDirs()));
            if (record.cordonedLogDirs() != null) changed = changed.withCordonedLogDirs(sorted(record.cordonedLogDirs()));
            return changed;
        });
    }

    private void changeBroker(int brokerId, long brokerEpoch, UnaryOperator<BrokerImage> change) {
        var broker = parts.brokers.get(brokerId);
        if (broker == null || broker.epoch() != brokerEpoch) {
            throw new MetadataLogException("change of a registration that is not there: brokerId=" + brokerId + " brokerEpoch=" + brokerEpoch);
        }
        putBroker(change.apply(broker));
    }

    private void putBroker(BrokerImage broker) {
        parts.brokers = with(parts.brokers, broker.id(), broker);
        changedBrokers.add(broker.id());
    }

    private void registerController(RegisterControllerRecord record) {
        var endpoints = new ArrayList<Endpoint>(record.endPoints().size());
        for (var e : record.endPoints()) endpoints.add(new Endpoint(e.name(), e.host(), e.port(), e.securityProtocol()));
        var features = new TreeMap<String, LevelRange>();
        for (var f : record.features()) features.put(f.name(), new LevelRange(f.minSupportedVersion(), f.maxSupportedVersion()));
        parts.controllers = with(parts.controllers, record.controllerId(), new ControllerImage(record.controllerId(),
                record.incarnationId(), record.zkMigrationReady(), List.copyOf(endpoints), Collections.unmodifiableMap(features)));
    }

    private void setFeature(FeatureLevelRecord record) {
        short level = record.featureLevel();
        if (record.name().equals(MetadataVersion.FEATURE) && !new MetadataVersion(level).isKnown()) {
            throw new MetadataLogException("the cluster's metadata.version is not one that this software knows: level=" + level
                    + " lowest=" + MetadataVersion.LOWEST.level() + " highest=" + MetadataVersion.HIGHEST.level());
        }
        var features = new TreeMap<>(parts.features);
        if (level == 0) features.remove(record.name());
        else features.put(record.name(), level);
        parts.features = Collections.unmodifiableMap(features);
        featuresChanged = true;
    }

    private void setQuota(ClientQuotaRecord record) {
        var entityParts = new ArrayList<QuotaEntity.Part>();
        for (var e : record.entity()) entityParts.add(new QuotaEntity.Part(e.entityType(), e.entityName()));
        var entity = new QuotaEntity(entityParts);
        var values = new TreeMap<>(parts.quotas.getOrDefault(entity, Map.of()));
        if (record.remove()) values.remove(record.key());
        else values.put(record.key(), record.value());
        parts.quotas = values.isEmpty() ? without(parts.quotas, entity) : with(parts.quotas, entity, Collections.unmodifiableMap(values));
        quotasChanged = true;
    }

    private void putToken(DelegationTokenRecord record) {
        parts.delegationTokens = with(parts.delegationTokens, record.tokenId(), new DelegationTokenImage(record.tokenId(),
                record.owner(), record.requester(), List.copyOf(record.renewers()), record.issueTimestamp(),
                record.maxTimestamp(), record.expirationTimestamp()));
        securityChanged = true;
    }

    private void putScram(UserScramCredentialRecord record) {
        parts.scram = with(parts.scram, new ScramKey(record.mechanism(), record.name()), new ScramCredential(
                copyOf(record.salt()), copyOf(record.storedKey()), copyOf(record.serverKey()), record.iterations()));
        securityChanged = true;
    }

    private void removeScram(RemoveUserScramCredentialRecord record) {
        parts.scram = without(parts.scram, new ScramKey(record.mechanism(), record.name()));
        securityChanged = true;
    }

    private void putAcl(AccessControlEntryRecord r) {
        parts.acls = with(parts.acls, r.id(), new AclImage(r.id(), r.resourceType(), r.resourceName(), r.patternType(),
                r.principal(), r.host(), r.operation(), r.permissionType()));
        securityChanged = true;
    }

    /** The image outlives the buffer that the record was read from. */
    private static ByteBuffer copyOf(ByteBuffer bytes) {
        return ByteBuffer.allocate(bytes.remaining()).put(bytes.duplicate()).flip().asReadOnlyBuffer();
    }

    private static List<Uuid> sorted(List<Uuid> ids) {
        var sorted = ids.toArray(new Uuid[0]);
        java.util.Arrays.sort(sorted);
        return List.of(sorted);
    }

    /** Copies a small map the first time this builder changes it, and after that changes the copy. */
    private <K, V> Map<K, V> own(Map<K, V> map) {
        if (own.contains(map)) return map;
        var copy = new HashMap<>(map);
        own.add(copy);
        return copy;
    }

    private <K, V> Map<K, V> with(Map<K, V> map, K key, V value) {
        var own = own(map);
        own.put(key, value);
        return own;
    }

    private <K, V> Map<K, V> without(Map<K, V> map, K key) {
        if (!map.containsKey(key)) return map;
        var own = own(map);
        own.remove(key);
        return own;
    }

    private <K, V> SortedMap<K, V> own(SortedMap<K, V> map) {
        if (own.contains(map)) return map;
        var copy = new TreeMap<>(map);
        own.add(copy);
        return copy;
    }

    private <K, V> SortedMap<K, V> with(SortedMap<K, V> map, K key, V value) {
        var own = own(map);
        own.put(key, value);
        return own;
    }

    private <K, V> SortedMap<K, V> without(SortedMap<K, V> map, K key) {
        if (!map.containsKey(key)) return map;
        var own = own(map);
        own.remove(key);
        return own;
    }
}
