package io.barnabas.benchmarks.load;

import io.barnabas.base.Uuid;
import io.barnabas.model.ErrorCode;
import io.barnabas.protocol.ApiKey;
import io.barnabas.protocol.message.CreateTopicsRequest;
import io.barnabas.protocol.message.CreateTopicsRequest.CreatableTopic;
import io.barnabas.protocol.message.CreateTopicsRequest.CreatableTopicConfig;
import io.barnabas.protocol.message.CreateTopicsResponse;
import io.barnabas.protocol.message.DeleteTopicsRequest;
import io.barnabas.protocol.message.DeleteTopicsRequest.DeleteTopicState;
import io.barnabas.protocol.message.DeleteTopicsResponse;
import io.barnabas.protocol.message.IncrementalAlterConfigsRequest;
import io.barnabas.protocol.message.IncrementalAlterConfigsRequest.AlterConfigsResource;
import io.barnabas.protocol.message.IncrementalAlterConfigsRequest.AlterableConfig;
import io.barnabas.protocol.message.IncrementalAlterConfigsResponse;
import io.barnabas.protocol.message.ListOffsetsRequest;
import io.barnabas.protocol.message.ListOffsetsRequest.ListOffsetsPartition;
import io.barnabas.protocol.message.ListOffsetsRequest.ListOffsetsTopic;
import io.barnabas.protocol.message.ListOffsetsResponse;
import io.barnabas.protocol.message.MetadataRequest;
import io.barnabas.protocol.message.MetadataRequest.MetadataRequestTopic;
import io.barnabas.protocol.message.MetadataResponse;
import io.barnabas.protocol.message.MetadataResponse.MetadataResponseTopic;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Topics of a single-node broker, by plain requests over one connection. Used by one thread. */
public final class Topics implements AutoCloseable {
    private static final Duration CREATE_MAX = Duration.ofMinutes(10);
    private static final long LATEST = -1;
    private static final long EARLIEST = -2;
    private static final byte TOPIC_RESOURCE = 2;
    private static final byte SET = 0;

    private final BlockingClient client;

    private Topics(BlockingClient client) {
        this.client = client;
    }

    /** @throws LoadException if no broker answers there */
    public static Topics connect(InetSocketAddress broker) {
        return new Topics(new BlockingClient(broker));
    }

    /**
     * Waits for a broker that is starting: tries to connect again and again until a Metadata request is answered.
     *
     * @throws LoadException if it has not answered in time
     */
    public static void awaitMetadata(InetSocketAddress broker, Duration max) {
        long deadlineNs = System.nanoTime() + max.toNanos();
        while (true) {
            try (var topics = connect(broker)) {
                topics.client.ask(metadataRequest(List.of()), MetadataResponse.class);
                return;
            } catch (LoadException e) {
                if (System.nanoTime() > deadlineNs) throw new LoadException("the broker does not answer: address=%s time=%s".formatted(broker, max), e);
                pause();
            }
        }
    }

    /** Creates a topic with one replica and waits until {@link #awaitReady every partition answers}. */
    public void create(String topic, int partitionCount, Map<String, String> configs) {
        var wanted = new CreatableTopic().setName(topic).setNumPartitions(partitionCount).setReplicationFactor((short) 1);
        configs.forEach((name, value) -> wanted.configs().add(new CreatableTopicConfig().setName(name).setValue(value)));
        var request = new CreateTopicsRequest().setTimeoutMs((int) CREATE_MAX.toMillis());
        request.topics().add(wanted);
        var answer = client.ask(request, CreateTopicsResponse.class).topics().get(0);
        if (answer.errorCode() != 0) throw refused("cannot create the topic", topic, answer.errorCode(), answer.errorMessage());
        awaitReady(topic, partitionCount, CREATE_MAX);
    }

    /** {@link #create Creates} the topic unless there is one of this name. */
    public void createIfMissing(String topic, int partitionCount, Map<String, String> configs) {
        if (describe(topic).errorCode() == ErrorCode.UNKNOWN_TOPIC_OR_PARTITION.code()) create(topic, partitionCount, configs);
    }

    /** Waits until every partition has a leader and tells its end offset. */
    public void awaitReady(String topic, int partitionCount, Duration max) {
        long deadlineNs = System.nanoTime() + max.toNanos();
        while (!isReady(topic, partitionCount)) {
            if (System.nanoTime() > deadlineNs) throw new LoadException("partitions without leaders: topic=%s time=%s".formatted(topic, max));
            pause();
        }
    }

    private boolean isReady(String topic, int partitionCount) {
        var described = describe(topic);
        if (described.errorCode() != 0 || described.partitions().size() < partitionCount) return false;
        for (var partition : described.partitions()) if (partition.errorCode() != 0 || partition.leaderId() < 0) return false;
        for (var partition : listOffsets(topic, partitionCount, LATEST)) if (partition.errorCode() != 0) return false;
        return true;
    }

    /** Gives one setting of a topic another value. */
    public void configure(String topic, String name, String value) {
        var resource = new AlterConfigsResource().setResourceType(TOPIC_RESOURCE).setResourceName(topic);
        resource.configs().add(new AlterableConfig().setName(name).setConfigOperation(SET).setValue(value));
        var request = new IncrementalAlterConfigsRequest();
        request.resources().add(resource);
        var answer = client.ask(request, IncrementalAlterConfigsResponse.class).responses().get(0);
        if (answer.errorCode() != 0) throw refused("cannot set " + name, topic, answer.errorCode(), answer.errorMessage());
    }

    /** Deletes a topic, if it is there, and waits until the broker does not know it any more. */
    public void delete(String topic) {
        var request = new DeleteTopicsRequest().setTimeoutMs((int) CREATE_MAX.toMillis());
        if (client.version(ApiKey.DELETE_TOPICS) >= 6) request.topics().add(new DeleteTopicState().setName(topic));
        else request.topicNames().add(topic);
        var answer = client.ask(request, DeleteTopicsResponse.class).responses().get(0);
        if (answer.errorCode() == ErrorCode.UNKNOWN_TOPIC_OR_PARTITION.code()) return;
        if (answer.errorCode() != 0) throw refused("cannot delete the topic", topic, answer.errorCode(), answer.errorMessage());
        while (describe(topic).errorCode() != ErrorCode.UNKNOWN_TOPIC_OR_PARTITION.code()) pause();
    }

    /** The first offset of every partition from 0 on. */
    public long[] startOffsets(String topic, int partitionCount) {
        return offsets(topic, partitionCount, EARLIEST);
    }

    /** The high watermark of every partition from 0 on. */
    public long[] endOffsets(String topic, int partitionCount) {
        return offsets(topic, partitionCount, LATEST);
    }

    private long[] offsets(String topic, int partitionCount, long timestamp) {
        var offsets = new long[partitionCount];
        Arrays.fill(offsets, -1);
        for (var partition : listOffsets(topic, partitionCount, timestamp)) {
            if (partition.errorCode() != 0) throw refused("no offset of partition " + partition.partitionIndex(), topic, partition.errorCode(), null);
            offsets[partition.partitionIndex()] = partition.offset();
        }
        return offsets;
    }

    private List<ListOffsetsResponse.ListOffsetsPartitionResponse> listOffsets(String topic, int partitionCount, long timestamp) {
        var asked = new ListOffsetsTopic().setName(topic);
        for (int i = 0; i < partitionCount; i++) asked.partitions().add(new ListOffsetsPartition().setPartitionIndex(i).setTimestamp(timestamp));
        var request = new ListOffsetsRequest().setReplicaId(-1);
        request.topics().add(asked);
        return client.ask(request, ListOffsetsResponse.class).topics().get(0).partitions();
    }

    /** The id of a topic; {@link Uuid#ZERO} where the broker does not know ids. @throws LoadException if there is no such topic */
    Uuid id(String topic) {
        var described = describe(topic);
        if (described.errorCode() != 0) throw refused("cannot use the topic", topic, described.errorCode(), null);
        return described.topicId();
    }

    /** The newest version of an API that both sides know. */
    short version(ApiKey api) {
        return client.version(api);
    }

    private MetadataResponseTopic describe(String topic) {
        return client.ask(metadataRequest(List.of(new MetadataRequestTopic().setName(topic))), MetadataResponse.class).topics().get(0);
    }

    private static MetadataRequest metadataRequest(List<MetadataRequestTopic> topics) {
        return new MetadataRequest().setTopics(topics).setAllowAutoTopicCreation(false);
    }

    private static LoadException refused(String what, String topic, short error, String message) {
        return new LoadException("%s: topic=%s error=%s%s".formatted(what, topic, ErrorCode.of(error), message == null ? "" : " message=" + message));
    }

    private static void pause() {
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
    }

    @Override
    public void close() {
        client.close();
    }
}
