package io.barnabas.systemtests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.barnabas.model.ErrorCode;
import io.barnabas.protocol.ApiKey;
import io.barnabas.protocol.message.ConsumerGroupDescribeRequest;
import io.barnabas.protocol.message.ConsumerGroupDescribeResponse;
import io.barnabas.protocol.message.ConsumerGroupHeartbeatRequest;
import io.barnabas.protocol.message.ConsumerGroupHeartbeatRequest.TopicPartitions;
import io.barnabas.protocol.message.ConsumerGroupHeartbeatResponse;
import io.barnabas.protocol.message.DeleteGroupsResponse;
import io.barnabas.protocol.message.DescribeGroupsResponse;
import io.barnabas.protocol.message.HeartbeatRequest;
import io.barnabas.protocol.message.HeartbeatResponse;
import io.barnabas.protocol.message.JoinGroupRequest;
import io.barnabas.protocol.message.JoinGroupResponse;
import io.barnabas.protocol.message.LeaveGroupRequest;
import io.barnabas.protocol.message.LeaveGroupResponse;
import io.barnabas.protocol.message.ListGroupsRequest;
import io.barnabas.protocol.message.ListGroupsResponse;
import io.barnabas.protocol.message.OffsetCommitRequest;
import io.barnabas.protocol.message.OffsetCommitResponse;
import io.barnabas.protocol.message.OffsetFetchRequest;
import io.barnabas.protocol.message.OffsetFetchResponse;
import io.barnabas.protocol.message.SyncGroupRequest;
import io.barnabas.protocol.message.SyncGroupResponse;
import io.barnabas.testkit.process.BarnabasProcess;
import io.barnabas.testkit.process.Broker;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Groups of ten thousand, with a small heap, in the one partition that an honest group is in, too: that one goes on, the large one can
 * be looked at and deleted, and is all there after a crash. Not compared with Apache Kafka, which has more heap than that by itself.
 */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class TenThousandMembersTest {
    private static final int MEMBERS = 10_000;
    private static final int PARTITIONS = 100;
    /** Requests on their way at once. */
    private static final int WINDOW = 500;
    private static final int ACCEPTED = 20;
    /** Connections that carry all members of the consumer protocol. */
    private static final int SHARED = 25;
    private static final int FOREVER_MS = 1_800_000;
    private static final Map<String, String> SETTINGS = Map.of(
            "offsets.topic.num.partitions", "1",
            // The members of a classic group are one record.
            "message.max.bytes", Integer.toString(10 << 20),
            "group.initial.rebalance.delay.ms", "0",
            "group.max.session.timeout.ms", Integer.toString(FOREVER_MS),
            "group.consumer.max.session.timeout.ms", Integer.toString(FOREVER_MS),
            "group.consumer.session.timeout.ms", Integer.toString(FOREVER_MS));
    private static final String TOPIC = "shared";
    private static final String GROUP = "large";
    private static final String HONEST = "honest";

    private Broker broker;
    private BareConnection client;
    private final List<BareConnection> shared = new ArrayList<>();
    private HeartbeatRequest honestBeat;
    private long honestOffset;

    @BeforeEach
    void start() throws IOException {
        broker = BadInput.start(SETTINGS);
        connect();
        Witness.createTopic(client, TOPIC, PARTITIONS);
        var joined = client.ask(GroupFloodTest.join(HONEST, "", ClassicMember.subscription(TOPIC)), 3, JoinGroupResponse.class);
        assertNone(joined.errorCode());
        assertNone(client.ask(GroupFloodTest.sync(HONEST, joined, ClassicMember.text("all")), 2, SyncGroupResponse.class).errorCode());
        honestBeat = new HeartbeatRequest().setGroupId(HONEST).setMemberId(joined.memberId()).setGenerationId(joined.generationId());
        honestGoesOn();
    }

    @AfterEach
    void end() {
        disconnect();
        broker.close();
    }

    private void connect() throws IOException {
        try (var asking = new RawClient(broker.port())) {
            SideBySide.until(() -> {
                Coordinators.check(asking, Coordinators.GROUP, 4, GROUP);
                return null;
            });
        }
        client = new BareConnection(broker);
        for (int i = 0; i < SHARED; i++) shared.add(new BareConnection(broker));
    }

    private void disconnect() {
        client.close();
        for (var connection : shared) connection.close();
        shared.clear();
    }

    private void crashAndRestart() throws IOException {
        assertTrue(broker.process().residentKb() <= BadInput.RESIDENT_KB_MAX, () -> "residentKb=" + broker.process().residentKb());
        disconnect();
        broker.process().kill();
        broker = ((BarnabasProcess) broker).restart();
        connect();
    }

    private static void assertNone(short errorCode) {
        assertEquals(ErrorCode.NONE, ErrorCode.of(errorCode));
    }

    /** It beats, commits, and finds what it committed. */
    private void honestGoesOn() {
        assertNone(client.ask(honestBeat, 2, HeartbeatResponse.class).errorCode());
        var committed = new OffsetCommitRequest.OffsetCommitRequestTopic().setName(TOPIC);
        committed.partitions().add(new OffsetCommitRequest.OffsetCommitRequestPartition().setCommittedOffset(++honestOffset).setCommittedMetadata(""));
        var commit = new OffsetCommitRequest().setGroupId(HONEST).setMemberId(honestBeat.memberId()).setGenerationIdOrMemberEpoch(honestBeat.generationId());
        commit.topics().add(committed);
        assertNone(client.ask(commit, 7, OffsetCommitResponse.class).topics().get(0).partitions().get(0).errorCode());
        honestFindsItsOffset();
    }

    private void honestFindsItsOffset() {
        var fetched = new OffsetFetchRequest.OffsetFetchRequestTopic().setName(TOPIC);
        fetched.partitionIndexes().add(0);
        var fetch = new OffsetFetchRequest().setGroupId(HONEST);
        fetch.topics().add(fetched);
        assertEquals(honestOffset, client.ask(fetch, 5, OffsetFetchResponse.class).topics().get(0).partitions().get(0).committedOffset());
    }

    private ErrorCode delete() {
        return ErrorCode.of(client.ask(Groups.deleting(GROUP), 2, DeleteGroupsResponse.class).results().get(0).errorCode());
    }

    private List<String> listed() {
        return client.ask(new ListGroupsRequest(), 5, ListGroupsResponse.class).groups().stream().map(ListGroupsResponse.ListedGroup::groupId).sorted().toList();
    }

    private void deletedForGood() throws IOException {
        assertEquals(ErrorCode.NONE, delete());
        assertEquals(List.of(HONEST), listed());
        crashAndRestart();
        assertEquals(List.of(HONEST), listed());
        honestFindsItsOffset();
    }

    // --- members of the consumer protocol

    private static final class Member {
        final String id;
        int epoch;
        /** As last told, and not said back yet; null if there is nothing to say. */
        List<TopicPartitions> news;

        Member(int index) {
            id = "member-" + index;
        }

        ConsumerGroupHeartbeatRequest beat() {
            var request = new ConsumerGroupHeartbeatRequest().setGroupId(GROUP).setMemberId(id).setMemberEpoch(epoch).setSubscribedTopicNames(null)
                    .setTopicPartitions(news);
            if (epoch == 0) request.setRebalanceTimeoutMs(FOREVER_MS).setSubscribedTopicNames(List.of(TOPIC)).setTopicPartitions(List.of());
            news = null;
            return request;
        }

        void hear(ConsumerGroupHeartbeatResponse answer) {
            assertNone(answer.errorCode());
            epoch = answer.memberEpoch();
            if (answer.assignment() == null) return;
            news = new ArrayList<>();
            for (var topic : answer.assignment().topicPartitions()) {
                news.add(new TopicPartitions().setTopicId(topic.topicId()).setPartitions(topic.partitions()));
            }
        }
    }

    /** All send one heartbeat, many at once on few connections; the honest member goes on in between. */
    private void beat(List<Member> members) {
        for (int from = 0; from < members.size(); from += WINDOW) {
            var some = members.subList(from, Math.min(from + WINDOW, members.size()));
            for (int i = 0; i < some.size(); i++) shared.get(i % SHARED).send(some.get(i).beat(), 1);
            for (int i = 0; i < some.size(); i++) {
                some.get(i).hear(shared.get(i % SHARED).answer(ApiKey.CONSUMER_GROUP_HEARTBEAT, 1, ConsumerGroupHeartbeatResponse.class));
            }
            honestGoesOn();
        }
    }

    private ConsumerGroupDescribeResponse.DescribedGroup consumerGroup() {
        var request = new ConsumerGroupDescribeRequest();
        request.groupIds().add(GROUP);
        return client.ask(request, 1, ConsumerGroupDescribeResponse.class).groups().get(0);
    }

    private void everyPartitionBelongsToOne(ConsumerGroupDescribeResponse.DescribedGroup group) {
        assertEquals(MEMBERS, group.members().size());
        var owned = new HashSet<Integer>();
        for (var member : group.members()) {
            for (var topic : member.assignment().topicPartitions()) {
                for (int partition : topic.partitions()) assertTrue(owned.add(partition), "owned twice: partition=" + partition);
            }
        }
        assertEquals(PARTITIONS, owned.size());
    }

    @Test
    void membersOfTheConsumerProtocolShareAGroup() throws IOException {
        var members = new ArrayList<Member>();
        for (int i = 0; i < MEMBERS; i++) members.add(new Member(i));
        beat(members);
        while (!consumerGroup().groupState().equals("Stable")) beat(members);
        var before = consumerGroup();
        everyPartitionBelongsToOne(before);
        assertEquals(ErrorCode.NON_EMPTY_GROUP, delete());

        crashAndRestart();
        honestFindsItsOffset();
        assertEquals(before.groupEpoch(), consumerGroup().groupEpoch());
        everyPartitionBelongsToOne(consumerGroup());
        beat(members);

        for (var member : members) member.epoch = -1;
        beat(members);
        deletedForGood();
    }

    // --- members of the classic protocol

    private DescribeGroupsResponse.DescribedGroup classicGroup() {
        return client.ask(Groups.describing(GROUP), 5, DescribeGroupsResponse.class).groups().get(0);
    }

    /** A join waits for the other members, and its connection with it: each sends one and is gone, as clients are that give up. */
    private void joinAndGo(int index) {
        var join = GroupFloodTest.join(GROUP, "", ClassicMember.subscription(TOPIC));
        try (var passer = new BareConnection(broker)) {
            if (index % 2 == 0) passer.send(join, 3);
            else passer.send(join.setGroupInstanceId("instance-" + index), 5);
        }
    }

    @Test
    void membersOfTheClassicProtocolShareAGroup() throws IOException {
        var leader = client.ask(GroupFloodTest.join(GROUP, "", ClassicMember.subscription(TOPIC)), 3, JoinGroupResponse.class);
        assertNone(leader.errorCode());
        assertNone(client.ask(GroupFloodTest.sync(GROUP, leader, ClassicMember.text("all")), 2, SyncGroupResponse.class).errorCode());
        for (int i = 1; i < MEMBERS; i++) {
            joinAndGo(i);
            // No more than wait for an accept, or connecting itself would wait.
            if (i % ACCEPTED == 0) assertNone(client.ask(honestBeat, 2, HeartbeatResponse.class).errorCode());
            if (i % WINDOW == 0) honestGoesOn();
        }
        SideBySide.until(() -> {
            assertEquals(MEMBERS, classicGroup().members().size());
            return null;
        });

        var joined = client.ask(GroupFloodTest.join(GROUP, leader.memberId(), ClassicMember.subscription(TOPIC)), 3, JoinGroupResponse.class);
        assertNone(joined.errorCode());
        assertEquals(MEMBERS, joined.members().size());
        var sync = new SyncGroupRequest().setGroupId(GROUP).setMemberId(leader.memberId()).setGenerationId(joined.generationId());
        for (var member : joined.members()) {
            sync.assignments().add(new SyncGroupRequest.SyncGroupRequestAssignment().setMemberId(member.memberId()).setAssignment(ClassicMember.text("for it")));
        }
        assertNone(client.ask(sync, 2, SyncGroupResponse.class).errorCode());
        honestGoesOn();
        assertEquals(ErrorCode.NON_EMPTY_GROUP, delete());

        crashAndRestart();
        honestGoesOn();
        var group = classicGroup();
        assertEquals("Stable", group.groupState());
        assertEquals(MEMBERS, group.members().size());
        var leave = new LeaveGroupRequest().setGroupId(GROUP);
        for (var member : group.members()) {
            assertEquals(ClassicMember.text("for it"), member.memberAssignment());
            client.send(new HeartbeatRequest().setGroupId(GROUP).setMemberId(member.memberId()).setGenerationId(joined.generationId()), 2);
            assertNone(client.answer(ApiKey.HEARTBEAT, 2, HeartbeatResponse.class).errorCode());
            leave.members().add(new LeaveGroupRequest.MemberIdentity().setMemberId(member.memberId()));
        }
        for (var left : client.ask(leave, 4, LeaveGroupResponse.class).members()) assertNone(left.errorCode());
        deletedForGood();
    }

    /** A rebalance waits for everybody who was given an id: deleting the group forgets them. */
    @Test
    void idsThatNobodyComesBackWithAreForgottenWithTheirGroup() throws IOException {
        JoinGroupRequest join = GroupFloodTest.join(GROUP, "", ClassicMember.subscription(TOPIC));
        for (int from = 0; from < MEMBERS; from += WINDOW) {
            for (int i = 0; i < WINDOW; i++) client.send(join, 4);
            for (int i = 0; i < WINDOW; i++) {
                assertEquals(ErrorCode.MEMBER_ID_REQUIRED.code(), client.answer(ApiKey.JOIN_GROUP, 4, JoinGroupResponse.class).errorCode());
            }
            honestGoesOn();
        }
        assertEquals(0, classicGroup().members().size());
        assertEquals(ErrorCode.NONE, delete());
        var joined = client.ask(join, 3, JoinGroupResponse.class);
        assertNone(joined.errorCode());
        assertEquals(1, joined.members().size());
        var leave = new LeaveGroupRequest().setGroupId(GROUP);
        leave.members().add(new LeaveGroupRequest.MemberIdentity().setMemberId(joined.memberId()));
        assertNone(client.ask(leave, 4, LeaveGroupResponse.class).errorCode());
        deletedForGood();
    }
}
