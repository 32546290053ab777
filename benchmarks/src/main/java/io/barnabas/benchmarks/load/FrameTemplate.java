package io.barnabas.benchmarks.load;

import io.barnabas.base.Payload;
import io.barnabas.base.Uuid;
import io.barnabas.protocol.ApiKey;
import io.barnabas.protocol.ApiMessage;
import io.barnabas.protocol.message.FetchRequest;
import io.barnabas.protocol.message.FetchRequest.FetchPartition;
import io.barnabas.protocol.message.FetchRequest.FetchTopic;
import io.barnabas.protocol.message.OffsetCommitRequest;
import io.barnabas.protocol.message.OffsetCommitRequest.OffsetCommitRequestPartition;
import io.barnabas.protocol.message.OffsetCommitRequest.OffsetCommitRequestTopic;
import io.barnabas.protocol.message.ProduceRequest;
import io.barnabas.protocol.message.ProduceRequest.PartitionProduceData;
import io.barnabas.protocol.message.ProduceRequest.TopicProduceData;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * A request as it goes over the wire, whose numbers that differ from one to the next lie at fixed places, big-endian.
 * Where they lie is found by writing the request once more with another number there.
 *
 * @param namesTopicsById and so does its answer
 * @param frame           from its length to its end
 * @param partitionAt     int32
 * @param offsetAt        int64, of a fetch's or a commit's first partition
 * @param offsetStride    bytes from one partition's offset to that of the next
 * @param sessionIdAt     int32, of a fetch; the session's epoch, int32, follows
 */
record FrameTemplate(boolean namesTopicsById, ByteBuffer frame, int partitionAt, int offsetAt, int offsetStride, int sessionIdAt) {
    static final int CORRELATION_ID_AT = 8;

    /** The first version of a produce, and also of a fetch, that names topics by id. */
    private static final short BY_ID_VERSION_MIN = 13;
    private static final short COMMIT_BY_ID_VERSION_MIN = 10;

    /** Older answers have another layout than {@link Answers} reads. */
    private static final short PRODUCE_VERSION_MIN = 9;
    private static final short FETCH_VERSION_MIN = 12;
    private static final short COMMIT_VERSION_MIN = 8;

    private static final int NO_PLACE = -1;
    private static final int PRODUCE_TIMEOUT_MS = 30_000;
    private static final int FETCH_MAX_WAIT_MS = 500;
    private static final int FETCH_BYTES_MAX = 50 << 20;
    private static final int PARTITION_BYTES_IN_FETCH = 33;
    /** With empty metadata, as most commits have. */
    private static final int PARTITION_BYTES_IN_COMMIT = 18;

    /** A batch for one partition. */
    static FrameTemplate produce(Topics topics, LoadSpec spec, ByteBuffer batch) {
        short version = topics.version(ApiKey.PRODUCE);
        require(ApiKey.PRODUCE, version, PRODUCE_VERSION_MIN);
        boolean byId = version >= BY_ID_VERSION_MIN;
        var id = byId ? topics.id(spec.topic()) : Uuid.ZERO;
        var frame = frame(produce(spec, id, 0, batch), version);
        return new FrameTemplate(byId, frame, difference(frame, produce(spec, id, -1, batch), version), NO_PLACE, 0, NO_PLACE);
    }

    private static ProduceRequest produce(LoadSpec spec, Uuid id, int partition, ByteBuffer batch) {
        var topic = new TopicProduceData().setName(spec.topic()).setTopicId(id)
                .setPartitionData(List.of(new PartitionProduceData().setIndex(partition).setRecords(Payload.of(batch))));
        return new ProduceRequest().setAcks(spec.acks()).setTimeoutMs(PRODUCE_TIMEOUT_MS).setTopicData(List.of(topic));
    }

    /** A fetch of so many partitions, from 0 on, from their first offset, as one waits for that has nothing else to do. */
    static FrameTemplate fetch(Topics topics, LoadSpec spec, int partitionCount) {
        short version = topics.version(ApiKey.FETCH);
        require(ApiKey.FETCH, version, FETCH_VERSION_MIN);
        boolean byId = version >= BY_ID_VERSION_MIN;
        var id = byId ? topics.id(spec.topic()) : Uuid.ZERO;
        var frame = frame(fetch(spec, id, partitionCount, first -> first), version);
        int partitionAt = difference(frame, fetch(spec, id, partitionCount, first -> first.setPartition(-1)), version);
        int offsetAt = difference(frame, fetch(spec, id, partitionCount, first -> first.setFetchOffset(-1)), version);
        int sessionIdAt = difference(frame, fetch(spec, id, partitionCount, first -> first).setSessionId(-1), version);
        return new FrameTemplate(byId, frame, partitionAt, offsetAt, PARTITION_BYTES_IN_FETCH, sessionIdAt);
    }

    private static FetchRequest fetch(LoadSpec spec, Uuid id, int partitionCount, UnaryOperator<FetchPartition> changeFirst) {
        var topic = new FetchTopic().setTopic(spec.topic()).setTopicId(id);
        for (int i = 0; i < partitionCount; i++) topic.partitions().add(new FetchPartition().setPartition(i).setPartitionMaxBytes(spec.fetchBytesMax()));
        changeFirst.apply(topic.partitions().get(0));
        return new FetchRequest().setMaxWaitMs(FETCH_MAX_WAIT_MS).setMinBytes(1).setMaxBytes(Math.max(FETCH_BYTES_MAX, spec.fetchBytesMax()))
                .setSessionId(0).setSessionEpoch(spec.fetchSessions() ? 0 : -1).setTopics(List.of(topic));
    }

    /** A commit of an offset of each partition, as a group's only consumer makes it that has no generation. */
    static FrameTemplate commit(Topics topics, LoadSpec spec, String group) {
        short version = topics.version(ApiKey.OFFSET_COMMIT);
        require(ApiKey.OFFSET_COMMIT, version, COMMIT_VERSION_MIN);
        boolean byId = version >= COMMIT_BY_ID_VERSION_MIN;
        var id = byId ? topics.id(spec.topic()) : Uuid.ZERO;
        var frame = frame(commit(spec, id, group, 0), version);
        return new FrameTemplate(byId, frame, NO_PLACE, difference(frame, commit(spec, id, group, -1), version), PARTITION_BYTES_IN_COMMIT, NO_PLACE);
    }

    private static OffsetCommitRequest commit(LoadSpec spec, Uuid id, String group, long firstOffset) {
        var topic = new OffsetCommitRequestTopic().setName(spec.topic()).setTopicId(id);
        for (int i = 0; i < spec.partitionCount(); i++) {
            topic.partitions().add(new OffsetCommitRequestPartition().setPartitionIndex(i).setCommittedOffset(i == 0 ? firstOffset : 0).setCommittedMetadata(""));
        }
        return new OffsetCommitRequest().setGroupId(group).setTopics(List.of(topic));
    }

    /** Where the offset of the partition at this place in the request lies. */
    int offsetAt(int index) {
        return offsetAt + index * offsetStride;
    }

    private static void require(ApiKey api, short version, short versionMin) {
        if (version < versionMin) throw new LoadException("the broker's %s is too old: version=%d needed=%d".formatted(api, version, versionMin));
    }

    private static ByteBuffer frame(ApiMessage request, short version) {
        return BlockingClient.frame(request, version, 0).toByteBuffer();
    }

    private static int difference(ByteBuffer frame, ApiMessage other, short version) {
        return frame.mismatch(frame(other, version));
    }
}
