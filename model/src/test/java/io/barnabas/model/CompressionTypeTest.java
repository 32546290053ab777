package io.barnabas.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import com.sun.management.ThreadMXBean;
import io.barnabas.testkit.Seeds;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import net.jpountz.xxhash.XXHashFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.xerial.snappy.Snappy;

class CompressionTypeTest {
    private static final int BLOCK_CHECKSUMS = 0x10;
    private static final int CONTENT_SIZE = 0x08;
    private static final int CONTENT_CHECKSUM = 0x04;

    @ParameterizedTest
    @EnumSource(CompressionType.class)
    void whatIsPackedIsUnpackedToTheLastByteOfTheCap(CompressionType type) {
        Seeds.check(1, (seed, random) -> {
            for (int size : new int[] {0, 1, 100, 65_536, 65_537, 1_000_003}) {
                var plain = new byte[size];
                random.nextBytes(plain);
                Arrays.fill(plain, size / 3, size / 2, (byte) 7);
                assertThat(unpack(type, pack(type, plain), size)).isEqualTo(plain);
                assertThat(unpack(type, RandomRecords.direct(pack(type, plain)), size)).isEqualTo(plain);
                if (size > 0) assertFails(type, pack(type, plain), size - 1, ErrorCode.MESSAGE_TOO_LARGE);
            }
        });
    }

    @ParameterizedTest
    @EnumSource(names = "NONE", mode = EnumSource.Mode.EXCLUDE)
    void aStreamCutOffAnywhereFailsOrIsShort(CompressionType type) throws IOException {
        var plain = "to be cut off, to be cut off, to be cut off".getBytes();
        var packed = pack(type, plain);
        for (int size = 0; size < packed.limit(); size++) {
            var cut = packed.duplicate().limit(size);
            try {
                assertThat(unpack(type, cut, 1000)).hasSizeLessThan(plain.length);
            } catch (RecordException e) {
                assertThat(e.error()).isEqualTo(ErrorCode.INVALID_RECORD);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(names = "NONE", mode = EnumSource.Mode.EXCLUDE)
    void aBombStopsAtTheCapAndCostsLittle(CompressionType type) throws IOException {
        var bomb = RandomRecords.direct(pack(type, new byte[64 << 20]));
        assertFails(type, bomb, 1 << 20, ErrorCode.MESSAGE_TOO_LARGE);
        assertThat(allocatedBy(() -> assertFails(type, bomb, 1 << 20, ErrorCode.MESSAGE_TOO_LARGE))).isLessThan(1 << 20);
        var batch = RawBatch.of(1, type, RandomRecords.array(bomb));
        var validator = new RecordBatchValidator(1 << 20);
        var settings = new RecordValidation(Integer.MAX_VALUE, Integer.MAX_VALUE, TimestampType.CREATE_TIME, 1, 1, false, null, -1, 9, 3);
        // 64 MiB of zeros are no record at all: the answer comes long before the cap.
        assertThat(validator.validate(batch, settings, 13, 0)).asInstanceOf(type(ValidationResult.Rejected.class))
                .extracting(ValidationResult.Rejected::error).isEqualTo(ErrorCode.INVALID_RECORD);
    }

    @ParameterizedTest
    @EnumSource(CompressionType.class)
    void oneGiantRecordStopsAtTheCap(CompressionType type) throws IOException {
        var batch = RandomRecords.direct(new RecordBatchBuilder().compression(type).append(0, null, ByteBuffer.allocate(64 << 20)).build());
        var settings = new RecordValidation(Integer.MAX_VALUE, Integer.MAX_VALUE, TimestampType.LOG_APPEND_TIME, 1, 1, false, null, -1, 9, 3);
        if (type == CompressionType.NONE) return;
        var validator = new RecordBatchValidator(1 << 20);
        long allocated = allocatedBy(() -> assertThat(validator.validate(batch, settings, 13, 0))
                .asInstanceOf(type(ValidationResult.Rejected.class))
                .extracting(ValidationResult.Rejected::error).isEqualTo(ErrorCode.MESSAGE_TOO_LARGE));
        assertThat(allocated).isLessThan(1 << 20);
    }

    @Test
    void snappyBlocksThatClaimMoreThanTheyHoldAreRefusedUnallocated() {
        var raw = ByteBuffer.wrap(new byte[] {(byte) 0xFF, (byte) 0xFF, (byte) 0xFF, (byte) 0xFF, 0x07, 0});
        var framed = ByteBuffer.allocate(64).putLong(0x82534E4150505900L).putInt(1).putInt(1).putInt(6).put(raw.duplicate()).flip();
        var tooLong = ByteBuffer.allocate(64).putLong(0x82534E4150505900L).putInt(1).putInt(1).putInt(Integer.MAX_VALUE).flip();
        for (var packed : new ByteBuffer[] {raw, framed, tooLong}) assertRefusedCheaply(CompressionType.SNAPPY, packed);
    }

    @Test
    void lz4BlocksThatClaimMoreThanArrivedAreRefusedUnallocated() throws IOException {
        var frame = pack(CompressionType.LZ4, new byte[100]).order(ByteOrder.LITTLE_ENDIAN);
        for (int length : new int[] {4 << 20, Integer.MAX_VALUE, -1}) {
            assertRefusedCheaply(CompressionType.LZ4, frame.duplicate().order(ByteOrder.LITTLE_ENDIAN).putInt(7, length).rewind());
        }
    }

    @Test
    void zstdWindowsLargerThanAnyLevelUsesAreRefusedUnallocated() {
        // Magic, a descriptor without content size, a window of 2^31, one empty last block.
        var frame = ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN).putInt(0xFD2FB528).put((byte) 0).put((byte) (21 << 3))
                .put((byte) 1).putShort((short) 0).flip();
        assertRefusedCheaply(CompressionType.ZSTD, frame);
        frame.put(5, (byte) (17 << 3));
        assertThat(unpack(CompressionType.ZSTD, frame, 100)).isEmpty();
    }

    @Test
    void snappyIsReadRawAndJoined() throws IOException {
        var plain = "snappy without a frame, without a frame".getBytes();
        assertThat(unpack(CompressionType.SNAPPY, ByteBuffer.wrap(Snappy.compress(plain)), 100)).isEqualTo(plain);
        assertThat(unpack(CompressionType.SNAPPY, joined(CompressionType.SNAPPY), 100)).isEqualTo("onetwo".getBytes());
    }

    @ParameterizedTest
    @EnumSource(names = {"GZIP", "ZSTD"})
    void streamsJoinedTogetherAreReadToTheEnd(CompressionType type) throws IOException {
        assertThat(unpack(type, joined(type), 100)).isEqualTo("onetwo".getBytes());
    }

    @ParameterizedTest
    @ValueSource(ints = {0, BLOCK_CHECKSUMS, CONTENT_SIZE, CONTENT_CHECKSUM, BLOCK_CHECKSUMS | CONTENT_SIZE | CONTENT_CHECKSUM})
    void everyLegalLz4OptionIsReadAndItsChecksumsCount(int options) {
        var plain = "stored as it is".getBytes();
        var frame = lz4Frame(options, plain);
        assertThat(unpack(CompressionType.LZ4, frame, 100)).isEqualTo(plain);
        for (int at = 4; at < frame.limit(); at++) {
            var damaged = ByteBuffer.wrap(RandomRecords.array(frame));
            damaged.put(at, (byte) (damaged.get(at) ^ 0x40));
            boolean isPayload = at >= (options & CONTENT_SIZE) / CONTENT_SIZE * 8 + 11;
            if (isPayload && (options & (BLOCK_CHECKSUMS | CONTENT_CHECKSUM)) == 0) continue;
            assertFails(CompressionType.LZ4, damaged, 100, ErrorCode.INVALID_RECORD);
        }
    }

    @Test
    void lz4BlocksThatDependOnEachOtherOrOnADictionaryAreRefused() {
        for (int flags : new int[] {0x40, 0x61, 0x62, 0xE0, 0x20}) {
            assertFails(CompressionType.LZ4, lz4Frame(flags, 0x40, new byte[3]), 100, ErrorCode.INVALID_RECORD);
        }
        assertFails(CompressionType.LZ4, lz4Frame(0x60, 0x30, new byte[3]), 100, ErrorCode.INVALID_RECORD);
    }

    @Test
    void namesAndNumbersAreKafkas() {
        for (var type : CompressionType.values()) {
            var kafka = org.apache.kafka.common.record.internal.CompressionType.forId(type.id());
            assertThat(type.configName()).isEqualTo(kafka.name);
            assertThat(CompressionType.ofName(kafka.name)).isEqualTo(type);
            assertThat(CompressionType.of(type.id())).isEqualTo(type);
        }
        assertThat(CompressionType.of(5)).isNull();
        assertThat(CompressionType.ofName("brotli")).isNull();
    }

    private static ByteBuffer lz4Frame(int options, byte[] plain) {
        return lz4Frame(0x60 | options, 0x40, plain);
    }

    private static ByteBuffer lz4Frame(int flags, int blockMax, byte[] plain) {
        var hash = XXHashFactory.safeInstance().hash32();
        var frame = ByteBuffer.allocate(100 + plain.length).order(ByteOrder.LITTLE_ENDIAN).putInt(0x184D2204).put((byte) flags).put((byte) blockMax);
        if ((flags & CONTENT_SIZE) != 0) frame.putLong(plain.length);
        frame.put((byte) (hash.hash(frame, 4, frame.position() - 4, 0) >>> 8));
        frame.putInt(plain.length | 0x8000_0000).put(plain);
        if ((flags & BLOCK_CHECKSUMS) != 0) frame.putInt(hash.hash(plain, 0, plain.length, 0));
        frame.putInt(0);
        if ((flags & CONTENT_CHECKSUM) != 0) frame.putInt(hash.hash(plain, 0, plain.length, 0));
        return frame.flip();
    }

    private static ByteBuffer joined(CompressionType type) throws IOException {
        var both = ByteBuffer.allocate(200);
        return both.put(pack(type, "one".getBytes())).put(pack(type, "two".getBytes())).flip();
    }

    private static ByteBuffer pack(CompressionType type, byte[] plain) throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (var packer = type.compress(bytes, type.defaultLevel())) {
            packer.write(plain);
        }
        return ByteBuffer.wrap(bytes.toByteArray());
    }

    private static byte[] unpack(CompressionType type, ByteBuffer packed, int bytesMax) {
        try (var stream = type.decompress(packed.duplicate(), bytesMax)) {
            return stream.readAllBytes();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static void assertFails(CompressionType type, ByteBuffer packed, int bytesMax, ErrorCode error) {
        assertThatThrownBy(() -> drain(type, packed, bytesMax)).asInstanceOf(type(RecordException.class))
                .extracting(RecordException::error).isEqualTo(error);
    }

    private static void drain(CompressionType type, ByteBuffer packed, int bytesMax) throws IOException {
        var scratch = new byte[4096];
        try (var stream = type.decompress(packed.duplicate(), bytesMax)) {
            while (stream.read(scratch, 0, scratch.length) >= 0) continue;
        }
    }

    private static void assertRefusedCheaply(CompressionType type, ByteBuffer packed) {
        assertFails(type, packed, Integer.MAX_VALUE, ErrorCode.INVALID_RECORD);
        assertThat(allocatedBy(() -> assertFails(type, packed, Integer.MAX_VALUE, ErrorCode.INVALID_RECORD))).isLessThan(1 << 20);
    }

    private static long allocatedBy(Runnable task) {
        var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();
        task.run();
        return threads.getCurrentThreadAllocatedBytes() - before;
    }
}
