package io.barnabas.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;

class RecordBatchTest {
    private static final long NOW = RandomRecords.NOW;

    @Test
    void aCursorWalksOverWholeBatchesAndTellsWhatIsCutOff() {
        var first = batch("a", "b");
        var second = batch("c");
        var both = ByteBuffer.allocate(first.limit() + second.limit()).put(first).put(second.duplicate()).flip();
        for (int cutBytes = 0; cutBytes <= second.limit(); cutBytes++) {
            var bytes = both.duplicate().limit(both.limit() - cutBytes);
            var cursor = new RecordBatchCursor().reset(bytes);
            assertThat(cursor.next().recordCount()).isEqualTo(2);
            if (cutBytes == 0) assertThat(cursor.next().recordCount()).isEqualTo(1);
            assertThat(cursor.next()).isNull();
            assertThat(cursor.bytesLeft()).isEqualTo(cutBytes == 0 ? 0 : second.limit() - cutBytes);
        }
    }

    @Test
    void aCursorRefusesSizesThatNoBatchHas() {
        for (int length : new int[] {-1, 0, 48, Integer.MIN_VALUE, Integer.MAX_VALUE}) {
            var bytes = batch("a").putInt(RecordBatch.BATCH_LENGTH_AT, length);
            assertThatThrownBy(() -> new RecordBatchCursor().reset(bytes).next()).isInstanceOf(RecordException.class);
        }
        assertThatThrownBy(() -> new RecordBatchCursor().reset(ByteBuffer.allocate(100)).next()).isInstanceOf(RecordException.class);
    }

    @Test
    void aViewStaysWhereItWasWhenTheNextBytesAreNoBatch() {
        var batch = new RecordBatch().wrap(batch("a"), 0);
        assertThatThrownBy(() -> batch.wrap(ByteBuffer.allocate(100), 0)).isInstanceOf(RecordException.class);
        assertThatThrownBy(() -> batch.wrap(batch("b"), 1)).isInstanceOf(RecordException.class);
        assertThat(batch.recordCount()).isEqualTo(1);
    }

    @Test
    void aHeaderAloneTellsHowLargeItsBatchIs() {
        var bytes = batch("a", "b");
        var header = bytes.duplicate().limit(RecordBatch.HEADER_BYTES);
        assertThat(new RecordBatch().wrapHeader(header, 0).sizeInBytes()).isEqualTo(bytes.limit());
        assertThatThrownBy(() -> new RecordBatch().wrap(header, 0)).isInstanceOf(RecordException.class);
    }

    @Test
    void theChecksumIsComputedAgainOnlyWhereTheTimestampChangesBytes() {
        var bytes = batch("a");
        var batch = new RecordBatch().wrap(bytes, 0);
        bytes.putInt(RecordBatch.CRC_AT, 5);
        batch.setMaxTimestamp(TimestampType.CREATE_TIME, NOW);
        assertThat(batch.crc()).isEqualTo(5);
        batch.setMaxTimestamp(TimestampType.LOG_APPEND_TIME, NOW);
        assertThat(batch.isValidCrc()).isTrue();
    }

    @Test
    void sequencesWrapAndDamagedOnesAreShownAsTheyAre() {
        assertThat(RecordBatch.sequenceAfter(5, 3)).isEqualTo(8);
        assertThat(RecordBatch.sequenceAfter(Integer.MAX_VALUE, 0)).isEqualTo(Integer.MAX_VALUE);
        assertThat(RecordBatch.sequenceAfter(Integer.MAX_VALUE, 1)).isZero();
        assertThat(RecordBatch.sequenceAfter(Integer.MAX_VALUE - 2, 5)).isEqualTo(2);
        assertThat(RecordBatch.sequenceAfter(Integer.MIN_VALUE + 215, 0)).isEqualTo(Integer.MIN_VALUE + 215);
    }

    @Test
    void offsetsAndEpochsAreOutsideTheChecksum() {
        var batch = new RecordBatch().wrap(batch("a", "b"), 0);
        batch.setBaseOffset(1L << 40);
        batch.setLeaderEpoch(9);
        assertThat(batch.isValidCrc()).isTrue();
        assertThat(batch.nextOffset()).isEqualTo((1L << 40) + 2);
        assertThat(RandomRecords.recordsOf(batch)).extracting(Record::offset).containsExactly(1L << 40, (1L << 40) + 1);
    }

    @Test
    void theFirstRecordAtOrAfterATimeIsFound() {
        for (var type : CompressionType.values()) {
            var builder = new RecordBatchBuilder().compression(type).baseOffset(100);
            for (long timestamp : new long[] {10, 30, 20, 40}) builder.append(timestamp, null, null);
            var batch = new RecordBatch().wrap(builder.build(), 0);
            assertThat(batch.firstAtOrAfter(15, 0, 1000).offset()).isEqualTo(101);
            assertThat(batch.firstAtOrAfter(15, 102, 1000).offset()).isEqualTo(102);
            assertThat(batch.firstAtOrAfter(31, 0, 1000).offset()).isEqualTo(103);
            assertThat(batch.firstAtOrAfter(41, 0, 1000)).isNull();
            assertThat(batch.firstAtOrAfter(0, 104, 1000)).isNull();
        }
    }

    @Test
    void offsetsMayHaveGapsAsAfterCompaction() {
        var bytes = new RecordBatchBuilder().baseOffset(10).appendAt(12, NOW, null, null, List.of())
                .appendAt(19, NOW, null, null, List.of()).build();
        var batch = new RecordBatch().wrap(bytes, 0);
        assertThat(RandomRecords.recordsOf(batch)).extracting(Record::offset).containsExactly(12L, 19L);
        assertThat(batch.recordCount()).isEqualTo(2);
        assertThat(batch.nextOffset()).isEqualTo(20);
    }

    @Test
    void aReaderIsAsStrictAsTheHeader() {
        var tooMany = batch("a", "b").putInt(RecordBatch.RECORD_COUNT_AT, 3);
        var tooFew = batch("a", "b").putInt(RecordBatch.RECORD_COUNT_AT, 1);
        for (var bytes : List.of(tooMany, tooFew)) {
            assertThatThrownBy(() -> RandomRecords.recordsOf(new RecordBatch().wrap(bytes, 0))).isInstanceOf(RecordException.class);
        }
    }

    private static ByteBuffer batch(String... values) {
        var builder = new RecordBatchBuilder();
        for (var value : values) builder.append(NOW, null, ByteBuffer.wrap(value.getBytes()));
        return builder.build();
    }
}
