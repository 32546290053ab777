package io.barnabas.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.barnabas.base.ByteReader;
import io.barnabas.testkit.Seeds;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

class RecordReaderTest {
    @Test
    void whatLiesThereIsWhatIsGivenAsRecordsWithOneReaderForAllBatches() {
        Seeds.check(100, (seed, random) -> {
            var reader = new RecordReader();
            for (var type : CompressionType.values()) {
                var batch = batchSomewhere(RandomRecords.fill(new RecordBatchBuilder().compression(type).baseOffset(random.nextInt(100)),
                        RandomRecords.samples(random)).build(), random.nextInt(50), random.nextBoolean());
                var records = RandomRecords.recordsOf(batch);
                try (var shown = reader.read(batch, RandomRecords.DECOMPRESSED_MAX)) {
                    for (var record : records) {
                        assertThat(shown.advance()).isTrue();
                        assertThat(shown.offset()).isEqualTo(record.offset());
                        assertThat(shown.timestamp()).isEqualTo(record.timestamp());
                        assertThat(bytes(shown.value())).isEqualTo(record.value());
                        assertThat(bytes(shown.key())).isEqualTo(record.key());
                    }
                    assertThat(shown.advance()).isFalse();
                }
            }
        });
    }

    private static RecordBatch batchSomewhere(ByteBuffer bytes, int bytesBefore, boolean isDirect) {
        int size = bytesBefore + bytes.remaining() + 7;
        var buffer = (isDirect ? ByteBuffer.allocateDirect(size) : ByteBuffer.allocate(size)).position(bytesBefore);
        return new RecordBatch().wrap(buffer.put(bytes.duplicate()).clear(), bytesBefore);
    }

    private static ByteBuffer bytes(ByteReader reader) {
        return reader == null ? null : reader.readSlice(reader.remaining());
    }
}
