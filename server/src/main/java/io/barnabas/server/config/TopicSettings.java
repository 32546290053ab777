package io.barnabas.server.config;

import static io.barnabas.base.Setting.Type.INT;
import static io.barnabas.base.Setting.Type.LIST;
import static io.barnabas.base.Setting.booleanOf;
import static io.barnabas.base.Setting.doubleOf;
import static io.barnabas.base.Setting.intOf;
import static io.barnabas.base.Setting.listOf;
import static io.barnabas.base.Setting.longOf;
import static io.barnabas.base.Setting.stringOf;

import io.barnabas.base.Setting;
import io.barnabas.model.RecordValidation;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** The settings of topics, with the broker settings that give their defaults. */
public final class TopicSettings {
    private static final String REMOTE = "For remote storage, which is not built.";
    private static final String FILES = "Files grow as they are written.";
    private static final String GROUPS = "For groups, which are not built.";
    private static final String SEVERAL = "For clusters of several nodes, which are not built.";

    private static final List<KnownSetting> ALL = new ArrayList<>(40);

    public static final Setting<List<String>> CLEANUP_POLICY = honoured(listOf("cleanup.policy")
            .brokerNames("log.cleanup.policy").oneOf("compact", "delete").defaultTo(List.of("delete"))
            .doc("What happens to old segments: delete drops them; compact keeps the last value of each key; both may be named."));
    public static final Setting<Integer> COMPRESSION_GZIP_LEVEL = honoured(intOf("compression.gzip.level")
            .brokerNames("compression.gzip.level").check(ValidValues.of(INT, ValidValues.GZIP_LEVEL)).defaultTo(-1)
            .doc("The level when this topic packs batches with gzip; -1 for the default of the codec."));
    public static final Setting<Integer> COMPRESSION_LZ4_LEVEL = honoured(intOf("compression.lz4.level")
            .brokerNames("compression.lz4.level").between(1, 17).defaultTo(9)
            .doc("The level when this topic packs batches with lz4."));
    public static final Setting<String> COMPRESSION_TYPE = honoured(stringOf("compression.type")
            .brokerNames("compression.type").oneOf("uncompressed", "zstd", "lz4", "snappy", "gzip", "producer")
            .defaultTo("producer")
            .doc("The codec of stored batches; producer keeps what was sent."));
    public static final Setting<Integer> COMPRESSION_ZSTD_LEVEL = honoured(intOf("compression.zstd.level")
            .brokerNames("compression.zstd.level").between(-131_072, 22).defaultTo(3)
            .doc("The level when this topic packs batches with zstd."));
    public static final Setting<Long> DELETE_RETENTION_MS = honoured(longOf("delete.retention.ms")
            .brokerNames("log.cleaner.delete.retention.ms").atLeast(0).defaultTo(86_400_000L)
            .doc("Milliseconds that a tombstone stays after its first compaction."));
    public static final Setting<Long> FILE_DELETE_DELAY_MS = honoured(longOf("file.delete.delay.ms")
            .brokerNames("log.segment.delete.delay.ms").atLeast(0).defaultTo(60_000L)
            .doc("Milliseconds between taking a segment away from readers and deleting its files."));
    public static final Setting<Long> FLUSH_MESSAGES = honoured(longOf("flush.messages")
            .brokerNames("log.flush.interval.messages").atLeast(1).defaultTo(Long.MAX_VALUE)
            .doc("Records after which the log is flushed; 1 makes every acknowledgement wait for the disk, the largest none."));
    public static final Setting<Long> FLUSH_MS = honoured(longOf("flush.ms")
            .brokerNames("log.flush.interval.ms", "log.flush.scheduler.interval.ms").atLeast(0).defaultTo(Long.MAX_VALUE)
            .doc("Milliseconds after which what was appended is flushed."));
    public static final Setting<Integer> INDEX_INTERVAL_BYTES = honoured(intOf("index.interval.bytes")
            .brokerNames("log.index.interval.bytes").atLeast(0).defaultTo(4_096)
            .doc("Bytes of records between entries of the offset index."));
    public static final Setting<Long> MAX_COMPACTION_LAG_MS = honoured(longOf("max.compaction.lag.ms")
            .brokerNames("log.cleaner.max.compaction.lag.ms").atLeast(1).defaultTo(Long.MAX_VALUE)
            .doc("Age in milliseconds at which a record is to be compacted, however little else is."));
    public static final Setting<Integer> MAX_DECOMPRESSED_MESSAGE_BYTES = honoured(intOf("max.decompressed.message.bytes")
            .brokerNames("max.decompressed.message.bytes").between(1, RecordValidation.DECOMPRESSED_BYTES_MAX)
            .defaultTo(RecordValidation.DECOMPRESSED_BYTES_MAX)
            .doc("The largest size of a batch after decompression."));
    public static final Setting<Integer> MAX_MESSAGE_BYTES = honoured(intOf("max.message.bytes")
            .brokerNames("message.max.bytes").atLeast(0).defaultTo(1_048_588)
            .doc("The largest batch that is stored."));
    public static final Setting<Long> MESSAGE_TIMESTAMP_AFTER_MAX_MS = honoured(longOf("message.timestamp.after.max.ms")
            .brokerNames("log.message.timestamp.after.max.ms").atLeast(0).defaultTo(3_600_000L)
            .doc("How far a timestamp may lie after the time of the broker, in milliseconds."));
    public static final Setting<Long> MESSAGE_TIMESTAMP_BEFORE_MAX_MS = honoured(longOf("message.timestamp.before.max.ms")
            .brokerNames("log.message.timestamp.before.max.ms").atLeast(0).defaultTo(Long.MAX_VALUE)
            .doc("How far a timestamp may lie before the time of the broker, in milliseconds."));
    public static final Setting<String> MESSAGE_TIMESTAMP_TYPE = honoured(stringOf("message.timestamp.type")
            .brokerNames("log.message.timestamp.type").oneOf("CreateTime", "LogAppendTime").defaultTo("CreateTime")
            .doc("Whether a record carries its time of creation or of its appending."));
    public static final Setting<Double> MIN_CLEANABLE_DIRTY_RATIO = honoured(doubleOf("min.cleanable.dirty.ratio")
            .brokerNames("log.cleaner.min.cleanable.ratio").between(0.0, 1.0).defaultTo(0.5)
            .doc("Share of a log's bytes that must not have been compacted before it is compacted again."));
    public static final Setting<Long> MIN_COMPACTION_LAG_MS = honoured(longOf("min.compaction.lag.ms")
            .brokerNames("log.cleaner.min.compaction.lag.ms").atLeast(0).defaultTo(0L)
            .doc("Milliseconds that a record is left alone before it is compacted."));
    public static final Setting<Integer> MIN_INSYNC_REPLICAS = honoured(intOf("min.insync.replicas")
            .brokerNames("min.insync.replicas").atLeast(1).defaultTo(1)
            .doc("In-sync replicas without which acks=all is refused."));
    public static final Setting<Long> RETENTION_BYTES = honoured(longOf("retention.bytes")
            .brokerNames("log.retention.bytes").defaultTo(-1L)
            .doc("Bytes of a partition above which its oldest segments are deleted; -1 for no limit."));
    public static final Setting<Long> RETENTION_MS = honoured(longOf("retention.ms")
            .brokerNames("log.retention.ms", "log.retention.minutes", "log.retention.hours").atLeast(-1)
            .defaultTo(604_800_000L)
            .doc("Milliseconds after which a segment is deleted; -1 for no limit."));
    public static final Setting<Integer> SEGMENT_BYTES = honoured(intOf("segment.bytes").brokerNames("log.segment.bytes")
            .atLeast(1_048_576).defaultTo(1_073_741_824)
            .doc("Bytes at which the active segment is closed and the next one opened."));
    public static final Setting<Integer> SEGMENT_INDEX_BYTES = honoured(intOf("segment.index.bytes")
            .brokerNames("log.index.size.max.bytes").atLeast(4).defaultTo(10_485_760)
            .doc("The largest size of an index file."));
    public static final Setting<Long> SEGMENT_JITTER_MS = honoured(longOf("segment.jitter.ms")
            .brokerNames("log.roll.jitter.ms", "log.roll.jitter.hours").atLeast(0).defaultTo(0L)
            .doc("The most milliseconds by which the closing of a segment is brought forward, at random."));
    public static final Setting<Long> SEGMENT_MS = honoured(longOf("segment.ms")
            .brokerNames("log.roll.ms", "log.roll.hours").atLeast(1).defaultTo(604_800_000L)
            .doc("Milliseconds after which the active segment is closed."));

    static {
        accepted(GROUPS, booleanOf("errors.deadletterqueue.group.enable").defaultTo(false));
        accepted(SEVERAL, listOf("follower.replication.throttled.replicas")
            .check(ValidValues.of(LIST, ValidValues.THROTTLED_REPLICAS)).defaultTo(List.of()));
        accepted("Without effect here.", intOf("internal.segment.bytes").internal());
        accepted(SEVERAL, listOf("leader.replication.throttled.replicas")
            .check(ValidValues.of(LIST, ValidValues.THROTTLED_REPLICAS)).defaultTo(List.of()));
        accepted(REMOTE, longOf("local.retention.bytes").brokerNames("log.local.retention.bytes").atLeast(-2)
            .defaultTo(-2L));
        accepted(REMOTE, longOf("local.retention.ms").brokerNames("log.local.retention.ms").atLeast(-2).defaultTo(-2L));
        accepted(FILES, booleanOf("preallocate").brokerNames("log.preallocate").defaultTo(false));
        accepted(REMOTE, longOf("remote.copy.lag.bytes").brokerNames("log.remote.copy.lag.bytes").atLeast(-1)
            .defaultTo(-1L));
        accepted(REMOTE, longOf("remote.copy.lag.ms").brokerNames("log.remote.copy.lag.ms").atLeast(-1).defaultTo(0L));
        accepted(REMOTE, booleanOf("remote.log.copy.disable").defaultTo(false));
        accepted(REMOTE, booleanOf("remote.log.delete.on.disable").defaultTo(false));
        add(Kind.REFUSED, "Remote storage is not built: only the default is accepted.",
                booleanOf("remote.storage.enable").defaultTo(false).doc(""));
        accepted(SEVERAL, booleanOf("unclean.leader.election.enable").brokerNames("unclean.leader.election.enable")
            .defaultTo(false));
    }

    private TopicSettings() {}

    /** Every setting of a topic. */
    public static List<KnownSetting> all() {
        return Collections.unmodifiableList(ALL);
    }

    private static <T> Setting<T> honoured(Setting<T> setting) {
        add(Kind.HONOURED, "", setting);
        return setting;
    }

    private static void accepted(String note, Setting.Declaration<?> setting) {
        add(Kind.ACCEPTED, note, setting.doc(""));
    }

    private static void add(Kind kind, String note, Setting<?> setting) {
        ALL.add(new KnownSetting(setting, kind, note));
    }
}
