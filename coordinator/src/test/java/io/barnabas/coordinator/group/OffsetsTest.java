package io.barnabas.coordinator.group;

import static io.barnabas.coordinator.group.GroupsRig.GROUP;
import static io.barnabas.coordinator.group.GroupsRig.RETENTION_CHECK_MS;
import static io.barnabas.coordinator.group.GroupsRig.RETENTION_MS;
import static org.assertj.core.api.Assertions.assertThat;

import io.barnabas.base.Uuid;
import io.barnabas.cluster.metadata.ClusterDelta;
import io.barnabas.cluster.metadata.ClusterImage;
import io.barnabas.cluster.metadata.ClusterImageBuilder;
import io.barnabas.cluster.metadata.Records;
import io.barnabas.coordinator.group.GroupsRig.Client;
import io.barnabas.model.ErrorCode;
import io.barnabas.protocol.message.OffsetCommitRequest;
import io.barnabas.protocol.message.OffsetDeleteRequest;
import io.barnabas.protocol.message.OffsetDeleteRequest.OffsetDeleteRequestPartition;
import io.barnabas.protocol.message.OffsetDeleteRequest.OffsetDeleteRequestTopic;
import io.barnabas.protocol.message.OffsetFetchRequest.OffsetFetchRequestGroup;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class OffsetsTest {
    private static final long PRODUCER = 7;

    private final GroupsRig rig = new GroupsRig();

    private Client member() {
        var client = rig.client("a");
        var joined = client.join();
        rig.pass(GroupsRig.FIRST_DELAY_MS);
        client.know(joined);
        client.sync(Map.of());
        return client;
    }

    private int groupCount() {
        return rig.answered(rig.shard.run((state, decision) -> state.administration().list(List.of(), List.of()))).size();
    }

    private ErrorCode deleteGroup() {
        return rig.answered(rig.shard.run((state, decision) -> state.administration().delete(GROUP, decision)));
    }

    private static OffsetDeleteRequest deletion(String topic, int partition) {
        var ofTopic = new OffsetDeleteRequestTopic().setName(topic);
        ofTopic.partitions().add(new OffsetDeleteRequestPartition().setPartitionIndex(partition));
        return new OffsetDeleteRequest().setGroupId(GROUP).setTopics(List.of(ofTopic));
    }

    private ErrorCode delete(String topic, int partition) {
        var response = rig.answered(rig.shard.run((state, decision) -> state.offsets().delete(deletion(topic, partition), decision)));
        if (response.errorCode() != 0) return ErrorCode.of(response.errorCode());
        return ErrorCode.of(response.topics().get(0).partitions().get(0).errorCode());
    }

    /** As consumers write it: version, topics, no more. */
    private static String subscriptionTo(String topic) {
        var bytes = ByteBuffer.allocate(12 + topic.length()).putShort((short) 0).putInt(1).putShort((short) topic.length())
                .put(topic.getBytes()).putInt(-1);
        return new String(bytes.array(), 0, bytes.position(), java.nio.charset.StandardCharsets.ISO_8859_1);
    }

    // --- commits

    @Test
    void whatIsCommittedIsFoundAlsoAfterAPowerCut() {
        for (int partition : new int[] {3, 1, 2, 0, Integer.MAX_VALUE}) assertThat(rig.commit("t", partition, 10 + partition)).isEqualTo(ErrorCode.NONE);
        assertThat(rig.commit("s", 1, 5)).isEqualTo(ErrorCode.NONE);
        assertThat(rig.commit("t", 1, 12)).isEqualTo(ErrorCode.NONE);
        rig.shard.powerCut();
        rig.shard.simulation.runUntilIdle();
        assertThat(rig.committed("t", 0)).isEqualTo(10);
        assertThat(rig.committed("t", 1)).isEqualTo(12);
        assertThat(rig.committed("t", Integer.MAX_VALUE)).isEqualTo(10 + Integer.MAX_VALUE);
        assertThat(rig.committed("s", 1)).isEqualTo(5);
        assertThat(rig.committed("s", 0)).isEqualTo(-1);
        var all = rig.answered(rig.shard.run((state, decision) -> state.offsets().fetch(new OffsetFetchRequestGroup().setGroupId(GROUP).setTopics(null), false)));
        assertThat(all.topics()).extracting(topic -> topic.name() + topic.partitions().size()).containsExactly("s1", "t5");
    }

    @Test
    void aCommitOfNobodyMakesAGroupThatIsEmpty() {
        rig.commit("t", 0, 1);
        assertThat(rig.stateName()).isEqualTo("Empty");
        assertThat(groupCount()).isEqualTo(1);
    }

    @Test
    void onlyMembersCommitForAGroupThatHasSome() {
        var a = member();
        assertThat(rig.commit("t", 0, 1)).isEqualTo(ErrorCode.UNKNOWN_MEMBER_ID);
        assertThat(a.commit("t", 0, 1)).isEqualTo(ErrorCode.NONE);
        a.generation++;
        assertThat(a.commit("t", 0, 2)).isEqualTo(ErrorCode.ILLEGAL_GENERATION);
        assertThat(rig.committed("t", 0)).isEqualTo(1);
    }

    @Test
    void nobodyCommitsBeforeItKnowsWhatItHas() {
        var client = rig.client("a");
        var joined = client.join();
        rig.pass(GroupsRig.FIRST_DELAY_MS);
        client.know(joined);
        assertThat(client.commit("t", 0, 1)).isEqualTo(ErrorCode.REBALANCE_IN_PROGRESS);
    }

    @Test
    void membersMayCommitWhatTheyHadWhileTheyAreAskedToJoinAnew() {
        var a = member();
        rig.client("b").join();
        assertThat(a.commit("t", 0, 1)).isEqualTo(ErrorCode.NONE);
    }

    @Test
    void aGenerationOfAGroupThatIsNotThereIsRefused() {
        assertThat(rig.commit(new OffsetCommitRequest().setMemberId("m").setGenerationIdOrMemberEpoch(1), "t", 0, 1))
                .isEqualTo(ErrorCode.ILLEGAL_GENERATION);
        assertThat(groupCount()).isZero();
    }

    // --- transactions

    @Test
    void offsetsOfATransactionCountWhenItIsCommitted() {
        rig.commit("t", 0, 1);
        assertThat(rig.commitInTransaction(PRODUCER, 0, "t", 0, 2).isAnswered()).isTrue();
        assertThat(rig.committed("t", 0)).isEqualTo(1);
        assertThat(rig.fetch("t", 0, true).errorCode()).isEqualTo(ErrorCode.UNSTABLE_OFFSET_COMMIT.code());
        assertThat(rig.fetch("t", 1, true).errorCode()).isZero();
        rig.endTransaction(PRODUCER, 0, true);
        assertThat(rig.fetch("t", 0, true).committedOffset()).isEqualTo(2);
    }

    @Test
    void offsetsOfAnAbortedTransactionAreForgotten() {
        rig.commit("t", 0, 1);
        rig.commitInTransaction(PRODUCER, 0, "t", 0, 2);
        rig.endTransaction(PRODUCER, 0, false);
        assertThat(rig.fetch("t", 0, true).committedOffset()).isEqualTo(1);
    }

    @Test
    void anOpenTransactionIsKnownAfterAPowerCut() {
        rig.commitInTransaction(PRODUCER, 0, "t", 0, 2);
        rig.shard.powerCut();
        rig.shard.simulation.runUntilIdle();
        assertThat(rig.fetch("t", 0, true).errorCode()).isEqualTo(ErrorCode.UNSTABLE_OFFSET_COMMIT.code());
        rig.endTransaction(PRODUCER, 0, true);
        assertThat(rig.committed("t", 0)).isEqualTo(2);
    }

    @Test
    void whatIsLastInTheLogCountsInWhateverOrderTransactionsEnd() {
        rig.commitInTransaction(1, 0, "t", 0, 10);
        rig.commitInTransaction(2, 0, "t", 0, 20);
        rig.endTransaction(2, 0, true);
        rig.endTransaction(1, 0, true);
        assertThat(rig.committed("t", 0)).isEqualTo(20);

        rig.commitInTransaction(1, 0, "t", 1, 10);
        rig.commit("t", 1, 15);
        rig.endTransaction(1, 0, true);
        assertThat(rig.committed("t", 1)).isEqualTo(15);
    }

    @Test
    void aFencedProducerCommitsNoOffsets() {
        rig.commitInTransaction(PRODUCER, 1, "t", 0, 1);
        rig.endTransaction(PRODUCER, 1, true);
        var fenced = rig.commitInTransaction(PRODUCER, 0, "t", 0, 2);
        assertThat(fenced.error).isEqualTo(ErrorCode.INVALID_PRODUCER_EPOCH);
        assertThat(rig.fetch("t", 0, true).committedOffset()).isEqualTo(1);
    }

    // --- deletion

    @Test
    void offsetsOfTopicsThatNobodyReadsAreDeleted() {
        var a = rig.client("a");
        a.metadata = subscriptionTo("read");
        var joined = a.join();
        rig.pass(GroupsRig.FIRST_DELAY_MS);
        a.know(joined).sync(Map.of());
        a.commit("read", 0, 1);
        a.commit("other", 0, 2);
        assertThat(delete("read", 0)).isEqualTo(ErrorCode.GROUP_SUBSCRIBED_TO_TOPIC);
        assertThat(delete("other", 0)).isEqualTo(ErrorCode.NONE);
        assertThat(rig.committed("read", 0)).isEqualTo(1);
        assertThat(rig.committed("other", 0)).isEqualTo(-1);
    }

    @Test
    void membersWhoseMetadataCannotBeReadMayReadAnything() {
        var a = member();
        a.commit("t", 0, 1);
        assertThat(delete("t", 0)).isEqualTo(ErrorCode.GROUP_SUBSCRIBED_TO_TOPIC);
    }

    @Test
    void aGroupWithMembersIsNotDeletedAndOneWithoutGoesWithItsOffsets() {
        var a = member();
        a.commit("t", 0, 1);
        rig.commitInTransaction(PRODUCER, 0, "u", 0, 3);
        assertThat(deleteGroup()).isEqualTo(ErrorCode.NON_EMPTY_GROUP);
        a.leave();
        assertThat(deleteGroup()).isEqualTo(ErrorCode.NONE);
        assertThat(deleteGroup()).isEqualTo(ErrorCode.GROUP_ID_NOT_FOUND);
        rig.endTransaction(PRODUCER, 0, true);
        assertThat(rig.committed("u", 0)).isEqualTo(-1);
        rig.shard.powerCut();
        rig.shard.simulation.runUntilIdle();
        assertThat(groupCount()).isZero();
        assertThat(rig.committed("t", 0)).isEqualTo(-1);
    }

    @Test
    void offsetsGoWithTheirTopic() {
        var topic = new ClusterImageBuilder(ClusterImage.EMPTY);
        topic.apply(Records.topic("gone", new Uuid(5, 5)));
        topic.apply(Records.topic("stays", new Uuid(6, 6)));
        var before = topic.build(1, 1, 0).after();
        var delta = new ClusterDelta(before, ClusterImage.EMPTY, List.of(new ClusterDelta.TopicChange(before.topic("gone"), null)),
                java.util.Set.of(), new java.util.TreeSet<>(), false, false, false);
        rig.commit("gone", 0, 1);
        rig.commit("stays", 0, 2);
        rig.shard.run((state, decision) -> {
            state.onClusterChanged(delta, decision);
            return null;
        });
        assertThat(rig.committed("gone", 0)).isEqualTo(-1);
        assertThat(rig.committed("stays", 0)).isEqualTo(2);
    }

    // --- expiry

    @Test
    void offsetsOfNobodyExpireARetentionAfterTheirCommit() {
        rig.commit("t", 0, 1);
        rig.pass(RETENTION_MS - RETENTION_CHECK_MS);
        rig.commit("t", 1, 1);
        rig.pass(RETENTION_CHECK_MS);
        assertThat(rig.committed("t", 0)).isEqualTo(-1);
        assertThat(rig.committed("t", 1)).isEqualTo(1);
        rig.pass(RETENTION_MS);
        assertThat(groupCount()).isZero();
    }

    @Test
    void offsetsOfMembersExpireARetentionAfterTheLastOneHasLeft() {
        var a = member();
        a.sessionMs = 1_800_000;
        a.know(a.join());
        a.sync(Map.of());
        a.commit("t", 0, 1);
        for (int i = 0; i < 3; i++) {
            rig.pass(RETENTION_MS / 3);
            assertThat(a.heartbeat()).isEqualTo(ErrorCode.NONE);
        }
        a.leave();
        rig.pass(RETENTION_MS - RETENTION_CHECK_MS);
        assertThat(rig.committed("t", 0)).isEqualTo(1);
        rig.pass(2 * RETENTION_CHECK_MS);
        assertThat(rig.committed("t", 0)).isEqualTo(-1);
        assertThat(groupCount()).isZero();
    }

    @Test
    void anOffsetThatHasATimeToExpireDoesSo() {
        rig.commit(new OffsetCommitRequest().setGenerationIdOrMemberEpoch(-1).setRetentionTimeMs(1_000), "t", 0, 1);
        rig.commit("t", 1, 1);
        rig.pass(RETENTION_CHECK_MS);
        assertThat(rig.committed("t", 0)).isEqualTo(-1);
        assertThat(rig.committed("t", 1)).isEqualTo(1);
    }

    @Test
    void offsetsThatATransactionMayChangeDoNotExpire() {
        rig.commit("t", 0, 1);
        rig.commitInTransaction(PRODUCER, 0, "t", 0, 2);
        rig.pass(2 * RETENTION_MS);
        assertThat(rig.committed("t", 0)).isEqualTo(1);
    }

    @Test
    void thousandsOfOffsetsExpireAtOnce() {
        for (int topic = 0; topic < 20; topic++) {
            var name = "topic".repeat(40) + topic;
            for (int partition = 0; partition < 250; partition++) {
                var request = new OffsetCommitRequest().setGenerationIdOrMemberEpoch(-1);
                rig.commit(request, name, partition, 1);
            }
        }
        rig.pass(2 * RETENTION_MS);
        assertThat(groupCount()).isZero();
    }
}
