package io.barnabas.systemtests;

import static org.awaitility.Awaitility.await;

import io.barnabas.base.Uuid;
import io.barnabas.protocol.ApiMessage;
import io.barnabas.protocol.message.AddRaftVoterRequest;
import io.barnabas.protocol.message.AlterConfigsRequest;
import io.barnabas.protocol.message.AlterPartitionReassignmentsRequest;
import io.barnabas.protocol.message.AlterPartitionReassignmentsRequest.ReassignablePartition;
import io.barnabas.protocol.message.AlterPartitionReassignmentsRequest.ReassignableTopic;
import io.barnabas.protocol.message.CreateAclsRequest;
import io.barnabas.protocol.message.CreateDelegationTokenRequest;
import io.barnabas.protocol.message.CreateTopicsRequest;
import io.barnabas.protocol.message.DeleteAclsRequest;
import io.barnabas.protocol.message.DescribeAclsRequest;
import io.barnabas.protocol.message.DescribeClientQuotasRequest;
import io.barnabas.protocol.message.DescribeClientQuotasRequest.ComponentData;
import io.barnabas.protocol.message.DescribeConfigsRequest;
import io.barnabas.protocol.message.DescribeConfigsRequest.DescribeConfigsResource;
import io.barnabas.protocol.message.DescribeDelegationTokenRequest;
import io.barnabas.protocol.message.DescribeQuorumRequest;
import io.barnabas.protocol.message.DescribeUserScramCredentialsRequest;
import io.barnabas.protocol.message.DescribeUserScramCredentialsRequest.UserName;
import io.barnabas.protocol.message.ElectLeadersRequest;
import io.barnabas.protocol.message.ExpireDelegationTokenRequest;
import io.barnabas.protocol.message.FindCoordinatorRequest;
import io.barnabas.protocol.message.IncrementalAlterConfigsRequest;
import io.barnabas.protocol.message.ListConfigResourcesRequest;
import io.barnabas.protocol.message.ListPartitionReassignmentsRequest;
import io.barnabas.protocol.message.ListPartitionReassignmentsRequest.ListPartitionReassignmentsTopics;
import io.barnabas.protocol.message.RemoveRaftVoterRequest;
import io.barnabas.protocol.message.RenewDelegationTokenRequest;
import io.barnabas.protocol.message.SaslAuthenticateRequest;
import io.barnabas.protocol.message.SaslHandshakeRequest;
import io.barnabas.protocol.message.UnregisterBrokerRequest;
import io.barnabas.protocol.message.UpdateFeaturesRequest;
import io.barnabas.protocol.message.UpdateFeaturesRequest.FeatureUpdateKey;
import io.barnabas.testkit.process.Broker;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What is asked about configs, the quorum, leaders, and of features that are not there, is answered as by Apache Kafka. */
class NodeAnswersTest extends SideBySide {
    private static final int TOPIC = 2;
    private static final int BROKER = 4;
    private static final int LOGGER = 8;
    private static final int CLIENT_METRICS = 16;
    private static final int GROUP = 32;
    private static final int SET = 0;
    private static final int DELETE = 1;
    private static final int APPEND = 2;
    private static final int SUBTRACT = 3;
    private static final ByteBuffer BYTES = ByteBuffer.wrap(new byte[3]);

    private static String ask(Broker broker, ApiMessage request, int version) throws Exception {
        return ask(broker, request, version, Set.of());
    }

    private static String ask(Broker broker, ApiMessage request, int version, Set<String> leftOut) throws Exception {
        return AnswerText.of(RawClient.ask(broker, request, version), leftOut);
    }

    private static void sameAnswer(ApiMessage request, int... versions) {
        for (int version : versions) same(broker -> ask(broker, request, version));
    }

    /** Apache Kafka answers a change before its own reads know of it. */
    private static void soonSame(ApiMessage request, int version) {
        await().untilAsserted(() -> same(broker -> ask(broker, request, version)));
    }

    private static void sameCode(ApiMessage request, int... versions) {
        for (int version : versions) same(broker -> ask(broker, request, version, Set.of("errorMessage")));
    }

    private void makeTopic() {
        var request = new CreateTopicsRequest().setTimeoutMs(10_000);
        request.topics().add(new CreateTopicsRequest.CreatableTopic().setName(topic).setNumPartitions(2).setReplicationFactor((short) 1));
        same(broker -> ask(broker, request, 4));
    }

    private static DescribeConfigsRequest configs(int type, String name, String... keys) {
        var request = new DescribeConfigsRequest();
        request.resources().add(new DescribeConfigsResource().setResourceType((byte) type).setResourceName(name)
                .setConfigurationKeys(keys.length == 0 ? null : List.of(keys)));
        return request;
    }

    @Test
    void configsOfTopicsAreTheSameInEveryVersion() {
        makeTopic();
        sameAnswer(configs(TOPIC, topic), 1, 2, 3, 4);
        sameAnswer(configs(TOPIC, topic).setIncludeSynonyms(true), 1, 4);
        sameAnswer(configs(TOPIC, topic, "retention.ms", "bogus"), 4);
    }

    @Test
    void configsOfBrokersAreTheSame() {
        var names = new String[] {"log.retention.hours", "log.retention.ms", "node.id", "num.io.threads", "ssl.keystore.password",
            "message.max.bytes", "log.cleaner.threads", "bogus"};
        sameAnswer(configs(BROKER, "1", names).setIncludeSynonyms(true), 1, 4);
        sameAnswer(configs(BROKER, "1", names), 4);
        sameAnswer(configs(BROKER, "", names).setIncludeSynonyms(true), 4);
    }

    @Test
    void configsOfGroupsAndSubscriptionsAreTheSame() {
        sameAnswer(configs(CLIENT_METRICS, topic), 4);
        sameAnswer(configs(GROUP, topic).setIncludeSynonyms(true), 4);
    }

    @Test
    void configsOfWhatIsNotHereAreRefused() {
        for (var name : List.of(topic, "a/b", "")) sameAnswer(configs(TOPIC, name), 4);
        for (var name : List.of("2", "abc")) sameAnswer(configs(BROKER, name), 4);
        for (var name : List.of("2", "abc", "")) sameAnswer(configs(LOGGER, name), 4);
        sameAnswer(configs(CLIENT_METRICS, ""), 4);
        sameAnswer(configs(GROUP, ""), 4);
        for (int type : new int[] {0, 1, 3, 7}) sameCode(configs(type, "x"), 4);
        sameAnswer(configs(LOGGER, "1", "root", "no.such.logger"), 4);
    }

    @Test
    void configsOfAResourceNamedTwiceAreToldTwice() {
        makeTopic();
        var twice = configs(TOPIC, topic, "retention.ms");
        twice.resources().addAll(configs(TOPIC, topic, "segment.ms").resources());
        sameAnswer(twice, 4);
    }

    private static IncrementalAlterConfigsRequest change(int type, String name, String config, int operation, String value) {
        var request = new IncrementalAlterConfigsRequest();
        var resource = new IncrementalAlterConfigsRequest.AlterConfigsResource().setResourceType((byte) type).setResourceName(name);
        resource.configs().add(new IncrementalAlterConfigsRequest.AlterableConfig().setName(config)
                .setConfigOperation((byte) operation).setValue(value));
        request.resources().add(resource);
        return request;
    }

    @Test
    void configsOfTopicsChange() {
        makeTopic();
        sameAnswer(change(TOPIC, topic, "retention.ms", SET, "5"), 0, 1);
        sameAnswer(change(TOPIC, topic, "cleanup.policy", APPEND, "compact"), 1);
        sameAnswer(change(TOPIC, topic, "segment.ms", SET, "77").setValidateOnly(true), 1);
        soonSame(configs(TOPIC, topic).setIncludeSynonyms(true), 4);
        sameAnswer(change(TOPIC, topic, "cleanup.policy", SUBTRACT, "delete"), 1);
        sameAnswer(change(TOPIC, topic, "retention.ms", DELETE, null), 1);
        soonSame(configs(TOPIC, topic), 4);
    }

    @Test
    void changesOfTopicsThatCannotBeAreRefused() {
        makeTopic();
        sameAnswer(change(TOPIC, topic, "retention.ms", SET, null), 1);
        sameAnswer(change(TOPIC, topic, "bogus", SET, "5"), 1);
        sameAnswer(change(TOPIC, topic, "retention.ms", SET, "abc"), 1);
        sameAnswer(change(TOPIC, topic, "retention.ms", APPEND, "7"), 1);
        sameAnswer(change(TOPIC, topic + "-missing", "retention.ms", SET, "5"), 1);
        sameAnswer(change(TOPIC, "a/b", "retention.ms", SET, "5"), 1);
        var twice = change(TOPIC, topic, "retention.ms", SET, "5");
        twice.resources().addAll(change(TOPIC, topic, "segment.ms", SET, "5").resources());
        sameAnswer(twice, 1);
        var sameKey = change(TOPIC, topic, "retention.ms", SET, "5");
        sameKey.resources().get(0).configs().addAll(change(TOPIC, topic, "retention.ms", SET, "5").resources().get(0).configs());
        sameAnswer(sameKey, 1);
        sameAnswer(configs(TOPIC, topic), 4);
        sameAnswer(new IncrementalAlterConfigsRequest(), 1);
    }

    @Test
    void configsOfBrokersChange() {
        sameAnswer(change(BROKER, "1", "log.retention.ms", SET, "600000"), 1);
        soonSame(configs(BROKER, "1", "log.retention.ms", "log.retention.hours").setIncludeSynonyms(true), 4);
        sameAnswer(change(BROKER, "", "log.retention.ms", SET, "700000"), 1);
        soonSame(configs(BROKER, "", "log.retention.ms"), 4);
        soonSame(configs(BROKER, "1", "log.retention.ms").setIncludeSynonyms(true), 4);
        sameAnswer(change(BROKER, "1", "log.retention.ms", DELETE, null), 1);
        sameAnswer(change(BROKER, "", "log.retention.ms", DELETE, null), 1);
        soonSame(configs(BROKER, "1", "log.retention.ms").setIncludeSynonyms(true), 4);
    }

    @Test
    void changesOfBrokersThatCannotBeAreRefused() {
        sameAnswer(change(BROKER, "1", "node.id", SET, "5"), 1);
        sameAnswer(change(BROKER, "2", "log.retention.ms", SET, "5"), 1);
        sameAnswer(change(BROKER, "abc", "log.retention.ms", SET, "5"), 1);
        sameAnswer(change(BROKER, "", "listeners", SET, "PLAINTEXT://:1").setValidateOnly(true), 1);
        for (int type : new int[] {0, 5}) sameAnswer(change(type, "x", "a", SET, "b"), 1);
        sameAnswer(change(GROUP, "", "consumer.session.timeout.ms", SET, "45001"), 1);
    }

    @Test
    void levelsOfLoggersChange() {
        sameAnswer(change(LOGGER, "1", "root", SET, "INFO"), 1);
        sameAnswer(change(LOGGER, "1", "root", DELETE, ""), 1);
        sameAnswer(change(LOGGER, "1", "no.such.Logger", SET, "DEBUG"), 1);
        sameAnswer(change(LOGGER, "1", "root", SET, "LOUD"), 1);
        sameAnswer(change(LOGGER, "1", "root", APPEND, "DEBUG"), 1);
        for (var name : List.of("2", "", "abc")) sameAnswer(change(LOGGER, name, "root", SET, "INFO"), 1);
    }

    private static AlterConfigsRequest replace(int type, String name, String config, String value) {
        var request = new AlterConfigsRequest();
        var resource = new AlterConfigsRequest.AlterConfigsResource().setResourceType((byte) type).setResourceName(name);
        resource.configs().add(new AlterConfigsRequest.AlterableConfig().setName(config).setValue(value));
        request.resources().add(resource);
        return request;
    }

    @Test
    void configsAreReplacedTheOlderWay() {
        makeTopic();
        sameAnswer(change(TOPIC, topic, "segment.ms", SET, "99000"), 1);
        sameAnswer(replace(TOPIC, topic, "retention.ms", "55"), 0, 1, 2);
        soonSame(configs(TOPIC, topic), 4);
        sameAnswer(replace(TOPIC, topic, "retention.ms", null), 2);
        sameAnswer(replace(TOPIC, topic, "bogus", "1"), 2);
        sameAnswer(replace(LOGGER, "1", "root", "INFO"), 2);
        sameAnswer(replace(BROKER, "2", "log.retention.ms", "5000"), 2);
        sameAnswer(replace(TOPIC, topic, "retention.ms", "66").setValidateOnly(true), 2);
        sameAnswer(new AlterConfigsRequest(), 2);
    }

    @Test
    void resourcesThatCanHaveConfigsAreListed() {
        for (int type : new int[] {0, 1, 3, BROKER, LOGGER}) {
            var request = new ListConfigResourcesRequest();
            request.resourceTypes().add((byte) type);
            sameAnswer(request, 1);
        }
        sameAnswer(change(CLIENT_METRICS, topic, "interval.ms", SET, "60000"), 1);
        sameAnswer(change(GROUP, topic, "consumer.session.timeout.ms", SET, "46000"), 1);
        soonSame(new ListConfigResourcesRequest(), 0);
        for (int type : new int[] {GROUP, CLIENT_METRICS}) {
            var request = new ListConfigResourcesRequest();
            request.resourceTypes().add((byte) type);
            soonSame(request, 1);
        }
    }

    private static DescribeQuorumRequest quorum(String topic, int... partitions) {
        var request = new DescribeQuorumRequest();
        var data = new DescribeQuorumRequest.TopicData().setTopicName(topic);
        for (int partition : partitions) data.partitions().add(new DescribeQuorumRequest.PartitionData().setPartitionIndex(partition));
        request.topics().add(data);
        return request;
    }

    @Test
    void theQuorumIsDescribed() {
        for (int version = 0; version <= 2; version++) {
            int asked = version;
            same(broker -> ask(broker, quorum("__cluster_metadata", 0), asked, Set.of("leaderEpoch", "observers")));
        }
        sameAnswer(new DescribeQuorumRequest(), 2);
        sameAnswer(quorum("other", 0), 2);
        sameAnswer(quorum("__cluster_metadata", 3), 2);
        sameAnswer(quorum("__cluster_metadata", 0, 1), 2);
    }

    @Test
    void featuresThatAreUnknownAreRefused() {
        sameAnswer(new UpdateFeaturesRequest(), 0, 1, 2);
        var unknown = new UpdateFeaturesRequest();
        unknown.featureUpdates().add(new FeatureUpdateKey().setFeature("nope").setMaxVersionLevel((short) 1).setUpgradeType((byte) 1));
        sameCode(unknown, 1, 2);
        var present = new UpdateFeaturesRequest();
        present.featureUpdates().add(new FeatureUpdateKey().setFeature("metadata.version").setMaxVersionLevel((short) 33));
        sameCode(present, 0, 1, 2);
    }

    @Test
    void nodesThatAreNotRegisteredCannotBeUnregistered() {
        sameAnswer(new UnregisterBrokerRequest().setBrokerId(9), 0);
    }

    private ElectLeadersRequest election(int type) {
        var request = new ElectLeadersRequest().setTimeoutMs(10_000).setElectionType((byte) type);
        var here = new ElectLeadersRequest.TopicPartitions().setTopic(topic);
        here.partitions().addAll(List.of(0, 77));
        var missing = new ElectLeadersRequest.TopicPartitions().setTopic(topic + "-missing");
        missing.partitions().add(0);
        request.topicPartitions().addAll(List.of(here, missing));
        return request;
    }

    @Test
    void leadersNeedNoElection() {
        makeTopic();
        sameAnswer(election(0), 0, 1, 2);
        sameAnswer(election(1), 1, 2);
        sameAnswer(election(9), 2);
        sameAnswer(new ElectLeadersRequest().setTimeoutMs(10_000), 2);
    }

    @Test
    void partitionsStayWhereTheyAre() {
        makeTopic();
        sameAnswer(new ListPartitionReassignmentsRequest().setTopics(null), 0);
        var list = new ListPartitionReassignmentsRequest().setTopics(new ArrayList<>());
        var asked = new ListPartitionReassignmentsTopics().setName(topic);
        asked.partitionIndexes().addAll(List.of(0, 99));
        list.topics().add(asked);
        sameAnswer(list, 0);
        for (var replicas : List.of(List.of(1), List.of(2), List.<Integer>of(), List.of(1, 1), List.of(-1))) sameAnswer(reassignment(replicas), 0, 1);
        sameAnswer(reassignment(null), 1);
    }

    private AlterPartitionReassignmentsRequest reassignment(List<Integer> replicas) {
        var request = new AlterPartitionReassignmentsRequest();
        var here = new ReassignableTopic().setName(topic);
        here.partitions().add(new ReassignablePartition().setPartitionIndex(0).setReplicas(replicas));
        here.partitions().add(new ReassignablePartition().setPartitionIndex(99).setReplicas(replicas));
        var missing = new ReassignableTopic().setName(topic + "-missing");
        missing.partitions().add(new ReassignablePartition().setPartitionIndex(0).setReplicas(replicas));
        request.topics().addAll(List.of(here, missing));
        return request;
    }

    @Test
    void coordinatorsOfNoKnownKindAreRefused() {
        sameCode(new FindCoordinatorRequest().setKey("g").setKeyType((byte) 9), 1, 2, 3);
        var several = new FindCoordinatorRequest().setKeyType((byte) 9);
        several.coordinatorKeys().addAll(List.of("a", "b"));
        sameCode(several, 4, 5, 6);
        sameAnswer(new FindCoordinatorRequest().setKeyType((byte) 9), 6);
    }

    @Test
    void nobodyIsAuthorizedWithoutAnAuthorizer() {
        sameAnswer(new DescribeAclsRequest().setResourceTypeFilter((byte) 1).setPatternTypeFilter((byte) 1).setOperation((byte) 1)
                .setPermissionType((byte) 1), 1, 2, 3);
        var create = new CreateAclsRequest();
        for (int i = 0; i < 2; i++) {
            create.creations().add(new CreateAclsRequest.AclCreation().setResourceType((byte) 2).setResourceName("t")
                    .setPrincipal("User:a").setHost("*").setOperation((byte) 3).setPermissionType((byte) 3));
        }
        sameAnswer(create, 1, 2, 3);
        sameAnswer(new CreateAclsRequest(), 3);
        var delete = new DeleteAclsRequest();
        delete.filters().add(new DeleteAclsRequest.DeleteAclsFilter().setResourceTypeFilter((byte) 2).setPatternTypeFilter((byte) 3)
                .setOperation((byte) 1).setPermissionType((byte) 1));
        sameAnswer(delete, 1, 2, 3);
    }

    @Test
    void tokensAreNotGivenToThoseWithoutAName() {
        sameAnswer(new CreateDelegationTokenRequest(), 1, 2, 3);
        sameAnswer(new RenewDelegationTokenRequest().setHmac(BYTES), 1, 2);
        sameAnswer(new ExpireDelegationTokenRequest().setHmac(BYTES), 1, 2);
        sameAnswer(new DescribeDelegationTokenRequest(), 1, 2, 3);
    }

    private static ComponentData component(String type, int matchType, String match) {
        return new ComponentData().setEntityType(type).setMatchType((byte) matchType).setMatch(match);
    }

    private static DescribeClientQuotasRequest quotas(ComponentData... components) {
        var request = new DescribeClientQuotasRequest();
        request.components().addAll(List.of(components));
        return request;
    }

    @Test
    void quotasAreToldToThoseWhoAskSensibly() {
        sameAnswer(quotas(), 0, 1);
        sameAnswer(quotas(component("user", 2, null)).setStrict(true), 1);
        sameAnswer(quotas(component("user", 2, "x")), 1);
        sameAnswer(quotas(component("bogus", 0, "x")), 0, 1);
        sameAnswer(quotas(component("", 0, "x")), 1);
        sameAnswer(quotas(component("user", 7, "x")), 1);
        sameAnswer(quotas(component("user", 0, null)), 1);
        sameAnswer(quotas(component("user", 1, "x")), 1);
        sameAnswer(quotas(component("user", 0, "x"), component("user", 0, "x")), 1);
        sameAnswer(quotas(component("ip", 0, "x"), component("user", 2, null)), 1);
    }

    @Test
    void credentialsOfUnknownUsersAreNotFound() {
        sameAnswer(new DescribeUserScramCredentialsRequest().setUsers(null), 0);
        sameAnswer(new DescribeUserScramCredentialsRequest(), 0);
        var request = new DescribeUserScramCredentialsRequest();
        for (var user : List.of("a", "b", "a", "")) request.users().add(new UserName().setName(user));
        sameAnswer(request, 0);
    }

    @Test
    void votersOfAnotherClusterAreRefused() {
        for (var clusterId : List.of("", "another")) {
            sameCode(new AddRaftVoterRequest().setClusterId(clusterId).setVoterId(2), 0, 1);
            sameCode(new RemoveRaftVoterRequest().setClusterId(clusterId).setVoterId(1), 0);
        }
        sameCode(new RemoveRaftVoterRequest().setClusterId(null).setVoterId(2).setVoterDirectoryId(new Uuid(3, 3)), 0);
    }

    @Test
    void saslHasNoPlaceOnAPlaintextListener() {
        sameAnswer(new SaslHandshakeRequest().setMechanism("PLAIN"), 0, 1);
        sameAnswer(new SaslAuthenticateRequest().setAuthBytes(BYTES), 0, 1, 2);
    }
}
