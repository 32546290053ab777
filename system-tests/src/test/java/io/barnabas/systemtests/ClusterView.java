package io.barnabas.systemtests;

import io.barnabas.model.RecordBatch;
import io.barnabas.protocol.message.DescribeProducersRequest;
import io.barnabas.protocol.message.FetchRequest;
import io.barnabas.protocol.message.FetchResponse;
import io.barnabas.testkit.process.Broker;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.StringJoiner;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.quota.ClientQuotaFilter;

/**
 * All that clients can see of a cluster of one node, as lines of text: whoever serves the same data directory must show the same.
 * Left out is what starts and moments change: addresses, leader epochs, times of producers.
 */
final class ClusterView {
    private static final int FETCH_VERSION = 12;
    private static final int FETCH_BYTES_MAX = 1 << 20;
    private static final Set<String> OF_PRODUCERS = Set.of("lastTimestamp");

    private final Broker broker;
    private final Admin admin;
    private final Map<String, KafkaConsumer<byte[], byte[]>> consumers;
    private final List<String> lines = new ArrayList<>();

    private ClusterView(Broker broker, Admin admin, Map<String, KafkaConsumer<byte[], byte[]>> consumers) {
        this.broker = broker;
        this.admin = admin;
        this.consumers = consumers;
    }

    static List<String> of(Broker broker) throws Exception {
        return of(broker, view -> {
            view.addCluster();
            for (var topic : view.topics()) view.addTopic(topic);
        });
    }

    /** What lies in the partitions of some topics, whatever cluster they belong to. */
    static List<String> ofPartitions(Broker broker, Map<String, Integer> topics) throws Exception {
        return of(broker, view -> {
            for (var topic : new TreeMap<>(topics).entrySet()) view.addPartitions(topic.getKey(), topic.getValue());
        });
    }

    private interface Look {
        void at(ClusterView view) throws Exception;
    }

    private static List<String> of(Broker broker, Look look) throws Exception {
        try (var admin = Clients.admin(broker); var all = Clients.consumer(broker);
                var committed = Clients.consumer(broker, "isolation.level", "read_committed")) {
            var view = new ClusterView(broker, admin, new TreeMap<>(Map.of("all", all, "committed", committed)));
            look.at(view);
            return view.lines;
        }
    }

    private void add(Object... words) {
        lines.add(Arrays.stream(words).map(String::valueOf).collect(Collectors.joining(" ")));
    }

    private void addCluster() throws Exception {
        add("cluster", admin.describeCluster().clusterId().get());
        admin.describeFeatures().featureMetadata().get().finalizedFeatures().entrySet().stream().sorted(Map.Entry.comparingByKey())
                .forEach(feature -> add("feature", feature.getKey(), feature.getValue().maxVersionLevel()));
        for (var voter : admin.describeMetadataQuorum().quorumInfo().get().voters()) add("voter", voter.replicaId(), voter.replicaDirectoryId());
        addConfigs(new ConfigResource(ConfigResource.Type.BROKER, ""), ConfigEntry.ConfigSource.DYNAMIC_DEFAULT_BROKER_CONFIG);
        addConfigs(new ConfigResource(ConfigResource.Type.BROKER, "1"), ConfigEntry.ConfigSource.DYNAMIC_BROKER_CONFIG);
        admin.describeClientQuotas(ClientQuotaFilter.all()).entities().get().forEach((entity, quotas) -> add("quota", entity.entries(), quotas));
    }

    private void addConfigs(ConfigResource resource, ConfigEntry.ConfigSource source) throws Exception {
        admin.describeConfigs(List.of(resource)).all().get().get(resource).entries().stream().filter(config -> config.source() == source)
                .sorted(Comparator.comparing(ConfigEntry::name))
                .forEach(config -> add("config of", resource.type(), resource.name(), config.name(), "=", config.value()));
    }

    private List<TopicDescription> topics() throws Exception {
        var names = new TreeSet<>(admin.listTopics().names().get());
        var described = admin.describeTopics(names).allTopicNames().get();
        return names.stream().map(described::get).toList();
    }

    private void addTopic(TopicDescription topic) throws Exception {
        add("topic", topic.name(), topic.topicId(), "partitions", topic.partitions().size());
        addConfigs(new ConfigResource(ConfigResource.Type.TOPIC, topic.name()), ConfigEntry.ConfigSource.DYNAMIC_TOPIC_CONFIG);
        addPartitions(topic.name(), topic.partitions().size());
    }

    private void addPartitions(String topic, int count) throws Exception {
        for (int i = 0; i < count; i++) {
            var partition = new TopicPartition(topic, i);
            addOffsets(partition);
            addProducers(partition);
            addBatches(partition);
            for (var isolation : consumers.keySet()) addRecords(partition, isolation);
        }
    }

    private void addOffsets(TopicPartition partition) throws Exception {
        var answers = new StringJoiner(" ");
        for (var spec : List.of(OffsetSpec.earliest(), OffsetSpec.latest(), OffsetSpec.maxTimestamp(),
                OffsetSpec.forTimestamp(ExchangeScenes.FIRST_TIMESTAMP_MS), OffsetSpec.forTimestamp(ExchangeScenes.FIRST_TIMESTAMP_MS + 1_234))) {
            for (var isolation : IsolationLevel.values()) {
                var found = admin.listOffsets(Map.of(partition, spec), new ListOffsetsOptions(isolation)).partitionResult(partition).get();
                answers.add(found.offset() + "@" + found.timestamp());
            }
        }
        add(partition, "offsets", answers);
    }

    private void addProducers(TopicPartition partition) throws IOException {
        var request = new DescribeProducersRequest();
        var topic = new DescribeProducersRequest.TopicRequest().setName(partition.topic());
        topic.partitionIndexes().add(partition.partition());
        request.topics().add(topic);
        add(partition, "producers", AnswerText.of(RawClient.ask(broker, request, 0), OF_PRODUCERS));
    }

    /** Batches as they lie, and the aborted transactions among them. */
    private void addBatches(TopicPartition partition) throws Exception {
        var aborted = new TreeSet<String>();
        var batch = new RecordBatch();
        try (var client = new RawClient(broker.port())) {
            long next = admin.listOffsets(Map.of(partition, OffsetSpec.earliest())).partitionResult(partition).get().offset();
            while (true) {
                var answer = fetch(client, partition, next);
                answer.abortedTransactions().forEach(transaction -> aborted.add(transaction.producerId() + " from " + transaction.firstOffset()));
                var bytes = answer.records() == null ? null : answer.records().toByteBuffer();
                if (bytes == null || !bytes.hasRemaining()) break;
                for (int at = bytes.position(); bytes.limit() - at >= RecordBatch.HEADER_BYTES; at = batch.endPosition()) {
                    if (bytes.getInt(at + Long.BYTES) > bytes.limit() - at - RecordBatch.LENGTH_PREFIX_BYTES) break;
                    batch.wrap(bytes, at);
                    if (!batch.isValidCrc()) throw new AssertionError("bad checksum: partition=" + partition + " batch=" + batch);
                    add(partition, batch, "attributes", batch.attributes(), "until", batch.maxTimestamp(), "crc", batch.crc());
                    next = batch.nextOffset();
                }
            }
        }
        add(partition, "aborted", aborted);
    }

    private static FetchResponse.PartitionData fetch(RawClient client, TopicPartition partition, long offset) throws IOException {
        var asked = new FetchRequest.FetchPartition().setPartition(partition.partition()).setFetchOffset(offset).setPartitionMaxBytes(FETCH_BYTES_MAX);
        var topic = new FetchRequest.FetchTopic().setTopic(partition.topic());
        topic.partitions().add(asked);
        var request = new FetchRequest().setReplicaId(-1).setMaxBytes(FETCH_BYTES_MAX).setSessionEpoch(-1)
                .setIsolationLevel(IsolationLevel.READ_COMMITTED.id());
        request.topics().add(topic);
        return ((FetchResponse) client.ask(request, FETCH_VERSION)).responses().get(0).partitions().get(0);
    }

    private void addRecords(TopicPartition partition, String isolation) {
        for (var record : Clients.readWhole(consumers.get(isolation), partition)) add(partition, isolation, textOf(record));
    }

    private static String textOf(ConsumerRecord<byte[], byte[]> record) {
        var text = new StringJoiner(" ").add(record.offset() + "@" + record.timestamp()).add(record.timestampType().name)
                .add(Arrays.hashCode(record.key()) + "=" + Arrays.hashCode(record.value()));
        record.headers().forEach(header -> text.add(header.key() + ":" + Arrays.hashCode(header.value())));
        return text.toString();
    }
}
