package io.barnabas.systemtests;

import io.barnabas.base.Uuid;
import io.barnabas.protocol.ApiKey;
import io.barnabas.protocol.message.OffsetCommitRequest;
import io.barnabas.protocol.message.OffsetCommitRequest.OffsetCommitRequestPartition;
import io.barnabas.protocol.message.OffsetCommitRequest.OffsetCommitRequestTopic;
import io.barnabas.protocol.message.OffsetDeleteRequest;
import io.barnabas.protocol.message.OffsetDeleteRequest.OffsetDeleteRequestPartition;
import io.barnabas.protocol.message.OffsetDeleteRequest.OffsetDeleteRequestTopic;
import io.barnabas.protocol.message.OffsetFetchRequest;
import io.barnabas.protocol.message.OffsetFetchRequest.OffsetFetchRequestGroup;
import io.barnabas.protocol.message.OffsetFetchRequest.OffsetFetchRequestTopic;
import io.barnabas.protocol.message.OffsetFetchRequest.OffsetFetchRequestTopics;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Offsets are committed, fetched and deleted, in every version, as by Apache Kafka. */
class OffsetAnswersTest extends SideBySide {
    private static final int REBALANCE_IN_PROGRESS = 27;
    private static final int BY_ID = 10;
    private static final int PARTITIONS = 3;
    private static final String ABSENT = "absent";
    private static final Uuid ABSENT_ID = new Uuid(5, 5);

    /** The topic and a group have the same name. */
    private void sameAnswers(Transcript.Scene scene) {
        Transcript.same(told -> {
            Clients.createTopic(told.broker(), topic, PARTITIONS);
            told.awaitGroups(topic);
            told.idOf(topic);
            scene.play(told);
        });
    }

    private static OffsetCommitRequestPartition at(int partition, long offset, String metadata) {
        return new OffsetCommitRequestPartition().setPartitionIndex(partition).setCommittedOffset(offset).setCommittedMetadata(metadata);
    }

    private OffsetCommitRequest commit(String ofTopic, OffsetCommitRequestPartition... partitions) {
        var request = new OffsetCommitRequest().setGroupId(topic);
        var committed = new OffsetCommitRequestTopic().setName(ofTopic);
        committed.partitions().addAll(List.of(partitions));
        request.topics().add(committed);
        return request;
    }

    private OffsetCommitRequest commit(Uuid id, OffsetCommitRequestPartition... partitions) {
        var request = commit("", partitions);
        request.topics().get(0).setTopicId(id);
        return request;
    }

    private OffsetCommitRequest commitOf(ClassicMember member) {
        return commit(topic, at(0, 7, "of a member")).setMemberId(member.id).setGenerationIdOrMemberEpoch(member.generation);
    }

    /** @param version below 8, where there is one group to ask for. @param ofTopic null for all */
    private static void fetch(Transcript told, String group, String ofTopic, int version) throws IOException {
        var request = new OffsetFetchRequest().setGroupId(group);
        if (ofTopic == null) {
            request.setTopics(null);
        } else {
            var asked = new OffsetFetchRequestTopic().setName(ofTopic);
            asked.partitionIndexes().addAll(List.of(0, 1, 2, 17));
            request.topics().add(asked);
        }
        told.ask(request, version);
    }

    private static OffsetFetchRequestGroup of(String group, OffsetFetchRequestTopics... topics) {
        var asked = new OffsetFetchRequestGroup().setGroupId(group);
        asked.topics().addAll(List.of(topics));
        return asked;
    }

    private static OffsetFetchRequestTopics named(String name) {
        var topics = new OffsetFetchRequestTopics().setName(name);
        topics.partitionIndexes().addAll(List.of(0, 1, 2, 17, -1));
        return topics;
    }

    private static OffsetFetchRequestTopics identified(Uuid id) {
        return named("").setTopicId(id);
    }

    private static OffsetFetchRequest fetching(OffsetFetchRequestGroup... groups) {
        var request = new OffsetFetchRequest();
        request.groups().addAll(List.of(groups));
        return request;
    }

    /** What is there, as all versions tell it that have more than those before. */
    private void tellAll(Transcript told) throws IOException {
        fetch(told, topic, null, 7);
        told.ask(fetching(of(topic).setTopics(null)), 9);
    }

    @Test
    void committedOffsetsAreFoundInEveryVersion() {
        sameAnswers(told -> {
            Uuid id = told.idOf(topic);
            for (int version = ApiKey.OFFSET_COMMIT.lowestOfferedVersion(); version <= ApiKey.OFFSET_COMMIT.highestOfferedVersion(); version++) {
                var partition = at(1, version, "by " + version);
                if (version >= 6) partition.setCommittedLeaderEpoch(version == 6 ? 0 : 3);
                told.ask(version < BY_ID ? commit(topic, partition) : commit(id, partition), version);
                for (int fetched = ApiKey.OFFSET_FETCH.lowestOfferedVersion(); fetched < 8; fetched++) {
                    fetch(told, topic, topic, fetched);
                    if (fetched >= 2) fetch(told, topic, null, fetched);
                }
                for (int fetched = 8; fetched < BY_ID; fetched++) told.ask(fetching(of(topic, named(topic)), of(topic + "-none", named(topic))), fetched);
                told.ask(fetching(of(topic, identified(id)), of(topic + "-none", identified(id))), BY_ID);
            }
            told.ask(fetching(of(topic).setTopics(null)), BY_ID);
            Groups.describe(told, topic, 5);
        });
    }

    @Test
    void topicsAndPartitionsThatAreNotThereTakeNoOffsets() {
        sameAnswers(told -> {
            Uuid id = told.idOf(topic);
            for (int version = 2; version < BY_ID; version++) {
                told.ask(commit(ABSENT, at(0, 1, "")), version);
                var mixed = commit(topic, at(0, 1, ""), at(PARTITIONS, 1, ""), at(-1, 1, ""));
                mixed.topics().addAll(commit(ABSENT, at(0, 1, "")).topics());
                mixed.topics().addAll(commit("", at(0, 1, "")).topics());
                mixed.topics().addAll(commit("a/b", at(0, 1, "")).topics());
                told.ask(mixed, version);
            }
            told.ask(commit(ABSENT_ID, at(0, 1, "")), BY_ID);
            var mixed = commit(id, at(0, 2, ""), at(PARTITIONS, 1, ""), at(-1, 1, ""));
            mixed.topics().addAll(commit(ABSENT_ID, at(0, 1, "")).topics());
            mixed.topics().addAll(commit(Uuid.ZERO, at(0, 1, "")).topics());
            told.ask(mixed, BY_ID);
            tellAll(told);
            told.ask(fetching(of(topic, named(ABSENT), named(""))), 9);
            told.ask(fetching(of(topic, identified(ABSENT_ID), identified(Uuid.ZERO), identified(id))), BY_ID);
        });
    }

    @Test
    void offsetsAndMetadataHaveBounds() {
        sameAnswers(told -> {
            told.ask(commit(topic, at(0, -1, "negative"), at(1, Long.MAX_VALUE, null), at(2, 5, "x".repeat(4096))), 9);
            tellAll(told);
            told.ask(commit(topic, at(0, Long.MIN_VALUE, ""), at(1, 6, "x".repeat(4097)), at(2, 7, "\u00e9".repeat(4096))), 9);
            tellAll(told);
            told.ask(commit(topic, at(0, 8, "twice"), at(0, 9, "twice again")), 9);
            told.ask(commit(topic, at(0, 8, "").setCommittedLeaderEpoch(-2), at(1, 8, "").setCommittedLeaderEpoch(Integer.MAX_VALUE)), 9);
            tellAll(told);
            told.ask(commit(topic), 9);
            told.ask(new OffsetCommitRequest().setGroupId(topic), 9);
        });
    }

    @Test
    void retentionMayBeAskedForByOldClients() {
        sameAnswers(told -> {
            for (int version = 2; version <= 4; version++) {
                for (long retentionMs : new long[] {-1, 0, 1000, Long.MAX_VALUE}) {
                    told.ask(commit(topic, at(0, version, "")).setRetentionTimeMs(retentionMs), version);
                }
            }
            tellAll(told);
        });
    }

    @Test
    void groupsOfNoName() {
        sameAnswers(told -> {
            for (int version = 2; version < BY_ID; version++) told.ask(commit(topic, at(0, 1, "")).setGroupId(""), version);
            fetch(told, "", topic, 1);
            fetch(told, "", null, 7);
            told.ask(fetching(of("", named(topic)), of(topic, named(topic))), 9);
            told.ask(fetching(), 9);
            told.ask(fetching(of(topic, named(topic)), of(topic, named(topic))), 9);
            told.ask(fetching(of(topic)), 9);
            told.ask(new OffsetFetchRequest().setGroupId(topic), 7);
        });
    }

    @Test
    void onlyMembersCommitForAGroupThatHasSome() {
        sameAnswers(told -> {
            // Nobody is there yet.
            var stranger = new ClassicMember(told, "s", topic);
            stranger.id = "nobody";
            for (int generation : new int[] {-1, 0, 1}) {
                stranger.generation = generation;
                for (int version : new int[] {2, 8, 9}) told.ask(commitOf(stranger), version);
            }
            told.ask(commit(topic, at(0, 2, "")), 9);
            told.ask(commitOf(stranger), 9);
            var member = new ClassicMember(told, "a", topic).joinWithId();
            told.ask(commitOf(member), 9);
            member.sync(member);
            told.ask(commitOf(member), 2);
            told.ask(commitOf(member), 9);
            told.ask(commit(topic, at(0, 2, "simple")), 9);
            told.ask(commitOf(member).setMemberId(""), 9);
            told.ask(commitOf(stranger), 9);
            told.ask(commitOf(member).setGenerationIdOrMemberEpoch(0), 9);
            told.ask(commitOf(member).setGenerationIdOrMemberEpoch(2), 9);
            told.ask(commitOf(member).setGenerationIdOrMemberEpoch(-1), 9);
            told.ask(commitOf(member).setGroupInstanceId("instance"), 9);
            var second = new ClassicMember(told, "b", topic).sendJoinWithId();
            member.awaitHeartbeat(REBALANCE_IN_PROGRESS);
            told.ask(commitOf(member), 9);
            told.ask(commitOf(second).setGenerationIdOrMemberEpoch(1), 9);
            member.join();
            second.joined();
            told.ask(commitOf(member), 9);
            told.ask(commitOf(second), 9);
            member.leave();
            second.leave();
            told.ask(commitOf(second), 9);
            told.ask(commit(topic, at(0, 9, "simple again")), 9);
            tellAll(told);
        });
    }

    @Test
    void staticMembersCommitUnderTheirName() {
        sameAnswers(told -> {
            var old = new ClassicMember(told, "a", topic).instance("a-1").stable();
            told.ask(commitOf(old).setGroupInstanceId("a-1"), 9);
            var young = new ClassicMember(told, "a2", topic).instance("a-1").stable();
            told.ask(commitOf(old).setGroupInstanceId("a-1"), 9);
            told.ask(commitOf(old), 9);
            told.ask(commitOf(young).setGroupInstanceId("a-1"), 9);
            told.ask(commitOf(young).setGroupInstanceId("other"), 9);
            told.ask(commitOf(young), 9);
        });
    }

    @Test
    void fetchesMayNameAMemberAndWantStableOffsets() {
        sameAnswers(told -> {
            told.ask(commit(topic, at(0, 4, "")), 9);
            for (boolean isStable : new boolean[] {false, true}) {
                told.ask(fetching(of(topic, named(topic))).setRequireStable(isStable), 9);
                told.ask(fetching(of(topic, named(topic)).setMemberId("nobody").setMemberEpoch(1)).setRequireStable(isStable), 9);
                told.ask(fetching(of(topic, named(topic)).setMemberId("").setMemberEpoch(0)).setRequireStable(isStable), 9);
                told.ask(fetching(of(topic, named(topic)).setMemberId(null).setMemberEpoch(-1)).setRequireStable(isStable), 9);
            }
            var member = new ClassicMember(told, "a", topic).stable();
            told.ask(fetching(of(topic, named(topic)).setMemberId(member.id).setMemberEpoch(1)), 9);
            told.ask(fetching(of(topic, named(topic)).setMemberId(member.id).setMemberEpoch(7)), 9);
            told.ask(fetching(of(topic, named(topic)).setMemberId("nobody").setMemberEpoch(1)), 9);
            told.ask(fetching(of(topic + "-none", named(topic)).setMemberId("nobody").setMemberEpoch(1)), 9);
            told.ask(fetching(of(topic + "-none").setTopics(null).setMemberId("nobody").setMemberEpoch(1)), 9);
        });
    }

    private OffsetDeleteRequest deletion(String ofGroup, String ofTopic, int... partitions) {
        var request = new OffsetDeleteRequest().setGroupId(ofGroup);
        var deleted = new OffsetDeleteRequestTopic().setName(ofTopic);
        for (int partition : partitions) deleted.partitions().add(new OffsetDeleteRequestPartition().setPartitionIndex(partition));
        request.topics().add(deleted);
        return request;
    }

    @Test
    void offsetsAreDeleted() {
        sameAnswers(told -> {
            told.ask(deletion(topic, topic, 0), 0);
            told.ask(deletion("", topic, 0), 0);
            told.ask(commit(topic, at(0, 1, ""), at(1, 1, ""), at(2, 1, "")), 9);
            var several = deletion(topic, topic, 0, 17, 0, -1);
            several.topics().addAll(deletion(topic, ABSENT, 0).topics());
            told.ask(several, 0);
            told.ask(deletion(topic, topic, 0), 0);
            told.ask(new OffsetDeleteRequest().setGroupId(topic), 0);
            tellAll(told);
            told.ask(deletion(topic, topic, 1, 2), 0);
            tellAll(told);
            Groups.describe(told, topic, 6);
        });
    }

    @Test
    void offsetsOfSubscribedTopicsStay() {
        sameAnswers(told -> {
            told.ask(commit(topic, at(0, 1, ""), at(1, 1, "")), 9);
            var member = new ClassicMember(told, "a", topic).metadata(ClassicMember.subscription("others")).stable();
            told.ask(deletion(topic, topic, 0), 0);
            member.metadata(ClassicMember.subscription(topic)).join();
            told.ask(deletion(topic, topic, 1), 0);
            member.sync(member);
            var several = deletion(topic, topic, 1, 2);
            several.topics().addAll(deletion(topic, ABSENT, 0).topics());
            told.ask(several, 0);
            member.metadata(ClassicMember.text("not a subscription")).join();
            member.sync(member);
            told.ask(deletion(topic, topic, 1), 0);
            member.leave();
            var other = new ClassicMember(told, "b", topic);
            other.protocolType = "connect";
            other.stable();
            told.ask(deletion(topic, topic, 1), 0);
            told.ask(deletion(topic, ABSENT, 1), 0);
            tellAll(told);
        });
    }

    @Test
    void offsetsGoWithTheirTopic() {
        sameAnswers(told -> {
            told.ask(commit(topic, at(0, 1, "old")), 9);
            try (var admin = Clients.admin(told.broker())) {
                admin.deleteTopics(List.of(topic)).all().get();
                Clients.awaitPartitions(admin, topic, 0);
            }
            told.until(answer -> !answer.toString().contains("old"), fetching(of(topic).setTopics(null)), 9);
        });
    }
}
