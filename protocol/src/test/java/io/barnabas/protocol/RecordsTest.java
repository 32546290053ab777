package io.barnabas.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.barnabas.base.ByteReader;
import io.barnabas.base.ByteWriter;
import io.barnabas.base.DecodeException;
import io.barnabas.base.Uuid;
import io.barnabas.protocol.record.OffsetCommitKey;
import io.barnabas.protocol.record.OffsetCommitValue;
import io.barnabas.protocol.record.TopicRecord;
import java.lang.reflect.Method;
import java.nio.ByteBuffer;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** The frames around records. */
class RecordsTest {
    private final KafkaPeer peer = KafkaPeer.current();

    @Test
    void metadataRecordsHaveKafkasFrameAndReadBack() {
        var random = new SplittableRandom(1);
        for (var type : MetadataRecordType.values()) {
            var name = type.newRecord().getClass().getSimpleName();
            var each = new MessageCase(peer, "org.apache.kafka.common.metadata." + name, "io.barnabas.protocol.record." + name);
            for (short version = type.lowestVersion(); version <= type.highestVersion(); version++) {
                var bytes = RandomBytes.of(each.shape(version), random);
                var record = each.read(bytes, version);
                var writer = ByteWriter.onHeap(64);
                MetadataRecords.write(writer, type, version, record);
                var kafkas = peer.writeMetadataRecord(each.readByKafka(bytes, version), version);
                assertThat(writer.toByteBuffer()).isEqualTo(ByteBuffer.wrap(kafkas));
                var read = MetadataRecords.read(new ByteReader(writer.toByteBuffer()));
                assertThat(read).isEqualTo(new MetadataRecords.TypedRecord(type, version, record));
            }
        }
    }

    @Test
    void aMetadataRecordIsFramedByVersionTypeAndVersion() {
        var record = new TopicRecord().setName("t").setTopicId(new Uuid(1, 2));
        var writer = ByteWriter.onHeap(64);
        MetadataRecords.write(writer, MetadataRecordType.TOPIC, (short) 0, record);
        assertThat(writer.toByteBuffer().slice(0, 5)).isEqualTo(ByteBuffer.wrap(new byte[] {1, 2, 0, 2, 't'}));
    }

    @Test
    void anUnknownMetadataRecordIsNamedInTheError() {
        assertRefused("unknown frame version of a metadata record: version=0", 0, 2, 0);
        assertRefused("unknown metadata record: type=120", 1, 120, 0);
        assertRefused("unknown version of a metadata record: type=TOPIC version=9", 1, 2, 9);
        assertRefused("past the end", 1, 2, 0, 2, 't', 0);
    }

    @Test
    void theTypesOfRecordsAreKafkas() {
        assertThat(MetadataRecordType.values()).hasSize(27);
        assertThat(GroupRecordType.values()).hasSize(22);
        assertThat(TransactionRecordType.values()).hasSize(1);
        assertThat(ShareRecordType.values()).hasSize(2);
        var kafkas = peer.type("org.apache.kafka.common.metadata.MetadataRecordType").getEnumConstants();
        assertThat(kafkas).hasSize(27);
        for (var kafka : kafkas) {
            var ours = MetadataRecordType.valueOf(((Enum<?>) kafka).name().replaceFirst("_RECORD$", ""));
            assertThat(ours.id()).isEqualTo(call(kafka, "id"));
            assertThat(ours.lowestVersion()).isEqualTo(call(kafka, "lowestSupportedVersion"));
            assertThat(ours.highestVersion()).isEqualTo(call(kafka, "highestSupportedVersion"));
        }
    }

    @Test
    void aCoordinatorsKeyStartsWithItsTypeAndAValueWithItsVersion() {
        var key = new OffsetCommitKey().setGroup("g").setTopic("t").setPartition(3);
        var value = new OffsetCommitValue().setOffset(5).setMetadata("m").setCommitTimestamp(6);
        var keyBytes = ByteWriter.onHeap(32);
        CoordinatorRecords.writeKey(keyBytes, GroupRecordType.OFFSET_COMMIT, key);
        assertThat(keyBytes.toByteBuffer()).isEqualTo(ByteBuffer.wrap(new byte[] {0, 1, 0, 1, 'g', 0, 1, 't', 0, 0, 0, 3}));
        var keyReader = new ByteReader(keyBytes.toByteBuffer());
        var type = GroupRecordType.of(CoordinatorRecords.readTypeId(keyReader));
        assertThat(CoordinatorRecords.readKey(keyReader, type)).isEqualTo(key);

        var valueBytes = ByteWriter.onHeap(32);
        CoordinatorRecords.writeValue(valueBytes, (short) 3, value);
        assertThat(valueBytes.toByteBuffer().getShort(0)).isEqualTo((short) 3);
        var written = new ByteReader(valueBytes.toByteBuffer());
        assertThat(CoordinatorRecords.readValue(written, type, CoordinatorRecords.readVersion(written, type))).isEqualTo(value);
        assertThatThrownBy(() -> CoordinatorRecords.readVersion(new ByteReader(ByteBuffer.allocate(9).putShort(0, (short) 9)), type))
                .isInstanceOf(DecodeException.class)
                .hasMessage("unknown version of a coordinator's record: type=OFFSET_COMMIT version=9");
    }

    private static Object call(Object target, String method) {
        return KafkaPeer.call(() -> {
            Method found = target.getClass().getMethod(method);
            return found.invoke(target);
        });
    }

    private static void assertRefused(String message, int... varints) {
        var writer = ByteWriter.onHeap(16);
        for (int value : varints) writer.writeUnsignedVarint(value);
        assertThatThrownBy(() -> MetadataRecords.read(new ByteReader(writer.toByteBuffer())))
                .isInstanceOf(DecodeException.class).hasMessageContaining(message);
    }
}
