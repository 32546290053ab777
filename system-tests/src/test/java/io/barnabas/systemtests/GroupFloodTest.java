package io.barnabas.systemtests;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.barnabas.base.Uuid;
import io.barnabas.model.ErrorCode;
import io.barnabas.protocol.ApiKey;
import io.barnabas.protocol.message.ConsumerGroupHeartbeatRequest;
import io.barnabas.protocol.message.ConsumerGroupHeartbeatResponse;
import io.barnabas.protocol.message.HeartbeatRequest;
import io.barnabas.protocol.message.HeartbeatResponse;
import io.barnabas.protocol.message.JoinGroupRequest;
import io.barnabas.protocol.message.JoinGroupResponse;
import io.barnabas.protocol.message.OffsetCommitRequest;
import io.barnabas.protocol.message.SyncGroupRequest;
import io.barnabas.protocol.message.SyncGroupResponse;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Megabytes that no record holds, told to the coordinator of groups by many at once, are gone with their answers: an honest group goes on. Apache Kafka
 * with as small a heap ends, so that this is not compared; what one such request is answered is, in {@link GroupInputAnswersTest}.
 */
class GroupFloodTest extends BadInput {
    private static final int LARGE = 10 << 20;
    private static final int MANY = 20;

    private BareConnection honest;
    private HeartbeatRequest beat;

    static JoinGroupRequest join(String group, String memberId, ByteBuffer metadata) {
        var request = new JoinGroupRequest().setGroupId(group).setMemberId(memberId).setProtocolType("consumer").setSessionTimeoutMs(1_800_000)
                .setRebalanceTimeoutMs(1_800_000);
        request.protocols().add(new JoinGroupRequest.JoinGroupRequestProtocol().setName("range").setMetadata(metadata));
        return request;
    }

    static SyncGroupRequest sync(String group, JoinGroupResponse joined, ByteBuffer assignment) {
        var request = new SyncGroupRequest().setGroupId(group).setMemberId(joined.memberId()).setGenerationId(joined.generationId());
        request.assignments().add(new SyncGroupRequest.SyncGroupRequestAssignment().setMemberId(joined.memberId()).setAssignment(assignment));
        return request;
    }

    /** A group of one goes on while others flood. */
    @BeforeEach
    void bringMember() throws IOException {
        var group = topic + "-honest";
        try (var asking = new RawClient(broker().port())) {
            SideBySide.until(() -> {
                Coordinators.check(asking, Coordinators.GROUP, 4, group);
                return null;
            });
        }
        honest = client();
        var joined = honest.ask(join(group, "", ClassicMember.subscription(topic)), 3, JoinGroupResponse.class);
        assertEquals(ErrorCode.NONE.code(), joined.errorCode());
        assertEquals(ErrorCode.NONE.code(), honest.ask(sync(group, joined, ClassicMember.text("all")), 2, SyncGroupResponse.class).errorCode());
        beat = new HeartbeatRequest().setGroupId(group).setMemberId(joined.memberId()).setGenerationId(joined.generationId());
    }

    @AfterEach
    void hearMember() {
        assertEquals(ErrorCode.NONE.code(), honest.ask(beat, 2, HeartbeatResponse.class).errorCode(), "the honest member's heartbeat");
    }

    /** The flood of one request by many, each in a group of its own. */
    private interface Flood {
        byte[] frame(int index);
    }

    private void flood(Flood flood) {
        var flooders = new ArrayList<BareConnection>();
        for (int i = 0; i < MANY; i++) flooders.add(client().sendOnward(flood.frame(i), 1));
        for (int i = 0; i < 5; i++) {
            witnessWorks();
            hearMember();
        }
        for (var flooder : flooders) flooder.heardOrClosed();
    }

    @Test
    void assignmentsOfManyGroupsTakeBoundedMemory() {
        var members = new ArrayList<BareConnection>();
        for (int i = 0; i < MANY; i++) members.add(client().send(join(topic + i, "", ClassicMember.subscription(topic)), 3));
        var joined = members.stream().map(member -> member.answer(ApiKey.JOIN_GROUP, 3, JoinGroupResponse.class)).toList();
        flood(i -> BareConnection.frame(sync(topic + i, joined.get(i), ByteBuffer.allocate(LARGE)), 2, 1));
    }

    @Test
    void subscriptionsOfManyGroupsTakeBoundedMemory() {
        flood(i -> BareConnection.frame(join(topic + i, "", ByteBuffer.allocate(LARGE / 2)), 3, 1));
    }

    @Test
    void offsetsOfManyGroupsTakeBoundedMemory() {
        var committed = new OffsetCommitRequest.OffsetCommitRequestTopic().setName(topic);
        var partition = new OffsetCommitRequest.OffsetCommitRequestPartition().setCommittedMetadata("x".repeat(4096));
        committed.partitions().addAll(Collections.nCopies(LARGE / 4096, partition));
        flood(i -> {
            var request = new OffsetCommitRequest().setGroupId(topic + i);
            request.topics().add(committed);
            return BareConnection.frame(request, 7, 1);
        });
    }

    @Test
    void claimsOfManyMembersTakeBoundedMemory() {
        var member = new ConsumerGroupHeartbeatRequest().setRebalanceTimeoutMs(60_000).setSubscribedTopicNames(List.of(topic)).setTopicPartitions(List.of());
        for (int i = 0; i < MANY; i++) {
            member.setGroupId(topic + i).setMemberId("member");
            assertEquals(ErrorCode.NONE.code(), client().ask(member, 1, ConsumerGroupHeartbeatResponse.class).errorCode());
        }
        var partitions = IntStream.range(0, LARGE / Integer.BYTES).boxed().toList();
        flood(i -> {
            var claim = new ConsumerGroupHeartbeatRequest.TopicPartitions().setTopicId(new Uuid(5, i)).setPartitions(partitions);
            return BareConnection.frame(member.setGroupId(topic + i).setMemberEpoch(1).setTopicPartitions(List.of(claim)), 1, 1);
        });
    }
}
