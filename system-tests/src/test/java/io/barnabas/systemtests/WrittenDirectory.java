package io.barnabas.systemtests;

import io.barnabas.model.ErrorCode;
import io.barnabas.model.RecordBatchBuilder;
import io.barnabas.protocol.message.ProduceResponse;
import io.barnabas.protocol.message.WriteTxnMarkersRequest;
import io.barnabas.protocol.message.WriteTxnMarkersRequest.WritableTxnMarker;
import io.barnabas.protocol.message.WriteTxnMarkersRequest.WritableTxnMarkerTopic;
import io.barnabas.protocol.message.WriteTxnMarkersResponse;
import io.barnabas.testkit.process.BarnabasProcess;
import io.barnabas.testkit.process.Broker;
import io.barnabas.testkit.process.KafkaPeer;
import io.barnabas.testkit.process.Repository;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.TopicPartition;
import org.awaitility.Awaitility;

/**
 * A log directory with every kind of file in it, begun by Apache Kafka and gone on with by Barnabas, and what was acknowledged there.
 * Each topic has one partition of several segments. Nobody changes it: what is to be damaged is a copy.
 */
final class WrittenDirectory {
    /** Written by producers without ids, at times that do not grow. */
    static final String PLAIN = "plain";
    /** Written by idempotent producers, at times that grow. */
    static final String NUMBERED = "numbered";
    /** Written in transactions, every third of them aborted. */
    static final String MARKED = "marked";
    static final List<String> TOPICS = List.of(PLAIN, NUMBERED, MARKED);
    private static final String RECOVERY_POINTS = "recovery-point-offset-checkpoint";
    private static final long BASE_TIME_MS = 1_700_000_000_000L;
    private static final long PRODUCER_ID = 4_711;
    private static final int BATCH_RECORDS = 3;

    /** @param isCommitted whether who reads committed records only is to see it */
    record Written(String value, long timestampMs, boolean isCommitted) {}

    /** A batch of {@link #NUMBERED}, to be sent again. */
    record Batch(ByteBuffer bytes, long baseOffset) {}

    /**
     * @param records        acknowledged, by topic and offset
     * @param batches        the last five of an idempotent producer, oldest first
     * @param recoveryPoints by topic; what is there before them was durable for sure
     * @param endOffsets     by topic; markers of transactions count too
     */
    record State(String name, Path path, Map<String, TreeMap<Long, Written>> records, List<Batch> batches, Map<String, Long> recoveryPoints,
            Map<String, Long> endOffsets) {}

    private final RandomGenerator random;
    private final Map<String, TreeMap<Long, Written>> records = new HashMap<>();
    private final List<Batch> batches = new ArrayList<>();
    private int sequence;
    private long openProducerId;
    private short openProducerEpoch;
    /** As it was when Apache Kafka had stopped: where older versions of files come from. */
    final Path older;
    final State stopped;
    final State killed;

    WrittenDirectory(RandomGenerator random) throws Exception {
        this.random = random;
        for (var topic : TOPICS) records.put(topic, new TreeMap<>());
        var scratch = Repository.newScratch("written");
        Path data = scratch.resolve("data");
        writeWithKafka(data);
        older = Directories.copy(data, scratch.resolve("older"));
        try (var broker = BarnabasProcess.with().data(data).start()) {
            abortOpenTransaction(broker);
            write(broker, 60);
            broker.process().terminate();
        }
        stopped = state("stopped", data, scratch);
        try (var broker = BarnabasProcess.with().data(data).start()) {
            write(broker, 40);
            long flushed = records.get(PLAIN).lastKey() + 1;
            Awaitility.await().until(() -> recoveryPoints(data).getOrDefault(PLAIN, 0L) >= flushed);
            write(broker, 40);
            broker.process().kill();
        }
        killed = state("killed", data, scratch);
    }

    private State state(String name, Path data, Path scratch) throws Exception {
        var copy = new HashMap<String, TreeMap<Long, Written>>();
        var ends = new HashMap<String, Long>();
        records.forEach((topic, written) -> copy.put(topic, new TreeMap<>(written)));
        for (var topic : TOPICS) ends.put(topic, records.get(topic).lastKey() + 1);
        return new State(name, Directories.copy(data, scratch.resolve(name)), copy, List.copyOf(batches.subList(batches.size() - 5, batches.size())),
                recoveryPoints(data), ends);
    }

    private static Map<String, Long> recoveryPoints(Path data) throws Exception {
        var points = new HashMap<String, Long>();
        for (var line : Files.readAllLines(data.resolve(RECOVERY_POINTS))) {
            var words = line.split(" ");
            if (words.length == 3) points.put(words[0], Long.valueOf(words[2]));
        }
        return points;
    }

    private void writeWithKafka(Path data) throws Exception {
        try (var kafka = KafkaPeer.with().data(data).start()) {
            for (var topic : TOPICS) Clients.createTopic(kafka, topic, 1, Map.of("segment.bytes", "1048576", "retention.ms", "-1"));
            var transactional = Clients.producer(kafka, "transactional.id", "marks", "transaction.timeout.ms", "900000");
            try (var plain = Clients.producer(kafka, "enable.idempotence", "false"); var numbered = Clients.producer(kafka)) {
                send(plain, PLAIN, 350, true);
                send(numbered, NUMBERED, 300, true);
                transactional.initTransactions();
                for (int i = 0; i < 60; i++) {
                    boolean isCommit = i % 3 != 0;
                    transactional.beginTransaction();
                    send(transactional, MARKED, 1 + random.nextInt(9), isCommit);
                    if (isCommit) transactional.commitTransaction();
                    else transactional.abortTransaction();
                }
                transactional.beginTransaction();
                send(transactional, MARKED, 5, false);
            }
            try (var admin = Clients.admin(kafka)) {
                var partition = new TopicPartition(MARKED, 0);
                var producer = admin.describeProducers(List.of(partition)).partitionResult(partition).get().activeProducers().get(0);
                openProducerId = producer.producerId();
                openProducerEpoch = (short) producer.producerEpoch();
            }
            kafka.process().terminate();
            transactional.close(Duration.ZERO);
        }
    }

    private void abortOpenTransaction(Broker broker) throws Exception {
        var topic = new WritableTxnMarkerTopic().setName(MARKED);
        topic.partitionIndexes().add(0);
        var marker = new WritableTxnMarker().setProducerId(openProducerId).setProducerEpoch(openProducerEpoch).setTransactionVersion((byte) 0)
                .setTransactionResult(false).setCoordinatorEpoch(100);
        marker.topics().add(topic);
        var request = new WriteTxnMarkersRequest();
        request.markers().add(marker);
        var answer = (WriteTxnMarkersResponse) RawClient.ask(broker, request, 2);
        int error = answer.markers().get(0).topics().get(0).partitions().get(0).errorCode();
        if (error != 0) throw new AssertionError("marker refused: error=" + ErrorCode.of((short) error));
    }

    /** Goes on in all topics, acknowledged by the disk. */
    private void write(Broker broker, int count) throws Exception {
        try (var plain = Clients.producer(broker, "enable.idempotence", "false", "acks", "all"); var client = new RawClient(broker.port())) {
            send(plain, PLAIN, count, true);
            send(plain, MARKED, count, true);
            for (int i = 0; i < count / BATCH_RECORDS; i++) sendNumbered(client);
        }
    }

    private void sendNumbered(RawClient client) throws Exception {
        var builder = new RecordBatchBuilder().producer(PRODUCER_ID, (short) 0, sequence);
        sequence += BATCH_RECORDS;
        var written = new ArrayList<Written>();
        for (int i = 0; i < BATCH_RECORDS; i++) {
            written.add(next(NUMBERED, true, written.size()));
            builder.append(written.get(i).timestampMs, null, ByteBuffer.wrap(Clients.bytes(written.get(i).value)));
        }
        var bytes = builder.build();
        long baseOffset = produce(client, NUMBERED, bytes.duplicate());
        for (int i = 0; i < BATCH_RECORDS; i++) records.get(NUMBERED).put(baseOffset + i, written.get(i));
        batches.add(new Batch(bytes, baseOffset));
    }

    /** @return the offset that it was given */
    static long produce(RawClient client, String topic, ByteBuffer batch) throws Exception {
        var answer = ((ProduceResponse) client.ask(Witness.produce(topic, 0, batch), 9)).responses().get(0).partitionResponses().get(0);
        if (answer.errorCode() != 0) throw new AssertionError("refused: topic=" + topic + " error=" + ErrorCode.of(answer.errorCode()));
        return answer.baseOffset();
    }

    private void send(KafkaProducer<byte[], byte[]> producer, String topic, int count, boolean isCommitted) throws Exception {
        var sent = new ArrayList<Written>();
        var answers = new ArrayList<java.util.concurrent.Future<org.apache.kafka.clients.producer.RecordMetadata>>();
        for (int i = 0; i < count; i++) {
            var written = next(topic, isCommitted, i);
            sent.add(written);
            answers.add(producer.send(Clients.record(topic, 0, written.timestampMs, null, written.value)));
        }
        producer.flush();
        for (int i = 0; i < count; i++) records.get(topic).put(answers.get(i).get().offset(), sent.get(i));
    }

    /** @param ahead how many of this topic are on their way */
    private Written next(String topic, boolean isCommitted, int ahead) {
        int number = records.get(topic).size() + ahead;
        long disorderMs = topic.equals(PLAIN) ? random.nextLong(-4_000, 4_000) : 0;
        return new Written(topic + "/" + number + "/" + "x".repeat(random.nextInt(14_000)), BASE_TIME_MS + 1_000L * number + disorderMs, isCommitted);
    }
}
