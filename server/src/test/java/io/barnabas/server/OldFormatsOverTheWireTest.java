package io.barnabas.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.barnabas.base.Payload;
import io.barnabas.model.CompressionType;
import io.barnabas.model.ErrorCode;
import io.barnabas.model.LegacyMessage;
import io.barnabas.model.RecordBatch;
import io.barnabas.model.RecordBatchBuilder;
import io.barnabas.model.RecordHeader;
import io.barnabas.protocol.message.CreateTopicsRequest;
import io.barnabas.protocol.message.CreateTopicsRequest.CreatableTopic;
import io.barnabas.protocol.message.CreateTopicsResponse;
import io.barnabas.protocol.message.FetchRequest;
import io.barnabas.protocol.message.FetchResponse;
import io.barnabas.protocol.message.ProduceRequest;
import io.barnabas.protocol.message.ProduceResponse;
import io.barnabas.server.config.BrokerConfig;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

/** Produce 0 to 2 and Fetch 0 to 3, with the messages of their time, with one event loop and with three. */
@ParameterizedClass
@ValueSource(ints = {1, 3})
class OldFormatsOverTheWireTest {
    private static final int PARTITIONS = 4;
    private static final int FETCH_BY_NAME = 12;
    private static final long TIME = 1_700_000_000_000L;

    private final int loops;
    @TempDir Path directory;
    private Broker broker;
    private WireClient client;

    OldFormatsOverTheWireTest(int loops) {
        this.loops = loops;
    }

    @BeforeEach
    void start() {
        startBroker();
        var request = new CreateTopicsRequest().setTimeoutMs(10_000);
        request.topics().add(new CreatableTopic().setName("t").setNumPartitions(PARTITIONS).setReplicationFactor((short) 1));
        CreateTopicsResponse response = client.ask(Short.MAX_VALUE, request);
        assertThat(response.topics().get(0).errorCode()).isEqualTo(ErrorCode.NONE.code());
    }

    private void startBroker() {
        broker = Broker.start(BrokerConfig.of(Map.of("log.dirs", directory.toString(), "num.event.loops", String.valueOf(loops),
                "listeners", "PLAINTEXT://127.0.0.1:0,CONTROLLER://127.0.0.1:0")));
        client = new WireClient(broker.endpoints().get(0).port());
    }

    @AfterEach
    void stop() {
        client.close();
        broker.stop();
    }

    @Test
    void oldMessagesAreStoredAsBatchesOfToday() {
        for (int version = 0; version < 3; version++) {
            int magic = version < 2 ? 0 : 1;
            var set = concat(message(magic, 0, TIME, "k", "one"), message(magic, 1, TIME + 5, null, "two"));
            var response = produce(version, 1, version, set);
            assertThat(response.errorCode()).isEqualTo(ErrorCode.NONE.code());
            assertThat(response.baseOffset()).isEqualTo(0);
            var packed = gzip(magic, 1, TIME + 7, concat(message(magic, 0, TIME + 6, "k", "three"), message(magic, 1, TIME + 7, "k", null)));
            assertThat(produce(version, -1, version, packed).baseOffset()).isEqualTo(2);
            long time = magic == 0 ? -1 : TIME;
            assertThat(values(fetch(FETCH_BY_NAME, 0, 0, 1 << 20, version))).containsExactly("2:0@" + time + " k=one",
                    "2:1@" + (magic == 0 ? -1 : TIME + 5) + " null=two", "2:2@" + (magic == 0 ? -1 : TIME + 6) + " k=three",
                    "2:3@" + (magic == 0 ? -1 : TIME + 7) + " k=null");
        }
    }

    @Test
    void aProduceOfThatTimeThatAsksForNoAnswerIsStored() {
        client.sendUnanswered(1, produceRequest(0, 0, message(0, 0, 0, null, "quiet")));
        assertThat(produce(1, 1, 0, message(0, 0, 0, null, "loud")).baseOffset()).isEqualTo(1);
    }

    @Test
    void damagedAndMixedSetsAreRefused() {
        var damaged = message(1, 0, TIME, "k", "v");
        damaged.put(damaged.limit() - 1, (byte) 'x');
        assertThat(produce(2, 1, 0, damaged).errorCode()).isEqualTo(ErrorCode.CORRUPT_MESSAGE.code());
        assertThat(produce(2, 1, 0, concat(message(1, 0, TIME, "k", "v"), message(0, 1, TIME, "k", "v"))).errorCode())
                .isEqualTo(ErrorCode.INVALID_RECORD.code());
        assertThat(produce(3, 1, 0, message(1, 0, TIME, "k", "v")).errorCode()).isEqualTo(ErrorCode.INVALID_RECORD.code());
    }

    @Test
    void batchesOfTodayAreGivenInTheFormatThatIsRead() {
        write(0, new RecordBatchBuilder().append(TIME, bytes("k"), bytes("one"), List.of(new RecordHeader("h", bytes("x"))))
                .append(TIME + 1, null, bytes("two")));
        write(0, new RecordBatchBuilder().compression(CompressionType.LZ4).append(TIME + 2, bytes("k"), bytes("three"))
                .append(TIME + 3, bytes("k"), null));
        for (int version = 0; version < 4; version++) {
            int magic = version < 2 ? 0 : 1;
            var expected = new ArrayList<String>();
            var names = List.of("k=one", "null=two", "k=three", "k=null");
            for (int i = 0; i < 4; i++) expected.add(magic + ":" + i + "@" + (magic == 0 ? -1 : TIME + i) + " " + names.get(i));
            var found = fetch(version, 0, 0, 1 << 20, 0);
            assertThat(found.highWatermark()).isEqualTo(4);
            assertThat(values(found)).isEqualTo(expected);
            // Of a batch that is not packed, what lies before is left out; a packed one stays whole.
            assertThat(values(fetch(version, 0, 1, 1 << 20, 0))).isEqualTo(expected.subList(1, 4));
            assertThat(values(fetch(version, 0, 3, 1 << 20, 0))).isEqualTo(expected.subList(2, 4));
            assertThat(values(fetch(version, 0, 4, 1 << 20, 0))).isEmpty();
        }
    }

    @Test
    void whatIsPackedWithZstdIsRefusedAndOthersAreGiven() {
        write(0, new RecordBatchBuilder().compression(CompressionType.ZSTD).append(TIME, null, bytes("packed")));
        write(1, new RecordBatchBuilder().append(TIME, null, bytes("plain")));
        var response = ask(3, 0, 0, 1 << 20, 0, 1);
        for (var partition : response.responses().stream().flatMap(topic -> topic.partitions().stream()).toList()) {
            if (partition.partitionIndex() == 0) assertThat(partition.errorCode()).isEqualTo(ErrorCode.UNSUPPORTED_COMPRESSION_TYPE.code());
            else assertThat(values(partition)).containsExactly("1:0@" + TIME + " null=plain");
        }
    }

    @Test
    void aBatchBeyondTheLimitIsCutOffForThoseWhoExpectIt() {
        write(0, new RecordBatchBuilder().append(TIME, null, bytes("x".repeat(5000))));
        for (int version = 0; version < 3; version++) {
            var cut = fetch(version, 0, 0, 1000, 0).records().toByteBuffer();
            assertThat(cut.remaining()).isBetween(12, 1000);
            assertThat(cut.getInt(8)).isGreaterThan(1 << 30);
            assertThat(values(fetch(version, 0, 0, 6000, 0))).hasSize(1);
        }
        assertThat(values(fetch(3, 0, 0, 1000, 0))).hasSize(1);
    }

    @Test
    void answersAreBoundedAndEveryPartitionGetsItsTurn() {
        for (int partition = 0; partition < 3; partition++) {
            for (int i = 0; i < 3; i++) write(partition, new RecordBatchBuilder().append(TIME, null, bytes("x".repeat(600_000))));
        }
        var first = new ArrayList<Integer>();
        for (int i = 0; i < 3; i++) {
            int bytes = 0;
            for (var topic : ask(2, 0, 0, 1 << 20, 0, 1, 2).responses()) {
                for (var partition : topic.partitions()) {
                    int size = partition.records().toByteBuffer().remaining();
                    bytes += size;
                    if (size > 0) first.add(partition.partitionIndex());
                }
            }
            assertThat(bytes).isBetween(600_000, 1_300_000);
        }
        assertThat(first).contains(0, 1, 2);
    }

    @Test
    void aFetchAtTheEndWaitsForRecords() {
        client.send(2, fetchRequest(20_000, 0, 1 << 20, 0, 1, 2));
        try (var other = new WireClient(broker.endpoints().get(0).port())) {
            ProduceResponse written = other.ask(2, produceRequest(1, 2, message(1, 0, TIME, null, "news")));
            assertThat(written.responses().get(0).partitionResponses().get(0).errorCode()).isEqualTo(ErrorCode.NONE.code());
        }
        FetchResponse response = client.receive();
        var values = new ArrayList<String>();
        for (var topic : response.responses()) for (var partition : topic.partitions()) values.addAll(values(partition));
        assertThat(values).containsExactly("1:0@" + TIME + " null=news");
    }

    /** A client of that age has no other way past them. */
    @Test
    void markersAreSteppedOver() throws IOException {
        write(0, new RecordBatchBuilder().append(TIME, null, bytes("before")));
        client.close();
        broker.stop();
        var log = directory.resolve("t-0/00000000000000000000.log");
        for (int i = 1; i <= 3; i++) {
            append(log, new RecordBatchBuilder().baseOffset(i).producer(5, (short) 0, RecordBatch.NO_SEQUENCE).transactional()
                    .appendEndTransaction(TIME, true, 0).build());
        }
        append(log, new RecordBatchBuilder().baseOffset(4).append(TIME, null, bytes("x".repeat(3000))).build());
        startBroker();
        write(0, new RecordBatchBuilder().append(TIME, null, bytes("after")));
        for (int version = 0; version < 4; version++) {
            // No more than two markers find room in an answer.
            assertThat(values(fetch(version, 0, 1, version < 3 ? 4000 : 160, 0)).get(0)).contains(":4@");
        }
    }

    private static void append(Path log, ByteBuffer batch) throws IOException {
        Files.write(log, batch.array(), StandardOpenOption.APPEND);
    }

    // ---- helpers

    private void write(int partition, RecordBatchBuilder builder) {
        assertThat(produce(12, 1, partition, builder.build()).errorCode()).isEqualTo(ErrorCode.NONE.code());
    }

    private ProduceResponse.PartitionProduceResponse produce(int version, int acks, int partition, ByteBuffer records) {
        ProduceResponse response = client.ask(version, produceRequest(acks, partition, records));
        return response.responses().get(0).partitionResponses().get(0);
    }

    private static ProduceRequest produceRequest(int acks, int partition, ByteBuffer records) {
        var topic = new ProduceRequest.TopicProduceData().setName("t");
        topic.partitionData().add(new ProduceRequest.PartitionProduceData().setIndex(partition).setRecords(Payload.of(records)));
        var request = new ProduceRequest().setAcks((short) acks).setTimeoutMs(10_000);
        request.topicData().add(topic);
        return request;
    }

    private FetchResponse.PartitionData fetch(int version, int maxWaitMs, long offset, int bytesMax, int partition) {
        var found = ask(version, maxWaitMs, offset, bytesMax, partition).responses().get(0).partitions().get(0);
        assertThat(found.errorCode()).isEqualTo(ErrorCode.NONE.code());
        return found;
    }

    private FetchResponse ask(int version, int maxWaitMs, long offset, int bytesMax, int... partitions) {
        return client.ask(version, fetchRequest(maxWaitMs, offset, bytesMax, partitions));
    }

    private static FetchRequest fetchRequest(int maxWaitMs, long offset, int bytesMax, int... partitions) {
        var topic = new FetchRequest.FetchTopic().setTopic("t");
        for (int partition : partitions) {
            topic.partitions().add(new FetchRequest.FetchPartition().setPartition(partition).setFetchOffset(offset).setPartitionMaxBytes(bytesMax));
        }
        var request = new FetchRequest().setMaxWaitMs(maxWaitMs).setMinBytes(1);
        request.topics().add(topic);
        return request;
    }

    /** As {@code magic:offset@timestamp key=value}. */
    private static List<String> values(FetchResponse.PartitionData found) {
        var bytes = found.records().toByteBuffer();
        var values = new ArrayList<String>();
        int at = bytes.position();
        while (bytes.limit() - at > 16) {
            if (bytes.get(at + 16) == 2) {
                var batch = new RecordBatch().wrap(bytes, at);
                try (var reader = batch.records(1 << 20)) {
                    for (var record = reader.next(); record != null; record = reader.next()) values.add(text(2, record));
                }
                at = batch.endPosition();
            } else {
                var message = new LegacyMessage().wrap(bytes, at);
                assertThat(message.isValidCrc()).isTrue();
                try (var reader = message.records(1 << 20)) {
                    for (var record = reader.next(); record != null; record = reader.next()) values.add(text(message.magic(), record));
                }
                at = message.endPosition();
            }
        }
        return values;
    }

    private static String text(int magic, io.barnabas.model.Record record) {
        return magic + ":" + record.offset() + "@" + record.timestamp() + " " + text(record.key()) + "=" + text(record.value());
    }

    private static String text(ByteBuffer bytes) {
        return bytes == null ? null : StandardCharsets.UTF_8.decode(bytes.duplicate()).toString();
    }

    private static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    }

    private static ByteBuffer message(int magic, long offset, long timestamp, String key, String value) {
        return message(magic, 0, offset, timestamp, key == null ? null : bytes(key), value == null ? null : bytes(value));
    }

    private static ByteBuffer gzip(int magic, long lastOffset, long timestamp, ByteBuffer within) {
        var packed = new ByteArrayOutputStream();
        try (var gzip = new GZIPOutputStream(packed)) {
            gzip.write(within.array(), 0, within.limit());
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
        return message(magic, CompressionType.GZIP.id(), lastOffset, timestamp, null, ByteBuffer.wrap(packed.toByteArray()));
    }

    private static ByteBuffer message(int magic, int attributes, long offset, long timestamp, ByteBuffer key, ByteBuffer value) {
        int size = 14 + (magic == 0 ? 0 : 8) + (key == null ? 0 : key.remaining()) + (value == null ? 0 : value.remaining());
        var message = ByteBuffer.allocate(12 + size).putLong(offset).putInt(size).putInt(0).put((byte) magic).put((byte) attributes);
        if (magic > 0) message.putLong(timestamp);
        message.putInt(key == null ? -1 : key.remaining());
        if (key != null) message.put(key.duplicate());
        message.putInt(value == null ? -1 : value.remaining());
        if (value != null) message.put(value.duplicate());
        var crc = new CRC32();
        crc.update(message.flip().slice(16, message.limit() - 16));
        return message.putInt(12, (int) crc.getValue());
    }

    private static ByteBuffer concat(ByteBuffer first, ByteBuffer second) {
        return ByteBuffer.allocate(first.remaining() + second.remaining()).put(first).put(second).flip();
    }
}
