package io.barnabas.cluster.metadata;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.barnabas.base.ByteReader;
import io.barnabas.base.ByteWriter;
import io.barnabas.base.Uuid;
import io.barnabas.protocol.MetadataRecordType;
import io.barnabas.protocol.MetadataRecords;
import io.barnabas.protocol.MetadataRecords.TypedRecord;
import io.barnabas.protocol.record.BeginTransactionRecord;
import io.barnabas.protocol.record.EndTransactionRecord;
import io.barnabas.protocol.record.FenceBrokerRecord;
import io.barnabas.protocol.record.PartitionChangeRecord;
import io.barnabas.protocol.record.PartitionRecord;
import io.barnabas.protocol.record.RemoveTopicRecord;
import io.barnabas.testkit.Seeds;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ClusterImageTest {
    private static final Uuid ID = new Uuid(5, 6);

    @Test
    void recordsOfAnImageMakeAnEqualImage() {
        Seeds.check(40, (seed, random) -> {
            var image = image(ClusterImage.EMPTY, withVersion(new RandomRecords(random).next(300)));
            var copy = ClusterImage.EMPTY;
            var records = new ImageRecords(image);
            var builder = new ClusterImageBuilder(copy);
            for (var batch = records.nextBatch(); batch != null; batch = records.nextBatch()) {
                for (var record : batch) builder.apply(reread(record));
            }
            copy = builder.build(image.lastOffset(), 1, 2).after();
            assertTrue(image.sameContent(copy), () -> image + " became something else");
        });
    }

    @Test
    void itDoesNotMatterHowManyRecordsMakeOneChange() {
        Seeds.check(40, (seed, random) -> {
            var records = withVersion(new RandomRecords(random).next(300));
            var atOnce = image(ClusterImage.EMPTY, records);
            var stepwise = ClusterImage.EMPTY;
            for (int from = 0; from < records.size(); ) {
                int to = Math.min(records.size(), from + random.nextInt(1, 8));
                stepwise = image(stepwise, records.subList(from, to));
                from = to;
            }
            assertTrue(atOnce.sameContent(stepwise));
        });
    }

    @Test
    void aDeltaNamesExactlyTheTopicsThatDiffer() {
        Seeds.check(40, (seed, random) -> {
            var generator = new RandomRecords(random);
            var before = image(ClusterImage.EMPTY, withVersion(generator.next(200)));
            var delta = delta(before, generator.next(20));
            var named = new HashSet<Uuid>();
            for (var change : delta.topics()) {
                var topic = change.isDeleted() ? change.before() : change.after();
                named.add(topic.id());
                assertSame(change.before(), before.topic(topic.id()));
                assertSame(change.after(), delta.after().topic(topic.id()));
            }
            for (var topic : before.topics()) if (!named.contains(topic.id())) assertSame(topic, delta.after().topic(topic.id()));
            for (var topic : delta.after().topics()) if (!named.contains(topic.id())) assertSame(topic, before.topic(topic.id()));
        });
    }

    @Test
    void aLeaderThatIsSetAgainBumpsItsEpoch() {
        var image = image(ClusterImage.EMPTY, withTopic());
        var changed = image(image, List.of(change(new PartitionChangeRecord().setLeader(1))));
        assertEquals(1, changed.partition("t", 0).leaderEpoch());
        assertEquals(1, changed.partition("t", 0).partitionEpoch());
        var other = image(changed, List.of(change(new PartitionChangeRecord().setIsr(List.of(1)))));
        assertEquals(1, other.partition("t", 0).leaderEpoch());
        assertEquals(2, other.partition("t", 0).partitionEpoch());
    }

    @Test
    void aTopicTakesItsConfigsAlong() {
        var image = image(ClusterImage.EMPTY, withTopic());
        image = image(image, List.of(Records.config(ConfigResource.topic("t"), "retention.ms", "1")));
        assertEquals(Map.of("retention.ms", "1"), image.configs(ConfigResource.topic("t")));
        var delta = delta(image, List.of(Records.of(MetadataRecordType.REMOVE_TOPIC, new RemoveTopicRecord().setTopicId(ID))));
        assertEquals(Map.of(), delta.after().configs(ConfigResource.topic("t")));
        assertNull(delta.after().topic("t"));
        assertNull(delta.after().topic(ID));
        assertEquals(0, delta.after().partitionCount());
        assertTrue(delta.topics().get(0).isDeleted());
    }

    @Test
    void namesThatCollideInMetricsAreFound() {
        var image = image(ClusterImage.EMPTY, List.of(Records.topic("a.b", ID), Records.topic("plain", new Uuid(1, 1))));
        assertEquals("a.b", image.collidingTopic("a_b"));
        assertNull(image.collidingTopic("plain"));
        image = image(image, List.of(Records.of(MetadataRecordType.REMOVE_TOPIC, new RemoveTopicRecord().setTopicId(ID))));
        assertNull(image.collidingTopic("a_b"));
    }

    @Test
    void anOpenTransactionShowsNothing() {
        var transactions = new MetadataTransactions();
        var builder = new ClusterImageBuilder(ClusterImage.EMPTY);
        transactions.apply(Records.of(MetadataRecordType.BEGIN_TRANSACTION, new BeginTransactionRecord()), builder);
        for (var record : withTopic()) transactions.apply(record, builder);
        var open = builder.build(1, 1, 1).after();
        assertNull(open.topic("t"));
        assertTrue(transactions.isOpen());
        var next = new ClusterImageBuilder(open);
        transactions.apply(Records.of(MetadataRecordType.END_TRANSACTION, new EndTransactionRecord()), next);
        assertEquals(1, next.build(2, 1, 1).after().topic("t").partitionCount());
        assertFalse(transactions.isOpen());
    }

    @Test
    void recordsThatContradictTheImageStopTheReader() {
        var image = image(ClusterImage.EMPTY, withTopic());
        refused(image, Records.topic("t", new Uuid(9, 9)));
        refused(image, Records.of(MetadataRecordType.REMOVE_TOPIC, new RemoveTopicRecord().setTopicId(new Uuid(9, 9))));
        refused(image, change(new PartitionChangeRecord().setPartitionId(1)));
        refused(image, Records.of(MetadataRecordType.FENCE_BROKER, new FenceBrokerRecord().setId(3)));
        refused(image, Records.feature(MetadataVersion.FEATURE, (short) 34));
        var gap = new ClusterImageBuilder(image);
        gap.apply(partition(2));
        assertThrows(MetadataLogException.class, () -> gap.build(9, 1, 1));
    }

    private static void refused(ClusterImage image, TypedRecord record) {
        assertThrows(MetadataLogException.class, () -> new ClusterImageBuilder(image).apply(record));
    }

    @Test
    void recordsAreWrittenInTheVersionsThatTheMetadataVersionPrescribes() {
        for (short level = 7; level <= 33; level++) {
            var version = new MetadataVersion(level);
            var image = image(ClusterImage.EMPTY, withTopic());
            reread(Records.partition(ID, image.partition("t", 0), version));
            var broker = new BrokerImage(1, 2, ID, List.of(), Map.of(), null, false, true, List.of(ID), List.of(), false);
            reread(Records.broker(broker, version));
        }
        assertEquals("4.4-IV2", MetadataVersion.HIGHEST.toString());
        assertEquals("3.3-IV3", MetadataVersion.LOWEST.toString());
        assertTrue(MetadataVersion.HIGHEST.losesRecordsDownTo((short) 32));
        assertFalse(new MetadataVersion((short) 29).losesRecordsDownTo((short) 23));
    }

    private static List<TypedRecord> withVersion(List<TypedRecord> records) {
        var all = new ArrayList<TypedRecord>();
        all.add(RandomRecords.metadataVersion());
        all.addAll(records);
        return all;
    }

    private static List<TypedRecord> withTopic() {
        return List.of(Records.topic("t", ID), partition(0));
    }

    private static TypedRecord partition(int index) {
        return new TypedRecord(MetadataRecordType.PARTITION, (short) 2, new PartitionRecord().setPartitionId(index).setTopicId(ID)
                .setReplicas(List.of(1, 2)).setIsr(List.of(1, 2)).setLeader(1).setLeaderEpoch(0).setPartitionEpoch(0)
                .setDirectories(List.of(ID, ID)));
    }

    private static TypedRecord change(PartitionChangeRecord record) {
        if (record.partitionId() < 0) record.setPartitionId(0);
        return new TypedRecord(MetadataRecordType.PARTITION_CHANGE, (short) 2, record.setTopicId(ID));
    }

    private static ClusterImage image(ClusterImage before, List<TypedRecord> records) {
        return delta(before, records).after();
    }

    private static ClusterDelta delta(ClusterImage before, List<TypedRecord> records) {
        var builder = new ClusterImageBuilder(before);
        for (var record : records) builder.apply(reread(record));
        return builder.build(before.lastOffset() + records.size(), 1, 2);
    }

    /** As it comes from the log. */
    private static TypedRecord reread(TypedRecord record) {
        var writer = ByteWriter.onHeap(64);
        MetadataRecords.write(writer, record.type(), record.version(), record.message());
        return MetadataRecords.read(new ByteReader(writer.toByteBuffer()));
    }
}
