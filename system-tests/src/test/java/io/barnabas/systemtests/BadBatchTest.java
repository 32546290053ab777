package io.barnabas.systemtests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.barnabas.base.ByteWriter;
import io.barnabas.model.ErrorCode;
import io.barnabas.protocol.message.ListOffsetsRequest;
import io.barnabas.protocol.message.ListOffsetsResponse;
import io.barnabas.protocol.message.ProduceResponse;
import io.barnabas.testkit.process.Broker;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Record batches that lie: refused with Apache Kafka's code, and nothing of them is stored. */
class BadBatchTest extends BadInput {
    private static final int VERSION = 12;
    private static final Consumer<ByteBuffer> NO_LIE = batch -> {};
    private boolean isStored;
    private boolean isOnKafka;

    @BeforeEach
    void bringTopic() {
        createTopic();
    }

    @AfterEach
    void nothingIsStored() {
        var request = new ListOffsetsRequest();
        var asked = new ListOffsetsRequest.ListOffsetsTopic().setName(topic);
        asked.partitions().add(new ListOffsetsRequest.ListOffsetsPartition().setPartitionIndex(0).setTimestamp(-1));
        request.topics().add(asked);
        long end = client().ask(request, 7, ListOffsetsResponse.class).topics().get(0).partitions().get(0).offset();
        if (!isStored) assertEquals(0, end, "stored, though refused");
    }

    private short codeOn(Broker broker, ByteBuffer records) {
        return client(broker).ask(Witness.produce(topic, 0, records), VERSION, ProduceResponse.class)
                .responses().get(0).partitionResponses().get(0).errorCode();
    }

    private void refused(ErrorCode expected, ByteBuffer records) {
        assertEquals(expected, ErrorCode.of(codeOn(broker(), records)));
    }

    /** Refused with this code, by Apache Kafka, too. */
    private void refusedAsByKafka(ErrorCode expected, ByteBuffer records) throws Exception {
        int code = sameAsKafka(broker -> {
            if (broker == SideBySide.kafka() && !isOnKafka) Clients.createTopic(broker, topic, 1);
            isOnKafka |= broker == SideBySide.kafka();
            return (int) codeOn(broker, records.duplicate());
        });
        assertEquals(expected, ErrorCode.of((short) code));
    }

    private static ByteBuffer batch(Consumer<ByteBuffer> lie) {
        return BatchBytes.of(3, BatchBytes.records(3), lie);
    }

    @Test
    void aBatchWithoutALieIsStored() {
        isStored = true;
        refused(ErrorCode.NONE, batch(NO_LIE));
    }

    @Test
    void aWrongChecksumIsCorrupt() throws Exception {
        var batch = batch(NO_LIE);
        refusedAsByKafka(ErrorCode.CORRUPT_MESSAGE, batch.putInt(BatchBytes.CRC_AT, batch.getInt(BatchBytes.CRC_AT) ^ 1));
        for (int at = BatchBytes.ATTRIBUTES_AT; at < batch.limit(); at++) {
            var flipped = batch(NO_LIE);
            refused(ErrorCode.CORRUPT_MESSAGE, flipped.put(at, (byte) (flipped.get(at) ^ 0x10)));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 48, -1, Integer.MIN_VALUE, 1_000, Integer.MAX_VALUE})
    void aLengthBelowTheHeaderOrPastTheEndIsCorrupt(int length) {
        refused(ErrorCode.CORRUPT_MESSAGE, batch(batch -> batch.putInt(BatchBytes.BATCH_LENGTH_AT, length)));
    }

    @Test
    void aBatchCutShortIsCorrupt() {
        var whole = batch(NO_LIE);
        for (int length = 1; length < whole.limit(); length++) {
            int code = codeOn(broker(), whole.duplicate().limit(length));
            assertTrue(code == ErrorCode.CORRUPT_MESSAGE.code() || code == ErrorCode.INVALID_RECORD.code(), "length=" + length + " code=" + code);
        }
    }

    @Test
    void recordsThatAreNotThereAreRefused() throws Exception {
        refusedAsByKafka(ErrorCode.INVALID_RECORD, ByteBuffer.allocate(0));
        refused(ErrorCode.INVALID_RECORD, null);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 3, 4, 127, -1, -128})
    void aFormatThatDoesNotExistIsRefused(int magic) {
        var batch = batch(NO_LIE).put(BatchBytes.MAGIC_AT, (byte) magic);
        int code = codeOn(broker(), batch);
        assertTrue(code == ErrorCode.CORRUPT_MESSAGE.code() || code == ErrorCode.INVALID_RECORD.code(), "code=" + code);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -1, 2, 4, 1_000_000, Integer.MAX_VALUE, Integer.MIN_VALUE})
    void aCountThatLiesIsInvalid(int count) {
        refused(ErrorCode.INVALID_RECORD, batch(batch -> batch.putInt(BatchBytes.RECORD_COUNT_AT, count)));
        refused(ErrorCode.INVALID_RECORD, batch(batch -> batch.putInt(BatchBytes.RECORD_COUNT_AT, count)
                .putInt(BatchBytes.LAST_OFFSET_DELTA_AT, count - 1)));
        refused(ErrorCode.INVALID_RECORD, batch(batch -> batch.putInt(BatchBytes.LAST_OFFSET_DELTA_AT, count == 2 ? 5 : count)));
    }

    @Test
    void offsetsThatAreNotConsecutiveAreInvalid() throws Exception {
        for (int[] deltas : new int[][] {{0, 2, 2}, {0, 0, 2}, {1, 1, 2}, {0, 2, 1}, {-1, 1, 2}, {0, 1, Integer.MAX_VALUE}}) {
            byte[] records = new byte[0];
            for (int delta : deltas) records = BareConnection.concat(records, BatchBytes.record(delta, "value"));
            refused(ErrorCode.INVALID_RECORD, BatchBytes.of(3, records, NO_LIE));
        }
    }

    @Test
    void aRecordPastTheEndOrWithBytesLeftOverIsInvalid() {
        byte[] record = BatchBytes.record(0, "value");
        for (int length : new int[] {0, -1, 1, record.length + 10, 1 << 20, Integer.MAX_VALUE, Integer.MIN_VALUE}) {
            var lying = ByteWriter.onHeap(64);
            lying.writeVarint(length);
            lying.writeBytes(ByteBuffer.wrap(record, 1, record.length - 1));
            refused(ErrorCode.INVALID_RECORD, BatchBytes.of(1, BatchBytes.bytes(lying), NO_LIE));
        }
        refused(ErrorCode.INVALID_RECORD, BatchBytes.of(1, BareConnection.concat(record, new byte[1]), NO_LIE));
        refused(ErrorCode.INVALID_RECORD, BatchBytes.of(1, BareConnection.concat(record, record), NO_LIE));
    }

    @Test
    void aFieldPastTheEndOfItsRecordIsInvalid() {
        for (int length : new int[] {-2, 100, 1 << 30, Integer.MAX_VALUE, Integer.MIN_VALUE}) {
            refused(ErrorCode.INVALID_RECORD, BatchBytes.of(1, BatchBytes.record(body -> {
                for (int i = 0; i < 3; i++) body.writeByte(0);
                body.writeVarint(length);
                body.writeBytes(new byte[10]);
            }), NO_LIE));
        }
    }

    @Test
    void aHeaderBombIsInvalid() {
        for (int count : new int[] {-1, 11, 1 << 28, Integer.MAX_VALUE, Integer.MIN_VALUE}) {
            refused(ErrorCode.INVALID_RECORD, BatchBytes.of(1, BatchBytes.record(body -> {
                for (int i = 0; i < 3; i++) body.writeByte(0);
                body.writeVarint(-1);
                body.writeVarint(-1);
                body.writeVarint(count);
                body.writeBytes(new byte[20]);
            }), NO_LIE));
        }
    }

    @Test
    void aHeaderWithoutAKeyIsInvalid() {
        refused(ErrorCode.INVALID_RECORD, BatchBytes.of(1, BatchBytes.record(body -> {
            for (int i = 0; i < 3; i++) body.writeByte(0);
            for (int length : new int[] {-1, -1, 1, -1, -1}) body.writeVarint(length);
        }), NO_LIE));
    }

    @Test
    void aControlBatchFromAClientIsInvalid() throws Exception {
        refusedAsByKafka(ErrorCode.INVALID_RECORD, batch(batch -> batch.putShort(BatchBytes.ATTRIBUTES_AT, (short) 0x20)));
    }

    @Test
    void transactionalWithoutATransactionIsRefused() throws Exception {
        var withoutId = batch(batch -> batch.putShort(BatchBytes.ATTRIBUTES_AT, (short) 0x10));
        refused(ErrorCode.INVALID_RECORD, withoutId);
        refusedAsByKafka(ErrorCode.TRANSACTIONAL_ID_AUTHORIZATION_FAILED, producerBatch(batch -> batch.putShort(BatchBytes.ATTRIBUTES_AT, (short) 0x10)));
    }

    private static ByteBuffer producerBatch(Consumer<ByteBuffer> lie) {
        return batch(batch -> {
            batch.putLong(BatchBytes.PRODUCER_ID_AT, 4_000).putShort(BatchBytes.PRODUCER_EPOCH_AT, (short) 0).putInt(BatchBytes.BASE_SEQUENCE_AT, 0);
            lie.accept(batch);
        });
    }

    @Test
    void aProducerIdWithoutEpochOrSequenceIsInvalid() {
        refused(ErrorCode.INVALID_RECORD, producerBatch(batch -> batch.putShort(BatchBytes.PRODUCER_EPOCH_AT, (short) -1)));
        refused(ErrorCode.INVALID_RECORD, producerBatch(batch -> batch.putInt(BatchBytes.BASE_SEQUENCE_AT, -1)));
        refused(ErrorCode.INVALID_RECORD, producerBatch(batch -> batch.putInt(BatchBytes.BASE_SEQUENCE_AT, Integer.MIN_VALUE)));
    }

    @Test
    void twoBatchesForOnePartitionAreInvalid() throws Exception {
        var one = batch(NO_LIE);
        refusedAsByKafka(ErrorCode.INVALID_RECORD, ByteBuffer.allocate(2 * one.limit()).put(one.duplicate()).put(one.duplicate()).flip());
    }

    @Test
    void aBatchOverTheTopicsLimitIsTooLarge() throws Exception {
        refusedAsByKafka(ErrorCode.MESSAGE_TOO_LARGE, BatchBytes.of(1, BatchBytes.record(0, "x".repeat(1 << 20)), NO_LIE));
    }

    @Test
    void timestampsFarOffAreInvalid() throws Exception {
        long nowMs = System.currentTimeMillis();
        for (long far : new long[] {nowMs + 2 * 3_600_000, Long.MAX_VALUE}) {
            refusedAsByKafka(ErrorCode.INVALID_TIMESTAMP, batch(batch -> batch.putLong(BatchBytes.BASE_TIMESTAMP_AT, far).putLong(BatchBytes.MAX_TIMESTAMP_AT, far)));
        }
        refused(ErrorCode.INVALID_TIMESTAMP, batch(batch -> batch.putShort(BatchBytes.ATTRIBUTES_AT, (short) 0x08)));
    }

    // ---- compression

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7})
    void bytesThatNoCodecMadeAreRefused(int codec) {
        for (byte[] records : List.of(new byte[0], BatchBytes.records(3), new byte[1_000])) {
            int code = codeOn(broker(), BatchBytes.of(3, records, batch -> batch.putShort(BatchBytes.ATTRIBUTES_AT, (short) codec)));
            assertTrue(code == ErrorCode.CORRUPT_MESSAGE.code() || code == ErrorCode.INVALID_RECORD.code()
                    || code == ErrorCode.UNSUPPORTED_COMPRESSION_TYPE.code(), "codec=" + codec + " code=" + code);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"1 gzip", "2 snappy", "3 lz4", "4 zstd"})
    void aDecompressionBombIsRefusedWithoutTheMemoryItAsksFor(String codec) throws IOException {
        int id = codec.charAt(0) - '0';
        byte[] bomb = Bombs.of(id);
        for (int i = 0; i < 3; i++) {
            int code = codeOn(broker(), BatchBytes.of(1, bomb, batch -> batch.putShort(BatchBytes.ATTRIBUTES_AT, (short) id)));
            assertTrue(code == ErrorCode.MESSAGE_TOO_LARGE.code() || code == ErrorCode.INVALID_RECORD.code(), codec + ": code=" + code);
            witnessWorks();
        }
    }

    @Test
    void codecPrefixesThatLieTakeNoMemory() {
        // snappy: one block that claims 2 GiB; its own framing with a chunk of 2 GiB; zstd: a frame of 2^60 bytes and one with a window
        // of 2 GiB; lz4: a block longer than its frame's blocks may be
        var lies = Map.<byte[], Integer>of(
                new byte[] {-1, -1, -1, -1, 7, 0, 0}, 2,
                new byte[] {(byte) 0x82, 'S', 'N', 'A', 'P', 'P', 'Y', 0, 0, 0, 0, 1, 0, 0, 0, 1, 127, -1, -1, -1, 0, 0}, 2,
                new byte[] {0x28, (byte) 0xB5, 0x2F, (byte) 0xFD, (byte) 0xE0, 0, 0, 0, 0, 0, 0, 0, 16, 1, 0, 0}, 4,
                new byte[] {0x28, (byte) 0xB5, 0x2F, (byte) 0xFD, 0, (byte) 0xA8, 1, 0, 0}, 4,
                new byte[] {4, 0x22, 0x4D, 0x18, 0x60, 0x70, 0x73, -1, -1, -1, 127, 0, 0}, 3);
        lies.forEach((records, codec) -> {
            for (int i = 0; i < 20; i++) {
                int code = codeOn(broker(), BatchBytes.of(1, records, batch -> batch.putShort(BatchBytes.ATTRIBUTES_AT, (short) (int) codec)));
                assertTrue(code == ErrorCode.CORRUPT_MESSAGE.code() || code == ErrorCode.INVALID_RECORD.code() || code == ErrorCode.MESSAGE_TOO_LARGE.code(),
                        "codec=" + codec + " code=" + code);
            }
        });
    }

    @Test
    void aBatchInsideABatchIsInvalid() throws IOException {
        var inner = batch(NO_LIE);
        var packed = new ByteArrayOutputStream();
        try (var gzip = new GZIPOutputStream(packed)) {
            gzip.write(inner.array());
        }
        refused(ErrorCode.INVALID_RECORD, BatchBytes.of(1, packed.toByteArray(), batch -> batch.putShort(BatchBytes.ATTRIBUTES_AT, (short) 1)));
    }
}
