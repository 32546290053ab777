package io.barnabas.systemtests;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.FeatureUpdate;
import org.apache.kafka.clients.admin.UpdateFeaturesOptions;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Transactions work at every level of their feature, whichever way it came there. */
@Tag("long")
class TransactionVersionTest {
    private static final String FEATURE = "transaction.version";
    private static final String TOPIC = "leveled";
    private static final String GROUP = "group";
    private static final TopicPartition RECORDS = new TopicPartition(TOPIC, 0);
    private static final TopicPartition OFFSETS = new TopicPartition(TOPIC, 1);

    /** Not beside Apache Kafka: after a step down it answers InitProducerId with UNSUPPORTED_VERSION. */
    @Test
    void everyLevelOfTheFeatureServes() throws Exception {
        try (var broker = SideBySide.startSubject()) {
            Clients.createTopic(broker, TOPIC, 2);
            var committed = new ArrayList<String>();
            try (var admin = Clients.admin(broker)) {
                for (short level : new short[] {2, 1, 0, 1, 2}) {
                    change(admin, level);
                    try (var producer = Clients.producer(broker, "transactional.id", "own-" + level)) {
                        producer.initTransactions();
                        transact(committed, producer);
                    }
                    var offset = admin.listConsumerGroupOffsets(GROUP).partitionsToOffsetAndMetadata().get().get(OFFSETS);
                    assertEquals(committed.size(), offset.offset());
                }
            }
            try (var consumer = Clients.consumer(broker, "isolation.level", "read_committed")) {
                assertEquals(committed, Clients.readWhole(consumer, RECORDS).stream().map(record -> Clients.text(record.value())).toList());
            }
        }
    }

    private static void change(Admin admin, short level) throws Exception {
        var type = level < levelOf(admin) ? FeatureUpdate.UpgradeType.UNSAFE_DOWNGRADE : FeatureUpdate.UpgradeType.UPGRADE;
        admin.updateFeatures(Map.of(FEATURE, new FeatureUpdate(level, type)), new UpdateFeaturesOptions()).all().get();
        assertEquals(level, levelOf(admin));
    }

    private static int levelOf(Admin admin) throws Exception {
        var finalized = admin.describeFeatures().featureMetadata().get().finalizedFeatures().get(FEATURE);
        return finalized == null ? 0 : finalized.maxVersionLevel();
    }

    /** One that is committed, one that is aborted, and one that is committed, each with an offset that tells how many are committed then. */
    private static void transact(List<String> committed, KafkaProducer<byte[], byte[]> producer) throws Exception {
        for (int i = 0; i < 3; i++) {
            boolean isCommit = i != 1;
            String value = committed.size() + (isCommit ? " committed" : " aborted");
            producer.beginTransaction();
            producer.send(Clients.record(TOPIC, RECORDS.partition(), null, null, value)).get();
            producer.sendOffsetsToTransaction(Map.of(OFFSETS, new OffsetAndMetadata(committed.size() + 1L)), new ConsumerGroupMetadata(GROUP));
            if (!isCommit) {
                producer.abortTransaction();
                continue;
            }
            producer.commitTransaction();
            committed.add(value);
        }
    }
}
