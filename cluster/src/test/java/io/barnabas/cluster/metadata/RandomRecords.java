package io.barnabas.cluster.metadata;

import io.barnabas.base.Uuid;
import io.barnabas.protocol.Message;
import io.barnabas.protocol.MetadataRecordType;
import io.barnabas.protocol.MetadataRecords.TypedRecord;
import io.barnabas.protocol.record.AccessControlEntryRecord;
import io.barnabas.protocol.record.BrokerRegistrationChangeRecord;
import io.barnabas.protocol.record.ClearElrRecord;
import io.barnabas.protocol.record.ClientQuotaRecord;
import io.barnabas.protocol.record.ConfigRecord;
import io.barnabas.protocol.record.DelegationTokenRecord;
import io.barnabas.protocol.record.FeatureLevelRecord;
import io.barnabas.protocol.record.FenceBrokerRecord;
import io.barnabas.protocol.record.NoOpRecord;
import io.barnabas.protocol.record.PartitionChangeRecord;
import io.barnabas.protocol.record.PartitionRecord;
import io.barnabas.protocol.record.ProducerIdsRecord;
import io.barnabas.protocol.record.RegisterBrokerRecord;
import io.barnabas.protocol.record.RegisterControllerRecord;
import io.barnabas.protocol.record.RemoveAccessControlEntryRecord;
import io.barnabas.protocol.record.RemoveDelegationTokenRecord;
import io.barnabas.protocol.record.RemoveTopicRecord;
import io.barnabas.protocol.record.RemoveUserScramCredentialRecord;
import io.barnabas.protocol.record.TopicRecord;
import io.barnabas.protocol.record.UnfenceBrokerRecord;
import io.barnabas.protocol.record.UnregisterBrokerRecord;
import io.barnabas.protocol.record.UnregisterControllerRecord;
import io.barnabas.protocol.record.UserScramCredentialRecord;
import io.barnabas.protocol.record.ZkMigrationStateRecord;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/** Records of every type that may follow one another, at the newest metadata version. Small name spaces, so that they meet. */
final class RandomRecords {
    private final RandomGenerator random;
    private final List<TopicState> topics = new ArrayList<>();
    private final List<long[]> brokers = new ArrayList<>();
    private final List<Integer> controllers = new ArrayList<>();
    private final List<Uuid> acls = new ArrayList<>();
    private int nextTopic;

    private static final class TopicState {
        Uuid id;
        String name;
        int partitions;
    }

    RandomRecords(RandomGenerator random) {
        this.random = random;
    }

    static TypedRecord metadataVersion() {
        return Records.feature(MetadataVersion.FEATURE, MetadataVersion.HIGHEST.level());
    }

    List<TypedRecord> next(int count) {
        var records = new ArrayList<TypedRecord>();
        while (records.size() < count) {
            var record = next();
            if (record != null) records.add(record);
        }
        return records;
    }

    private TypedRecord next() {
        return switch (random.nextInt(26)) {
            case 0, 1 -> createTopic();
            case 2, 3, 4 -> topics.isEmpty() ? null : addPartition(pick(topics));
            case 5, 6, 7 -> topics.isEmpty() ? null : changePartition(pick(topics));
            case 8 -> topics.isEmpty() || random.nextInt(3) > 0 ? null : removeTopic();
            case 9, 10 -> config();
            case 11 -> registerBroker();
            case 12 -> brokers.isEmpty() ? null : changeBroker(pick(brokers));
            case 13 -> brokers.isEmpty() ? null : fence(pick(brokers));
            case 14 -> brokers.isEmpty() || random.nextInt(3) > 0 ? null : unregisterBroker();
            case 15 -> registerController();
            case 16 -> controllers.isEmpty() ? null : of(MetadataRecordType.UNREGISTER_CONTROLLER,
                    new UnregisterControllerRecord().setControllerId(controllers.remove(random.nextInt(controllers.size()))));
            case 17 -> of(MetadataRecordType.PRODUCER_IDS, new ProducerIdsRecord().setBrokerId(1).setBrokerEpoch(2).setNextProducerId(random.nextInt(1, 9) * 1000L));
            case 18 -> quota();
            case 19 -> acl();
            case 20 -> scram();
            case 21 -> token();
            case 22 -> of(MetadataRecordType.FEATURE_LEVEL, new FeatureLevelRecord().setName("feature" + random.nextInt(4)).setFeatureLevel((short) random.nextInt(3)));
            case 23 -> of(MetadataRecordType.ZK_MIGRATION_STATE, new ZkMigrationStateRecord().setZkMigrationState((byte) random.nextInt(4)));
            case 24 -> of(MetadataRecordType.NO_OP, new NoOpRecord());
            default -> of(MetadataRecordType.CLEAR_ELR, new ClearElrRecord().setTopicName(random.nextBoolean() || topics.isEmpty() ? "" : pick(topics).name));
        };
    }

    private static TypedRecord of(MetadataRecordType type, Message message) {
        return new TypedRecord(type, type.highestVersion(), message);
    }

    private <T> T pick(List<T> list) {
        return list.get(random.nextInt(list.size()));
    }

    private TypedRecord createTopic() {
        var topic = new TopicState();
        topic.id = Uuid.random(random);
        topic.name = (random.nextBoolean() ? "topic." : "topic") + nextTopic++;
        topics.add(topic);
        return of(MetadataRecordType.TOPIC, new TopicRecord().setName(topic.name).setTopicId(topic.id));
    }

    private TypedRecord addPartition(TopicState topic) {
        return of(MetadataRecordType.PARTITION, new PartitionRecord().setPartitionId(topic.partitions++).setTopicId(topic.id)
                .setReplicas(List.of(1, 2, 3)).setIsr(ids()).setRemovingReplicas(ids()).setAddingReplicas(ids()).setLeader(random.nextInt(-1, 4))
                .setLeaderRecoveryState((byte) random.nextInt(2)).setLeaderEpoch(random.nextInt(9)).setPartitionEpoch(random.nextInt(9))
                .setDirectories(List.of(uuid(), uuid(), uuid())).setEligibleLeaderReplicas(random.nextBoolean() ? null : someIds())
                .setLastKnownElr(random.nextBoolean() ? null : someIds()));
    }

    private TypedRecord changePartition(TopicState topic) {
        if (topic.partitions == 0) return null;
        var record = new PartitionChangeRecord().setPartitionId(random.nextInt(topic.partitions)).setTopicId(topic.id);
        if (random.nextBoolean()) record.setIsr(ids());
        if (random.nextBoolean()) record.setLeader(random.nextInt(-1, 4));
        if (random.nextBoolean()) record.setReplicas(List.of(3, 1, 2)).setDirectories(List.of(uuid(), uuid(), uuid()));
        if (random.nextBoolean()) record.setRemovingReplicas(ids());
        if (random.nextBoolean()) record.setAddingReplicas(ids());
        if (random.nextBoolean()) record.setLeaderRecoveryState((byte) random.nextInt(2));
        if (random.nextBoolean()) record.setEligibleLeaderReplicas(ids());
        if (random.nextBoolean()) record.setLastKnownElr(ids());
        return of(MetadataRecordType.PARTITION_CHANGE, record);
    }

    private TypedRecord removeTopic() {
        var topic = topics.remove(random.nextInt(topics.size()));
        return of(MetadataRecordType.REMOVE_TOPIC, new RemoveTopicRecord().setTopicId(topic.id));
    }

    private TypedRecord config() {
        byte type = pick(List.of((byte) 2, (byte) 4, (byte) 16, (byte) 32));
        var name = type == 2 && !topics.isEmpty() ? pick(topics).name : Integer.toString(random.nextInt(3));
        return of(MetadataRecordType.CONFIG, new ConfigRecord().setResourceType(type).setResourceName(name).setName("key" + random.nextInt(3))
                .setValue(random.nextInt(3) == 0 ? null : "value" + random.nextInt(5)));
    }

    private TypedRecord registerBroker() {
        int id = random.nextInt(4);
        long epoch = random.nextInt(100);
        brokers.removeIf(broker -> broker[0] == id);
        brokers.add(new long[] {id, epoch});
        return of(MetadataRecordType.REGISTER_BROKER, new RegisterBrokerRecord().setBrokerId(id).setBrokerEpoch(epoch)
                .setIncarnationId(uuid()).setFenced(random.nextBoolean()).setInControlledShutdown(random.nextBoolean())
                .setRack(random.nextBoolean() ? null : "rack").setLogDirs(uuids())
                .setCordonedLogDirs(random.nextBoolean() ? null : uuids())
                .setEndPoints(List.of(new RegisterBrokerRecord.BrokerEndpoint().setName("L" + random.nextInt(3)).setHost("h").setPort(random.nextInt(65536)).setSecurityProtocol((short) 1)))
                .setFeatures(List.of(new RegisterBrokerRecord.BrokerFeature().setName("f").setMinSupportedVersion((short) 0).setMaxSupportedVersion((short) 3))));
    }

    private TypedRecord changeBroker(long[] broker) {
        var record = new BrokerRegistrationChangeRecord().setBrokerId((int) broker[0]).setBrokerEpoch(broker[1])
                .setFenced((byte) random.nextInt(-1, 2)).setInControlledShutdown((byte) random.nextInt(2));
        if (random.nextBoolean()) record.setLogDirs(uuids());
        if (random.nextBoolean()) record.setCordonedLogDirs(uuids());
        return of(MetadataRecordType.BROKER_REGISTRATION_CHANGE, record);
    }

    private TypedRecord fence(long[] broker) {
        return random.nextBoolean()
                ? of(MetadataRecordType.FENCE_BROKER, new FenceBrokerRecord().setId((int) broker[0]).setEpoch(broker[1]))
                : of(MetadataRecordType.UNFENCE_BROKER, new UnfenceBrokerRecord().setId((int) broker[0]).setEpoch(broker[1]));
    }

    private TypedRecord unregisterBroker() {
        var broker = brokers.remove(random.nextInt(brokers.size()));
        return of(MetadataRecordType.UNREGISTER_BROKER, new UnregisterBrokerRecord().setBrokerId((int) broker[0]).setBrokerEpoch(broker[1]));
    }

    private TypedRecord registerController() {
        int id = random.nextInt(5);
        controllers.remove((Integer) id);
        controllers.add(id);
        return of(MetadataRecordType.REGISTER_CONTROLLER, new RegisterControllerRecord().setControllerId(id).setIncarnationId(uuid())
                .setZkMigrationReady(random.nextBoolean())
                .setEndPoints(List.of(new RegisterControllerRecord.ControllerEndpoint().setName("C").setHost("h").setPort(9).setSecurityProtocol((short) 0)))
                .setFeatures(List.of(new RegisterControllerRecord.ControllerFeature().setName("f").setMinSupportedVersion((short) 0).setMaxSupportedVersion((short) 3))));
    }

    private TypedRecord quota() {
        var entity = new ArrayList<ClientQuotaRecord.EntityData>();
        entity.add(new ClientQuotaRecord.EntityData().setEntityType("user").setEntityName(random.nextBoolean() ? null : "u"));
        if (random.nextBoolean()) entity.add(0, new ClientQuotaRecord.EntityData().setEntityType("client-id").setEntityName("c" + random.nextInt(2)));
        return of(MetadataRecordType.CLIENT_QUOTA, new ClientQuotaRecord().setEntity(entity).setKey("rate" + random.nextInt(2))
                .setValue(random.nextInt(9)).setRemove(random.nextInt(3) == 0));
    }

    private TypedRecord acl() {
        if (!acls.isEmpty() && random.nextInt(3) == 0) {
            return of(MetadataRecordType.REMOVE_ACCESS_CONTROL_ENTRY, new RemoveAccessControlEntryRecord().setId(acls.remove(0)));
        }
        var id = uuid();
        acls.add(id);
        return of(MetadataRecordType.ACCESS_CONTROL_ENTRY, new AccessControlEntryRecord().setId(id).setResourceType((byte) 2).setResourceName("r")
                .setPatternType((byte) 3).setPrincipal("User:x").setHost("*").setOperation((byte) random.nextInt(5)).setPermissionType((byte) 3));
    }

    private TypedRecord scram() {
        byte mechanism = (byte) random.nextInt(1, 3);
        var user = "user" + random.nextInt(3);
        if (random.nextInt(3) == 0) return of(MetadataRecordType.REMOVE_USER_SCRAM_CREDENTIAL, new RemoveUserScramCredentialRecord().setName(user).setMechanism(mechanism));
        return of(MetadataRecordType.USER_SCRAM_CREDENTIAL, new UserScramCredentialRecord().setName(user).setMechanism(mechanism)
                .setSalt(bytes()).setStoredKey(bytes()).setServerKey(bytes()).setIterations(4096));
    }

    private TypedRecord token() {
        var id = "token" + random.nextInt(3);
        if (random.nextInt(3) == 0) return of(MetadataRecordType.REMOVE_DELEGATION_TOKEN, new RemoveDelegationTokenRecord().setTokenId(id));
        return of(MetadataRecordType.DELEGATION_TOKEN, new DelegationTokenRecord().setTokenId(id).setOwner("User:o").setRequester("User:r")
                .setRenewers(List.of("User:a")).setIssueTimestamp(1).setMaxTimestamp(random.nextInt(99)).setExpirationTimestamp(3));
    }

    private List<Integer> ids() {
        return random.nextBoolean() ? List.of() : someIds();
    }

    private List<Integer> someIds() {
        return random.nextBoolean() ? List.of(1, 2, 3) : List.of(random.nextInt(1, 4));
    }

    private List<Uuid> uuids() {
        return List.of(uuid(), uuid());
    }

    private Uuid uuid() {
        return Uuid.random(random);
    }

    private ByteBuffer bytes() {
        var bytes = new byte[8];
        random.nextBytes(bytes);
        return ByteBuffer.wrap(bytes);
    }
}
