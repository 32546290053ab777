package io.barnabas.systemtests;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.barnabas.model.ErrorCode;
import io.barnabas.protocol.message.DescribeProducersRequest;
import io.barnabas.protocol.message.WriteTxnMarkersRequest;
import io.barnabas.protocol.message.WriteTxnMarkersRequest.WritableTxnMarker;
import io.barnabas.protocol.message.WriteTxnMarkersRequest.WritableTxnMarkerTopic;
import io.barnabas.protocol.message.WriteTxnMarkersResponse;
import io.barnabas.testkit.process.BarnabasProcess;
import io.barnabas.testkit.process.Broker;
import io.barnabas.testkit.process.KafkaPeer;
import io.barnabas.testkit.process.KafkaTools;
import io.barnabas.testkit.process.Repository;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

/** Transactions that Apache Kafka left open are ended by markers on copies of its directory: the same comes of it on either broker. */
class TransactionMarkersTest {
    private static final String CREATED = "created-times";
    private static final String STAMPED = "stamped";
    private static final int PARTITIONS = 2;
    /** Of the moment. */
    private static final Set<String> TIMES = Set.of("lastTimestamp");
    private static final long UNKNOWN_PRODUCER = 424_242;
    private static final String TIMEOUT_MS = "900000";

    /** Producer ids and epochs as they stand in the log. */
    private record Writer(long producerId, short epoch) {}

    private Writer open;
    private Writer openAgain;
    private Writer numbered;

    @Test
    void markersEndTransactionsAsOnApacheKafka() throws Exception {
        Path written = writeWithKafka();
        List<String> expected;
        try (var kafka = KafkaPeer.with().data(copy(written, "kafka")).start()) {
            expected = play(kafka);
        }
        try (var barnabas = BarnabasProcess.with().data(copy(written, "barnabas")).start()) {
            assertEquals(String.join("\n", expected), String.join("\n", play(barnabas)));
        }
    }

    @Test
    void aMarkerOfNoProducerIsRefused() throws Exception {
        try (var barnabas = BarnabasProcess.with().start()) {
            Clients.createTopic(barnabas, CREATED, 1);
            for (var writer : List.of(new Writer(-1, (short) 0), new Writer(7, (short) -1))) {
                var request = new WriteTxnMarkersRequest();
                request.markers().add(marker(writer, 0, 2, false, 0, CREATED, 0));
                var answer = (WriteTxnMarkersResponse) RawClient.ask(barnabas, request, 2);
                assertEquals(ErrorCode.INVALID_REQUEST.code(), answer.markers().get(0).topics().get(0).partitions().get(0).errorCode());
            }
            try (var consumer = Clients.consumer(barnabas)) {
                var partition = new TopicPartition(CREATED, 0);
                assertEquals(Map.of(partition, 0L), consumer.endOffsets(List.of(partition)));
            }
        }
    }

    /** @return the data directory after a clean stop */
    private Path writeWithKafka() throws Exception {
        try (var kafka = KafkaPeer.with().start()) {
            Clients.createTopic(kafka, CREATED, PARTITIONS);
            Clients.createTopic(kafka, STAMPED, PARTITIONS, Map.of("message.timestamp.type", "LogAppendTime"));
            // Closing a producer would abort what it has open: they are left as a crash leaves them.
            var first = transactional(kafka, "first");
            var second = transactional(kafka, "second");
            try (var plain = Clients.producer(kafka)) {
                send(plain, "numbered");
                first.beginTransaction();
                send(first, "open");
                for (boolean isCommit : List.of(true, false)) {
                    second.beginTransaction();
                    send(second, "ended");
                    if (isCommit) second.commitTransaction();
                    else second.abortTransaction();
                }
                second.beginTransaction();
                send(second, "open again");
                send(plain, "numbered");
            }
            var writers = writers(kafka);
            numbered = writers.get(0);
            open = writers.get(1);
            openAgain = writers.get(2);
            kafka.process().terminate();
            first.close(Duration.ZERO);
            second.close(Duration.ZERO);
            return kafka.dataDirectory();
        }
    }

    private static KafkaProducer<byte[], byte[]> transactional(Broker broker, String id) {
        var producer = Clients.producer(broker, "transactional.id", id, "transaction.timeout.ms", TIMEOUT_MS);
        producer.initTransactions();
        return producer;
    }

    private static void send(KafkaProducer<byte[], byte[]> producer, String value) {
        for (var topic : List.of(CREATED, STAMPED)) {
            for (int i = 0; i < PARTITIONS; i++) producer.send(Clients.record(topic, i, null, "key", value));
        }
        producer.flush();
    }

    /** The producers of a partition: numbered first, then by the offset at which a transaction is open. */
    private static List<Writer> writers(Broker broker) throws Exception {
        try (var admin = Clients.admin(broker)) {
            var partition = new TopicPartition(CREATED, 0);
            return admin.describeProducers(List.of(partition)).partitionResult(partition).get().activeProducers().stream()
                    .sorted((a, b) -> Long.compare(a.currentTransactionStartOffset().orElse(-1), b.currentTransactionStartOffset().orElse(-1)))
                    .map(producer -> new Writer(producer.producerId(), (short) producer.producerEpoch())).toList();
        }
    }

    private static Path copy(Path data, String name) throws Exception {
        return Directories.copy(data, Repository.newScratch(name).resolve("data"));
    }

    /** @return what was answered, and what there was to see after each step */
    private List<String> play(Broker broker) throws Exception {
        var told = new ArrayList<String>();
        tell(told, broker);
        var unknown = new Writer(UNKNOWN_PRODUCER, (short) 3);
        int version = 2;
        step(told, broker, version, marker(open, 0, 0, true, 0, "absent", 0));
        step(told, broker, version, marker(open, 0, 0, true, 0, CREATED, 17));
        step(told, broker, version, marker(openAgain, -1, 0, false, 0, CREATED, 0));
        step(told, broker, version, marker(openAgain, 0, 2, false, 0, CREATED, 0));
        step(told, broker, version, marker(openAgain, 1, 2, false, -1, CREATED, 0));
        step(told, broker, 1, marker(open, 0, 0, false, 0, CREATED, 0));
        step(told, broker, version, marker(open, 0, 2, false, 0, CREATED, 0));
        step(told, broker, version, marker(open, 0, 0, false, 3, CREATED, 0));
        step(told, broker, version, marker(open, 0, 0, false, 2, CREATED, 0));
        step(told, broker, version, marker(openAgain, 1, 2, true, 1, CREATED, 0));
        step(told, broker, version, marker(unknown, 0, 2, true, 0, CREATED, 0));
        step(told, broker, version, marker(numbered, 0, 0, true, 0, CREATED, 0));
        step(told, broker, version,
                marker(open, 0, 1, true, 0, CREATED, 1, 17), marker(openAgain, 1, 2, false, 1, STAMPED, 0, 1), marker(open, 0, 0, false, 0, STAMPED, 1, 0));
        step(told, broker, version);
        for (var isolation : List.of("read_uncommitted", "read_committed")) {
            try (var consumer = Clients.consumer(broker, "isolation.level", isolation)) {
                for (var partition : partitions()) {
                    for (var record : Clients.readWhole(consumer, partition)) {
                        told.add(isolation + " " + partition + " " + record.offset() + " " + Clients.text(record.value()));
                    }
                }
            }
        }
        told.addAll(hangingTransactionsAreFoundByTools(broker));
        broker.process().terminate();
        for (var partition : partitions()) tellFiles(told, broker.partitionDirectory(partition.topic(), partition.partition()));
        return told;
    }

    /** What a clean stop leaves: the aborted transactions byte by byte, the producers as the dump tool tells them. */
    private static void tellFiles(List<String> told, Path folder) throws Exception {
        var aborted = folder.resolve("00000000000000000000.txnindex");
        told.add(folder.getFileName() + " aborted " + HexFormat.of().formatHex(Files.readAllBytes(aborted)));
        try (var files = Files.list(folder)) {
            for (var file : files.filter(file -> file.toString().endsWith(".snapshot")).sorted().toList()) {
                told.add(folder.getFileName() + " " + file.getFileName());
                KafkaTools.dumpLog("--files", file.toString()).successful().lines().stream().skip(1)
                        .map(line -> line.replaceAll("[Tt]imestamp: -?\\d+", "")).sorted().forEach(told::add);
            }
        }
    }

    private static List<TopicPartition> partitions() {
        var partitions = new ArrayList<TopicPartition>();
        for (var topic : List.of(CREATED, STAMPED)) {
            for (int i = 0; i < PARTITIONS; i++) partitions.add(new TopicPartition(topic, i));
        }
        return partitions;
    }

    /** The last one that is open, aborted as an operator would. */
    private static List<String> hangingTransactionsAreFoundByTools(Broker broker) throws Exception {
        var command = "org.apache.kafka.tools.TransactionsCommand";
        var before = KafkaTools.run(broker, command, "describe-producers", "--topic", CREATED, "--partition", "1").successful();
        String start = null;
        for (var line : before.lines()) {
            var words = line.trim().split("\\s+");
            if (words.length == 6 && words[5].matches("\\d+")) start = words[5];
        }
        KafkaTools.run(broker, command, "abort", "--topic", CREATED, "--partition", "1", "--start-offset", String.valueOf(start)).successful();
        return List.of("open from " + start, stateOf(broker, new TopicPartition(CREATED, 1)));
    }

    private void step(List<String> told, Broker broker, int version, WritableTxnMarker... markers) throws Exception {
        var request = new WriteTxnMarkersRequest();
        request.markers().addAll(List.of(markers));
        told.add("step " + told.size() + ": " + AnswerText.of(RawClient.ask(broker, request, version), Set.of()));
        tell(told, broker);
    }

    private static WritableTxnMarker marker(Writer writer, int epochsOn, int transactionVersion, boolean isCommit, int coordinatorEpoch,
            String topic, Integer... partitions) {
        var marker = new WritableTxnMarker().setProducerId(writer.producerId).setProducerEpoch((short) (writer.epoch + epochsOn))
                .setTransactionVersion((byte) transactionVersion).setTransactionResult(isCommit).setCoordinatorEpoch(coordinatorEpoch);
        var topics = new WritableTxnMarkerTopic().setName(topic);
        topics.partitionIndexes().addAll(List.of(partitions));
        marker.topics().add(topics);
        return marker;
    }

    private static void tell(List<String> told, Broker broker) throws Exception {
        for (var partition : partitions()) told.add("  " + partition + " " + stateOf(broker, partition));
    }

    private static String stateOf(Broker broker, TopicPartition partition) throws Exception {
        var producers = new DescribeProducersRequest();
        var topic = new DescribeProducersRequest.TopicRequest().setName(partition.topic());
        topic.partitionIndexes().add(partition.partition());
        producers.topics().add(topic);
        var text = new StringBuilder(AnswerText.of(RawClient.ask(broker, producers, 0), TIMES));
        try (var admin = Clients.admin(broker)) {
            for (var isolation : IsolationLevel.values()) {
                var end = admin.listOffsets(Map.of(partition, OffsetSpec.latest()), new ListOffsetsOptions(isolation)).partitionResult(partition).get();
                text.append(' ').append(isolation).append(" until ").append(end.offset());
            }
        }
        return text.toString();
    }
}
