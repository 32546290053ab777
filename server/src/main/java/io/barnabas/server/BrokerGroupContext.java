package io.barnabas.server;

import io.barnabas.cluster.metadata.ClusterImage;
import io.barnabas.cluster.metadata.ConfigResource;
import io.barnabas.coordinator.HeapShare;
import io.barnabas.coordinator.group.ConsumerGroupConfig;
import io.barnabas.coordinator.group.ConsumerGroupConfig.MigrationPolicy;
import io.barnabas.coordinator.group.GroupConfig;
import io.barnabas.coordinator.group.GroupContext;
import io.barnabas.server.config.BrokerConfig;
import io.barnabas.server.config.CoordinatorSettings;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** What groups know of this broker's settings and of the cluster. Any thread. */
final class BrokerGroupContext implements GroupContext {
    private static final int MEMBERS_PART_OF_HEAP = 4;

    private final Supplier<BrokerConfig> config;
    private final MetadataCache metadata;
    private final HeapShare memberMemory = new HeapShare(Runtime.getRuntime().maxMemory() / MEMBERS_PART_OF_HEAP);
    private volatile Read latest;

    /** What a configuration says of groups, read once. */
    private record Read(BrokerConfig config, GroupConfig groups) {}

    BrokerGroupContext(Supplier<BrokerConfig> config, MetadataCache metadata) {
        this.config = config;
        this.metadata = metadata;
    }

    @Override
    public GroupConfig config() {
        var now = config.get();
        var read = latest;
        if (read == null || read.config != now) {
            read = new Read(now, read(now));
            latest = read;
        }
        return read.groups;
    }

    @Override
    public ConsumerGroupConfig consumerConfig(String groupId) {
        var ofBroker = config().consumer();
        var own = metadata.image().configs(ConfigResource.group(groupId));
        if (own.isEmpty()) return ofBroker;
        return new ConsumerGroupConfig(
                number(own, "consumer.session.timeout.ms", ofBroker.sessionTimeoutMs()),
                number(own, "consumer.heartbeat.interval.ms", ofBroker.heartbeatIntervalMs()),
                ofBroker.maxSize(),
                number(own, "consumer.assignment.interval.ms", ofBroker.assignmentIntervalMs()),
                ofBroker.regexRefreshIntervalMs(), ofBroker.assignors(), ofBroker.migrationPolicy());
    }

    @Override
    public HeapShare memberMemory() {
        return memberMemory;
    }

    @Override
    public ClusterImage cluster() {
        return metadata.image();
    }

    private static int number(Map<String, String> configs, String name, int otherwise) {
        var text = configs.get(name);
        return text == null ? otherwise : Integer.parseInt(text.trim());
    }

    private static GroupConfig read(BrokerConfig config) {
        return new GroupConfig(
                config.get(CoordinatorSettings.GROUP_MIN_SESSION_TIMEOUT_MS),
                config.get(CoordinatorSettings.GROUP_MAX_SESSION_TIMEOUT_MS),
                config.get(CoordinatorSettings.GROUP_INITIAL_REBALANCE_DELAY_MS),
                config.get(CoordinatorSettings.GROUP_MAX_SIZE),
                config.get(CoordinatorSettings.OFFSET_METADATA_MAX_BYTES),
                TimeUnit.MINUTES.toMillis(config.get(CoordinatorSettings.OFFSETS_RETENTION_MINUTES)),
                config.get(CoordinatorSettings.OFFSETS_RETENTION_CHECK_INTERVAL_MS),
                config.get(CoordinatorSettings.GROUP_COORDINATOR_REBALANCE_PROTOCOLS),
                new ConsumerGroupConfig(
                        config.get(CoordinatorSettings.GROUP_CONSUMER_SESSION_TIMEOUT_MS),
                        config.get(CoordinatorSettings.GROUP_CONSUMER_HEARTBEAT_INTERVAL_MS),
                        config.get(CoordinatorSettings.GROUP_CONSUMER_MAX_SIZE),
                        config.get(CoordinatorSettings.GROUP_CONSUMER_ASSIGNMENT_INTERVAL_MS),
                        config.get(CoordinatorSettings.GROUP_CONSUMER_REGEX_REFRESH_INTERVAL_MS),
                        config.get(CoordinatorSettings.GROUP_CONSUMER_ASSIGNORS),
                        MigrationPolicy.valueOf(config.get(CoordinatorSettings.GROUP_CONSUMER_MIGRATION_POLICY).toUpperCase(Locale.ROOT))));
    }
}
