package io.barnabas.coordinator.group;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.barnabas.base.ByteReader;
import io.barnabas.base.ByteWriter;
import io.barnabas.base.DecodeException;
import io.barnabas.base.Uuid;
import io.barnabas.coordinator.CoordinatorRecord;
import io.barnabas.coordinator.RecordSource;
import io.barnabas.protocol.CoordinatorRecords;
import io.barnabas.testkit.Seeds;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

/** Offsets that are loaded are read without messages, and must come to the same. */
class OffsetReplayTest {
    private static final RecordSource PLAIN = new RecordSource(1, -1, (short) -1);
    private static final String[] NAMES = {"a", "b", "ab", "aa", "ä", "a1", "a2", ""};

    @Test
    void isTheSameAsToReadAndApply() {
        Seeds.check(100, (seed, random) -> {
            var applied = table();
            var replayed = table();
            for (int i = 0; i < 200; i++) {
                var record = record(random);
                var source = random.nextInt(10) == 0 ? new RecordSource(1, random.nextInt(2), (short) 0) : PLAIN;
                applied.apply(record, source);
                if (record.value() == null || source.isTransactional()) replayed.apply(record, source);
                else replayed.replay(behindType(record), value(record));
                if (random.nextInt(20) > 0) continue;
                int producer = random.nextInt(2);
                boolean isCommit = random.nextBoolean();
                applied.onTransactionEnded(producer, isCommit);
                replayed.onTransactionEnded(producer, isCommit);
            }
            assertThat(contentOf(replayed)).isEqualTo(contentOf(applied)).isNotEmpty();
        });
    }

    @Test
    void whatIsNoKeyIsRefused() {
        var record = OffsetRecords.of("group", "topic", 3, new CommittedOffset(7, -1, "", 1, CommittedOffset.NO_EXPIRY, Uuid.ZERO));
        var key = bytes(writer -> CoordinatorRecords.writeKey(writer, record.type(), record.key()));
        for (int length = 2; length < key.limit(); length++) {
            var cut = new ByteReader(key.slice(2, length - 2));
            assertThatThrownBy(() -> table().replay(cut, value(record))).isInstanceOf(DecodeException.class);
        }
        var longer = ByteBuffer.allocate(key.limit() + 1).put(key.duplicate()).clear().position(2);
        assertThatThrownBy(() -> table().replay(new ByteReader(longer), value(record))).isInstanceOf(DecodeException.class);
    }

    private static OffsetTable table() {
        return new OffsetTable(new HashMap<>(), new GroupsRig().context());
    }

    private static CoordinatorRecord record(RandomGenerator random) {
        var group = NAMES[random.nextInt(NAMES.length)];
        var topic = NAMES[random.nextInt(NAMES.length)];
        int partition = random.nextInt(3);
        if (random.nextInt(8) == 0) return OffsetRecords.tombstone(group, topic, partition);
        var metadata = NAMES[random.nextInt(NAMES.length)];
        // A record that says when it expires says neither leader epoch nor topic id.
        boolean expires = random.nextInt(4) == 0;
        return OffsetRecords.of(group, topic, partition, expires
                ? new CommittedOffset(random.nextLong(), -1, metadata, random.nextLong(), random.nextLong() >>> 1, Uuid.ZERO)
                : new CommittedOffset(random.nextLong(), random.nextInt(), metadata, random.nextLong(), CommittedOffset.NO_EXPIRY,
                        new Uuid(random.nextInt(2), random.nextInt(2))));
    }

    private static ByteReader behindType(CoordinatorRecord record) {
        var key = new ByteReader(bytes(writer -> CoordinatorRecords.writeKey(writer, record.type(), record.key())));
        CoordinatorRecords.readTypeId(key);
        return key;
    }

    private static ByteReader value(CoordinatorRecord record) {
        if (record.value() == null) return null;
        return new ByteReader(bytes(writer -> CoordinatorRecords.writeValue(writer, record.valueVersion(), record.value())));
    }

    private static ByteBuffer bytes(Consumer<ByteWriter> content) {
        var writer = ByteWriter.onHeap(64);
        content.accept(writer);
        return writer.toByteBuffer();
    }

    private static Map<String, CommittedOffset> contentOf(OffsetTable table) {
        var content = new TreeMap<String, CommittedOffset>();
        table.all().forEach((group, offsets) -> {
            for (int i = 0; i < offsets.topicCount(); i++) {
                var ofTopic = offsets.topicAt(i);
                for (int j = 0; j < ofTopic.size(); j++) content.put(group + "/" + ofTopic.topic() + "/" + ofTopic.partitionAt(j), ofTopic.at(j));
            }
        });
        return content;
    }
}
