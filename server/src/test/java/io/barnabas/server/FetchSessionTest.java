package io.barnabas.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.barnabas.base.Payload;
import io.barnabas.model.ErrorCode;
import io.barnabas.model.RecordBatch;
import io.barnabas.model.RecordBatchBuilder;
import io.barnabas.protocol.message.CreateTopicsRequest;
import io.barnabas.protocol.message.CreateTopicsResponse;
import io.barnabas.protocol.message.DeleteRecordsRequest;
import io.barnabas.protocol.message.DeleteRecordsResponse;
import io.barnabas.protocol.message.DeleteTopicsRequest;
import io.barnabas.protocol.message.FetchRequest;
import io.barnabas.protocol.message.FetchRequest.FetchPartition;
import io.barnabas.protocol.message.FetchRequest.FetchTopic;
import io.barnabas.protocol.message.FetchRequest.ForgottenTopic;
import io.barnabas.protocol.message.FetchResponse;
import io.barnabas.protocol.message.FetchResponse.PartitionData;
import io.barnabas.protocol.message.ProduceRequest;
import io.barnabas.server.config.BrokerConfig;
import io.barnabas.testkit.Seeds;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

/** Fetch sessions against the obvious model: a fetcher that knows of every partition what was written and what it was told. */
@ParameterizedClass
@ValueSource(ints = {1, 3})
class FetchSessionTest {
    private static final int BY_NAME = 12;
    private static final int LATEST = Short.MAX_VALUE;

    private final int loops;
    @TempDir Path directory;
    private Broker broker;
    private WireClient client;
    private WireClient producer;
    private int topicCount;

    FetchSessionTest(int loops) {
        this.loops = loops;
    }

    @BeforeEach
    void start() {
        broker = Broker.start(BrokerConfig.of(Map.of("log.dirs", directory.toString(), "num.event.loops", String.valueOf(loops),
                "log.flush.before.ack", "false", "listeners", "PLAINTEXT://127.0.0.1:0,CONTROLLER://127.0.0.1:0")));
        client = connect();
        producer = connect();
    }

    @AfterEach
    void stop() {
        client.close();
        producer.close();
        broker.stop();
    }

    private WireClient connect() {
        return new WireClient(broker.endpoints().get(0).port());
    }

    @Test
    void aSessionTellsEverythingThatHappensAndNothingTwice() {
        Seeds.check(6, (seed, random) -> {
            var fetcher = new Fetcher(newTopic(5), 5, random);
            fetcher.open();
            for (int step = 0; step < 150; step++) fetcher.step();
            fetcher.catchUp();
        });
    }

    @Test
    void aParkedSessionIsAnsweredWithAllThatWasWrittenAtOnce() {
        var fetcher = new Fetcher(newTopic(3), 3, null);
        fetcher.open();
        client.send(BY_NAME, fetcher.next().setMaxWaitMs(60_000).setMinBytes(1));
        // One request, and one turn where there is one loop.
        producer.ask(BY_NAME, fetcher.produce(List.of(0, 2)));
        fetcher.onAnswer(client.receive());
        if (loops > 1) fetcher.catchUp();
        assertThat(fetcher.offsets).containsExactly(1, 0, 1);
    }

    @Test
    void aDeletedTopicEndsTheWaitOfASession() {
        var fetcher = new Fetcher(newTopic(3), 3, null);
        fetcher.open();
        client.send(BY_NAME, fetcher.next().setMaxWaitMs(60_000).setMinBytes(1));
        var request = new DeleteTopicsRequest().setTimeoutMs(10_000);
        request.setTopicNames(List.of(fetcher.topic));
        producer.ask(5, request);
        FetchResponse response = client.receive();
        assertThat(response.errorCode()).isZero();
        assertThat(response.responses().get(0).partitions().get(0).errorCode()).isEqualTo(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION.code());
    }

    /** What a fetch costs is what has changed: here nothing, or one partition, among two thousand. */
    @Test
    void aLargeSessionCostsNoMoreThanWhatChanged() {
        int partitions = 2_000;
        var fetcher = new Fetcher(newTopic(partitions), partitions, null);
        fetcher.open();
        long least = Long.MAX_VALUE;
        for (int round = 0; round < 5; round++) {
            long before = allocatedByLoops();
            for (int i = 0; i < 50; i++) {
                producer.ask(BY_NAME, fetcher.produce(List.of(i)));
                fetcher.fetch();
            }
            least = Math.min(least, (allocatedByLoops() - before) / 50);
        }
        assertThat(fetcher.offsets[0]).isEqualTo(5);
        assertThat(least).as("bytes allocated per produce and fetch").isLessThan(20_000);
    }

    private static long allocatedByLoops() {
        var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        return Thread.getAllStackTraces().keySet().stream().filter(thread -> thread.getName().startsWith("loop-"))
                .mapToLong(thread -> threads.getThreadAllocatedBytes(thread.getId())).sum();
    }

    private String newTopic(int partitions) {
        String name = "t" + topicCount++;
        var request = new CreateTopicsRequest().setTimeoutMs(30_000);
        request.topics().add(new CreateTopicsRequest.CreatableTopic().setName(name).setNumPartitions(partitions).setReplicationFactor((short) 1));
        CreateTopicsResponse response = producer.ask(LATEST, request);
        assertThat(response.topics().get(0).errorCode()).isZero();
        return name;
    }

    /** A fetcher, and what it should be told. */
    private final class Fetcher {
        private final String topic;
        private final RandomGenerator random;
        /** Truth. */
        private final int[] ends;
        private final int[] starts;
        /** The fetcher's. */
        private final int[] offsets;
        private final long[] toldEnds;
        private final long[] toldStarts;
        private final boolean[] isNamed;
        private final boolean[] isInSession;
        private int session;
        private int epoch;

        Fetcher(String topic, int partitions, RandomGenerator random) {
            this.topic = topic;
            this.random = random;
            ends = new int[partitions];
            starts = new int[partitions];
            offsets = new int[partitions];
            toldEnds = new long[partitions];
            toldStarts = new long[partitions];
            isNamed = new boolean[partitions];
            isInSession = new boolean[partitions];
        }

        void open() {
            var request = new FetchRequest().setMaxWaitMs(0).setMaxBytes(1 << 20).setSessionEpoch(0);
            for (int i = 0; i < ends.length; i++) name(request, i);
            FetchResponse response = client.ask(BY_NAME, request);
            session = response.sessionId();
            assertThat(session).isPositive();
            assertThat(response.responses().get(0).partitions()).hasSize(ends.length);
            onAnswer(response);
        }

        /** The session's next request; it names what the last answer moved on, as a client does. */
        FetchRequest next() {
            var request = new FetchRequest().setMaxWaitMs(0).setMaxBytes(1 << 20).setSessionId(session).setSessionEpoch(++epoch);
            for (int i = 0; i < ends.length; i++) if (isNamed[i]) name(request, i);
            return request;
        }

        private void name(FetchRequest request, int partition) {
            if (request.topics().isEmpty()) request.topics().add(new FetchTopic().setTopic(topic));
            request.topics().get(0).partitions().add(new FetchPartition().setPartition(partition)
                    .setFetchOffset(offsets[partition]).setPartitionMaxBytes(1 << 20));
            isNamed[partition] = false;
            isInSession[partition] = true;
        }

        void fetch() {
            onAnswer(client.ask(BY_NAME, next()));
        }

        void step() {
            int partition = random.nextInt(ends.length);
            switch (random.nextInt(8)) {
                case 0, 1, 2 -> producer.ask(BY_NAME, produce(List.of(partition)));
                case 3 -> deleteTo(partition, starts[partition] + random.nextInt(ends[partition] - starts[partition] + 1));
                case 4 -> {
                    offsets[partition] = starts[partition] + random.nextInt(ends[partition] - starts[partition] + 1);
                    isNamed[partition] = true;
                }
                case 5 -> forget(partition);
                case 6 -> onAnswer(client.ask(BY_NAME, next().setMaxBytes(150)));
                default -> fetch();
            }
        }

        private void forget(int partition) {
            long inSession = IntStream.range(0, ends.length).filter(i -> isInSession[i]).count();
            if (!isInSession[partition] || inSession == 1) return;
            isNamed[partition] = false;
            var request = next();
            request.forgottenTopicsData().add(new ForgottenTopic().setTopic(topic).setPartitions(List.of(partition)));
            isInSession[partition] = false;
            onAnswer(client.ask(BY_NAME, request));
            isNamed[partition] = true;
        }

        private void deleteTo(int partition, int offset) {
            var request = new DeleteRecordsRequest().setTimeoutMs(10_000);
            var asked = new DeleteRecordsRequest.DeleteRecordsTopic().setName(topic);
            asked.partitions().add(new DeleteRecordsRequest.DeleteRecordsPartition().setPartitionIndex(partition).setOffset(offset));
            request.topics().add(asked);
            DeleteRecordsResponse response = producer.ask(LATEST, request);
            assertThat(response.topics().get(0).partitions().get(0).errorCode()).isZero();
            starts[partition] = offset;
            if (offsets[partition] < offset) {
                offsets[partition] = offset;
                isNamed[partition] = true;
            }
        }

        ProduceRequest produce(List<Integer> partitions) {
            var data = new ProduceRequest.TopicProduceData().setName(topic);
            for (int partition : partitions) {
                var batch = new RecordBatchBuilder().append(1_000, null, ByteBuffer.allocate(4).putInt(0, ends[partition]++)).build();
                data.partitionData().add(new ProduceRequest.PartitionProduceData().setIndex(partition).setRecords(Payload.of(batch)));
            }
            var request = new ProduceRequest().setAcks((short) 1).setTimeoutMs(10_000);
            request.topicData().add(data);
            return request;
        }

        void onAnswer(FetchResponse response) {
            assertThat(response.errorCode()).isZero();
            for (var answered : response.responses()) for (var partition : answered.partitions()) onPartition(partition);
        }

        private void onPartition(PartitionData answered) {
            int partition = answered.partitionIndex();
            assertThat(answered.errorCode()).isZero();
            assertThat(isInSession[partition]).isTrue();
            toldEnds[partition] = answered.highWatermark();
            toldStarts[partition] = answered.logStartOffset();
            var bytes = answered.records().toByteBuffer();
            for (int at = 0; bytes.limit() - at >= RecordBatch.HEADER_BYTES; ) {
                var batch = new RecordBatch().wrap(bytes, at);
                if (bytes.limit() - at < batch.sizeInBytes()) break;
                assertThat(batch.baseOffset()).isEqualTo(offsets[partition]++);
                isNamed[partition] = true;
                at += batch.sizeInBytes();
            }
        }

        /** As many fetches as there are partitions that have something, and one more, tell all that there is to tell. */
        void catchUp() {
            for (int i = 0; i < ends.length; i++) if (!isInSession[i]) isNamed[i] = true;
            for (int i = 0; i <= ends.length; i++) fetch();
            for (int i = 0; i < ends.length; i++) {
                assertThat(offsets[i]).as("offset of partition %d", i).isEqualTo(ends[i]);
                assertThat(toldEnds[i]).as("high watermark of partition %d", i).isEqualTo(ends[i]);
                assertThat(toldStarts[i]).as("log start of partition %d", i).isEqualTo(starts[i]);
            }
            var response = (FetchResponse) client.ask(BY_NAME, next());
            assertThat(response.responses()).as("what is told when nothing has happened").isEmpty();
        }
    }
}
