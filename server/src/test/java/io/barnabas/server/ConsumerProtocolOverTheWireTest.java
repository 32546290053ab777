package io.barnabas.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.barnabas.base.Uuid;
import io.barnabas.model.ErrorCode;
import io.barnabas.protocol.message.ConsumerGroupDescribeRequest;
import io.barnabas.protocol.message.ConsumerGroupDescribeResponse;
import io.barnabas.protocol.message.ConsumerGroupHeartbeatRequest;
import io.barnabas.protocol.message.ConsumerGroupHeartbeatRequest.TopicPartitions;
import io.barnabas.protocol.message.ConsumerGroupHeartbeatResponse;
import io.barnabas.protocol.message.CreateTopicsRequest;
import io.barnabas.protocol.message.CreateTopicsRequest.CreatableTopic;
import io.barnabas.protocol.message.CreateTopicsResponse;
import io.barnabas.protocol.message.FindCoordinatorRequest;
import io.barnabas.protocol.message.FindCoordinatorResponse;
import io.barnabas.protocol.message.ListGroupsRequest;
import io.barnabas.protocol.message.ListGroupsResponse;
import io.barnabas.protocol.message.UpdateFeaturesRequest;
import io.barnabas.protocol.message.UpdateFeaturesRequest.FeatureUpdateKey;
import io.barnabas.protocol.message.UpdateFeaturesResponse;
import io.barnabas.server.config.BrokerConfig;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

/** Groups of the consumer protocol over real sockets, with one event loop and with three. */
@ParameterizedClass
@ValueSource(ints = {1, 3})
class ConsumerProtocolOverTheWireTest {
    private static final int LATEST = Short.MAX_VALUE;
    private static final byte SAFE_DOWNGRADE = 2;
    private static final byte UPGRADE = 1;

    private final int loops;
    @TempDir Path directory;
    private Broker broker;
    private WireClient client;
    private Uuid topicId;

    ConsumerProtocolOverTheWireTest(int loops) {
        this.loops = loops;
    }

    private void start(Map<String, String> more) {
        var settings = new HashMap<>(Map.of("log.dirs", directory.toString(), "num.event.loops", String.valueOf(loops),
                "listeners", "PLAINTEXT://127.0.0.1:0,CONTROLLER://127.0.0.1:0", "group.consumer.assignment.interval.ms", "0"));
        settings.putAll(more);
        broker = Broker.start(BrokerConfig.of(settings));
        client = new WireClient(broker.endpoints().get(0).port());
    }

    private void startWithTopic() {
        start(Map.of());
        CreateTopicsResponse created = client.ask(7, new CreateTopicsRequest().setTimeoutMs(10_000).setTopics(List.of(
                new CreatableTopic().setName("t").setNumPartitions(4).setReplicationFactor((short) 1))));
        topicId = created.topics().get(0).topicId();
        findCoordinator("g");
    }

    @AfterEach
    void stop() {
        client.close();
        broker.stop();
    }

    private void findCoordinator(String groupId) {
        await().until(() -> {
            FindCoordinatorResponse found = client.ask(4, new FindCoordinatorRequest().setCoordinatorKeys(List.of(groupId)));
            return found.coordinators().get(0).errorCode() == 0;
        });
    }

    private static ConsumerGroupHeartbeatRequest request(String groupId, String memberId, int memberEpoch) {
        return new ConsumerGroupHeartbeatRequest().setGroupId(groupId).setMemberId(memberId).setMemberEpoch(memberEpoch).setInstanceId(null)
                .setRackId(null).setRebalanceTimeoutMs(-1).setSubscribedTopicNames(null).setSubscribedTopicRegex(null).setServerAssignor(null)
                .setTopicPartitions(null);
    }

    private static ConsumerGroupHeartbeatRequest joining(String groupId, String memberId) {
        return request(groupId, memberId, 0).setRebalanceTimeoutMs(60_000).setSubscribedTopicNames(List.of("t")).setTopicPartitions(List.of());
    }

    private ConsumerGroupHeartbeatResponse beat(ConsumerGroupHeartbeatRequest request) {
        return client.ask(LATEST, request);
    }

    private List<Integer> partitions(ConsumerGroupHeartbeatResponse response) {
        if (response.assignment().topicPartitions().isEmpty()) return List.of();
        assertThat(response.assignment().topicPartitions().get(0).topicId()).isEqualTo(topicId);
        return response.assignment().topicPartitions().get(0).partitions();
    }

    @Test
    void partitionsGoFromOneMemberToAnother() {
        startWithTopic();
        assertThat(partitions(beat(joining("g", "a")))).containsExactly(0, 1, 2, 3);
        assertThat(partitions(beat(joining("g", "b")))).isEmpty();
        assertThat(partitions(beat(request("g", "a", 2)))).containsExactly(0, 1);
        var owned = List.of(new TopicPartitions().setTopicId(topicId).setPartitions(List.of(0, 1)));
        assertThat(beat(request("g", "a", 2).setTopicPartitions(owned)).memberEpoch()).isEqualTo(3);
        assertThat(partitions(beat(request("g", "b", 3)))).containsExactly(2, 3);
        assertThat(beat(request("g", "b", -1)).memberEpoch()).isEqualTo(-1);
    }

    @Test
    void groupsOutliveTheBroker() {
        startWithTopic();
        beat(joining("g", "a"));
        client.close();
        broker.stop();
        start(Map.of());
        await().until(() -> beat(request("g", "a", 2)).errorCode() == 0);
        assertThat(beat(request("g", "a", 3)).errorCode()).isEqualTo(ErrorCode.FENCED_MEMBER_EPOCH.code());
    }

    @Test
    void groupsAreDescribedWithTheirMembersAndListedByType() {
        startWithTopic();
        beat(joining("g", "a"));
        findCoordinator("none");
        for (int version = 0; version <= 1; version++) {
            ConsumerGroupDescribeResponse response = client.ask(version, new ConsumerGroupDescribeRequest().setGroupIds(List.of("g", "none", "")));
            var group = response.groups().get(0);
            assertThat(group.groupState()).isEqualTo("Stable");
            assertThat(group.assignorName()).isEqualTo("uniform");
            assertThat(group.members().get(0).memberType()).isEqualTo((byte) (version == 0 ? -1 : 1));
            assertThat(group.members().get(0).assignment().topicPartitions().get(0).topicName()).isEqualTo("t");
            assertThat(response.groups().get(1).errorCode()).isEqualTo(ErrorCode.GROUP_ID_NOT_FOUND.code());
            assertThat(response.groups().get(2).errorCode()).isEqualTo(ErrorCode.INVALID_GROUP_ID.code());
        }
        ListGroupsResponse listed = client.ask(5, new ListGroupsRequest().setTypesFilter(List.of("consumer")));
        assertThat(listed.groups()).singleElement().satisfies(group -> assertThat(group.groupType()).isEqualTo("consumer"));
    }

    @Test
    void protocolIsOffBelowItsFeatureLevel() {
        startWithTopic();
        beat(joining("g", "a"));
        assertThat(setLevel(0, SAFE_DOWNGRADE)).isZero();
        await().until(() -> beat(request("g", "a", 2)).errorCode() == ErrorCode.UNSUPPORTED_VERSION.code());
        ConsumerGroupDescribeResponse described = client.ask(1, new ConsumerGroupDescribeRequest().setGroupIds(List.of("g")));
        assertThat(described.groups().get(0).errorCode()).isEqualTo(ErrorCode.UNSUPPORTED_VERSION.code());
        assertThat(setLevel(1, UPGRADE)).isZero();
        await().until(() -> beat(request("g", "a", 2)).errorCode() == 0);
    }

    private short setLevel(int level, byte type) {
        UpdateFeaturesResponse response = client.ask(1, new UpdateFeaturesRequest().setTimeoutMs(10_000).setFeatureUpdates(List.of(
                new FeatureUpdateKey().setFeature("group.version").setMaxVersionLevel((short) level).setUpgradeType(type))));
        return response.errorCode();
    }

    @Test
    void protocolIsOffWhereTheSettingsLeaveItOut() {
        start(Map.of("group.coordinator.rebalance.protocols", "classic"));
        assertThat(beat(joining("g", "a")).errorCode()).isEqualTo(ErrorCode.UNSUPPORTED_VERSION.code());
    }

    @Test
    void heartbeatsThatMakeNoSenseGetAnAnswerAndChangeNothing() {
        startWithTopic();
        var longId = "i".repeat(Short.MAX_VALUE);
        findCoordinator(longId);
        assertThat(beat(joining(longId, longId)).errorCode()).isZero();
        assertThat(beat(joining("", "a")).errorCode()).isEqualTo(ErrorCode.INVALID_REQUEST.code());
        assertThat(beat(joining("g", "")).errorCode()).isEqualTo(ErrorCode.INVALID_REQUEST.code());
        assertThat(beat(joining("g", "a").setSubscribedTopicRegex("(".repeat(1_000))).errorCode()).isEqualTo(ErrorCode.INVALID_REGULAR_EXPRESSION.code());
        assertThat(beat(joining("g", "a").setSubscribedTopicRegex("((((a{100}){100}){100}){100}){100}")).errorCode())
                .isEqualTo(ErrorCode.INVALID_REGULAR_EXPRESSION.code());
        assertThat(beat(joining("g", "a").setServerAssignor("none")).errorCode()).isEqualTo(ErrorCode.UNSUPPORTED_ASSIGNOR.code());
        assertThat(beat(request("g", "a", Integer.MIN_VALUE)).errorCode()).isEqualTo(ErrorCode.INVALID_REQUEST.code());
        assertThat(beat(joining("g", "a")).memberEpoch()).isEqualTo(2);
        var negative = List.of(new TopicPartitions().setTopicId(topicId).setPartitions(List.of(-1, Integer.MAX_VALUE)));
        assertThat(beat(request("g", "a", 2).setTopicPartitions(negative)).errorCode()).isZero();
    }

    @Test
    void aThousandMembersComeToRest() {
        startWithTopic();
        for (int i = 0; i < 1_000; i++) assertThat(beat(joining("g", "m" + i)).errorCode()).isZero();
        ConsumerGroupDescribeResponse described = client.ask(1, new ConsumerGroupDescribeRequest().setGroupIds(List.of("g")));
        assertThat(described.groups().get(0).members()).hasSize(1_000);
    }
}
