package io.barnabas.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.barnabas.model.ErrorCode;
import io.barnabas.protocol.message.CreateTopicsRequest;
import io.barnabas.protocol.message.CreateTopicsRequest.CreatableTopic;
import io.barnabas.protocol.message.CreateTopicsResponse;
import io.barnabas.protocol.message.DeleteGroupsRequest;
import io.barnabas.protocol.message.DeleteGroupsResponse;
import io.barnabas.protocol.message.DescribeGroupsRequest;
import io.barnabas.protocol.message.DescribeGroupsResponse;
import io.barnabas.protocol.message.FindCoordinatorRequest;
import io.barnabas.protocol.message.FindCoordinatorResponse;
import io.barnabas.protocol.message.HeartbeatRequest;
import io.barnabas.protocol.message.HeartbeatResponse;
import io.barnabas.protocol.message.JoinGroupRequest;
import io.barnabas.protocol.message.JoinGroupRequest.JoinGroupRequestProtocol;
import io.barnabas.protocol.message.JoinGroupResponse;
import io.barnabas.protocol.message.LeaveGroupRequest;
import io.barnabas.protocol.message.LeaveGroupRequest.MemberIdentity;
import io.barnabas.protocol.message.LeaveGroupResponse;
import io.barnabas.protocol.message.ListGroupsRequest;
import io.barnabas.protocol.message.ListGroupsResponse;
import io.barnabas.protocol.message.OffsetCommitRequest;
import io.barnabas.protocol.message.OffsetCommitRequest.OffsetCommitRequestPartition;
import io.barnabas.protocol.message.OffsetCommitRequest.OffsetCommitRequestTopic;
import io.barnabas.protocol.message.OffsetCommitResponse;
import io.barnabas.protocol.message.OffsetFetchRequest;
import io.barnabas.protocol.message.OffsetFetchRequest.OffsetFetchRequestGroup;
import io.barnabas.protocol.message.OffsetFetchRequest.OffsetFetchRequestTopics;
import io.barnabas.protocol.message.OffsetFetchResponse;
import io.barnabas.protocol.message.SyncGroupRequest;
import io.barnabas.protocol.message.SyncGroupRequest.SyncGroupRequestAssignment;
import io.barnabas.protocol.message.SyncGroupResponse;
import io.barnabas.server.config.BrokerConfig;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

/** Groups of the classic protocol and offsets, over real sockets, with one event loop and with three. */
@ParameterizedClass
@ValueSource(ints = {1, 3})
class GroupsOverTheWireTest {
    private static final int GROUPS = 12;
    /** Of OffsetCommit and OffsetFetch: the last versions that name topics by name. */
    private static final int BY_NAME = 9;
    private static final int LATEST = Short.MAX_VALUE;

    private final int loops;
    @TempDir Path directory;
    private Broker broker;
    private WireClient client;

    GroupsOverTheWireTest(int loops) {
        this.loops = loops;
    }

    @BeforeEach
    void start() {
        broker = Broker.start(BrokerConfig.of(Map.of("log.dirs", directory.toString(), "num.event.loops", String.valueOf(loops),
                "offsets.topic.num.partitions", "7", "group.initial.rebalance.delay.ms", "0",
                "listeners", "PLAINTEXT://127.0.0.1:0,CONTROLLER://127.0.0.1:0")));
        client = connect();
        var request = new CreateTopicsRequest().setTimeoutMs(10_000);
        request.topics().add(new CreatableTopic().setName("t").setNumPartitions(3).setReplicationFactor((short) 1));
        CreateTopicsResponse created = client.ask(LATEST, request);
        // After a restart it is there already.
        assertThat(ErrorCode.of(created.topics().get(0).errorCode())).isIn(ErrorCode.NONE, ErrorCode.TOPIC_ALREADY_EXISTS);
        findCoordinators();
    }

    @AfterEach
    void stop() {
        client.close();
        broker.stop();
    }

    private WireClient connect() {
        return new WireClient(broker.endpoints().get(0).port());
    }

    /** Makes the topic of offsets, and waits until every coordinator has loaded. */
    private void findCoordinators() {
        var request = new FindCoordinatorRequest().setKeyType((byte) 0);
        for (int i = 0; i < GROUPS; i++) request.coordinatorKeys().add("g" + i);
        await().until(() -> {
            FindCoordinatorResponse found = client.ask(4, request);
            if (found.coordinators().stream().anyMatch(each -> each.errorCode() != 0)) return false;
            return client.<ListGroupsResponse>ask(LATEST, new ListGroupsRequest()).errorCode() == 0;
        });
    }

    private static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    }

    private static String text(ByteBuffer bytes) {
        return StandardCharsets.UTF_8.decode(bytes.duplicate()).toString();
    }

    private static JoinGroupRequest join(String group, String memberId) {
        var request = new JoinGroupRequest().setGroupId(group).setMemberId(memberId).setSessionTimeoutMs(30_000).setRebalanceTimeoutMs(60_000)
                .setProtocolType("consumer");
        request.protocols().add(new JoinGroupRequestProtocol().setName("range").setMetadata(bytes("metadata")));
        return request;
    }

    private static SyncGroupRequest sync(String group, JoinGroupResponse joined) {
        var request = new SyncGroupRequest().setGroupId(group).setMemberId(joined.memberId()).setGenerationId(joined.generationId())
                .setProtocolType("consumer").setProtocolName("range");
        for (var member : joined.members()) {
            request.assignments().add(new SyncGroupRequestAssignment().setMemberId(member.memberId()).setAssignment(bytes("for " + member.memberId())));
        }
        return request;
    }

    private static OffsetCommitRequest commit(String group, int generation, String memberId, int partition, long offset) {
        var topic = new OffsetCommitRequestTopic().setName("t");
        topic.partitions().add(new OffsetCommitRequestPartition().setPartitionIndex(partition).setCommittedOffset(offset).setCommittedMetadata("m"));
        return new OffsetCommitRequest().setGroupId(group).setGenerationIdOrMemberEpoch(generation).setMemberId(memberId).setTopics(List.of(topic));
    }

    private static ErrorCode first(OffsetCommitResponse response) {
        return ErrorCode.of(response.topics().get(0).partitions().get(0).errorCode());
    }

    /** Joins alone, with an id that is given first. */
    private JoinGroupResponse joinAlone(WireClient by, String group) {
        JoinGroupResponse refused = by.ask(LATEST, join(group, ""));
        assertThat(ErrorCode.of(refused.errorCode())).isEqualTo(ErrorCode.MEMBER_ID_REQUIRED);
        JoinGroupResponse joined = by.ask(LATEST, join(group, refused.memberId()));
        assertThat(joined.errorCode()).isZero();
        return joined;
    }

    private List<String> listed(List<String> states) {
        ListGroupsResponse response = client.ask(LATEST, new ListGroupsRequest().setStatesFilter(states));
        return response.groups().stream().map(group -> group.groupId() + " " + group.groupState()).sorted().toList();
    }

    @Test
    void twoMembersShareAGroup() {
        try (var other = connect()) {
            var first = joinAlone(client, "g1");
            assertThat(first.leader()).isEqualTo(first.memberId());
            assertThat(text(client.<SyncGroupResponse>ask(LATEST, sync("g1", first)).assignment())).isEqualTo("for " + first.memberId());

            JoinGroupResponse named = other.ask(LATEST, join("g1", ""));
            other.send(LATEST, join("g1", named.memberId()));
            var beat = new HeartbeatRequest().setGroupId("g1").setMemberId(first.memberId()).setGenerationId(1);
            await().until(() -> client.<HeartbeatResponse>ask(LATEST, beat).errorCode() == ErrorCode.REBALANCE_IN_PROGRESS.code());
            JoinGroupResponse again = client.ask(LATEST, join("g1", first.memberId()));
            JoinGroupResponse second = other.receive();
            assertThat(again.members()).hasSize(2);
            assertThat(second.generationId()).isEqualTo(2);

            other.send(LATEST, sync("g1", second));
            client.<SyncGroupResponse>ask(LATEST, sync("g1", again));
            assertThat(text(other.<SyncGroupResponse>receive().assignment())).isEqualTo("for " + second.memberId());
            assertThat(listed(List.of("stable"))).containsExactly("g1 Stable");
        }
    }

    @Test
    void aParkedJoinWhoseConnectionIsGoneAnswersNobodyAndKeepsNobodyFromJoining() {
        var first = joinAlone(client, "g2");
        client.<SyncGroupResponse>ask(LATEST, sync("g2", first));
        for (int i = 0; i < 20; i++) {
            try (var other = connect()) {
                JoinGroupResponse named = other.ask(LATEST, join("g2", ""));
                other.send(LATEST, join("g2", named.memberId()));
            }
        }
        JoinGroupResponse again = client.ask(LATEST, join("g2", first.memberId()));
        assertThat(again.errorCode()).isZero();
        assertThat(client.<SyncGroupResponse>ask(LATEST, sync("g2", again)).errorCode()).isZero();
    }

    @Test
    void offsetsOfManyGroupsAreCommittedAndFetchedAtOnce() {
        for (int i = 0; i < GROUPS; i++) assertThat(first(client.ask(BY_NAME, commit("g" + i, -1, "", i % 3, i)))).isEqualTo(ErrorCode.NONE);
        var request = new OffsetFetchRequest();
        for (int i = 0; i < GROUPS; i++) {
            var group = new OffsetFetchRequestGroup().setGroupId("g" + i);
            group.topics().add(new OffsetFetchRequestTopics().setName("t").setPartitionIndexes(List.of(0, 1, 2)));
            request.groups().add(group);
        }
        OffsetFetchResponse fetched = client.ask(BY_NAME, request);
        for (int i = 0; i < GROUPS; i++) {
            var group = fetched.groups().get(i);
            assertThat(group.groupId()).isEqualTo("g" + i);
            for (int partition = 0; partition < 3; partition++) {
                assertThat(group.topics().get(0).partitions().get(partition).committedOffset()).isEqualTo(partition == i % 3 ? i : -1);
            }
        }
    }

    @Test
    void offsetsAndGroupsAreThereAfterARestart() {
        var joined = joinAlone(client, "g3");
        client.<SyncGroupResponse>ask(LATEST, sync("g3", joined));
        assertThat(first(client.ask(BY_NAME, commit("g3", 1, joined.memberId(), 0, 42)))).isEqualTo(ErrorCode.NONE);
        client.close();
        broker.stop();
        start();
        var beat = new HeartbeatRequest().setGroupId("g3").setMemberId(joined.memberId()).setGenerationId(1);
        assertThat(client.<HeartbeatResponse>ask(LATEST, beat).errorCode()).isZero();
        var request = new OffsetFetchRequest();
        request.groups().add(new OffsetFetchRequestGroup().setGroupId("g3").setTopics(null));
        OffsetFetchResponse fetched = client.ask(BY_NAME, request);
        assertThat(fetched.groups().get(0).topics().get(0).partitions().get(0).committedOffset()).isEqualTo(42);
        assertThat(fetched.groups().get(0).topics().get(0).partitions().get(0).metadata()).isEqualTo("m");
    }

    @Test
    void commitsForWhatIsNotThereAreRefusedOneByOne() {
        var request = commit("g4", -1, "", 0, 5);
        request.topics().get(0).partitions().add(new OffsetCommitRequestPartition().setPartitionIndex(17));
        var none = new OffsetCommitRequestTopic().setName("none");
        none.partitions().add(new OffsetCommitRequestPartition().setPartitionIndex(0));
        request.setTopics(List.of(none, request.topics().get(0)));
        OffsetCommitResponse response = client.ask(BY_NAME, request);
        var errors = new HashMap<String, ErrorCode>();
        for (var topic : response.topics()) {
            for (var partition : topic.partitions()) errors.put(topic.name() + partition.partitionIndex(), ErrorCode.of(partition.errorCode()));
        }
        assertThat(errors).isEqualTo(Map.of("t0", ErrorCode.NONE, "t17", ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, "none0", ErrorCode.UNKNOWN_TOPIC_OR_PARTITION));
    }

    @Test
    void groupsAreDescribedLeftAndDeleted() {
        var joined = joinAlone(client, "g5");
        client.<SyncGroupResponse>ask(LATEST, sync("g5", joined));
        client.<OffsetCommitResponse>ask(BY_NAME, commit("g6", -1, "", 0, 1));
        var description = new DescribeGroupsRequest();
        description.groups().addAll(List.of("g5", "g6", "g7"));
        DescribeGroupsResponse described = client.ask(LATEST, description);
        assertThat(described.groups()).extracting(group -> group.groupState()).containsExactly("Stable", "Empty", "Dead");
        assertThat(described.groups().get(0).members().get(0).clientHost()).isEqualTo("/127.0.0.1");

        var deletion = new DeleteGroupsRequest();
        deletion.groupsNames().addAll(List.of("g5", "g6", "g7"));
        assertThat(deletionErrors(deletion)).containsExactly(ErrorCode.NON_EMPTY_GROUP, ErrorCode.NONE, ErrorCode.GROUP_ID_NOT_FOUND);
        // Older clients leave one by one.
        LeaveGroupResponse left = client.ask(2, new LeaveGroupRequest().setGroupId("g5").setMemberId(joined.memberId()));
        assertThat(left.errorCode()).isZero();
        LeaveGroupResponse leftAgain = client.ask(LATEST, new LeaveGroupRequest().setGroupId("g5")
                .setMembers(List.of(new MemberIdentity().setMemberId(joined.memberId()))));
        assertThat(leftAgain.members().get(0).errorCode()).isEqualTo(ErrorCode.UNKNOWN_MEMBER_ID.code());
        assertThat(deletionErrors(deletion)).containsExactly(ErrorCode.NONE, ErrorCode.GROUP_ID_NOT_FOUND, ErrorCode.GROUP_ID_NOT_FOUND);
        assertThat(listed(List.of())).isEmpty();
    }

    private List<ErrorCode> deletionErrors(DeleteGroupsRequest request) {
        var errors = new ArrayList<ErrorCode>();
        for (var result : client.<DeleteGroupsResponse>ask(LATEST, request).results()) errors.add(ErrorCode.of(result.errorCode()));
        return errors;
    }

    @Test
    void aLeaderWhoBringsMoreThanTheLogTakesIsToldSoAndTheGroupGoesOn() {
        var joined = joinAlone(client, "g8");
        var tooMuch = sync("g8", joined);
        tooMuch.assignments().get(0).setAssignment(ByteBuffer.allocate(10 << 20));
        assertThat(client.<SyncGroupResponse>ask(LATEST, tooMuch).errorCode()).isEqualTo(ErrorCode.UNKNOWN_SERVER_ERROR.code());
        JoinGroupResponse again = client.ask(LATEST, join("g8", joined.memberId()));
        assertThat(again.generationId()).isEqualTo(2);
        assertThat(client.<SyncGroupResponse>ask(LATEST, sync("g8", again)).errorCode()).isZero();
    }

    @Test
    void idsMayBeAsLongAsTheyCanBeWritten() {
        var longest = "i".repeat(Short.MAX_VALUE);
        assertThat(first(client.ask(BY_NAME, commit(longest, -1, "", 0, 5)))).isEqualTo(ErrorCode.NONE);
        assertThat(first(client.ask(BY_NAME, commit("", -1, "", 0, 5)))).isEqualTo(ErrorCode.NONE);
        assertThat(first(client.ask(BY_NAME, commit("g9", 0, longest, 0, 5)))).isEqualTo(ErrorCode.GROUP_ID_NOT_FOUND);
    }
}
