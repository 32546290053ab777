package io.barnabas.cluster.metadata;

import io.barnabas.base.Uuid;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;

/**
 * Everything the metadata log says up to one offset. Immutable and safe on every thread: a change makes a new image that
 * shares what stayed the same with the old one. Look-ups of topics by name and by id take a few array steps.
 *
 * <p>A new image comes with a {@link ClusterDelta}; it can be turned into the records of a snapshot.
 */
public final class ClusterImage {
    /** Nothing is known yet. */
    public static final ClusterImage EMPTY = new ClusterImage(new Parts());

    /** The fields, while a delta puts them together. */
    static final class Parts {
        long lastOffset = -1;
        int lastEpoch;
        long lastTimestampMs = -1;
        Map<String, Short> features = Map.of();
        byte zkMigrationState;
        SortedMap<Integer, BrokerImage> brokers = Collections.emptySortedMap();
        SortedMap<Integer, ControllerImage> controllers = Collections.emptySortedMap();
        PersistentMap<String, TopicImage> topicsByName = PersistentMap.empty();
        PersistentMap<Uuid, TopicImage> topicsById = PersistentMap.empty();
        /** Names with a dot or an underscore, by {@link #metricName}. */
        PersistentMap<String, String> namesByMetricName = PersistentMap.empty();
        int partitionCount;
        PersistentMap<ConfigResource, ResourceConfigs> configs = PersistentMap.empty();
        long nextProducerId;
        Map<QuotaEntity, Map<String, Double>> quotas = Map.of();
        SortedMap<ScramKey, ScramCredential> scram = Collections.emptySortedMap();
        Map<String, DelegationTokenImage> delegationTokens = Map.of();
        Map<Uuid, AclImage> acls = Map.of();
    }

    /** The configs of one resource, sorted by name. */
    record ResourceConfigs(ConfigResource resource, SortedMap<String, String> values) {}

    private final Parts parts;

    ClusterImage(Parts parts) {
        this.parts = parts;
    }

    /** A copy of the fields, the collections shared: replace them, never change them. */
    Parts parts() {
        var copy = new Parts();
        copy.lastOffset = parts.lastOffset;
        copy.lastEpoch = parts.lastEpoch;
        copy.lastTimestampMs = parts.lastTimestampMs;
        copy.features = parts.features;
        copy.zkMigrationState = parts.zkMigrationState;
        copy.brokers = parts.brokers;
        copy.controllers = parts.controllers;
        copy.topicsByName = parts.topicsByName;
        copy.topicsById = parts.topicsById;
        copy.namesByMetricName = parts.namesByMetricName;
        copy.partitionCount = parts.partitionCount;
        copy.configs = parts.configs;
        copy.nextProducerId = parts.nextProducerId;
        copy.quotas = parts.quotas;
        copy.scram = parts.scram;
        copy.delegationTokens = parts.delegationTokens;
        copy.acls = parts.acls;
        return copy;
    }

    /** Offset of the last record in this image, -1 if there is none. */
    public long lastOffset() {
        return parts.lastOffset;
    }

    /** Leader epoch of the last record in this image. */
    public int lastEpoch() {
        return parts.lastEpoch;
    }

    /** Append time of the last batch in this image, -1 if unknown. */
    public long lastTimestampMs() {
        return parts.lastTimestampMs;
    }

    /** @return null if there is no such topic */
    public TopicImage topic(String name) {
        return parts.topicsByName.get(name);
    }

    /** @return null if there is no such topic */
    public TopicImage topic(Uuid id) {
        return parts.topicsById.get(id);
    }

    /** @return null if there is no such partition */
    public PartitionImage partition(String topic, int partition) {
        var image = topic(topic);
        return image == null ? null : image.partition(partition);
    }

    /**
     * The topic whose name is the same as {@code name} in metrics, where dots become underscores.
     *
     * @return its name, null if there is none
     */
    public String collidingTopic(String name) {
        var metricName = metricName(name);
        return metricName == null ? null : parts.namesByMetricName.get(metricName);
    }

    /** Null for a name without dots and underscores, which collides with none. */
    static String metricName(String name) {
        return name.indexOf('.') < 0 && name.indexOf('_') < 0 ? null : name.replace('.', '_');
    }

    /** In no order; a view. */
    public Collection<TopicImage> topics() {
        return parts.topicsByName.values();
    }

    public int topicCount() {
        return parts.topicsByName.size();
    }

    /** Partitions of all topics. */
    public int partitionCount() {
        return parts.partitionCount;
    }

    /** @return null if no such broker is registered */
    public BrokerImage broker(int brokerId) {
        return parts.brokers.get(brokerId);
    }

    /** All registered brokers, fenced ones too, by id. */
    public Collection<BrokerImage> brokers() {
        return parts.brokers.values();
    }

    /** @return null if no such controller is registered */
    public ControllerImage controller(int controllerId) {
        return parts.controllers.get(controllerId);
    }

    /** All registered controllers by id. */
    public Collection<ControllerImage> controllers() {
        return parts.controllers.values();
    }

    /** The dynamic configs that were set for a resource, by name; empty if none. Never a secret in the clear that Kafka would keep so. */
    public SortedMap<String, String> configs(ConfigResource resource) {
        var configs = parts.configs.get(resource);
        return configs == null ? Collections.emptySortedMap() : configs.values();
    }

    /** Every resource of a type for which configs are set, by name. Walks all resources. */
    public List<String> configuredResources(ConfigResource.Type type) {
        var names = new java.util.ArrayList<String>();
        for (var configs : parts.configs) if (configs.resource().type() == type) names.add(configs.resource().name());
        Collections.sort(names);
        return names;
    }

    /** Finalized feature levels by name, sorted; a feature at level 0 is not in it. */
    public Map<String, Short> features() {
        return parts.features;
    }

    /** The finalized level of a feature, 0 if it is not finalized. */
    public short featureLevel(String feature) {
        return parts.features.getOrDefault(feature, (short) 0);
    }

    /** The finalized {@code metadata.version}. */
    public MetadataVersion metadataVersion() {
        return MetadataVersion.of(featureLevel(MetadataVersion.FEATURE));
    }

    /** First producer id that no broker has been given yet. */
    public long nextProducerId() {
        return parts.nextProducerId;
    }

    /** Client quotas by entity and quota name. */
    public Map<QuotaEntity, Map<String, Double>> clientQuotas() {
        return parts.quotas;
    }

    public SortedMap<ScramKey, ScramCredential> scramCredentials() {
        return parts.scram;
    }

    /** By token id. */
    public Map<String, DelegationTokenImage> delegationTokens() {
        return parts.delegationTokens;
    }

    public Map<Uuid, AclImage> acls() {
        return parts.acls;
    }

    /** 0 (none) unless the log came from a cluster that was moved from ZooKeeper. */
    public byte zkMigrationState() {
        return parts.zkMigrationState;
    }

    Iterable<ResourceConfigs> resourceConfigs() {
        return parts.configs;
    }

    /** Whether both say the same about the cluster; where in the log they end does not count. */
    public boolean sameContent(ClusterImage that) {
        var a = parts;
        var b = that.parts;
        return a.features.equals(b.features) && a.zkMigrationState == b.zkMigrationState && a.brokers.equals(b.brokers)
                && a.controllers.equals(b.controllers) && a.topicsByName.equals(b.topicsByName)
                && a.topicsById.equals(b.topicsById) && a.partitionCount == b.partitionCount
                && a.configs.equals(b.configs) && a.nextProducerId == b.nextProducerId && a.quotas.equals(b.quotas)
                && a.scram.equals(b.scram) && a.delegationTokens.equals(b.delegationTokens) && a.acls.equals(b.acls);
    }

    @Override
    public String toString() {
        return "ClusterImage lastOffset=" + parts.lastOffset + " topics=" + topicCount() + " partitions="
                + partitionCount() + " brokers=" + parts.brokers.keySet() + " features=" + parts.features;
    }
}
