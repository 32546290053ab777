package io.barnabas.server.config;

import static io.barnabas.base.Setting.Scope.CLUSTER_WIDE;
import static io.barnabas.base.Setting.Scope.PER_BROKER;
import static io.barnabas.base.Setting.booleanOf;
import static io.barnabas.base.Setting.doubleOf;
import static io.barnabas.base.Setting.intOf;
import static io.barnabas.base.Setting.listOf;
import static io.barnabas.base.Setting.longOf;
import static io.barnabas.base.Setting.stringOf;

import io.barnabas.base.Setting;
import io.barnabas.base.SettingCheck;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The broker's own settings that code reads, by {@link BrokerConfig#get}. The defaults of topic settings are declared with
 * {@link TopicSettings}; all that nobody reads stands in {@link SettingTable}.
 */
public final class BrokerSettings {
    private static final List<Setting<?>> ALL = new ArrayList<>(64);
    private static final Map<String, Setting<?>> BY_NAME = new HashMap<>(128);

    public static final Setting<Integer> NODE_ID = honoured(intOf("node.id").atLeast(0).required()
            .doc("The number of this node, unique in the cluster."));
    public static final Setting<Integer> BROKER_ID = honoured(intOf("broker.id").defaultTo(-1)
            .doc("Older name of node.id; must be equal where both are given."));
    public static final Setting<List<String>> PROCESS_ROLES = honoured(
            listOf("process.roles").oneOf("broker", "controller").required()
            .doc("What this node is: broker, controller, or both. One node must be both."));
    public static final Setting<List<String>> LISTENERS = honoured(
            listOf("listeners").scope(PER_BROKER).defaultTo(List.of("PLAINTEXT://:9092"))
            .doc("Where to listen: NAME://host:port, several separated by commas. localhost means every "
                    + "loopback address, an empty host every address."));
    public static final Setting<List<String>> ADVERTISED_LISTENERS = honoured(listOf("advertised.listeners")
            .doc("The addresses that clients are told. Without it, a client is told the address that it came to."));
    public static final Setting<String> LISTENER_SECURITY_PROTOCOL_MAP = honoured(
            stringOf("listener.security.protocol.map").scope(PER_BROKER)
            .defaultTo("SASL_SSL:SASL_SSL,PLAINTEXT:PLAINTEXT,SSL:SSL,SASL_PLAINTEXT:SASL_PLAINTEXT")
            .doc("The security protocol of each listener name. Only PLAINTEXT is built."));
    public static final Setting<String> INTER_BROKER_LISTENER_NAME = honoured(stringOf("inter.broker.listener.name")
            .doc("The listener by which brokers reach each other; else the one named PLAINTEXT."));
    public static final Setting<List<String>> CONTROLLER_LISTENER_NAMES = honoured(
            listOf("controller.listener.names").required()
            .doc("The names of the listeners that controllers serve."));
    public static final Setting<List<String>> CONTROLLER_QUORUM_VOTERS = honoured(
            listOf("controller.quorum.voters").check(SettingCheck.distinct(false)).defaultTo(List.of())
            .doc("The voters of a static quorum, id@host:port. Only this node itself may be named."));
    public static final Setting<List<String>> CONTROLLER_QUORUM_BOOTSTRAP_SERVERS = honoured(
            listOf("controller.quorum.bootstrap.servers").check(SettingCheck.distinct(false)).defaultTo(List.of())
            .doc("Where to find the controllers. Only this node itself may be named."));
    public static final Setting<String> BROKER_RACK = honoured(stringOf("broker.rack")
            .doc("The rack of this broker, told to clients."));
    public static final Setting<List<String>> LOG_DIR = honoured(listOf("log.dir").defaultTo(List.of("/tmp/kafka-logs"))
            .doc("Where data is kept when log.dirs is not given."));
    public static final Setting<List<String>> LOG_DIRS = honoured(listOf("log.dirs")
            .doc("Directories for data, separated by commas."));
    public static final Setting<List<String>> CORDONED_LOG_DIRS = honoured(
            listOf("cordoned.log.dirs").scope(PER_BROKER).defaultTo(List.of())
            .doc("Directories among log.dirs in which no new partitions are placed, and into which none is moved; * for all."));
    public static final Setting<Long> LOG_DIR_FAILURE_TIMEOUT_MS = honoured(
            longOf("log.dir.failure.timeout.ms").atLeast(1).defaultTo(30_000L)
            .doc("Milliseconds in which the controller must have heard of a log directory that has failed, or the broker ends."));
    public static final Setting<Integer> NUM_REPLICA_ALTER_LOG_DIRS_THREADS = honoured(intOf("num.replica.alter.log.dirs.threads")
            .doc("Pieces of logs that are copied between log directories at the same time; else as many as there are directories."));
    public static final Setting<Long> REPLICA_ALTER_LOG_DIRS_IO_MAX_BYTES_PER_SECOND = honoured(
            longOf("replica.alter.log.dirs.io.max.bytes.per.second").atLeast(0).scope(PER_BROKER).internal().defaultTo(Long.MAX_VALUE)
            .doc("Bytes a second that are copied between log directories, all moves together."));
    public static final Setting<Integer> ALTER_LOG_DIRS_REPLICATION_QUOTA_WINDOW_NUM = honoured(
            intOf("alter.log.dirs.replication.quota.window.num").atLeast(1).defaultTo(11)
            .doc("How many windows that rate is an average over, the one under way included."));
    public static final Setting<Integer> ALTER_LOG_DIRS_REPLICATION_QUOTA_WINDOW_SIZE_SECONDS = honoured(
            intOf("alter.log.dirs.replication.quota.window.size.seconds").atLeast(1).defaultTo(1)
            .doc("Seconds of each of these windows."));
    public static final Setting<String> METADATA_LOG_DIR = honoured(stringOf("metadata.log.dir")
            .doc("The directory of the metadata log; else the first of log.dirs."));
    public static final Setting<Integer> NUM_PARTITIONS = honoured(intOf("num.partitions").atLeast(1).defaultTo(1)
            .doc("Partitions of a topic that is created without saying how many."));
    public static final Setting<Integer> DEFAULT_REPLICATION_FACTOR = honoured(
            intOf("default.replication.factor").defaultTo(1)
            .doc("Replicas of a topic that is created without saying how many."));
    public static final Setting<Boolean> AUTO_CREATE_TOPICS_ENABLE = honoured(
            booleanOf("auto.create.topics.enable").defaultTo(true)
            .doc("Whether a topic is created when a client first asks for it."));
    public static final Setting<Boolean> DELETE_TOPIC_ENABLE = honoured(booleanOf("delete.topic.enable").defaultTo(true)
            .doc("Whether topics may be deleted."));
    public static final Setting<Integer> MAX_CONNECTIONS = honoured(
            intOf("max.connections").atLeast(0).scope(CLUSTER_WIDE).defaultTo(Integer.MAX_VALUE)
            .doc("Connections of the whole broker, or of a listener; more wait in the kernel."));
    public static final Setting<Integer> MAX_CONNECTIONS_PER_IP = honoured(
            intOf("max.connections.per.ip").atLeast(0).scope(CLUSTER_WIDE).defaultTo(Integer.MAX_VALUE)
            .doc("Connections from one address; more are closed."));
    public static final Setting<String> MAX_CONNECTIONS_PER_IP_OVERRIDES = honoured(
            stringOf("max.connections.per.ip.overrides").scope(CLUSTER_WIDE).defaultTo("")
            .doc("Other limits for some addresses: host:count, separated by commas."));
    public static final Setting<Integer> MAX_CONNECTION_CREATION_RATE = honoured(
            intOf("max.connection.creation.rate").atLeast(0).scope(CLUSTER_WIDE).defaultTo(Integer.MAX_VALUE)
            .doc("New connections a second."));
    public static final Setting<Long> CONNECTIONS_MAX_IDLE_MS = honoured(
            longOf("connections.max.idle.ms").defaultTo(600_000L)
            .doc("Milliseconds of silence after which a connection is closed; negative for never."));
    public static final Setting<Integer> SOCKET_REQUEST_MAX_BYTES = honoured(
            intOf("socket.request.max.bytes").atLeast(1).defaultTo(104_857_600)
            .doc("The largest request that is read."));
    public static final Setting<Integer> SOCKET_RECEIVE_BUFFER_BYTES = honoured(
            intOf("socket.receive.buffer.bytes").defaultTo(102_400)
            .doc("SO_RCVBUF of connections; -1 leaves it to the system."));
    public static final Setting<Integer> SOCKET_SEND_BUFFER_BYTES = honoured(
            intOf("socket.send.buffer.bytes").defaultTo(102_400)
            .doc("SO_SNDBUF of connections; -1 leaves it to the system."));
    public static final Setting<Integer> SOCKET_LISTEN_BACKLOG_SIZE = honoured(
            intOf("socket.listen.backlog.size").atLeast(1).defaultTo(50)
            .doc("Connections that may wait to be accepted."));
    public static final Setting<Long> QUEUED_MAX_REQUEST_BYTES = honoured(longOf("queued.max.request.bytes").defaultTo(-1L)
            .doc("Bytes of requests held in memory before reading stops; -1 lets the broker choose."));
    public static final Setting<Integer> FETCH_MAX_BYTES = honoured(
            intOf("fetch.max.bytes").atLeast(1024).defaultTo(57_671_680)
            .doc("The most bytes that one fetch is answered with."));
    public static final Setting<Integer> MAX_INCREMENTAL_FETCH_SESSION_CACHE_SLOTS = honoured(
            intOf("max.incremental.fetch.session.cache.slots").atLeast(0).defaultTo(1000)
            .doc("Incremental fetch sessions that are kept."));
    public static final Setting<Integer> MAX_REQUEST_PARTITION_SIZE_LIMIT = honoured(
            intOf("max.request.partition.size.limit").atLeast(1).defaultTo(2000)
            .doc("Partitions in one answer of DescribeTopicPartitions."));
    public static final Setting<Integer> REQUEST_TIMEOUT_MS = honoured(intOf("request.timeout.ms").defaultTo(30_000)
            .doc("How long transaction markers wait for their acknowledgement."));
    public static final Setting<Long> LOG_RETENTION_CHECK_INTERVAL_MS = honoured(
            longOf("log.retention.check.interval.ms").atLeast(1).defaultTo(300_000L)
            .doc("Milliseconds between looks for segments to delete."));
    public static final Setting<Boolean> LOG_CLEANER_ENABLE = honoured(booleanOf("log.cleaner.enable").defaultTo(true)
            .doc("Whether topics with cleanup.policy=compact are compacted."));
    public static final Setting<Integer> LOG_CLEANER_THREADS = honoured(
            intOf("log.cleaner.threads").atLeast(0).scope(CLUSTER_WIDE).defaultTo(1)
            .doc("Logs that are compacted at the same time."));
    public static final Setting<Long> LOG_CLEANER_DEDUPE_BUFFER_SIZE = honoured(
            longOf("log.cleaner.dedupe.buffer.size").scope(CLUSTER_WIDE).defaultTo(134_217_728L)
            .doc("The most memory for keys of all compactions together, taken as keys come, and at most a quarter of the heap."));
    public static final Setting<Double> LOG_CLEANER_IO_BUFFER_LOAD_FACTOR = honoured(
            doubleOf("log.cleaner.io.buffer.load.factor").scope(CLUSTER_WIDE).defaultTo(0.9)
            .doc("How full that memory may become; fuller means more keys in a pass, and more time for each."));
    public static final Setting<Integer> LOG_CLEANER_IO_BUFFER_SIZE = honoured(
            intOf("log.cleaner.io.buffer.size").atLeast(0).scope(CLUSTER_WIDE).defaultTo(524_288)
            .doc("Memory for reading and writing of all compactions together."));
    public static final Setting<Double> LOG_CLEANER_IO_MAX_BYTES_PER_SECOND = honoured(
            doubleOf("log.cleaner.io.max.bytes.per.second").scope(CLUSTER_WIDE).defaultTo(Double.MAX_VALUE)
            .doc("The most bytes a second that all compactions together read and write."));
    public static final Setting<Long> LOG_CLEANER_BACKOFF_MS = honoured(
            longOf("log.cleaner.backoff.ms").atLeast(0).scope(CLUSTER_WIDE).defaultTo(15_000L)
            .doc("Milliseconds between two looks at whether a log with closed segments is worth compacting."));
    public static final Setting<Integer> PRODUCER_ID_EXPIRATION_MS = honoured(
            intOf("producer.id.expiration.ms").atLeast(1).scope(CLUSTER_WIDE).defaultTo(86_400_000)
            .doc("Milliseconds after which a silent producer is forgotten."));
    public static final Setting<Integer> NUM_RECOVERY_THREADS_PER_DATA_DIR = honoured(
            intOf("num.recovery.threads.per.data.dir").atLeast(1).scope(CLUSTER_WIDE).defaultTo(2)
            .doc("Threads that recover and flush each directory at start and stop."));
    public static final Setting<Integer> BROKER_HEARTBEAT_INTERVAL_MS = honoured(
            intOf("broker.heartbeat.interval.ms").defaultTo(2000)
            .doc("Milliseconds between heartbeats to the controller."));
    public static final Setting<Integer> BROKER_SESSION_TIMEOUT_MS = honoured(
            intOf("broker.session.timeout.ms").defaultTo(9000)
            .doc("Milliseconds without a heartbeat after which a broker is fenced."));
    public static final Setting<Integer> METADATA_LOG_SEGMENT_BYTES = honoured(
            intOf("metadata.log.segment.bytes").atLeast(8_388_608).defaultTo(1_073_741_824)
            .doc("Bytes at which a segment of the metadata log is closed."));
    public static final Setting<Long> METADATA_LOG_SEGMENT_MS = honoured(
            longOf("metadata.log.segment.ms").defaultTo(604_800_000L)
            .doc("Age in milliseconds at which a segment of the metadata log is closed."));
    public static final Setting<Long> METADATA_MAX_RETENTION_BYTES = honoured(
            longOf("metadata.max.retention.bytes").defaultTo(104_857_600L)
            .doc("Bytes of metadata log and snapshots that are kept; -1 for all."));
    public static final Setting<Long> METADATA_MAX_RETENTION_MS = honoured(
            longOf("metadata.max.retention.ms").defaultTo(604_800_000L)
            .doc("Milliseconds that metadata log and snapshots are kept; -1 for ever."));
    public static final Setting<Long> METADATA_LOG_MAX_RECORD_BYTES_BETWEEN_SNAPSHOTS = honoured(
            longOf("metadata.log.max.record.bytes.between.snapshots").atLeast(1).defaultTo(20_971_520L)
            .doc("Bytes of the metadata log after which a snapshot is written."));
    public static final Setting<Long> METADATA_LOG_MAX_SNAPSHOT_INTERVAL_MS = honoured(
            longOf("metadata.log.max.snapshot.interval.ms").atLeast(0).defaultTo(3_600_000L)
            .doc("Milliseconds after which a snapshot is written if the log grew; 0 for never."));

    /** Ours, not Kafka's. */
    public static final Setting<Boolean> LOG_FLUSH_BEFORE_ACK = honoured(booleanOf("log.flush.before.ack").defaultTo(true)
            .doc("Whether acks=all means on stable storage; false acknowledges from the page cache, as Kafka does."));
    /** Ours, not Kafka's; null for half the processors, at least 1 and at most 8. */
    public static final Setting<Integer> NUM_EVENT_LOOPS = honoured(intOf("num.event.loops")
            .check(SettingCheck.orUnset(1, 256))
            .doc("Event loops that serve connections and partitions; else half the processors, at least 1, at most 8."));

    private BrokerSettings() {}

    /** Every setting declared here. */
    public static List<Setting<?>> all() {
        return Collections.unmodifiableList(ALL);
    }

    /** @return null if none declared here is called so */
    static Setting<?> named(String name) {
        return BY_NAME.get(name);
    }

    private static <T> Setting<T> honoured(Setting<T> setting) {
        ALL.add(setting);
        BY_NAME.put(setting.name(), setting);
        return setting;
    }
}
