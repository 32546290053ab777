package io.barnabas.server;

import io.barnabas.base.EventLoop;
import io.barnabas.base.NioEventLoop;
import io.barnabas.cluster.metadata.ClusterDelta;
import io.barnabas.cluster.metadata.ClusterDelta.TopicChange;
import io.barnabas.cluster.metadata.ClusterImage;
import io.barnabas.cluster.metadata.ClusterListener;
import io.barnabas.cluster.metadata.ConfigResource;
import io.barnabas.cluster.metadata.PartitionImage;
import io.barnabas.cluster.metadata.TopicImage;
import io.barnabas.model.RecordBatchValidator;
import io.barnabas.model.TopicPartition;
import io.barnabas.replication.Partition;
import io.barnabas.replication.PartitionAssignment;
import io.barnabas.server.config.BrokerConfig;
import io.barnabas.server.config.ConfigChecks;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts committed metadata into effect on this broker: partitions appear, change and go, settings change. Runs on the
 * metadata's loop; what it decides about a partition is posted to that partition's loop.
 */
final class MetadataApplier implements ClusterListener {
    private static final Logger LOG = LoggerFactory.getLogger(MetadataApplier.class);

    private final EventLoop metadataLoop;
    private final int nodeId;
    private final PartitionRegistry partitions;
    private final MetadataCache cache;
    private final LogDirectories directories;
    private final List<NioEventLoop> loops;
    private final LoopLocal<RecordBatchValidator> validators;
    private final Consumer<BrokerConfig> onConfig;
    private final List<PartitionListener> listeners;
    /** Deleted partitions whose logs may still be in the way of others of their names. */
    private final Map<TopicPartition, Partition> leaving = new HashMap<>();
    private volatile BrokerConfig config;

    /**
     * @param onConfig hears of each change of the broker's own settings
     */
    MetadataApplier(EventLoop metadataLoop, BrokerConfig config, PartitionRegistry partitions, MetadataCache cache, LogDirectories directories,
                    List<NioEventLoop> loops, Consumer<BrokerConfig> onConfig, List<PartitionListener> listeners) {
        this.metadataLoop = metadataLoop;
        this.nodeId = config.nodeId();
        this.config = config;
        this.partitions = partitions;
        this.cache = cache;
        this.directories = directories;
        this.loops = loops;
        this.validators = new LoopLocal<>(loops, loop -> new RecordBatchValidator());
        this.onConfig = onConfig;
        this.listeners = List.copyOf(listeners);
    }

    /** This broker's settings as they are now. From any thread. */
    BrokerConfig config() {
        return config;
    }

    @Override
    public void onChange(ClusterDelta delta) {
        var image = delta.after();
        if (delta.before() == ClusterImage.EMPTY) directories.take(image, nodeId);
        else warn(delta);
        boolean brokerChanged = applyBrokerConfig(image, delta);
        var created = new ArrayList<Partition>();
        for (var change : delta.topics()) {
            if (change.isDeleted()) delete(change.before());
            else update(change, image, created);
        }
        if (brokerChanged) {
            for (var topic : image.topics()) configure(topic, image);
        } else {
            for (var resource : delta.configs()) {
                if (resource.type() != ConfigResource.Type.TOPIC) continue;
                var topic = image.topic(resource.name());
                if (topic != null) configure(topic, image);
            }
        }
        // So late that whoever finds a partition in the image finds it in the registry, too.
        cache.set(image);
        // Behind the image, so that a coordinator which begins to lead there finds its topic, and all that it writes to.
        for (var partition : created) open(partition, image, delta.before() != ClusterImage.EMPTY);
    }

    /** One line for each resource whose new settings ask for what this broker does not do. */
    private static void warn(ClusterDelta delta) {
        for (var resource : delta.configs()) {
            var configs = delta.after().configs(resource);
            var warning = ConfigChecks.warning(resource.type(), configs);
            if (!warning.isEmpty()) LOG.warn("{}: {}", resource, warning);
        }
    }

    /** @return whether this broker's settings are others now */
    private boolean applyBrokerConfig(ClusterImage image, ClusterDelta delta) {
        var own = ConfigResource.broker(nodeId);
        if (!delta.configs().contains(own) && !delta.configs().contains(ConfigResource.CLUSTER_DEFAULT)) return false;
        var changed = config.with(image.configs(ConfigResource.CLUSTER_DEFAULT), image.configs(own));
        if (changed.equals(config)) return false;
        config = changed;
        for (var ignored : changed.ignoredChanges()) LOG.warn("dynamic setting left out: {}", ignored);
        onConfig.accept(changed);
        return true;
    }

    /** @param created takes the partitions that are not held yet, which are to be opened */
    private void update(TopicChange change, ClusterImage image, List<Partition> created) {
        var topic = change.after();
        var added = new ArrayList<Partition>();
        Map<String, String> configs = null;
        for (var wanted : change.changedPartitions()) {
            if (!wanted.isReplica(nodeId)) continue;
            var held = partitions.find(topic.name(), wanted.partition());
            if (held != null) {
                held.loop().execute(() -> held.assign(assignment(wanted)));
                continue;
            }
            if (configs == null) configs = image.configs(ConfigResource.topic(topic.name()));
            added.add(create(topic, wanted, configs));
        }
        if (added.isEmpty()) return;
        partitions.add(added);
        created.addAll(added);
    }

    private Partition create(TopicImage topic, PartitionImage wanted, Map<String, String> configs) {
        var loop = loops.get(Math.floorMod(topic.name().hashCode() + wanted.partition(), loops.size()));
        var partition = new Partition(new TopicPartition(topic.name(), wanted.partition()), topic.id(), loop, validators.on(loop),
                config.partitionConfig(configs), assignment(wanted));
        for (var listener : listeners) listener.onCreated(partition);
        return partition;
    }

    /** @param isNew whether it has come into being just now */
    private void open(Partition partition, ClusterImage image, boolean isNew) {
        var name = partition.topicPartition();
        var place = directories.placeOf(name, image.partition(name.topic(), name.partition()), nodeId, isNew);
        if (place.directory() == null) {
            LOG.error("a partition is offline: partition={} reason={}", name, place.refusal());
            partition.loop().execute(() -> partition.refuse(place.refusal()));
            return;
        }
        var predecessor = leaving.get(name);
        if (predecessor == null) partition.loop().execute(() -> open(partition, place));
        // Both are on one loop, since that follows from the name.
        else partition.loop().execute(() -> predecessor.whenLeft(() -> open(partition, place)));
    }

    private void open(Partition partition, LogDirectories.Place place) {
        partition.open(place.directory());
        partition.whenSettled(() -> {
            for (var listener : listeners) listener.onOpened(partition);
        });
    }

    private void delete(TopicImage topic) {
        var held = partitions.ofTopic(topic.name());
        partitions.removeTopic(topic.name());
        for (var partition : held) {
            directories.forget(partition.topicPartition());
            leaving.put(partition.topicPartition(), partition);
            for (var listener : listeners) listener.onDeleted(partition);
            partition.loop().execute(() -> {
                partition.delete();
                partition.whenLeft(() -> metadataLoop.execute(() -> leaving.remove(partition.topicPartition(), partition)));
            });
        }
        if (!held.isEmpty()) LOG.info("deleted topic {}: partitions={}", topic.name(), held.size());
    }

    private void configure(TopicImage topic, ClusterImage image) {
        var held = partitions.ofTopic(topic.name());
        if (held.isEmpty()) return;
        var changed = config.partitionConfig(image.configs(ConfigResource.topic(topic.name())));
        for (var partition : held) partition.loop().execute(() -> partition.configure(changed));
    }

    private PartitionAssignment assignment(PartitionImage image) {
        return new PartitionAssignment(image.leader() == nodeId, image.leader(), image.leaderEpoch(),
                image.replicas().length, image.isr().length);
    }
}
