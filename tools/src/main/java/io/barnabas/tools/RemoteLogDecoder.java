package io.barnabas.tools;

import io.barnabas.base.ByteReader;
import io.barnabas.base.DecodeException;
import io.barnabas.model.Record;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;

/**
 * Records of {@code __remote_log_metadata}, which segments of a log lie elsewhere: framed as those of the metadata log, and
 * shown as Apache Kafka's classes call themselves.
 */
final class RemoteLogDecoder implements RecordDecoder {
    private static final int SEGMENT = 0;
    private static final int SEGMENT_UPDATE = 1;
    private static final int PARTITION_DELETE = 2;
    private static final int SEGMENT_SNAPSHOT = 3;
    private static final List<String> SEGMENT_STATES =
            List.of("COPY_SEGMENT_STARTED", "COPY_SEGMENT_FINISHED", "DELETE_SEGMENT_STARTED", "DELETE_SEGMENT_FINISHED");
    private static final List<String> DELETE_STATES =
            List.of("DELETE_PARTITION_MARKED", "DELETE_PARTITION_STARTED", "DELETE_PARTITION_FINISHED");

    @Override
    public Decoded decode(Record record) {
        try {
            if (record.value() == null) throw new DecodeException("There is no value.");
            var reader = new ByteReader(record.value().duplicate());
            var frame = MetadataDecoder.readFrame(reader);
            var schema = RecordSchemas.storage(frame.type());
            if (schema == null) throw new DecodeException("Unknown metadata id " + frame.type());
            return new Decoded(null, text(frame.type(), schema.read(reader, frame.version())));
        } catch (DecodeException e) {
            return new Decoded(null, "Error at offset %d, skipping. %s".formatted(record.offset(), e.getMessage()));
        }
    }

    private static String text(int type, Map<String, Object> data) {
        return switch (type) {
            case SEGMENT -> new Text("RemoteLogSegmentMetadata").add("remoteLogSegmentId", segmentId(data)).copy(data, "startOffset", "endOffset",
                    "brokerId", "maxTimestampMs", "eventTimestampMs").addSegment(data).toString();
            case SEGMENT_UPDATE -> new Text("RemoteLogSegmentMetadataUpdate").add("remoteLogSegmentId", segmentId(data))
                    .add("customMetadata", custom(data)).add("state", segmentState(data)).copy(data, "eventTimestampMs", "brokerId").toString();
            case PARTITION_DELETE -> new Text("RemotePartitionDeleteMetadata").add("topicPartition", partition(data))
                    .add("state", state(data, "remotePartitionDeleteState", DELETE_STATES)).copy(data, "eventTimestampMs", "brokerId").toString();
            case SEGMENT_SNAPSHOT -> new Text("RemoteLogSegmentMetadataSnapshot").copy(data, "segmentId", "startOffset", "endOffset",
                    "maxTimestampMs")
                    .addSegment(data).toString();
            default -> throw new AssertionError(type);
        };
    }

    private static final class Text {
        private final StringJoiner fields;

        Text(String name) {
            fields = new StringJoiner(", ", name + "{", "}");
        }

        Text add(String name, Object value) {
            fields.add(name + "=" + value);
            return this;
        }

        Text copy(Map<String, Object> data, String... names) {
            for (var name : names) add(name, data.get(name));
            return this;
        }

        Text addSegment(Map<String, Object> data) {
            return add("segmentLeaderEpochs", leaderEpochs(data)).copy(data, "segmentSizeInBytes").add("customMetadata", custom(data))
                    .add("state", segmentState(data)).add("txnIdxEmpty", data.getOrDefault("txnIndexEmpty", false));
        }

        @Override
        public String toString() {
            return fields.toString();
        }
    }

    private static String segmentId(Map<String, Object> data) {
        var id = struct(data, "remoteLogSegmentId");
        return new Text("RemoteLogSegmentId").add("topicIdPartition", partition(id)).add("id", id.get("id")).toString();
    }

    private static String partition(Map<String, Object> data) {
        var partition = struct(data, "topicIdPartition");
        return partition.get("id") + ":" + partition.get("name") + "-" + partition.get("partition");
    }

    private static String leaderEpochs(Map<String, Object> data) {
        var epochs = new StringJoiner(", ", "{", "}");
        for (var each : (List<?>) data.get("segmentLeaderEpochs")) {
            var epoch = (Map<?, ?>) each;
            epochs.add(epoch.get("leaderEpoch") + "=" + epoch.get("offset"));
        }
        return epochs.toString();
    }

    private static String custom(Map<String, Object> data) {
        return data.get("customMetadata") instanceof byte[] bytes ? "Optional[CustomMetadata{" + bytes.length + " bytes}]" : "Optional.empty";
    }

    private static String segmentState(Map<String, Object> data) {
        return state(data, "remoteLogSegmentState", SEGMENT_STATES);
    }

    private static String state(Map<String, Object> data, String name, List<String> states) {
        int id = ((Number) data.get(name)).intValue();
        if (id < 0 || id >= states.size()) throw new DecodeException("Unknown state: " + name + "=" + id);
        return states.get(id);
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> struct(Map<String, Object> data, String name) {
        return (Map<String, Object>) data.get(name);
    }
}
