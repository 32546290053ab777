package io.barnabas.server.config;

import static io.barnabas.base.Setting.Scope.CLUSTER_WIDE;
import static io.barnabas.base.Setting.intOf;
import static io.barnabas.base.Setting.listOf;
import static io.barnabas.base.Setting.longOf;
import static io.barnabas.base.Setting.shortOf;
import static io.barnabas.base.Setting.stringOf;

import io.barnabas.base.Setting;
import io.barnabas.base.SettingCheck;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** The broker's settings of groups and their offsets that code reads, by {@link BrokerConfig#get}. */
public final class CoordinatorSettings {
    private static final List<Setting<?>> ALL = new ArrayList<>(32);

    public static final Setting<Integer> OFFSETS_TOPIC_NUM_PARTITIONS = honoured(
            intOf("offsets.topic.num.partitions").atLeast(1).defaultTo(50)
            .doc("Partitions of __consumer_offsets, when it is created."));
    public static final Setting<Short> OFFSETS_TOPIC_REPLICATION_FACTOR = honoured(
            shortOf("offsets.topic.replication.factor").atLeast(1).defaultTo((short) 3)
            .doc("Replicas of each partition of __consumer_offsets, when it is created; no more than there are brokers."));
    public static final Setting<Integer> OFFSETS_TOPIC_SEGMENT_BYTES = honoured(
            intOf("offsets.topic.segment.bytes").atLeast(1).defaultTo(104_857_600)
            .doc("segment.bytes of __consumer_offsets, when it is created."));
    public static final Setting<Integer> OFFSETS_TOPIC_COMPRESSION_CODEC = honoured(
            intOf("offsets.topic.compression.codec").defaultTo(0)
            .doc("How batches of __consumer_offsets are packed: 0 not, 1 gzip, 2 snappy, 3 lz4, 4 zstd."));
    public static final Setting<Integer> OFFSETS_LOAD_BUFFER_SIZE = honoured(
            intOf("offsets.load.buffer.size").atLeast(1).defaultTo(5_242_880)
            .doc("Bytes that are read at a time when groups and offsets are loaded; a larger batch is read whole."));
    public static final Setting<Integer> OFFSETS_COMMIT_TIMEOUT_MS = honoured(
            intOf("offsets.commit.timeout.ms").atLeast(1).defaultTo(5_000)
            .doc("Milliseconds after which whoever waits for a commit, or any other record of a group, is told to try again."));
    public static final Setting<Integer> OFFSETS_RETENTION_MINUTES = honoured(
            intOf("offsets.retention.minutes").atLeast(1).defaultTo(10_080)
            .doc("Minutes that offsets are kept once their group is empty, or after the commit where nobody is ever a member."));
    public static final Setting<Long> OFFSETS_RETENTION_CHECK_INTERVAL_MS = honoured(
            longOf("offsets.retention.check.interval.ms").atLeast(1).defaultTo(600_000L)
            .doc("How often expired offsets are looked for."));
    public static final Setting<Integer> OFFSET_METADATA_MAX_BYTES = honoured(
            intOf("offset.metadata.max.bytes").defaultTo(4_096)
            .doc("Length of the text that may be committed with an offset."));

    public static final Setting<Integer> GROUP_MIN_SESSION_TIMEOUT_MS = honoured(intOf("group.min.session.timeout.ms").defaultTo(6_000)
            .doc("The least session timeout of members of classic groups."));
    public static final Setting<Integer> GROUP_MAX_SESSION_TIMEOUT_MS = honoured(intOf("group.max.session.timeout.ms").defaultTo(1_800_000)
            .doc("The greatest session timeout of members of classic groups."));
    public static final Setting<Integer> GROUP_INITIAL_REBALANCE_DELAY_MS = honoured(intOf("group.initial.rebalance.delay.ms").defaultTo(3_000)
            .doc("How long a classic group that was empty waits for more members before its first rebalance ends."));
    public static final Setting<Integer> GROUP_MAX_SIZE = honoured(intOf("group.max.size").atLeast(1).defaultTo(Integer.MAX_VALUE)
            .doc("Members of a classic group at most."));
    public static final Setting<List<String>> GROUP_COORDINATOR_REBALANCE_PROTOCOLS = honoured(
            listOf("group.coordinator.rebalance.protocols").oneOf("consumer", "classic", "share", "streams")
            .defaultTo(List.of("classic", "consumer", "streams"))
            .doc("The protocols that groups may follow; those of share and streams groups are not built."));

    public static final Setting<Integer> GROUP_CONSUMER_SESSION_TIMEOUT_MS = honoured(
            intOf("group.consumer.session.timeout.ms").atLeast(1).defaultTo(45_000)
            .doc("After which a silent member of the consumer protocol is gone."));
    public static final Setting<Integer> GROUP_CONSUMER_HEARTBEAT_INTERVAL_MS = honoured(
            intOf("group.consumer.heartbeat.interval.ms").atLeast(1).defaultTo(5_000)
            .doc("How often members of the consumer protocol are told to send heartbeats."));
    public static final Setting<Integer> GROUP_CONSUMER_MAX_SIZE = honoured(
            intOf("group.consumer.max.size").atLeast(1).defaultTo(Integer.MAX_VALUE)
            .doc("Members of a group of the consumer protocol at most."));
    public static final Setting<Integer> GROUP_CONSUMER_ASSIGNMENT_INTERVAL_MS = honoured(
            intOf("group.consumer.assignment.interval.ms").atLeast(0).scope(CLUSTER_WIDE).defaultTo(1_000)
            .doc("The least time between two computations of the assignment of a group of the consumer protocol."));
    public static final Setting<Integer> GROUP_CONSUMER_REGEX_REFRESH_INTERVAL_MS = honoured(
            intOf("group.consumer.regex.refresh.interval.ms").atLeast(10_000).internal().defaultTo(600_000)
            .doc("How often the regular expressions of a group are looked at again."));
    public static final Setting<List<String>> GROUP_CONSUMER_ASSIGNORS = honoured(
            listOf("group.consumer.assignors").defaultTo(List.of("uniform", "range"))
            .doc("The assignors that members of the consumer protocol may choose, the default first: uniform, range."));
    public static final Setting<String> GROUP_CONSUMER_MIGRATION_POLICY = honoured(
            stringOf("group.consumer.migration.policy").check(SettingCheck.oneOfAnyCase("DISABLED", "DOWNGRADE", "UPGRADE", "BIDIRECTIONAL"))
            .defaultTo("bidirectional")
            .doc("Whether groups go over from the classic to the consumer protocol (upgrade), back (downgrade), both or neither."));

    private CoordinatorSettings() {}

    /** Every setting declared here. */
    static List<Setting<?>> all() {
        return Collections.unmodifiableList(ALL);
    }

    private static <T> Setting<T> honoured(Setting<T> setting) {
        ALL.add(setting);
        return setting;
    }
}
