package io.barnabas.systemtests;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.barnabas.model.ErrorCode;
import io.barnabas.protocol.message.ProduceRequest;
import io.barnabas.protocol.message.ProduceResponse;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Idempotent producers that repeat themselves, leave something out or are not who they were: as on Apache Kafka. */
class BadProducerTest extends BadInput {
    private static final int VERSION = 12;
    private static final long PRODUCER_ID = 4_000;

    /** One batch after the other, each of one record. @return code and base offset of each */
    private List<String> play(int[][] epochsAndSequences) throws Exception {
        return sameAsKafka(broker -> {
            Clients.createTopic(broker, topic, 1);
            var client = client(broker);
            var answers = new ArrayList<String>();
            for (int[] next : epochsAndSequences) {
                var answer = client.ask(Witness.produce(topic, 0, batch(next[0], next[1])), VERSION, ProduceResponse.class)
                        .responses().get(0).partitionResponses().get(0);
                answers.add(ErrorCode.of(answer.errorCode()) + "@" + answer.baseOffset());
            }
            return answers;
        });
    }

    private static ByteBuffer batch(int producerEpoch, int sequence) {
        return BatchBytes.of(1, BatchBytes.records(1), batch -> batch.putLong(BatchBytes.PRODUCER_ID_AT, PRODUCER_ID)
                .putShort(BatchBytes.PRODUCER_EPOCH_AT, (short) producerEpoch).putInt(BatchBytes.BASE_SEQUENCE_AT, sequence));
    }

    @Test
    void aStaleProducerEpochIsRefused() throws Exception {
        assertEquals(List.of("NONE@0", "NONE@1", "INVALID_PRODUCER_EPOCH@-1", "NONE@2"), play(new int[][] {{1, 0}, {2, 0}, {1, 1}, {2, 1}}));
        assertEquals(47, ErrorCode.INVALID_PRODUCER_EPOCH.code());
    }

    @Test
    void aGapInTheSequenceIsRefused() throws Exception {
        assertEquals(List.of("NONE@0", "OUT_OF_ORDER_SEQUENCE_NUMBER@-1", "NONE@1"), play(new int[][] {{0, 0}, {0, 2}, {0, 1}}));
        assertEquals(45, ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER.code());
    }

    @Test
    void aRepeatedBatchOfTheLastFiveIsToldItsFirstOffsetAndAnOlderOneRefused() throws Exception {
        var answers = play(new int[][] {{0, 0}, {0, 1}, {0, 2}, {0, 3}, {0, 4}, {0, 5}, {0, 1}, {0, 5}, {0, 3}, {0, 0}, {0, 6}});
        assertEquals(List.of("NONE@1", "NONE@5", "NONE@3"), answers.subList(6, 9));
        assertEquals("NONE@6", answers.get(10));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 7, Integer.MAX_VALUE})
    void anUnknownProducerMayBeginWithAnySequence(int sequence) throws Exception {
        assertEquals(List.of("NONE@0"), play(new int[][] {{3, sequence}}));
    }

    @Test
    void aNewEpochBeginsAtSequenceZero() throws Exception {
        assertEquals("OUT_OF_ORDER_SEQUENCE_NUMBER@-1", play(new int[][] {{0, 0}, {1, 5}}).get(1));
    }

    @Test
    void acknowledgementsThatDoNotExistAreRefused() throws Exception {
        for (short acks : new short[] {-2, 2, 1_000, Short.MIN_VALUE}) {
            sameAsKafka(broker -> {
                var request = Witness.produce("not-there", 0, batch(0, 0)).setAcks(acks);
                return client(broker).ask(request, VERSION, ProduceResponse.class).responses().get(0).partitionResponses().get(0).errorCode();
            });
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 1, Integer.MAX_VALUE, Integer.MIN_VALUE})
    void aPartitionThatDoesNotExistIsUnknown(int partition) throws Exception {
        var code = sameAsKafka(broker -> {
            Clients.createTopic(broker, topic, 1);
            ProduceRequest request = Witness.produce(topic, partition, batch(0, 0));
            return client(broker).ask(request, VERSION, ProduceResponse.class).responses().get(0).partitionResponses().get(0).errorCode();
        });
        assertEquals(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION.code(), code);
    }
}
