package io.barnabas.systemtests;

import io.barnabas.base.ByteWriter;
import io.barnabas.base.Uuid;
import io.barnabas.protocol.Message;
import io.barnabas.protocol.record.RemoteLogSegmentMetadataRecord;
import io.barnabas.protocol.record.RemoteLogSegmentMetadataSnapshotRecord;
import io.barnabas.protocol.record.RemoteLogSegmentMetadataUpdateRecord;
import io.barnabas.protocol.record.RemotePartitionDeleteMetadataRecord;
import io.barnabas.testkit.process.BarnabasProcess;
import io.barnabas.testkit.process.Broker;
import io.barnabas.testkit.process.KafkaPeer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.admin.ScramCredentialInfo;
import org.apache.kafka.clients.admin.ScramMechanism;
import org.apache.kafka.clients.admin.UserScramCredentialUpsertion;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.KafkaShareConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.quota.ClientQuotaAlteration;
import org.apache.kafka.common.quota.ClientQuotaEntity;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** Log directories with all that a dump tool may meet. */
final class LogSamples {
    static final String DATA = "records";
    static final String TRANSACTIONS = "transactions";
    static final String COMPACTED = "compacted";
    static final String APPEND_TIME = "append-time";
    static final String EMPTY = "empty";
    static final String REMOTE = "remote";

    private static final List<String> CODECS = List.of("none", "gzip", "snappy", "lz4", "zstd");
    private static final long FIRST_TIMESTAMP_MS = System.currentTimeMillis() - 60_000;
    private static final long DEADLINE_SECONDS = 60;

    private LogSamples() {}

    /** Everything that Apache Kafka 4.4.0 writes, its internal topics too. @return the log directory after a clean stop */
    static Path byKafka() throws Exception {
        try (var kafka = kafka().start()) {
            data(kafka);
            transactions(kafka, true);
            compaction(kafka);
            groups(kafka);
            remote(kafka);
            metadata(kafka);
            kafka.process().terminate();
            return kafka.dataDirectory();
        }
    }

    /** As it lies while Apache Kafka runs, or after it was killed: active indexes are filled up with zeros. */
    static Path byKilledKafka() throws Exception {
        try (var kafka = kafka().start()) {
            data(kafka);
            transactions(kafka, true);
            kafka.process().kill();
            return kafka.dataDirectory();
        }
    }

    static Path byBarnabas() throws Exception {
        try (var broker = BarnabasProcess.with().start()) {
            data(broker);
            broker.process().terminate();
            return broker.dataDirectory();
        }
    }

    private static KafkaPeer.Setup kafka() {
        return KafkaPeer.with().setting("log.cleaner.backoff.ms", "100").setting("metadata.log.max.record.bytes.between.snapshots", "2000")
                .setting("offsets.topic.num.partitions", "3").setting("transaction.state.log.num.partitions", "3")
                .setting("share.coordinator.state.topic.replication.factor", "1").setting("share.coordinator.state.topic.min.isr", "1")
                .setting("share.coordinator.state.topic.num.partitions", "2").setting("group.initial.rebalance.delay.ms", "0")
                .setting("authorizer.class.name", "org.apache.kafka.metadata.authorizer.StandardAuthorizer")
                .setting("super.users", "User:ANONYMOUS").setting("share.coordinator.snapshot.update.records.per.snapshot", "3");
    }

    /** Several segments; every codec; keys, values and headers that are missing, empty, text and binary. */
    private static void data(Broker broker) throws Exception {
        Clients.createTopic(broker, DATA, 2, Map.of("segment.bytes", "1048576", "index.interval.bytes", "2000"));
        Clients.createTopic(broker, APPEND_TIME, 1, Map.of("message.timestamp.type", "LogAppendTime"));
        Clients.createTopic(broker, EMPTY, 1);
        var random = new Random(3);
        long timestampMs = FIRST_TIMESTAMP_MS;
        for (String codec : CODECS) {
            for (String topic : List.of(DATA, APPEND_TIME)) {
                try (var producer = Clients.producer(broker, "compression.type", codec, "batch.size", "4000", "linger.ms", "5")) {
                    int count = topic.equals(DATA) ? 400 : 10;
                    for (int i = 0; i < count; i++) producer.send(anyRecord(topic, random, timestampMs + random.nextInt(1_000)));
                    timestampMs += 1_000;
                }
            }
        }
        try (var plain = Clients.producer(broker, "enable.idempotence", "false", "batch.size", "50000")) {
            for (int i = 0; i < 1_300; i++) plain.send(Clients.record(DATA, 1, timestampMs++, "k" + i, "x".repeat(900 + random.nextInt(100))));
            plain.send(new ProducerRecord<>(DATA, 1, timestampMs, number(4, 77), number(8, 123_456_789_012L)));
        }
    }

    private static ProducerRecord<byte[], byte[]> anyRecord(String topic, Random random, long timestampMs) {
        var record = new ProducerRecord<>(topic, 0, timestampMs, anyBytes(random, 12), anyBytes(random, 1_200));
        for (int i = random.nextInt(4); i > 0; i--) record.headers().add(new RecordHeader("h" + random.nextInt(3), anyBytes(random, 20)));
        if (random.nextInt(20) == 0) record.headers().add(new RecordHeader("\u00fcber, [x]", null));
        return record;
    }

    private static byte[] anyBytes(Random random, int lengthMax) {
        return switch (random.nextInt(6)) {
            case 0 -> null;
            case 1 -> new byte[0];
            case 2 -> binary(random, lengthMax);
            case 3 -> Clients.bytes("gr\u00fc\u00df\u20ac \ud83d\ude00\t" + random.nextInt(100));
            default -> Clients.bytes("text ".repeat(random.nextInt(lengthMax / 5) + 1));
        };
    }

    private static byte[] binary(Random random, int lengthMax) {
        var bytes = new byte[random.nextInt(lengthMax) + 1];
        random.nextBytes(bytes);
        return bytes;
    }

    private static byte[] number(int size, long value) {
        var bytes = new byte[size];
        for (int i = 0; i < size; i++) bytes[i] = (byte) (value >>> 8 * (size - 1 - i));
        return bytes;
    }

    private static void transactions(Broker broker, boolean offsets) throws Exception {
        Clients.createTopic(broker, TRANSACTIONS, 1, Map.of("segment.bytes", "1048576"));
        var random = new Random(4);
        for (String codec : CODECS) {
            try (var producer = Clients.producer(broker, "compression.type", codec, "transactional.id", "t-" + codec)) {
                producer.initTransactions();
                for (int round = 0; round < 4; round++) {
                    producer.beginTransaction();
                    for (int i = 0; i < 30; i++) producer.send(anyRecord(TRANSACTIONS, random, FIRST_TIMESTAMP_MS + i));
                    if (offsets) {
                        producer.sendOffsetsToTransaction(Map.of(new TopicPartition(DATA, 0), new OffsetAndMetadata(round, "of " + codec)),
                                new ConsumerGroupMetadata("transactional-group"));
                    }
                    if (round % 2 == 0) producer.commitTransaction();
                    else producer.abortTransaction();
                }
            }
        }
        roll(broker, TRANSACTIONS, random);
    }

    private static void roll(Broker broker, String topic, Random random) throws Exception {
        try (var producer = Clients.producer(broker)) {
            for (int i = 0; i < 6; i++) producer.send(new ProducerRecord<>(topic, 0, FIRST_TIMESTAMP_MS + i, Clients.bytes("roll "
                    + i), binary(random, 200_000))).get();
            for (int i = 0; i < 6; i++) producer.send(new ProducerRecord<>(topic, 0, FIRST_TIMESTAMP_MS + i, Clients.bytes("roll "
                    + i), new byte[200_000])).get();
        }
    }

    private static void compaction(Broker broker) throws Exception {
        Clients.createTopic(broker, COMPACTED, 1, Map.of("cleanup.policy", "compact", "segment.bytes", "1048576",
                "min.cleanable.dirty.ratio", "0.0"));
        var random = new Random(5);
        try (var plain = Clients.producer(broker, "batch.size", "4000", "linger.ms", "5");
                var transactional = Clients.producer(broker, "transactional.id", "t-compacted", "compression.type", "lz4")) {
            transactional.initTransactions();
            for (int round = 0; round < 4; round++) {
                for (int i = 0; i < 200; i++) plain.send(Clients.record(COMPACTED, 0, FIRST_TIMESTAMP_MS + i, "key "
                        + random.nextInt(50), random.nextInt(9) == 0 ? null : "v" + i));
                transactional.beginTransaction();
                for (int i = 0; i < 50; i++) transactional.send(Clients.record(COMPACTED, 0, FIRST_TIMESTAMP_MS + i, "key "
                        + random.nextInt(50), "t" + i));
                if (round % 2 == 0) transactional.commitTransaction();
                else transactional.abortTransaction();
            }
        }
        roll(broker, COMPACTED, random);
        long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(DEADLINE_SECONDS);
        Path checkpoint = broker.dataDirectory().resolve("cleaner-offset-checkpoint");
        while (!Files.exists(checkpoint) || !Files.readString(checkpoint).contains(COMPACTED + " 0 ")) {
            if (System.nanoTime() > deadlineNs) throw new AssertionError("not compacted: " + broker.process().output());
            Thread.onSpinWait();
        }
    }

    /** Members and offsets of every kind of group that the clients know, some of them deleted again. */
    private static void groups(Broker broker) throws Exception {
        for (String protocol : List.of("classic", "consumer")) {
            for (String group : List.of("group-" + protocol, "doomed-" + protocol)) {
                try (var consumer = Clients.consumer(broker, "group.id", group, "group.protocol", protocol, "client.rack", "r1")) {
                    consumer.subscribe(List.of(DATA, APPEND_TIME));
                    await(() -> !consumer.poll(Duration.ofMillis(100)).isEmpty());
                    consumer.commitSync();
                    consumer.commitSync(Map.of(new TopicPartition(DATA, 0), new OffsetAndMetadata(7, java.util.Optional.of(0),
                            "note \"quoted\" \u20ac")));
                }
            }
        }
        shares(broker);
        try (var admin = Clients.admin(broker)) {
            admin.deleteConsumerGroups(List.of("doomed-classic", "doomed-consumer")).all().get();
            admin.deleteConsumerGroupOffsets("group-classic", Set.of(new TopicPartition(APPEND_TIME, 0))).all().get();
        }
    }

    private static void shares(Broker broker) throws Exception {
        try (var admin = Clients.admin(broker)) {
            var group = new ConfigResource(ConfigResource.Type.GROUP, "sharers");
            admin.incrementalAlterConfigs(Map.of(group, List.of(set("share.auto.offset.reset", "earliest")))).all().get();
        }
        var settings = Map.<String, Object>of("bootstrap.servers", broker.bootstrap(), "group.id", "sharers");
        try (var consumer = new KafkaShareConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            consumer.subscribe(List.of(DATA));
            for (int i = 0; i < 6; i++) {
                await(() -> !consumer.poll(Duration.ofMillis(200)).isEmpty());
                consumer.commitSync();
            }
        }
    }

    /** What a manager of tiered storage writes of its segments, in a topic of another name. */
    private static void remote(Broker broker) throws Exception {
        Clients.createTopic(broker, REMOTE, 1);
        var topicId = new Uuid(5, 6);
        var id = new RemoteLogSegmentMetadataRecord.RemoteLogSegmentIdEntry().setId(new Uuid(7, 8)).setTopicIdPartition(
                new RemoteLogSegmentMetadataRecord.TopicIdPartitionEntry().setName("foo").setId(topicId).setPartition(3));
        var epochs = List.of(new RemoteLogSegmentMetadataRecord.SegmentLeaderEpochEntry().setLeaderEpoch(0).setOffset(0),
                new RemoteLogSegmentMetadataRecord.SegmentLeaderEpochEntry().setLeaderEpoch(2).setOffset(50));
        var segment = new RemoteLogSegmentMetadataRecord().setRemoteLogSegmentId(id).setEndOffset(99).setBrokerId(1).setMaxTimestampMs(12)
                .setEventTimestampMs(34).setSegmentLeaderEpochs(epochs).setSegmentSizeInBytes(1024);
        var updated = new RemoteLogSegmentMetadataUpdateRecord().setBrokerId(2).setEventTimestampMs(56).setRemoteLogSegmentState((byte) 1)
                .setCustomMetadata(ByteBuffer.wrap(new byte[3])).setRemoteLogSegmentId(new RemoteLogSegmentMetadataUpdateRecord.RemoteLogSegmentIdEntry()
                        .setId(new Uuid(7, 8)).setTopicIdPartition(new RemoteLogSegmentMetadataUpdateRecord.TopicIdPartitionEntry().setName("foo").setId(topicId).setPartition(3)));
        var deleted = new RemotePartitionDeleteMetadataRecord().setBrokerId(1).setEventTimestampMs(78).setRemotePartitionDeleteState((byte) 2)
                .setTopicIdPartition(new RemotePartitionDeleteMetadataRecord.TopicIdPartitionEntry().setName("foo").setId(topicId).setPartition(3));
        var snapshot = new RemoteLogSegmentMetadataSnapshotRecord().setSegmentId(new Uuid(7,
                8)).setEndOffset(9).setBrokerId(1).setRemoteLogSegmentState((byte) 3)
                .setSegmentLeaderEpochs(List.of(new RemoteLogSegmentMetadataSnapshotRecord.SegmentLeaderEpochEntry().setLeaderEpoch(1).setOffset(2)));
        try (var producer = Clients.producer(broker)) {
            for (byte[] key : new byte[][] {null, Clients.bytes("key")}) {
                send(producer, key, 0, segment);
                send(producer, key, 0,
                        segment.setCustomMetadata(ByteBuffer.wrap(new byte[1])).setTxnIndexEmpty(true).setRemoteLogSegmentState((byte) 2));
                send(producer, key, 1, updated);
                send(producer, key, 2, deleted);
                send(producer, key, 3, snapshot);
                producer.send(Clients.record(REMOTE, 0, FIRST_TIMESTAMP_MS, Clients.text(key), null)).get();
            }
        }
    }

    /** A frame of version 1, as in the metadata log. */
    private static void send(KafkaProducer<byte[], byte[]> producer, byte[] key, int type, Message message) throws Exception {
        var writer = ByteWriter.onHeap(512);
        for (int number : new int[] {1, type, 0}) writer.writeUnsignedVarint(number);
        message.write(writer, (short) 0);
        var written = writer.toByteBuffer();
        var value = new byte[written.remaining()];
        written.get(value);
        producer.send(new ProducerRecord<>(REMOTE, 0, FIRST_TIMESTAMP_MS, key, value)).get();
    }

    private interface Condition {
        boolean holds() throws Exception;
    }

    private static void await(Condition condition) throws Exception {
        long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(DEADLINE_SECONDS);
        while (!condition.holds()) if (System.nanoTime() > deadlineNs) throw new AssertionError("it does not come about");
    }

    private static AlterConfigOp set(String name, String value) {
        return new AlterConfigOp(new ConfigEntry(name, value), AlterConfigOp.OpType.SET);
    }

    /** Topics, configs, quotas, ACLs, credentials: made, changed and taken away; enough of them for a snapshot. */
    private static void metadata(Broker broker) throws Exception {
        try (var admin = Clients.admin(broker)) {
            configs(admin);
            admin.createAcls(List.of(acl("alice", AclOperation.READ), acl("bob", AclOperation.WRITE))).all().get();
            admin.deleteAcls(List.of(acl("bob", AclOperation.WRITE).toFilter())).all().get();
            admin.alterUserScramCredentials(List.of(new UserScramCredentialUpsertion("alice",
                    new ScramCredentialInfo(ScramMechanism.SCRAM_SHA_256, 4096), "secret"))).all().get();
            admin.alterClientQuotas(List.of(
                    new ClientQuotaAlteration(new ClientQuotaEntity(Map.of(ClientQuotaEntity.USER, "alice",
                            ClientQuotaEntity.CLIENT_ID, "app")), List.of(
                            new ClientQuotaAlteration.Op("request_percentage", 12.75))),
                    new ClientQuotaAlteration(new ClientQuotaEntity(defaultUser()),
                            List.of(new ClientQuotaAlteration.Op("producer_byte_rate", 1e10))))).all().get();
            Clients.create(admin, new NewTopic("grown", 1, (short) 1));
            admin.createPartitions(Map.of("grown", NewPartitions.increaseTo(3))).all().get();
            Clients.create(admin, new NewTopic("gone", 1, (short) 1));
            admin.deleteTopics(List.of("gone")).all().get();
            admin.deleteRecords(Map.of(new TopicPartition(DATA, 0), RecordsToDelete.beforeOffset(5))).all().get();
            for (int i = 0; i < 20; i++) Clients.create(admin, new NewTopic("many-" + i, 2, (short) 1));
            await(() -> filesIn(broker.dataDirectory().resolve("__cluster_metadata-0"), ".checkpoint").size() > 1);
            Clients.create(admin, new NewTopic("last", 2, (short) 1));
        }
    }

    private static Map<String, String> defaultUser() {
        var entity = new java.util.HashMap<String, String>();
        entity.put(ClientQuotaEntity.USER, null);
        return entity;
    }

    private static void configs(Admin admin) throws ExecutionException, InterruptedException {
        var topic = new ConfigResource(ConfigResource.Type.TOPIC, DATA);
        admin.incrementalAlterConfigs(Map.of(topic, List.of(set("retention.ms", "-1")))).all().get();
        admin.incrementalAlterConfigs(Map.of(topic, List.of(new AlterConfigOp(new ConfigEntry("retention.ms", ""),
                AlterConfigOp.OpType.DELETE)))).all().get();
        admin.incrementalAlterConfigs(Map.of(new ConfigResource(ConfigResource.Type.BROKER, ""), List.of(set("log.cleaner.backoff.ms",
                "101")))).all().get();
        admin.incrementalAlterConfigs(Map.of(new ConfigResource(ConfigResource.Type.CLIENT_METRICS, "subscription"),
                List.of(set("interval.ms", "5000")))).all().get();
    }

    private static AclBinding acl(String user, AclOperation operation) {
        return new AclBinding(new ResourcePattern(ResourceType.TOPIC, DATA, PatternType.PREFIXED),
                new AccessControlEntry("User:" + user, "*", operation, AclPermissionType.ALLOW));
    }

    static List<Path> filesIn(Path folder, String... endings) throws IOException {
        var found = new ArrayList<Path>();
        try (var files = Files.list(folder)) {
            files.filter(file -> List.of(endings).stream().anyMatch(file.toString()::endsWith)).sorted().forEach(found::add);
        }
        return found;
    }
}
