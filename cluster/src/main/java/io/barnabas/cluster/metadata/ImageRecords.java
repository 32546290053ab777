package io.barnabas.cluster.metadata;

import io.barnabas.protocol.MetadataRecordType;
import io.barnabas.protocol.MetadataRecords.TypedRecord;
import io.barnabas.protocol.record.AccessControlEntryRecord;
import io.barnabas.protocol.record.ClientQuotaRecord;
import io.barnabas.protocol.record.DelegationTokenRecord;
import io.barnabas.protocol.record.ProducerIdsRecord;
import io.barnabas.protocol.record.UserScramCredentialRecord;
import io.barnabas.protocol.record.ZkMigrationStateRecord;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/**
 * The records that make an image out of nothing, in Kafka's order: features (the metadata version first), brokers and
 * controllers, topics, configs, quotas, producer ids, ACLs, SCRAM, delegation tokens. Given in batches, made as they are
 * asked for. Reads only the image; used by one thread, any one.
 */
public final class ImageRecords {
    /** Records of a batch, unless the topic that fills it has more partitions. */
    static final int BATCH_RECORDS = 1024;

    private final ClusterImage image;
    private final MetadataVersion version;
    private final Iterator<TopicImage> topics;
    private TopicImage topic;
    private int nextPartition;
    private boolean begun;
    private boolean ended;

    public ImageRecords(ClusterImage image) {
        this.image = image;
        this.version = image.metadataVersion();
        this.topics = image.topics().iterator();
    }

    /** @return at most a few thousand records; null at the end */
    public List<TypedRecord> nextBatch() {
        var batch = new ArrayList<TypedRecord>();
        if (!begun) {
            begun = true;
            addFeatures(batch);
            addNodes(batch);
        }
        addTopics(batch);
        if (batch.size() < BATCH_RECORDS && !ended) {
            ended = true;
            addConfigs(batch);
            addQuotas(batch);
            if (image.nextProducerId() > 0) {
                batch.add(Records.of(MetadataRecordType.PRODUCER_IDS, new ProducerIdsRecord().setBrokerId(-1)
                        .setBrokerEpoch(-1).setNextProducerId(image.nextProducerId())));
            }
            addSecurity(batch);
        }
        return batch.isEmpty() ? null : batch;
    }

    private void addFeatures(List<TypedRecord> batch) {
        short level = image.featureLevel(MetadataVersion.FEATURE);
        if (level != 0) batch.add(Records.feature(MetadataVersion.FEATURE, level));
        for (var feature : image.features().entrySet()) {
            if (!feature.getKey().equals(MetadataVersion.FEATURE)) batch.add(Records.feature(feature.getKey(), feature.getValue()));
        }
        if (image.zkMigrationState() != 0) {
            batch.add(Records.of(MetadataRecordType.ZK_MIGRATION_STATE,
                    new ZkMigrationStateRecord().setZkMigrationState(image.zkMigrationState())));
        }
    }

    private void addNodes(List<TypedRecord> batch) {
        for (var broker : image.brokers()) batch.add(Records.broker(broker, version));
        if (!version.hasControllerRegistration()) return;
        for (var controller : image.controllers()) batch.add(Records.controller(controller));
    }

    private void addTopics(List<TypedRecord> batch) {
        while (batch.size() < BATCH_RECORDS) {
            if (topic == null) {
                if (!topics.hasNext()) return;
                topic = topics.next();
                nextPartition = 0;
                batch.add(Records.topic(topic.name(), topic.id()));
            }
            while (nextPartition < topic.partitionCount() && batch.size() < BATCH_RECORDS) {
                batch.add(Records.partition(topic.id(), topic.partition(nextPartition++), version));
            }
            if (nextPartition == topic.partitionCount()) topic = null;
        }
    }

    private void addConfigs(List<TypedRecord> batch) {
        for (var configs : image.resourceConfigs()) {
            for (var config : configs.values().entrySet()) {
                batch.add(Records.config(configs.resource(), config.getKey(), config.getValue()));
            }
        }
    }

    private void addQuotas(List<TypedRecord> batch) {
        for (var quota : image.clientQuotas().entrySet()) {
            var entity = new ArrayList<ClientQuotaRecord.EntityData>();
            for (var part : quota.getKey().parts()) {
                entity.add(new ClientQuotaRecord.EntityData().setEntityType(part.type()).setEntityName(part.name()));
            }
            for (var value : quota.getValue().entrySet()) {
                batch.add(Records.of(MetadataRecordType.CLIENT_QUOTA, new ClientQuotaRecord().setEntity(entity)
                        .setKey(value.getKey()).setValue(value.getValue()).setRemove(false)));
            }
        }
    }

    private void addSecurity(List<TypedRecord> batch) {
        for (var acl : image.acls().values()) {
            batch.add(Records.of(MetadataRecordType.ACCESS_CONTROL_ENTRY, new AccessControlEntryRecord().setId(acl.id())
                    .setResourceType(acl.resourceType()).setResourceName(acl.resourceName())
                    .setPatternType(acl.patternType()).setPrincipal(acl.principal()).setHost(acl.host())
                    .setOperation(acl.operation()).setPermissionType(acl.permissionType())));
        }
        for (var scram : image.scramCredentials().entrySet()) {
            var credential = scram.getValue();
            batch.add(Records.of(MetadataRecordType.USER_SCRAM_CREDENTIAL, new UserScramCredentialRecord()
                    .setName(scram.getKey().user()).setMechanism(scram.getKey().mechanism()).setSalt(credential.salt())
                    .setStoredKey(credential.storedKey()).setServerKey(credential.serverKey())
                    .setIterations(credential.iterations())));
        }
        for (var token : image.delegationTokens().values()) {
            batch.add(Records.of(MetadataRecordType.DELEGATION_TOKEN, new DelegationTokenRecord().setOwner(token.owner())
                    .setRequester(token.requester()).setRenewers(token.renewers())
                    .setIssueTimestamp(token.issueTimestamp()).setMaxTimestamp(token.maxTimestamp())
                    .setExpirationTimestamp(token.expirationTimestamp()).setTokenId(token.tokenId())));
        }
    }
}
