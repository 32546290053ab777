package io.barnabas.benchmarks.load;

import io.barnabas.base.Uuid;
import io.barnabas.model.ErrorCode;
import io.barnabas.protocol.message.ConsumerGroupHeartbeatRequest;
import io.barnabas.protocol.message.ConsumerGroupHeartbeatRequest.TopicPartitions;
import io.barnabas.protocol.message.ConsumerGroupHeartbeatResponse;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Joins by heartbeats (KIP-848): takes and gives up what each answer says, and says at once that it did; with nothing to say it
 * waits for as long as the answer asks.
 */
final class ConsumerMember extends GroupMember {
    private static final int JOINING = 0;
    private static final int LEAVING = -1;

    private final String memberId;
    private int epoch = JOINING;

    ConsumerMember(MessageConnection connection, Group group) {
        super(connection, group);
        memberId = Uuid.random(ThreadLocalRandom.current()).toString();
    }

    @Override
    void join() {
        ask(request(JOINING).setRebalanceTimeoutMs(REBALANCE_TIMEOUT_MS).setSubscribedTopicNames(List.of(group().topic())).setTopicPartitions(List.of()),
                ConsumerGroupHeartbeatResponse.class, this::onAnswer);
    }

    private ConsumerGroupHeartbeatRequest request(int epoch) {
        return new ConsumerGroupHeartbeatRequest().setGroupId(group().id()).setMemberId(memberId).setMemberEpoch(epoch);
    }

    private void onAnswer(ConsumerGroupHeartbeatResponse answer) {
        check("heartbeat", answer);
        epoch = answer.memberEpoch();
        if (answer.assignment() == null) {
            settle(epoch);
            later(answer.heartbeatIntervalMs(), () -> ask(request(epoch), ConsumerGroupHeartbeatResponse.class, this::onAnswer));
            return;
        }
        unsettle();
        var assigned = answer.assignment().topicPartitions();
        setPartitions(assigned.isEmpty() ? List.of() : assigned.get(0).partitions());
        var owned = new TopicPartitions().setTopicId(group().topicId()).setPartitions(partitions());
        ask(request(epoch).setTopicPartitions(assigned.isEmpty() ? List.of() : List.of(owned)), ConsumerGroupHeartbeatResponse.class, this::onAnswer);
    }

    @Override
    void leave(Runnable left) {
        connection().ask(request(LEAVING), ConsumerGroupHeartbeatResponse.class, answer -> {
            check("leave", answer);
            left.run();
        });
    }

    private void check(String what, ConsumerGroupHeartbeatResponse answer) {
        if (answer.errorCode() != 0) throw refused(what, ErrorCode.of(answer.errorCode()));
    }
}
