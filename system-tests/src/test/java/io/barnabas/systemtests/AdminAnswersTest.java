package io.barnabas.systemtests;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.barnabas.base.Uuid;
import io.barnabas.protocol.ApiMessage;
import io.barnabas.protocol.message.ApiVersionsRequest;
import io.barnabas.protocol.message.ApiVersionsResponse;
import io.barnabas.protocol.message.CreatePartitionsRequest;
import io.barnabas.protocol.message.CreatePartitionsRequest.CreatePartitionsTopic;
import io.barnabas.protocol.message.CreateTopicsRequest;
import io.barnabas.protocol.message.CreateTopicsRequest.CreatableReplicaAssignment;
import io.barnabas.protocol.message.CreateTopicsRequest.CreatableTopic;
import io.barnabas.protocol.message.CreateTopicsRequest.CreatableTopicConfig;
import io.barnabas.protocol.message.DeleteTopicsRequest;
import io.barnabas.protocol.message.DeleteTopicsRequest.DeleteTopicState;
import io.barnabas.protocol.message.DescribeClusterRequest;
import io.barnabas.protocol.message.DescribeClusterResponse;
import io.barnabas.protocol.message.DescribeTopicPartitionsRequest;
import io.barnabas.protocol.message.DescribeTopicPartitionsRequest.Cursor;
import io.barnabas.protocol.message.DescribeTopicPartitionsRequest.TopicRequest;
import io.barnabas.protocol.message.MetadataRequest;
import io.barnabas.protocol.message.MetadataRequest.MetadataRequestTopic;
import io.barnabas.protocol.message.MetadataResponse;
import io.barnabas.testkit.process.BarnabasProcess;
import io.barnabas.testkit.process.Broker;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** What administrators and clients ask about topics and nodes is answered, field by field, as Apache Kafka answers it. */
class AdminAnswersTest extends SideBySide {
    private static final Set<String> ALL = Set.of();
    private static final Set<String> NO_TEXT = Set.of("errorMessage");
    private static final Uuid UNKNOWN_ID = new Uuid(5, 5);

    private static String ask(Broker broker, ApiMessage request, int version) throws Exception {
        return AnswerText.of(RawClient.ask(broker, request, version), ALL);
    }

    private static String askWithoutText(Broker broker, ApiMessage request, int version) throws Exception {
        return AnswerText.of(RawClient.ask(broker, request, version), NO_TEXT);
    }

    private static ApiVersionsRequest versions() {
        return new ApiVersionsRequest().setClientSoftwareName("a").setClientSoftwareVersion("1");
    }

    private static TreeMap<Short, String> ranges(int port) throws Exception {
        var ranges = new TreeMap<Short, String>();
        for (var api : ((ApiVersionsResponse) RawClient.ask(port, versions(), 4)).apiKeys()) {
            ranges.put(api.apiKey(), api.minVersion() + "-" + api.maxVersion());
        }
        return ranges;
    }

    @Test
    void everyApiThatIsOfferedIsOfferedInTheSameVersions() throws Exception {
        assertOfferIsAmong(ranges(kafka().port()), ranges(subject().port()));
        assertOfferIsAmong(ranges(RawClient.controllerPort(kafka())), ranges(RawClient.controllerPort(subject())));
    }

    private static void assertOfferIsAmong(TreeMap<Short, String> kafkas, TreeMap<Short, String> ours) {
        assertTrue(ours.size() > 20, () -> "offered: " + ours);
        kafkas.keySet().retainAll(ours.keySet());
        assertEquals(kafkas, ours);
    }

    @Test
    void versionsAreRefusedForNamesThatSoftwareCannotHave() {
        for (var name : List.of("", "-a", "a-", ".a", "a_b", "a b", "a:b", "a-b.c", "\u00e9")) {
            same(broker -> ((ApiVersionsResponse) RawClient.ask(broker, versions().setClientSoftwareName(name), 3)).errorCode());
            same(broker -> ((ApiVersionsResponse) RawClient.ask(broker, versions().setClientSoftwareVersion(name), 4)).errorCode());
        }
    }

    @Test
    void versionsAreRefusedToWhoeverMeantAnotherNode() {
        same(broker -> {
            var clusterId = ((DescribeClusterResponse) RawClient.ask(broker, new DescribeClusterRequest(), 0)).clusterId();
            var errors = new ArrayList<Short>();
            for (var id : new String[] {clusterId, "another", "", null}) {
                for (int node : new int[] {1, 7, -1}) {
                    var request = versions().setClusterId(id).setNodeId(node);
                    errors.add(((ApiVersionsResponse) RawClient.ask(broker, request, 5)).errorCode());
                }
            }
            return errors;
        });
    }

    @Test
    void aVersionOfTheFutureIsAnsweredInTheFirst() {
        same(broker -> ask(broker, versions(), 9));
    }

    @Test
    void supportedFeaturesAreTheSame() {
        for (int version : new int[] {3, 4, 5}) {
            same(broker -> AnswerText.of(((ApiVersionsResponse) RawClient.ask(broker, versions(), version)).supportedFeatures(), ALL));
        }
    }

    private static MetadataRequest metadata(String... names) {
        var request = new MetadataRequest();
        for (var name : names) request.topics().add(new MetadataRequestTopic().setName(name));
        return request;
    }

    private static MetadataRequest metadataOf(Uuid... ids) {
        var request = new MetadataRequest().setAllowAutoTopicCreation(false);
        for (var id : ids) request.topics().add(new MetadataRequestTopic().setName(null).setTopicId(id));
        return request;
    }

    private static Uuid idOf(Broker broker, String topic) throws Exception {
        return ((MetadataResponse) RawClient.ask(broker, metadata(topic), 12)).topics().get(0).topicId();
    }

    private void makeTopics(Broker broker, int... partitionCounts) throws Exception {
        var request = creation();
        for (int i = 0; i < partitionCounts.length; i++) request.topics().add(creatable(topic + i, partitionCounts[i], 1));
        RawClient.ask(broker, request, 7);
        for (int i = 0; i < partitionCounts.length; i++) awaitPartitions(broker, topic + i, partitionCounts[i]);
    }

    /** Apache Kafka answers a change before its own metadata know of it. */
    private static void awaitPartitions(Broker broker, String topic, int count) {
        await().until(() -> {
            var answer = (MetadataResponse) RawClient.ask(broker, metadata(topic).setAllowAutoTopicCreation(false), 12);
            return answer.topics().get(0).partitions().size() == count;
        });
    }

    @Test
    void metadataIsTheSameInEveryVersion() {
        same(broker -> {
            makeTopics(broker, 3);
            var answers = new ArrayList<String>();
            for (int version = 0; version <= 13; version++) answers.add(ask(broker, metadata(topic + 0), version));
            return answers;
        });
    }

    @Test
    void missingTopicsAreToldSo() {
        for (int version = 4; version <= 13; version++) {
            int asked = version;
            same(broker -> ask(broker, metadata(topic, "a/b", "..", "x".repeat(250), "__transaction_state").setAllowAutoTopicCreation(false), asked));
        }
    }

    @Test
    void topicsAreFoundByIdAndNoneIsMadeUp() {
        same(broker -> {
            makeTopics(broker, 1, 1);
            var id = idOf(broker, topic + 0);
            var answers = new ArrayList<String>();
            answers.add(ask(broker, metadataOf(id), 12));
            answers.add(ask(broker, metadataOf(id, id, UNKNOWN_ID), 13));
            answers.add(ask(broker, metadataOf(id), 11));
            answers.add(ask(broker, metadataOf(id), 10));
            var mixed = metadataOf(UNKNOWN_ID);
            mixed.topics().add(new MetadataRequestTopic().setName(topic + 1));
            answers.add(ask(broker, mixed, 12));
            return answers;
        });
    }

    @Test
    void aTopicIsAnsweredOnceHoweverOftenItIsAskedFor() {
        same(broker -> {
            makeTopics(broker, 1);
            return ask(broker, metadata(topic + 0, topic + 0), 12);
        });
    }

    @Test
    void noTopicsMeansAllInTheFirstVersionOnly() throws Exception {
        makeTopics(subject(), 1);
        assertTrue(((MetadataResponse) RawClient.ask(subject(), metadata(), 0)).topics().size() > 0);
        for (int version : new int[] {1, 4, 12}) same(broker -> ask(broker, metadata(), version));
        assertTrue(((MetadataResponse) RawClient.ask(subject(), new MetadataRequest().setTopics(null), 1)).topics().size() > 0);
    }

    @Test
    void everybodyMayDoEverythingWithoutAnAuthorizer() {
        same(broker -> {
            makeTopics(broker, 1);
            var answers = new ArrayList<String>();
            for (int version : new int[] {8, 10}) {
                answers.add(ask(broker, metadata(topic + 0).setIncludeTopicAuthorizedOperations(true).setIncludeClusterAuthorizedOperations(true), version));
            }
            answers.add(ask(broker, metadata(topic + 0).setIncludeTopicAuthorizedOperations(true), 12));
            return answers;
        });
    }

    @Test
    void aTopicMadeByAskingIsThereInTheSameAnswer() throws Exception {
        var answer = (MetadataResponse) RawClient.ask(subject(), metadata(topic, topic), 12);
        if (subject() instanceof BarnabasProcess) {
            assertEquals(0, answer.topics().get(0).errorCode());
            assertEquals(1, answer.topics().get(0).partitions().get(0).leaderId());
        }
    }

    private static DescribeTopicPartitionsRequest page(int partitionsMax, Cursor cursor, String... topics) {
        var request = new DescribeTopicPartitionsRequest().setResponsePartitionLimit(partitionsMax).setCursor(cursor);
        for (var topic : topics) request.topics().add(new TopicRequest().setName(topic));
        return request;
    }

    private static Cursor at(String topic, int partition) {
        return new Cursor().setTopicName(topic).setPartitionIndex(partition);
    }

    @Test
    void partitionsAreDescribedPageByPage() {
        same(broker -> {
            makeTopics(broker, 3, 1, 2);
            var names = new String[] {topic + 2, topic + 0, topic + 1, topic + 0, topic + "-missing"};
            var answers = new ArrayList<String>();
            for (int size = -1; size <= 7; size++) answers.add(ask(broker, page(size, null, names), 0));
            for (int partition = -1; partition <= 4; partition++) answers.add(ask(broker, page(2, at(topic + 0, partition), names), 0));
            answers.add(ask(broker, page(2, at(topic + "00", 0), names), 0));
            answers.add(ask(broker, page(2, at(topic + 2, 1), names), 0));
            return answers;
        });
    }

    @Test
    void nodesAreNamedToThoseWhoAskTheRightListener() {
        same(broker -> {
            var answers = new ArrayList<String>();
            for (int port : new int[] {broker.port(), RawClient.controllerPort(broker)}) {
                for (int type = 0; type <= 3; type++) {
                    answers.add(AnswerText.of(RawClient.ask(port, new DescribeClusterRequest().setEndpointType((byte) type), 1), ALL));
                }
                answers.add(AnswerText.of(RawClient.ask(port, new DescribeClusterRequest().setIncludeClusterAuthorizedOperations(true), 0), ALL));
            }
            answers.add(ask(broker, new DescribeClusterRequest().setIncludeFencedBrokers(true), 2));
            return answers;
        });
    }

    private static CreateTopicsRequest creation(CreatableTopic... topics) {
        var request = new CreateTopicsRequest().setTimeoutMs(10_000);
        request.topics().addAll(List.of(topics));
        return request;
    }

    private static CreatableTopic creatable(String name, int partitions, int replicas) {
        return new CreatableTopic().setName(name).setNumPartitions(partitions).setReplicationFactor((short) replicas);
    }

    private static CreatableTopic assigned(String name, int partitions, int replicas, List<List<Integer>> brokers) {
        var created = creatable(name, partitions, replicas);
        for (int i = 0; i < brokers.size(); i++) {
            created.assignments().add(new CreatableReplicaAssignment().setPartitionIndex(i).setBrokerIds(brokers.get(i)));
        }
        return created;
    }

    private static CreatableTopic with(CreatableTopic created, String name, String value) {
        created.configs().add(new CreatableTopicConfig().setName(name).setValue(value));
        return created;
    }

    /** Where a value comes from is a matter of how the cluster was formatted; see the tests of configs. */
    private static String create(Broker broker, CreateTopicsRequest request, int version) throws Exception {
        return AnswerText.of(RawClient.ask(broker, request, version), Set.of("configSource"));
    }

    @Test
    void topicsAreCreatedInEveryVersion() {
        same(broker -> {
            var answers = new ArrayList<String>();
            for (int version = 2; version <= 7; version++) {
                boolean takesDefaults = version >= 4;
                answers.add(create(broker, creation(creatable(topic + version, takesDefaults ? -1 : 2, takesDefaults ? -1 : 1)), version));
            }
            answers.add(create(broker, creation(with(creatable(topic, 2, 1), "retention.ms", "1000")), 7));
            answers.add(create(broker, creation(creatable(topic, 2, 1)), 7));
            answers.add(create(broker, creation(creatable(topic + "-no", 2, 1)).setValidateOnly(true), 7));
            answers.add(create(broker, creation(), 7));
            awaitPartitions(broker, topic, 2);
            answers.add(ask(broker, metadata(topic, topic + "-no").setAllowAutoTopicCreation(false), 12));
            return answers;
        });
    }

    @Test
    void topicsThatCannotBeAreRefused() {
        same(broker -> {
            var answers = new ArrayList<String>();
            for (var name : List.of("a/b", "", "..", ".", "x".repeat(250), "__cluster_metadata")) answers.add(create(broker, creation(creatable(name, 1, 1)), 7));
            for (int count : new int[] {0, -2}) answers.add(create(broker, creation(creatable(topic, count, 1)), 7));
            for (int replicas : new int[] {0, -2}) answers.add(create(broker, creation(creatable(topic, 1, replicas)), 7));
            answers.add(create(broker, creation(with(creatable(topic, 1, 1), "bogus", "1")), 7));
            answers.add(create(broker, creation(with(creatable(topic, 1, 1), "retention.ms", "abc")), 7));
            answers.add(create(broker, creation(with(creatable(topic, 1, 1), "retention.ms", null)), 7));
            answers.add(create(broker, creation(assigned(topic, 2, 1, List.of(List.of(1), List.of(1)))), 7));
            for (var brokers : List.of(List.of(2), List.of(1, 1), List.<Integer>of())) {
                answers.add(create(broker, creation(assigned(topic, -1, -1, List.of(brokers))), 7));
            }
            answers.add(askWithoutText(broker, creation(creatable(topic, 1, 2)), 7));
            return answers;
        });
    }

    @Test
    void aTopicThatARequestNamesTwiceIsRefusedAlone() {
        same(broker -> create(broker, creation(creatable(topic, 1, 1), creatable(topic, 1, 1), creatable(topic + 1, 1, 1)), 7));
    }

    @Test
    void aNameThatMetricsCouldNotTellFromAnotherIsRefused() {
        same(broker -> {
            create(broker, creation(creatable(topic + ".x", 1, 1)), 7);
            return create(broker, creation(creatable(topic + "_x", 1, 1)), 7);
        });
    }

    @Test
    void noTimeMeansNoChange() {
        same(broker -> {
            makeTopics(broker, 1);
            var answers = new ArrayList<String>();
            for (int timeoutMs : new int[] {0, -1}) {
                answers.add(create(broker, creation(creatable(topic, 1, 1)).setTimeoutMs(timeoutMs), 7));
                answers.add(ask(broker, deletion(topic + 0).setTimeoutMs(timeoutMs), 5));
                answers.add(ask(broker, growth(topic + 0, 2).setTimeoutMs(timeoutMs), 3));
            }
            answers.add(ask(broker, metadata(topic, topic + 0).setAllowAutoTopicCreation(false), 12));
            return answers;
        });
    }

    private static DeleteTopicsRequest deletion(String... names) {
        var request = new DeleteTopicsRequest().setTimeoutMs(10_000);
        request.topicNames().addAll(List.of(names));
        return request;
    }

    private static DeleteTopicState state(String name, Uuid id) {
        return new DeleteTopicState().setName(name).setTopicId(id);
    }

    @Test
    void topicsAreDeletedByName() {
        same(broker -> {
            makeTopics(broker, 1, 1, 1, 1, 1);
            var answers = new ArrayList<String>();
            for (int version = 1; version <= 5; version++) answers.add(ask(broker, deletion(topic + (version - 1), topic + "-missing"), version));
            answers.add(ask(broker, deletion(), 5));
            return answers;
        });
    }

    @Test
    void aTopicThatARequestNamesTwiceIsNotDeleted() {
        same(broker -> {
            makeTopics(broker, 1, 1);
            var id = idOf(broker, topic + 1);
            var twice = new DeleteTopicsRequest().setTimeoutMs(10_000);
            twice.topics().addAll(List.of(state(null, id), state(topic + 1, Uuid.ZERO)));
            return List.of(ask(broker, deletion(topic + 0, topic + "-missing", topic + 0), 5), ask(broker, twice, 6),
                    ask(broker, metadata(topic + 0, topic + 1).setAllowAutoTopicCreation(false), 12));
        });
    }

    @Test
    void topicsAreDeletedById() {
        same(broker -> {
            makeTopics(broker, 1);
            var id = idOf(broker, topic + 0);
            var request = new DeleteTopicsRequest().setTimeoutMs(10_000);
            request.topics().addAll(List.of(state(null, id), state(null, UNKNOWN_ID), state(topic + "-missing", Uuid.ZERO),
                    state(null, Uuid.ZERO), state(topic + 0, id)));
            var again = new DeleteTopicsRequest().setTimeoutMs(10_000);
            again.topics().addAll(List.of(state(null, id), state(null, id)));
            return List.of(ask(broker, request, 6), ask(broker, again, 6));
        });
    }

    private static CreatePartitionsRequest growth(String topic, int count) {
        var request = new CreatePartitionsRequest().setTimeoutMs(10_000);
        request.topics().add(new CreatePartitionsTopic().setName(topic).setCount(count).setAssignments(null));
        return request;
    }

    @Test
    void topicsGrow() {
        same(broker -> {
            makeTopics(broker, 1, 2);
            var answers = new ArrayList<String>();
            for (int version = 0; version <= 3; version++) answers.add(ask(broker, growth(topic + 0, 2 + version), version));
            answers.add(ask(broker, growth(topic + 0, 9).setValidateOnly(true), 3));
            answers.add(ask(broker, growth(topic + 1, 2), 3));
            answers.add(ask(broker, growth(topic + 1, 1), 3));
            answers.add(askWithoutText(broker, growth(topic + "-missing", 2), 3));
            var twice = growth(topic + 1, 3);
            twice.topics().addAll(growth(topic + 1, 4).topics());
            answers.add(ask(broker, twice, 3));
            awaitPartitions(broker, topic + 0, 5);
            answers.add(ask(broker, metadata(topic + 0, topic + 1), 12));
            return answers;
        });
    }
}
