package io.barnabas.systemtests;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.barnabas.testkit.process.Broker;
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

/** Transactions work at every level of their feature, and while it changes, as on Apache Kafka. */
@Tag("long")
class TransactionVersionTest {
    private static final String FEATURE = "transaction.version";
    private static final String TOPIC = "leveled";

    @Test
    void everyLevelOfTheFeatureServes() throws Exception {
        List<String> expected;
        try (var kafka = SideBySide.startKafka()) {
            expected = play(kafka);
        }
        try (var subject = SideBySide.startSubject()) {
            assertEquals(String.join("\n", expected), String.join("\n", play(subject)));
        }
    }

    private static List<String> play(Broker broker) throws Exception {
        var told = new ArrayList<String>();
        Clients.createTopic(broker, TOPIC, 2);
        try (var admin = Clients.admin(broker)) {
            told.add("at first " + level(admin));
            // One lives through all the changes, and each level has one of its own.
            try (var lasting = Clients.producer(broker, "transactional.id", "lasting", "metadata.max.age.ms", "100")) {
                lasting.initTransactions();
                for (short level : new short[] {2, 1, 0, 1, 2}) {
                    told.add("to " + level + ": " + change(admin, level) + " now " + level(admin));
                    transact(told, lasting, "lasting");
                    try (var own = Clients.producer(broker, "transactional.id", "own-" + level)) {
                        own.initTransactions();
                        transact(told, own, "own");
                    }
                }
            }
            told.add(offsets(admin));
        }
        try (var consumer = Clients.consumer(broker, "isolation.level", "read_committed")) {
            told.add(Clients.readWhole(consumer, new TopicPartition(TOPIC, 0)).stream().map(record -> Clients.text(record.value())).toList().toString());
        }
        return told;
    }

    private static String level(Admin admin) throws Exception {
        return String.valueOf(admin.describeFeatures().featureMetadata().get().finalizedFeatures().get(FEATURE));
    }

    private static String change(Admin admin, short level) {
        return SideBySide.outcome(() -> {
            var update = new FeatureUpdate(level, FeatureUpdate.UpgradeType.UNSAFE_DOWNGRADE);
            return admin.updateFeatures(Map.of(FEATURE, update), new UpdateFeaturesOptions()).all().get();
        });
    }

    private static void transact(List<String> told, KafkaProducer<byte[], byte[]> producer, String name) throws Exception {
        for (int i = 0; i < 3; i++) {
            boolean isCommit = i != 1;
            String value = name + " " + told.size() + " " + i;
            producer.beginTransaction();
            producer.send(Clients.record(TOPIC, 0, null, null, value)).get();
            producer.sendOffsetsToTransaction(Map.of(new TopicPartition(TOPIC, 1), new OffsetAndMetadata(told.size() * 10L + i)), new ConsumerGroupMetadata(name));
            if (isCommit) producer.commitTransaction();
            else producer.abortTransaction();
            told.add(value + (isCommit ? " committed" : " aborted"));
        }
    }

    private static String offsets(Admin admin) throws Exception {
        var told = new ArrayList<String>();
        for (var group : List.of("lasting", "own")) told.add(group + admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata().get());
        return told.toString();
    }
}
