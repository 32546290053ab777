package io.barnabas.systemtests;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.common.ElectionType;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.acl.AclBindingFilter;
import org.apache.kafka.common.quota.ClientQuotaFilter;
import org.junit.jupiter.api.Test;

/** Apache Kafka's Java admin client gets from Barnabas, on what lies in partitions, what it gets from Apache Kafka. */
class AdminDataTest extends SideBySide {
    private static final long T0 = 1_000_000_000_000L;

    interface AdminScene<T> {
        T with(Admin admin, TopicPartition partition) throws Exception;
    }

    /** Plays on a topic with ten records, the newest timestamp on offset 5. */
    private <T> T sameOnTenRecords(AdminScene<T> scene) {
        return same(broker -> {
            Clients.createTopic(broker, topic, 1);
            try (var producer = Clients.producer(broker)) {
                for (int i = 0; i < 10; i++) producer.send(Clients.record(topic, 0, T0 + (i == 5 ? 100 : i), null, "value " + i)).get();
            }
            try (var admin = Clients.admin(broker)) {
                return scene.with(admin, new TopicPartition(topic, 0));
            }
        });
    }

    @Test
    void offsetsAreListedBySpecAndTime() {
        sameOnTenRecords((admin, partition) -> {
            var found = new ArrayList<String>();
            for (var spec : List.of(OffsetSpec.earliest(), OffsetSpec.latest(), OffsetSpec.maxTimestamp(), OffsetSpec.forTimestamp(T0 + 3),
                    OffsetSpec.forTimestamp(T0 + 50), OffsetSpec.forTimestamp(T0 + 101), OffsetSpec.earliestLocal(), OffsetSpec.latestTiered(),
                    OffsetSpec.earliestPendingUpload())) {
                found.add(spec.getClass().getSimpleName() + " " + offset(admin, partition, spec));
            }
            found.add(offset(admin, new TopicPartition(topic, 7), OffsetSpec.latest()).substring(0, 3));
            return found;
        });
    }

    private static String offset(Admin admin, TopicPartition partition, OffsetSpec spec) {
        return outcome(() -> {
            // A partition that is not there is asked for again and again: such a question ends soon.
            var options = new ListOffsetsOptions().timeoutMs(3_000);
            var found = admin.listOffsets(Map.of(partition, spec), options).partitionResult(partition).get();
            return found.offset() + " at " + found.timestamp() + " epoch " + found.leaderEpoch();
        });
    }

    @Test
    void deletedRecordsAreGoneUpToTheOffset() {
        sameOnTenRecords((admin, partition) -> {
            var found = new ArrayList<String>();
            found.add(delete(admin, partition, 4));
            found.add(offset(admin, partition, OffsetSpec.earliest()));
            found.add(offset(admin, partition, OffsetSpec.forTimestamp(T0)));
            found.add(delete(admin, partition, 2));
            found.add(delete(admin, partition, 11));
            found.add(delete(admin, partition, -5));
            found.add(delete(admin, partition, -1));
            found.add(offset(admin, partition, OffsetSpec.earliest()));
            // Not asked: the newest timestamp of an empty log, for which Apache Kafka names a record that is gone.
            return found;
        });
    }

    private static String delete(Admin admin, TopicPartition partition, long beforeOffset) {
        return outcome(() -> admin.deleteRecords(Map.of(partition, RecordsToDelete.beforeOffset(beforeOffset))).lowWatermarks().get(partition).get().lowWatermark());
    }

    @Test
    void logDirectoriesTellWhatEachPartitionTakes() {
        sameOnTenRecords((admin, partition) -> {
            var directories = admin.describeLogDirs(List.of(1)).allDescriptions().get().get(1);
            var directory = directories.values().iterator().next();
            var replica = directory.replicaInfos().get(partition);
            return List.of(directories.size(), String.valueOf(directory.error()), directory.totalBytes().isPresent(), directory.usableBytes().isPresent(),
                    replica.size(), replica.offsetLag(), replica.isFuture());
        });
    }

    @Test
    void producersAreDescribed() {
        sameOnTenRecords((admin, partition) -> admin.describeProducers(List.of(partition)).partitionResult(partition).get().activeProducers().stream()
                .map(producer -> (producer.producerId() >= 0) + " " + producer.producerEpoch() + " " + producer.lastSequence() + " " + producer.lastTimestamp() + " "
                        + producer.coordinatorEpoch() + " " + producer.currentTransactionStartOffset()).toList());
    }

    @Test
    void theFeaturesThatAreFinalizedAreSupported() {
        same(broker -> {
            try (var admin = Clients.admin(broker)) {
                var features = admin.describeFeatures().featureMetadata().get();
                var metadata = features.finalizedFeatures().get("metadata.version");
                boolean supported = features.finalizedFeatures().entrySet().stream().allMatch(feature ->
                        features.supportedFeatures().get(feature.getKey()).maxVersion() >= feature.getValue().maxVersionLevel());
                return List.of(metadata.toString(), supported, features.finalizedFeaturesEpoch().isPresent());
            }
        });
    }

    @Test
    void theQuorumIsThisNode() {
        same(broker -> {
            try (var admin = Clients.admin(broker)) {
                var quorum = admin.describeMetadataQuorum().quorumInfo().get();
                return List.of(quorum.leaderId(), quorum.voters().stream().map(voter -> voter.replicaId()).toList(), quorum.highWatermark() > 0,
                        quorum.voters().get(0).logEndOffset() >= quorum.highWatermark());
            }
        });
    }

    @Test
    void whatThisBrokerDoesNotDoItAnswersAsABrokerWithoutIt() {
        sameOnTenRecords((admin, partition) -> {
            var found = new TreeMap<String, String>();
            found.put("elect", outcome(() -> admin.electLeaders(ElectionType.PREFERRED, Set.of(partition)).partitions().get().get(partition)
                    .map(error -> error.getClass().getSimpleName()).orElse("done")));
            found.put("elect any", outcome(() -> admin.electLeaders(ElectionType.UNCLEAN, Set.of(partition)).partitions().get().get(partition)
                    .map(error -> error.getClass().getSimpleName()).orElse("done")));
            found.put("reassignments", outcome(() -> admin.listPartitionReassignments().reassignments().get()));
            found.put("cancel reassignment", outcome(() -> admin.alterPartitionReassignments(Map.of(partition, Optional.empty())).all().get()));
            found.put("acls", outcome(() -> admin.describeAcls(AclBindingFilter.ANY).values().get()));
            found.put("delete acls", outcome(() -> admin.deleteAcls(List.of(AclBindingFilter.ANY)).all().get()));
            found.put("quotas", outcome(() -> admin.describeClientQuotas(ClientQuotaFilter.all()).entities().get()));
            found.put("scram", outcome(() -> admin.describeUserScramCredentials().all().get()));
            found.put("scram of one", outcome(() -> admin.describeUserScramCredentials(List.of("alice")).description("alice").get()));
            found.put("tokens", outcome(() -> admin.describeDelegationToken().delegationTokens().get()));
            found.put("new token", outcome(() -> admin.createDelegationToken().delegationToken().get()));
            return found;
        });
    }
}
