package io.barnabas.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.barnabas.base.Payload;
import io.barnabas.model.RecordBatchBuilder;
import io.barnabas.protocol.message.FetchRequest;
import io.barnabas.protocol.message.FetchResponse;
import io.barnabas.protocol.message.MetadataRequest;
import io.barnabas.protocol.message.ProduceRequest;
import io.barnabas.protocol.message.ProduceResponse;
import io.barnabas.server.config.BrokerConfig;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Record bytes pass a loop without a copy on its heap: what it allocates per request does not grow with their number. */
class AllocationTest {
    private static final int ROUNDS = 200;
    private static final int BYTES_PER_REQUEST_MAX = 8 << 10;

    @TempDir Path directory;
    private Broker broker;
    private WireClient client;

    @BeforeEach
    void start() {
        broker = Broker.start(BrokerConfig.of(Map.of("log.dirs", directory.toString(), "num.event.loops", "1",
                "log.flush.before.ack", "false", "listeners", "PLAINTEXT://127.0.0.1:0,CONTROLLER://127.0.0.1:0")));
        client = new WireClient(broker.endpoints().get(0).port());
        var metadata = new MetadataRequest();
        metadata.topics().add(new MetadataRequest.MetadataRequestTopic().setName("t"));
        client.ask(12, metadata);
    }

    @AfterEach
    void stop() {
        client.close();
        broker.stop();
    }

    @Test
    void producingAndFetchingAllocatesTheSameForManyBytesAsForFew() {
        for (int recordBytes : new int[] {100, 200_000}) {
            var batch = new RecordBatchBuilder().append(1_000, null, ByteBuffer.allocate(recordBytes)).build();
            produce(batch);
            long produced = allocatedPer(() -> produce(batch));
            assertThat(produced).as("bytes allocated per produce of %d", recordBytes).isLessThan(BYTES_PER_REQUEST_MAX);
            fetch(recordBytes);
            long fetched = allocatedPer(() -> fetch(recordBytes));
            assertThat(fetched).as("bytes allocated per fetch of %d", recordBytes).isLessThan(BYTES_PER_REQUEST_MAX);
            System.out.printf("allocated per request: recordBytes=%d produce=%d fetch=%d%n", recordBytes, produced, fetched);
        }
    }

    private void produce(ByteBuffer batch) {
        var topic = new ProduceRequest.TopicProduceData().setName("t");
        topic.partitionData().add(new ProduceRequest.PartitionProduceData().setIndex(0).setRecords(Payload.of(batch.duplicate())));
        var request = new ProduceRequest().setAcks((short) 1).setTimeoutMs(10_000);
        request.topicData().add(topic);
        ProduceResponse response = client.ask(12, request);
        assertThat(response.responses().get(0).partitionResponses().get(0).errorCode()).isZero();
    }

    private void fetch(int bytesMin) {
        var topic = new FetchRequest.FetchTopic().setTopic("t");
        topic.partitions().add(new FetchRequest.FetchPartition().setPartition(0).setFetchOffset(0).setPartitionMaxBytes(bytesMin));
        var request = new FetchRequest().setMaxWaitMs(0).setMinBytes(1).setMaxBytes(bytesMin);
        request.topics().add(topic);
        FetchResponse response = client.ask(12, request);
        assertThat(response.responses().get(0).partitions().get(0).records().size()).isPositive();
    }

    /** The least of five averages, since the virtual machine itself allocates now and then. */
    private static long allocatedPer(Runnable request) {
        var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long loop = Thread.getAllStackTraces().keySet().stream().filter(thread -> thread.getName().equals("loop-0"))
                .findFirst().orElseThrow().getId();
        long least = Long.MAX_VALUE;
        for (int turn = 0; turn < 5; turn++) {
            long before = threads.getThreadAllocatedBytes(loop);
            for (int i = 0; i < ROUNDS; i++) request.run();
            least = Math.min(least, (threads.getThreadAllocatedBytes(loop) - before) / ROUNDS);
        }
        return least;
    }
}
