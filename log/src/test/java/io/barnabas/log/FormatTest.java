package io.barnabas.log;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.barnabas.base.Uuid;
import io.barnabas.model.RecordBatch;
import io.barnabas.model.TopicPartition;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** The files, byte for byte, as Apache Kafka writes and reads them. */
class FormatTest {
    @Test
    void anOffsetIndexHoldsTheLastOffsetAndThePositionOfEveryBatchBeyondTheInterval() {
        var rig = new LogRig(1, LogRig.config(LogConfig.DEFAULT, 1 << 20, 150));
        var positions = appendTwenty(rig);
        rig.log.close();
        var index = ByteBuffer.wrap(rig.disk.bytes(rig.file("00000000000000000000.index")));
        assertEquals(0, index.limit() % 8);
        long sinceEntry = 0;
        for (int i = 0; i < 20; i++) {
            long size = positions[i + 1] - positions[i];
            if (sinceEntry > 150) {
                assertEquals(2 * i + 1, index.getInt());
                assertEquals(positions[i], index.getInt());
                sinceEntry = 0;
            }
            sinceEntry += size;
        }
        assertEquals(0, index.remaining());
    }

    @Test
    void aTimeIndexHoldsTheGreatestTimestampSoFarAndEndsWithTheGreatestOfAll() {
        var rig = new LogRig(1, LogRig.config(LogConfig.DEFAULT, 1 << 20, 150));
        appendTwenty(rig);
        rig.log.close();
        var index = ByteBuffer.wrap(rig.disk.bytes(rig.file("00000000000000000000.timeindex")));
        assertEquals(0, index.limit() % 12);
        long last = -1;
        long lastOffset = -1;
        while (index.hasRemaining()) {
            long timestamp = index.getLong();
            int offset = index.getInt();
            assertTrue(timestamp > last && offset > lastOffset);
            assertEquals(1000 + 10 * (offset / 2), timestamp);
            last = timestamp;
            lastOffset = offset;
        }
        assertEquals(1190, last);
        assertEquals(39, lastOffset);
    }

    private static long[] appendTwenty(LogRig rig) {
        var positions = new long[21];
        for (int i = 0; i < 20; i++) {
            rig.append(LogRig.batch(1000 + 10 * i, "a" + i, "b" + i), 0);
            rig.log.write();
            positions[i + 1] = rig.log.sizeInBytes();
        }
        return positions;
    }

    @Test
    void anIndexThatKafkaFilledUpWithZerosEndsBeforeThem() {
        var rig = new LogRig(1, LogRig.config(LogConfig.DEFAULT, 1 << 20, 150));
        appendTwenty(rig);
        rig.stop();
        for (var name : List.of("00000000000000000000.index", "00000000000000000000.timeindex")) {
            var bytes = rig.disk.bytes(rig.file(name));
            rig.disk.replace(rig.file(name), java.util.Arrays.copyOf(bytes, bytes.length * 50));
        }
        rig.start();
        assertEquals(40, rig.values().size());
        assertEquals(new TimestampOffset(1150, 30, 0), rig.log.offsetForTimestamp(1145));
        rig.appendAndWrite("more");
        rig.restart();
        assertEquals(41, rig.values().size());
    }

    @Test
    void aPreallocatedIndexOfAClosedSegmentIsSearchedAsFarAsItGoes() {
        var file = new SimulatedIndex();
        for (int i = 1; i <= 3000; i++) file.add(i * 10, i * 100);
        file.zeros(5000);
        for (int i = 0; i < 31_000; i += 7) assertEquals(Math.min(i / 10, 3000) * 100, file.floorPosition(i));
    }

    private static final class SimulatedIndex {
        private final LogRig rig = LogRig.withDefaults();
        private final ByteBuffer bytes = ByteBuffer.allocate(100_000);

        void add(int offset, int position) {
            bytes.putInt(offset).putInt(position);
        }

        void zeros(int count) {
            for (int i = 0; i < count; i++) bytes.putLong(0);
            try (var file = rig.disk.open(rig.file("x.index"), true)) {
                file.write(bytes.flip(), 0);
            }
        }

        int floorPosition(long offset) {
            try (var file = rig.disk.open(rig.file("x.index"), false)) {
                return OffsetIndex.floorPosition(file, Integer.MAX_VALUE, offset);
            }
        }
    }

    @Test
    void aSnapshotIsVersionChecksumAndOneEntryAProducer() {
        var producers = new ProducerStates();
        producers.onBatch(4000, (short) 3, 17, 100, 104, 5555, false, false);
        var bytes = ProducerSnapshot.encode(producers);
        assertEquals(10 + 46, bytes.remaining());
        assertEquals(1, bytes.getShort(0));
        assertEquals(1, bytes.getInt(6));
        assertEquals(4000, bytes.getLong(10));
        assertEquals(3, bytes.getShort(18));
        assertEquals(17, bytes.getInt(20));
        assertEquals(104, bytes.getLong(24));
        assertEquals(4, bytes.getInt(32));
        assertEquals(5555, bytes.getLong(36));
        assertEquals(-1, bytes.getInt(44));
        assertEquals(-1, bytes.getLong(48));
        assertEquals(producers.active(), ProducerSnapshot.decode(bytes.duplicate()).active());
        for (int i = 0; i < bytes.limit(); i++) {
            var torn = ByteBuffer.wrap(bytes.array().clone());
            torn.put(i, (byte) (torn.get(i) ^ 1));
            assertNull(ProducerSnapshot.decode(torn), "flipped at " + i);
        }
        assertNull(ProducerSnapshot.decode(bytes.duplicate().limit(30)));
    }

    @Test
    void checkpointsAreTheLinesThatKafkaWrites() {
        var rig = LogRig.withSmallSegments();
        rig.append(LogRig.batch(rig.now(), "a", "b"), 4);
        rig.append(LogRig.batch(rig.now(), "c"), 6);
        rig.log.write();
        rig.log.raiseHighWatermark(3);
        rig.log.raiseLogStartOffset(1);
        rig.flush();
        rig.simulation.runFor(3000);
        assertEquals("0\n1\nt 0 3\n", text(rig, "../recovery-point-offset-checkpoint"));
        assertEquals("0\n1\nt 0 3\n", text(rig, "../replication-offset-checkpoint"));
        assertEquals("0\n1\nt 0 1\n", text(rig, "../log-start-offset-checkpoint"));
        assertEquals("0\n2\n4 1\n6 2\n", text(rig, "leader-epoch-checkpoint"));
        assertEquals("version: 0\ntopic_id: " + LogRig.TOPIC_ID, text(rig, "partition.metadata"));
        rig.log.close();
        rig.directory.closeCleanly(77);
        assertEquals("{\"version\":0,\"brokerEpoch\":77}", text(rig, "../.kafka_cleanshutdown"));
    }

    private static String text(LogRig rig, String name) {
        return new String(rig.disk.bytes(rig.file(name).normalize()), StandardCharsets.UTF_8);
    }

    @Test
    void filesAreNamedByTwentyDigits() {
        assertEquals("00000000000000000042.log", FileNames.of(42, FileNames.LOG));
        assertEquals("09223372036854775807.log", FileNames.of(Long.MAX_VALUE, FileNames.LOG));
        assertEquals(42, FileNames.offsetOf("00000000000000000042.log", FileNames.LOG));
        assertEquals(Long.MAX_VALUE, FileNames.offsetOf("09223372036854775807.log", FileNames.LOG));
        for (var name : List.of("42.log", "0000000000000000004x.log", "99999999999999999999.log", "00000000000000000042.index", "")) {
            assertEquals(-1, FileNames.offsetOf(name, FileNames.LOG), name);
        }
    }

    @Test
    void foldersAreNamedByTopicAndPartition() {
        assertEquals(new TopicPartition("a-b", 12), FileNames.partitionOf("a-b-12"));
        assertEquals(new TopicPartition("__cluster_metadata", 0), FileNames.partitionOf("__cluster_metadata-0"));
        for (var name : List.of("a", "-1", "a-", "a-1x", "a-99999999999", "a-0.3f2b-delete", "a-0-future")) {
            assertNull(FileNames.partitionOf(name), name);
        }
        var longName = new TopicPartition("t".repeat(249), 1234567);
        var deleted = FileNames.deletedFolder(longName, new UUID(1, 2));
        assertEquals(255, deleted.length());
        assertTrue(FileNames.isDeletedFolder(deleted));
        assertNull(FileNames.partitionOf(deleted));
    }

    @Test
    void leaderEpochsAreAnsweredAsKafkaDoes() {
        var history = new LeaderEpochHistory();
        assertEquals(EpochEndOffset.UNKNOWN, history.endOffsetOf(0, 10));
        history.assign(2, 5);
        history.assign(4, 11);
        history.assign(4, 12);
        assertEquals(new EpochEndOffset(1, 5), history.endOffsetOf(1, 20));
        assertEquals(new EpochEndOffset(2, 11), history.endOffsetOf(2, 20));
        assertEquals(new EpochEndOffset(2, 11), history.endOffsetOf(3, 20));
        assertEquals(new EpochEndOffset(4, 20), history.endOffsetOf(4, 20));
        assertEquals(EpochEndOffset.UNKNOWN, history.endOffsetOf(5, 20));
        assertEquals(EpochEndOffset.UNKNOWN, history.endOffsetOf(-1, 20));
        assertEquals(-1, history.epochAt(4));
        assertEquals(2, history.epochAt(10));
        assertTrue(history.truncateFromStart(13));
        assertEquals("0\n1\n4 13\n", history.toText());
        assertThrows(IllegalArgumentException.class, () -> LeaderEpochHistory.parse("0\n2\n1 1\n"));
        assertThrows(IllegalArgumentException.class, () -> LeaderEpochHistory.parse("1\n0\n"));
        assertThrows(IllegalArgumentException.class, () -> LeaderEpochHistory.parse(""));
    }

    @Test
    void anAbortedTransactionIsFourNumbersAndAVersion() {
        var rig = LogRig.withDefaults();
        var path = rig.file("00000000000000000000.txnindex");
        var entries = List.of(new TransactionIndex.Entry(1, 2, 3, 4), new TransactionIndex.Entry(5, 6, 7, 8));
        TransactionIndex.append(rig.disk, path, entries, false);
        var expected = ByteBuffer.allocate(68).putShort((short) 0).putLong(1).putLong(2).putLong(3).putLong(4)
                .putShort((short) 0).putLong(5).putLong(6).putLong(7).putLong(8);
        assertArrayEquals(expected.array(), rig.disk.bytes(path));
        assertEquals(entries, TransactionIndex.read(rig.disk, path));
        TransactionIndex.truncate(rig.disk, path, 7);
        assertEquals(entries.subList(0, 1), TransactionIndex.read(rig.disk, path));
    }

    @Test
    void messagesOfOldFormatsAreStillRead() {
        var rig = LogRig.withDefaults();
        rig.stop();
        var message = ByteBuffer.allocate(12 + 24);
        message.putLong(0).putInt(24).putInt(0).put((byte) 1).put((byte) 0).putLong(777).putInt(-1).putInt(2).put(new byte[] {1, 2});
        var crc = new java.util.zip.CRC32();
        crc.update(message.array(), 16, 20);
        message.putInt(12, (int) crc.getValue());
        try (var file = rig.disk.open(rig.file("00000000000000000000.log"), true)) {
            file.write(message.flip(), 0);
        }
        rig.start();
        assertEquals(1, rig.log.endOffset());
        assertEquals(new TimestampOffset(777, 0, RecordBatch.NO_LEADER_EPOCH), rig.log.offsetForTimestamp(5));
    }

    @Test
    void aTopicIdThatWasTornIsWrittenAgain() {
        var rig = LogRig.withDefaults();
        rig.log.close();
        rig.disk.replace(rig.file("partition.metadata"), new byte[5]);
        var log = rig.directory.openLogNow(LogRig.PARTITION, LogRig.TOPIC_ID, rig.config, rig.loop, rig.heard);
        log.close();
        assertEquals(LogRig.TOPIC_ID, rig.directory.openLogNow(LogRig.PARTITION, Uuid.ZERO, rig.config, rig.loop, rig.heard).topicId());
    }
}
