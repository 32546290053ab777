package io.barnabas.server.config;

import io.barnabas.base.Setting;
import io.barnabas.log.CompactionConfig;
import io.barnabas.log.LogConfig;
import io.barnabas.model.CompressionType;
import io.barnabas.model.RecordValidation;
import io.barnabas.model.TimestampType;
import io.barnabas.replication.PartitionConfig;
import io.barnabas.replication.PartitionConfig.FlushPolicy;
import java.util.HashMap;
import java.util.Map;

/** The topic settings that a broker's own settings come to, and with them what a topic's partitions obey. Immutable. */
final class TopicDefaults {
    private final Map<String, Object> values = new HashMap<>();
    private final boolean flushBeforeAck;
    private final int producerIdExpirationMs;
    private final PartitionConfig plain;

    TopicDefaults(BrokerConfig broker) {
        for (var known : TopicSettings.all()) {
            Object value = brokerValue(broker, known.setting());
            if (value != null) values.put(known.name(), value);
        }
        flushBeforeAck = broker.get(BrokerSettings.LOG_FLUSH_BEFORE_ACK);
        producerIdExpirationMs = broker.get(BrokerSettings.PRODUCER_ID_EXPIRATION_MS);
        plain = make(Map.of());
    }

    PartitionConfig with(Map<String, String> topic) {
        return topic.isEmpty() ? plain : make(topic);
    }

    /** What a topic without settings of its own has; never null unless the default is. */
    @SuppressWarnings("unchecked") // a value is put under the name of the setting that it was read for
    <T> T get(Setting<T> setting) {
        Object value = values.get(setting.name());
        return value == null ? setting.defaultValue() : (T) value;
    }

    private <T> T get(Setting<T> setting, Map<String, String> topic) {
        String text = topic.get(setting.name());
        return text == null ? get(setting) : setting.parse(text);
    }

    private PartitionConfig make(Map<String, String> topic) {
        return new PartitionConfig(log(topic), validation(topic), get(TopicSettings.MIN_INSYNC_REPLICAS, topic), flush(topic));
    }

    private LogConfig log(Map<String, String> topic) {
        var policy = get(TopicSettings.CLEANUP_POLICY, topic);
        return new LogConfig(
                get(TopicSettings.SEGMENT_BYTES, topic),
                get(TopicSettings.SEGMENT_MS, topic),
                get(TopicSettings.SEGMENT_JITTER_MS, topic),
                get(TopicSettings.SEGMENT_INDEX_BYTES, topic),
                get(TopicSettings.INDEX_INTERVAL_BYTES, topic),
                get(TopicSettings.RETENTION_MS, topic),
                get(TopicSettings.RETENTION_BYTES, topic),
                get(TopicSettings.FILE_DELETE_DELAY_MS, topic),
                get(TopicSettings.FLUSH_MESSAGES, topic),
                topic.containsKey(TopicSettings.FLUSH_MESSAGES.name()),
                get(TopicSettings.FLUSH_MS, topic),
                policy.contains("delete"),
                policy.contains("compact") ? compaction(topic) : null,
                producerIdExpirationMs);
    }

    private CompactionConfig compaction(Map<String, String> topic) {
        return new CompactionConfig(
                get(TopicSettings.DELETE_RETENTION_MS, topic),
                get(TopicSettings.MIN_COMPACTION_LAG_MS, topic),
                get(TopicSettings.MAX_COMPACTION_LAG_MS, topic),
                get(TopicSettings.MIN_CLEANABLE_DIRTY_RATIO, topic));
    }

    private RecordValidation validation(Map<String, String> topic) {
        return new RecordValidation(
                get(TopicSettings.MAX_MESSAGE_BYTES, topic),
                get(TopicSettings.MAX_DECOMPRESSED_MESSAGE_BYTES, topic),
                get(TopicSettings.MESSAGE_TIMESTAMP_TYPE, topic).equals("CreateTime")
                        ? TimestampType.CREATE_TIME : TimestampType.LOG_APPEND_TIME,
                get(TopicSettings.MESSAGE_TIMESTAMP_BEFORE_MAX_MS, topic),
                get(TopicSettings.MESSAGE_TIMESTAMP_AFTER_MAX_MS, topic),
                get(TopicSettings.CLEANUP_POLICY, topic).contains("compact"),
                compression(get(TopicSettings.COMPRESSION_TYPE, topic)),
                get(TopicSettings.COMPRESSION_GZIP_LEVEL, topic),
                get(TopicSettings.COMPRESSION_LZ4_LEVEL, topic),
                get(TopicSettings.COMPRESSION_ZSTD_LEVEL, topic));
    }

    private static CompressionType compression(String name) {
        return switch (name) {
            case "producer" -> null;
            case "uncompressed" -> CompressionType.NONE;
            default -> CompressionType.ofName(name);
        };
    }

    /**
     * A topic's own {@code flush.messages} decides where it says "each" or "never"; the broker's default of it only where
     * it says "each", so that durability is never lost by a default.
     */
    private FlushPolicy flush(Map<String, String> topic) {
        long messages = get(TopicSettings.FLUSH_MESSAGES, topic);
        if (messages == 1) return FlushPolicy.EVERY_ACK;
        boolean isOfTopic = topic.containsKey(TopicSettings.FLUSH_MESSAGES.name());
        if (isOfTopic && messages == Long.MAX_VALUE) return FlushPolicy.NEVER;
        return flushBeforeAck ? FlushPolicy.ACKS_ALL : FlushPolicy.NEVER;
    }

    /** The first of the broker's settings for this one that was given, in the topic's unit; else null. */
    private static Object brokerValue(BrokerConfig broker, Setting<?> setting) {
        for (var name : setting.brokerNames()) {
            Object value = broker.value(name);
            if (value == null) continue;
            if (setting.type() == Setting.Type.LONG) return Setting.fromBrokerUnit(name, ((Number) value).longValue());
            return value;
        }
        return null;
    }
}
