package io.barnabas.cluster.metadata;

import io.barnabas.base.Uuid;
import io.barnabas.protocol.MetadataRecordType;
import io.barnabas.protocol.MetadataRecords.TypedRecord;
import io.barnabas.protocol.Message;
import io.barnabas.protocol.record.ConfigRecord;
import io.barnabas.protocol.record.FeatureLevelRecord;
import io.barnabas.protocol.record.PartitionRecord;
import io.barnabas.protocol.record.RegisterBrokerRecord;
import io.barnabas.protocol.record.RegisterControllerRecord;
import io.barnabas.protocol.record.TopicRecord;
import java.util.ArrayList;
import java.util.List;

/** Makes records out of images, in the versions that a {@code metadata.version} prescribes. */
public final class Records {
    private Records() {}

    public static TypedRecord of(MetadataRecordType type, Message message) {
        return new TypedRecord(type, (short) 0, message);
    }

    public static TypedRecord feature(String name, short level) {
        return of(MetadataRecordType.FEATURE_LEVEL, new FeatureLevelRecord().setName(name).setFeatureLevel(level));
    }

    /** @param value null unsets it */
    public static TypedRecord config(ConfigResource resource, String name, String value) {
        return of(MetadataRecordType.CONFIG, new ConfigRecord().setResourceType(resource.type().code())
                .setResourceName(resource.name()).setName(name).setValue(value));
    }

    public static TypedRecord topic(String name, Uuid id) {
        return of(MetadataRecordType.TOPIC, new TopicRecord().setName(name).setTopicId(id));
    }

    public static TypedRecord partition(Uuid topicId, PartitionImage partition, MetadataVersion version) {
        var record = new PartitionRecord().setPartitionId(partition.partition()).setTopicId(topicId)
                .setReplicas(list(partition.replicas())).setIsr(list(partition.isr()))
                .setRemovingReplicas(list(partition.removingReplicas())).setAddingReplicas(list(partition.addingReplicas()))
                .setLeader(partition.leader()).setLeaderRecoveryState((byte) (partition.leaderRecovering() ? 1 : 0))
                .setLeaderEpoch(partition.leaderEpoch()).setPartitionEpoch(partition.partitionEpoch());
        if (version.hasDirectories()) record.setDirectories(List.of(partition.directories()));
        if (version.hasEligibleLeaders()) {
            if (partition.eligibleLeaders().length > 0) record.setEligibleLeaderReplicas(list(partition.eligibleLeaders()));
            if (partition.lastKnownEligible().length > 0) record.setLastKnownElr(list(partition.lastKnownEligible()));
        }
        return new TypedRecord(MetadataRecordType.PARTITION, version.partitionRecordVersion(), record);
    }

    public static TypedRecord broker(BrokerImage broker, MetadataVersion version) {
        short recordVersion = version.registerBrokerRecordVersion();
        var record = new RegisterBrokerRecord().setBrokerId(broker.id()).setIncarnationId(broker.incarnationId())
                .setBrokerEpoch(broker.epoch()).setRack(broker.rack()).setFenced(broker.fenced());
        for (var e : broker.endpoints()) {
            record.endPoints().add(new RegisterBrokerRecord.BrokerEndpoint().setName(e.listener()).setHost(e.host())
                    .setPort(e.port()).setSecurityProtocol(e.securityProtocol()));
        }
        for (var f : broker.features().entrySet()) {
            record.features().add(new RegisterBrokerRecord.BrokerFeature().setName(f.getKey())
                    .setMinSupportedVersion(f.getValue().lowest()).setMaxSupportedVersion(f.getValue().highest()));
        }
        record.setInControlledShutdown(broker.inControlledShutdown());
        if (recordVersion >= 2) record.setIsMigratingZkBroker(broker.isMigratingZk());
        if (recordVersion >= 3) record.setLogDirs(broker.logDirs());
        if (recordVersion >= 4) record.setCordonedLogDirs(broker.cordonedLogDirs());
        return new TypedRecord(MetadataRecordType.REGISTER_BROKER, recordVersion, record);
    }

    public static TypedRecord controller(ControllerImage controller) {
        var record = new RegisterControllerRecord().setControllerId(controller.id())
                .setIncarnationId(controller.incarnationId()).setZkMigrationReady(controller.zkMigrationReady());
        for (var e : controller.endpoints()) {
            record.endPoints().add(new RegisterControllerRecord.ControllerEndpoint().setName(e.listener()).setHost(e.host())
                    .setPort(e.port()).setSecurityProtocol(e.securityProtocol()));
        }
        for (var f : controller.features().entrySet()) {
            record.features().add(new RegisterControllerRecord.ControllerFeature().setName(f.getKey())
                    .setMinSupportedVersion(f.getValue().lowest()).setMaxSupportedVersion(f.getValue().highest()));
        }
        return of(MetadataRecordType.REGISTER_CONTROLLER, record);
    }

    public static List<Integer> list(int[] brokerIds) {
        var list = new ArrayList<Integer>(brokerIds.length);
        for (int id : brokerIds) list.add(id);
        return list;
    }
}
