package io.barnabas.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import io.barnabas.base.ByteReader;
import io.barnabas.base.ByteWriter;
import io.barnabas.base.DecodeException;
import io.barnabas.base.Payload;
import io.barnabas.protocol.message.ApiVersionsRequest;
import io.barnabas.protocol.message.ListOffsetsResponse;
import io.barnabas.protocol.message.MetadataRequest;
import io.barnabas.protocol.message.ProduceRequest;
import io.barnabas.protocol.message.ProduceRequest.PartitionProduceData;
import io.barnabas.protocol.message.ProduceRequest.TopicProduceData;
import java.lang.management.ManagementFactory;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class MessageTest {
    private static final short PRODUCE_VERSION = 12;
    private static final int RECORD_BYTES = 100_000;

    @Test
    void aFieldThatTheVersionLacksIsRefusedByName() {
        var request = new ProduceRequest().setTransactionalId("t");
        assertThatThrownBy(() -> request.write(ByteWriter.onHeap(64), (short) 2)).isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the version lacks a field that is set: field=ProduceRequest.transactionalId version=2");
    }

    @Test
    void aFieldThatMayBeLeftOutIsLeftOut() {
        var response = new ListOffsetsResponse().setThrottleTimeMs(7);
        assertThat(MessageCase.write(response, (short) 1)).isEqualTo(new byte[4]);
    }

    @Test
    void aDroppedVersionHasTheFieldsThatOnlyItHad() {
        var partition = new ListOffsetsResponse.ListOffsetsPartitionResponse().setOldStyleOffsets(List.of(5L, 0L));
        var response = new ListOffsetsResponse()
                .setTopics(List.of(new ListOffsetsResponse.ListOffsetsTopicResponse().setName("t").setPartitions(List.of(partition))));
        var bytes = MessageCase.write(response, (short) 0);
        assertThat(new ListOffsetsResponse(new ByteReader(ByteBuffer.wrap(bytes)), (short) 0)).isEqualTo(response);
    }

    @Test
    void nullIsRefusedWhereTheVersionHasNone() {
        var request = new MetadataRequest().setTopics(null);
        assertThat(MessageCase.write(request, (short) 1)).hasSize(4);
        assertThatThrownBy(() -> request.write(ByteWriter.onHeap(16), (short) 0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new MetadataRequest(new ByteReader(ByteBuffer.allocate(4).putInt(0, -1)), (short) 0))
                .isInstanceOf(DecodeException.class).hasMessageContaining("null where it is not allowed");
    }

    @Test
    void anUnknownVersionIsRefused() {
        assertThatThrownBy(() -> new ApiVersionsRequest(new ByteReader(ByteBuffer.allocate(9)), (short) 99))
                .isInstanceOf(DecodeException.class).hasMessage("unknown version: message=ApiVersionsRequest version=99");
        assertThatThrownBy(() -> new ApiVersionsRequest().write(ByteWriter.onHeap(9), (short) -1))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void bytesAfterTheLastFieldAreRefused() {
        assertThatThrownBy(() -> new ApiVersionsRequest().readWhole(new ByteReader(ByteBuffer.allocate(1)), (short) 0))
                .isInstanceOf(DecodeException.class).hasMessage("bytes left after the last field: count=1");
    }

    @Test
    void textThatIsNotUtf8IsRefused() {
        var bytes = MessageCase.write(new ApiVersionsRequest().setClientSoftwareName("abc"), (short) 3);
        bytes[2] = (byte) 0xFF;
        assertThatThrownBy(() -> new ApiVersionsRequest(new ByteReader(ByteBuffer.wrap(bytes)), (short) 3))
                .isInstanceOf(DecodeException.class).hasMessageContaining("UTF-8");
    }

    @Test
    void printingTellsTheSizeOfRecordsAndNotTheirBytes() {
        assertThat(produce("secret".getBytes(StandardCharsets.UTF_8)).toString()).isEqualTo("ProduceRequest(transactionalId=null, acks=-1, "
                + "timeoutMs=0, topicData=[TopicProduceData(name=topic, topicId=AAAAAAAAAAAAAAAAAAAAAA, "
                + "partitionData=[PartitionProduceData(index=3, records=<6 bytes>)])])");
    }

    @Test
    void readingAProduceRequestCopiesNoRecords() {
        var frame = ByteBuffer.allocateDirect(RECORD_BYTES + 1000).put(MessageCase.write(produce(new byte[RECORD_BYTES]), PRODUCE_VERSION)).flip();
        var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long allocated = 0;
        // The first reads also load classes.
        for (int i = 0; i < 10; i++) {
            long before = threads.getCurrentThreadAllocatedBytes();
            var request = new ProduceRequest(new ByteReader(frame.duplicate()), PRODUCE_VERSION);
            allocated = threads.getCurrentThreadAllocatedBytes() - before;
            assertThat(request.topicData().get(0).partitionData().get(0).records().size()).isEqualTo(RECORD_BYTES);
        }
        System.out.println("heap bytes for a produce request of one partition: " + allocated);
        assertThat(allocated).isLessThan(700);
    }

    @Test
    void makingOneMessageLoadsNoOther() throws Exception {
        var folders = new URL[] {codeSource(ApiKey.class), codeSource(ByteReader.class)};
        try (var loader = new Loader(folders)) {
            var key = loader.loadClass("io.barnabas.protocol.ApiKey").getMethod("of", short.class).invoke(null, (short) 18);
            key.getClass().getMethod("newRequest").invoke(key);
            assertThat(loader.hasLoaded("ApiVersionsRequest")).isTrue();
            for (var name : List.of("ApiVersionsResponse", "FetchRequest", "MetadataResponse")) {
                assertThat(loader.hasLoaded(name)).describedAs(name).isFalse();
            }
        }
    }

    private static URL codeSource(Class<?> type) {
        return type.getProtectionDomain().getCodeSource().getLocation();
    }

    private static ProduceRequest produce(byte[] records) {
        var partition = new PartitionProduceData().setIndex(3).setRecords(Payload.of(ByteBuffer.wrap(records)));
        return new ProduceRequest().setAcks((short) -1)
                .setTopicData(List.of(new TopicProduceData().setName("topic").setPartitionData(List.of(partition))));
    }

    private static final class Loader extends URLClassLoader {
        Loader(URL[] urls) {
            super(urls, ClassLoader.getPlatformClassLoader());
        }

        boolean hasLoaded(String message) {
            return findLoadedClass("io.barnabas.protocol.message." + message) != null;
        }
    }
}
