package io.barnabas.systemtests;

import static io.barnabas.systemtests.TransactionalClient.partitions;

import io.barnabas.protocol.message.OffsetCommitRequest;
import io.barnabas.protocol.message.OffsetCommitRequest.OffsetCommitRequestPartition;
import io.barnabas.protocol.message.OffsetCommitRequest.OffsetCommitRequestTopic;
import io.barnabas.protocol.message.OffsetDeleteRequest;
import io.barnabas.protocol.message.OffsetDeleteRequest.OffsetDeleteRequestPartition;
import io.barnabas.protocol.message.OffsetDeleteRequest.OffsetDeleteRequestTopic;
import io.barnabas.protocol.message.OffsetFetchRequest;
import io.barnabas.protocol.message.OffsetFetchRequest.OffsetFetchRequestGroup;
import io.barnabas.protocol.message.OffsetFetchRequest.OffsetFetchRequestTopics;
import io.barnabas.protocol.message.OffsetFetchResponse;
import io.barnabas.protocol.message.TxnOffsetCommitRequest;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Offsets that are committed in transactions are answered, and show, as on Apache Kafka. */
class TransactionOffsetAnswersTest extends SideBySide {
    private static final int REBALANCE_IN_PROGRESS = 27;
    private static final int OLD_END = 4;
    private static final int NEW_END = 5;
    private static final int NEWEST = 5;

    /** Topic, group and transactional id have the same name. */
    private void sameAnswers(Transcript.Scene scene) {
        Transcript.same(told -> {
            Clients.createTopic(told.broker(), topic, 2);
            told.idOf(topic);
            told.awaitGroups(topic);
            told.awaitTransactions(topic);
            scene.play(told);
        });
    }

    private OffsetFetchRequest fetching(boolean isStable) {
        var request = new OffsetFetchRequest().setRequireStable(isStable);
        var topics = new OffsetFetchRequestTopics().setName(topic);
        topics.partitionIndexes().addAll(List.of(0, 1));
        var group = new OffsetFetchRequestGroup().setGroupId(topic);
        group.topics().add(topics);
        request.groups().add(group);
        return request;
    }

    private void fetch(Transcript told) throws IOException {
        told.ask(fetching(false), 9);
        told.ask(fetching(true), 9);
        told.ask(new OffsetFetchRequest().setGroupId(topic).setTopics(null).setRequireStable(true), 7);
    }

    /** Markers of offsets come after the answer. */
    private void awaitStable(Transcript told) {
        told.<OffsetFetchResponse>until(answer -> answer.groups().get(0).topics().get(0).partitions().stream()
                .allMatch(partition -> partition.errorCode() == 0), fetching(true), 9);
    }

    @Test
    void offsetsAreCommittedInEveryVersion() {
        for (int version = 0; version <= NEWEST; version++) {
            topic += "v";
            int asked = version;
            sameAnswers(told -> {
                var client = new TransactionalClient(told, "a", topic).init(5);
                // Not added yet: the newest versions do that by themselves.
                client.commitOffset(asked, topic, topic, 0, 1);
                client.addOffsets(3, topic);
                client.commitOffset(asked, topic, topic, 0, 2);
                client.commitOffset(asked, topic, topic, 17, 2);
                client.commitOffset(asked, topic, "absent", 0, 2);
                fetch(told);
                told.ask(client.offset(topic, topic, 1, 3), asked);
                client.describe();
                client.end(asked >= 5 ? NEW_END : OLD_END, true);
                awaitStable(told);
                fetch(told);
            });
        }
    }

    @Test
    void abortedOffsetsAreNotSeen() {
        sameAnswers(told -> {
            var client = new TransactionalClient(told, "a", topic).init(5);
            for (int i = 0; i < 3; i++) {
                boolean isCommit = i != 1;
                client.addOffsets(3, topic);
                client.commitOffset(3, topic, topic, 0, 10 + i);
                fetch(told);
                client.end(OLD_END, isCommit);
                awaitStable(told);
                fetch(told);
                client.awaitState(isCommit ? "CompleteCommit" : "CompleteAbort");
            }
        });
    }

    @Test
    void theLastCommitWins() {
        sameAnswers(told -> {
            var client = new TransactionalClient(told, "a", topic).init(5);
            client.addOffsets(3, topic);
            client.commitOffset(3, topic, topic, 0, 10);
            client.commitOffset(3, topic, topic, 0, 5);
            told.ask(simple(20), 9);
            fetch(told);
            client.end(OLD_END, true);
            awaitStable(told);
            fetch(told);
            client.awaitState("CompleteCommit");
            client.addOffsets(3, topic);
            client.commitOffset(3, topic, topic, 1, 30);
            told.ask(simple(40), 9);
            client.commitOffset(3, topic, topic, 0, 35);
            told.ask(simple(50), 9);
            fetch(told);
            client.end(OLD_END, true);
            awaitStable(told);
            fetch(told);
        });
    }

    private OffsetCommitRequest simple(long offset) {
        var request = new OffsetCommitRequest().setGroupId(topic);
        var committed = new OffsetCommitRequestTopic().setName(topic);
        committed.partitions().add(new OffsetCommitRequestPartition().setCommittedOffset(offset));
        request.topics().add(committed);
        return request;
    }

    @Test
    void wrongProducersCommitNothing() {
        sameAnswers(told -> {
            for (int version = 0; version <= NEWEST; version++) {
                var client = new TransactionalClient(told, "a", topic).init(5);
                client.addOffsets(3, topic);
                client.as(topic, client.producerId, client.epoch - 1).commitOffset(version, topic, topic, 0, 1);
                client.as(topic, client.producerId, client.epoch + 1).commitOffset(version, topic, topic, 0, 1);
                client.as(topic, client.producerId + 1_000_000, client.epoch).commitOffset(version, topic, topic, 0, 1);
                client.as("", client.producerId, client.epoch).commitOffset(version, topic, topic, 0, 1);
                client.commitOffset(version, "", topic, 0, 1);
                told.ask(new TxnOffsetCommitRequest().setTransactionalId(topic).setGroupId(topic).setProducerId(client.producerId)
                        .setProducerEpoch(client.epoch), version);
                client.endWhole(OLD_END, false);
            }
        });
    }

    @Test
    void membersMustBeWhoTheySay() {
        sameAnswers(told -> {
            var client = new TransactionalClient(told, "p", topic).init(5);
            client.addOffsets(3, topic);
            commitAs(told, client, "nobody", -1);
            commitAs(told, client, "nobody", 1);
            var member = new ClassicMember(told, "a", topic).joinWithId();
            commitAs(told, client, member.id, 1);
            member.sync(member);
            commitAs(told, client, member.id, 1);
            commitAs(told, client, member.id, 0);
            commitAs(told, client, member.id, 2);
            commitAs(told, client, member.id, -1);
            commitAs(told, client, "nobody", 1);
            commitAs(told, client, "nobody", -1);
            commitAs(told, client, "", -1);
            commitAs(told, client, "", 1);
            client.commitOffset(2, topic, topic, 0, 4);
            var second = new ClassicMember(told, "b", topic).instance("b-1");
            second.sendJoin();
            member.awaitHeartbeat(REBALANCE_IN_PROGRESS);
            commitAs(told, client, member.id, 1);
            member.join();
            second.joined();
            told.ask(client.offset(topic, topic, 0, 9).setMemberId(second.id).setGenerationIdOrMemberEpoch(2).setGroupInstanceId("b-1"), 3);
            told.ask(client.offset(topic, topic, 0, 9).setMemberId(member.id).setGenerationIdOrMemberEpoch(2).setGroupInstanceId("b-1"), 3);
            told.ask(client.offset(topic, topic, 0, 9).setMemberId(member.id).setGenerationIdOrMemberEpoch(2).setGroupInstanceId("none"), 3);
            client.end(OLD_END, true);
            awaitStable(told);
            fetch(told);
        });
    }

    private void commitAs(Transcript told, TransactionalClient client, String memberId, int generation) throws IOException {
        told.ask("p", client.offset(topic, topic, 0, 7).setMemberId(memberId).setGenerationIdOrMemberEpoch(generation), 3);
    }

    @Test
    void offsetsThatAreNotDecidedHoldTheGroup() {
        sameAnswers(told -> {
            var client = new TransactionalClient(told, "a", topic).init(5);
            client.addOffsets(3, topic);
            client.commitOffset(3, topic, topic, 0, 1);
            client.add(3, partitions(topic, 0));
            Groups.describe(told, topic, 6);
            Groups.describe(told, topic, 5);
            var deletion = new OffsetDeleteRequest().setGroupId(topic);
            var deleted = new OffsetDeleteRequestTopic().setName(topic);
            deleted.partitions().add(new OffsetDeleteRequestPartition());
            deletion.topics().add(deleted);
            told.ask(deletion, 0);
            fetch(told);
            client.commitOffset(3, topic, topic, 1, 1);
            Groups.delete(told, topic);
            fetch(told);
            client.endWhole(OLD_END, true);
            fetch(told);
            Groups.describe(told, topic, 6);
        });
    }
}
