package io.barnabas.systemtests;

import io.barnabas.base.Uuid;
import io.barnabas.protocol.message.ConsumerGroupDescribeRequest;
import io.barnabas.protocol.message.ConsumerGroupDescribeResponse;
import io.barnabas.protocol.message.ConsumerGroupHeartbeatRequest;
import io.barnabas.protocol.message.ConsumerGroupHeartbeatRequest.TopicPartitions;
import io.barnabas.protocol.message.ConsumerGroupHeartbeatResponse;
import io.barnabas.protocol.message.IncrementalAlterConfigsRequest;
import io.barnabas.protocol.message.ListGroupsRequest;
import io.barnabas.protocol.message.ListGroupsResponse;
import io.barnabas.protocol.message.OffsetCommitRequest;
import io.barnabas.protocol.message.OffsetFetchRequest;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Members of groups by the consumer protocol (KIP-848) are answered, field by field, as by Apache Kafka. */
class ConsumerProtocolAnswersTest extends SideBySide {
    private static final int UNKNOWN_MEMBER_ID = 25;
    private static final byte GROUP_CONFIG = 32;
    private static final int PARTITIONS = 4;
    private static final String LONG_ID = "i".repeat(Short.MAX_VALUE);

    /** Group and topic have the same name; the second topic has another. */
    private void sameAnswers(Transcript.Scene scene) {
        sameAnswers(PARTITIONS, scene);
    }

    private void sameAnswers(int partitions, Transcript.Scene scene) {
        Transcript.same(told -> {
            Clients.createTopic(told.broker(), topic, partitions);
            Clients.createTopic(told.broker(), topic + "-b", 2);
            told.idOf(topic);
            told.idOf(topic + "-b");
            told.awaitGroups(topic, probe());
            awaitTopics(told);
            scene.play(told);
        });
    }

    private String probe() {
        return "probe-" + topic;
    }

    /** The coordinator of Apache Kafka hears of topics later than other parts of it. */
    private void awaitTopics(Transcript told) {
        var probing = new ConsumerMember(told, "probe", probe(), topic, topic + "-b");
        until(() -> {
            ConsumerGroupHeartbeatResponse answer = told.quietly(probing.full(), 1);
            if (answer.assignment() == null || answer.assignment().topicPartitions().size() < 2) throw new AssertionError(answer);
            return told.quietly(probing.beating().setMemberEpoch(-1), 1);
        });
    }

    private ConsumerMember member(Transcript told, String name) {
        return new ConsumerMember(told, name, topic, topic);
    }

    private ConsumerGroupDescribeRequest describing() {
        var request = new ConsumerGroupDescribeRequest();
        request.groupIds().add(topic);
        return request;
    }

    private void describe(Transcript told) throws IOException {
        told.ask("admin", describing(), 1);
    }

    @Test
    void aMemberLivesAlone() {
        sameAnswers(told -> {
            var member = member(told, "a");
            member.join();
            member.beat();
            member.acknowledge();
            member.beat();
            member.send(member.full());
            describe(told);
            member.leave(-1);
            member.beat();
            describe(told);
            member.join();
            member.leave(-1);
            Groups.delete(told, topic);
            describe(told);
        });
    }

    @Test
    void aFirstHeartbeatSaysEverything() {
        sameAnswers(told -> {
            for (int version = 0; version <= 1; version++) {
                var member = member(told, "a");
                told.ask(member.full().setGroupId(""), version);
                told.ask(member.full().setMemberId(LONG_ID), version);
                told.ask(member.full().setRebalanceTimeoutMs(-1), version);
                told.ask(member.full().setTopicPartitions(null), version);
                told.ask(member.full().setSubscribedTopicNames(null), version);
                told.ask(member.full().setInstanceId(""), version);
                told.ask(member.full().setRackId(""), version);
                told.ask(member.full().setServerAssignor("none"), version);
                told.ask(member.full().setServerAssignor(""), version);
                told.ask(member.full().setMemberEpoch(-3), version);
                told.ask(member.full().setMemberEpoch(1), version);
                told.ask(member.full().setMemberEpoch(-1), version);
                told.ask(member.full().setMemberEpoch(-2), version);
                told.ask(member.full().setTopicPartitions(List.of(new TopicPartitions().setTopicId(new Uuid(5, 5)).setPartitions(List.of(0)))), version);
                told.ask(member.full().setSubscribedTopicNames(List.of("a/b", "", topic, topic)), version);
                told.ask(new ConsumerGroupHeartbeatRequest(), version);
            }
            told.ask(member(told, "a").full().setMemberId(""), 1);
            describe(told);
        });
    }

    /** Only the oldest version leaves it to the broker. */
    @Test
    void theBrokerMakesUpAMemberId() {
        sameAnswers(told -> {
            var member = member(told, "a");
            var answer = (ConsumerGroupHeartbeatResponse) told.ask(member.full().setMemberId(""), 0);
            member.id = answer.memberId();
            member.epoch = answer.memberEpoch();
            told.ask(member.beating(), 0);
        });
    }

    @Test
    void whatOneHasIsTakenBeforeAnotherGetsIt() {
        // As many that nobody has more than another: who would hangs on the order of a hash map of Apache Kafka's.
        sameAnswers(6, told -> {
            var a = member(told, "a");
            a.join();
            var b = member(told, "b");
            b.join();
            describe(told);
            b.beat();
            a.beat();
            describe(told);
            b.beat();
            // What it was told to give up it has given up only when it says so.
            a.beat();
            b.beat();
            a.acknowledge();
            b.beat();
            b.acknowledge();
            a.beat();
            describe(told);
            // A third one takes from both.
            var c = member(told, "c");
            c.join();
            a.beat();
            a.acknowledge();
            c.beat();
            b.beat();
            b.acknowledge();
            c.beat();
            c.acknowledge();
            describe(told);
            a.leave(-1);
            b.leave(-1);
            c.beat();
            c.acknowledge();
            describe(told);
        });
    }

    @Test
    void membersAreFencedByTheirEpoch() {
        sameAnswers(told -> {
            var a = member(told, "a");
            a.join();
            var b = member(told, "b");
            b.join();
            int epoch = a.epoch;
            for (int wrong : new int[] {epoch + 1, 17, Integer.MAX_VALUE}) told.ask(a.beating().setMemberEpoch(wrong), 1);
            a.beat();
            a.acknowledge();
            describe(told);
            // One behind, with what it has or more: its answer was lost, or it is another.
            told.ask(a.beating().setMemberEpoch(epoch), 1);
            told.ask(a.full().setMemberEpoch(epoch), 1);
            told.ask(a.full().setMemberEpoch(epoch).setTopicPartitions(List.of()), 1);
            var all = List.of(new TopicPartitions().setTopicId(told.idOf(topic)).setPartitions(List.of(0, 1, 2, 3)));
            told.ask(a.full().setMemberEpoch(epoch).setTopicPartitions(all), 1);
            told.ask(b.beating().setMemberId("nobody"), 1);
            // Joining again it begins anew.
            told.ask(a.full().setMemberEpoch(0).setTopicPartitions(List.of()), 1);
            describe(told);
        });
    }

    @Test
    void subscriptionsChange() {
        sameAnswers(told -> {
            var a = member(told, "a");
            a.join();
            a.send(a.beating().setSubscribedTopicNames(List.of(topic, topic + "-b")));
            a.acknowledge();
            a.send(a.beating().setSubscribedTopicNames(List.of(topic + "-b")));
            a.acknowledge();
            a.send(a.beating().setSubscribedTopicNames(List.of()));
            a.acknowledge();
            describe(told);
            a.send(a.beating().setSubscribedTopicNames(List.of("absent")));
            a.send(a.beating().setSubscribedTopicNames(List.of("absent", topic)));
            describe(told);
            a.send(a.beating().setRackId("rack").setServerAssignor("range"));
            describe(told);
        });
    }

    @Test
    void assignorsAreVotedFor() {
        sameAnswers(told -> {
            var a = new ConsumerMember(told, "a", topic, topic, topic + "-b").assignor("range");
            a.join();
            var b = new ConsumerMember(told, "b", topic, topic, topic + "-b").assignor("range");
            b.join();
            a.beat();
            a.acknowledge();
            b.beat();
            b.acknowledge();
            describe(told);
            b.send(b.beating().setServerAssignor("uniform"));
            a.send(a.beating().setServerAssignor("uniform"));
            describe(told);
        });
    }

    @Test
    void staticMembersComeBack() {
        sameAnswers(told -> {
            var a = member(told, "a").instance("one");
            a.join();
            var twin = member(told, "b").instance("one");
            twin.join();
            told.ask(twin.beating().setMemberEpoch(1), 1);
            a.leave(-2);
            describe(told);
            a.beat();
            twin.join();
            twin.acknowledge();
            a.beat();
            told.ask(a.full(), 1);
            a.leave(-2);
            a.leave(-1);
            describe(told);
            told.ask(twin.beating().setInstanceId("two"), 1);
            told.ask(twin.beating().setInstanceId(null), 1);
            // With another subscription it is another member.
            twin.leave(-2);
            var third = new ConsumerMember(told, "c", topic, topic + "-b").instance("one");
            third.join();
            describe(told);
            third.leave(-1);
            third.join();
            describe(told);
        });
    }

    @Test
    void topicsAreFoundByRegularExpression() {
        sameAnswers(told -> {
            var a = member(told, "a").regex(topic + ".*");
            a.join();
            told.<ConsumerGroupHeartbeatResponse>until(answer -> answer.assignment() != null && answer.assignment().topicPartitions().size() == 2,
                    a.full().setMemberEpoch(a.epoch), 1);
            var b = member(told, "b");
            for (var bad : List.of("(", "a{100000}", "[", "a**", "\\1", "(?<x>a)", "(?=a)")) told.ask(b.full().setSubscribedTopicRegex(bad), 1);
            told.ask(b.full().setSubscribedTopicNames(null).setSubscribedTopicRegex(""), 1);
        });
    }

    private static void configure(Transcript told, String group, String name, String value) throws IOException {
        var resource = new IncrementalAlterConfigsRequest.AlterConfigsResource().setResourceType(GROUP_CONFIG).setResourceName(group);
        resource.configs().add(new IncrementalAlterConfigsRequest.AlterableConfig().setName(name).setValue(value));
        var request = new IncrementalAlterConfigsRequest();
        request.resources().add(resource);
        told.ask("admin", request, 1);
    }

    @Test
    void groupsHaveSettingsOfTheirOwn() {
        sameAnswers(told -> {
            configure(told, topic, "consumer.session.timeout.ms", "300");
            configure(told, topic, "consumer.heartbeat.interval.ms", "77");
            configure(told, topic, "consumer.heartbeat.interval.ms", "20000");
            configure(told, topic, "consumer.session.timeout.ms", "60001");
            configure(told, topic, "consumer.no.such", "1");
            var member = member(told, "a");
            told.<ConsumerGroupHeartbeatResponse>until(answer -> answer.heartbeatIntervalMs() == 77, member.full(), 1);
            until(() -> {
                var described = told.<ConsumerGroupDescribeResponse>quietly(describing(), 1);
                if (!described.groups().get(0).members().isEmpty()) throw new AssertionError("still there");
                return null;
            });
            told.ask(member.beating().setMemberEpoch(1), 1);
            describe(told);
        });
    }

    @Test
    void whoDoesNotGiveUpInTimeIsFenced() {
        sameAnswers(told -> {
            var a = member(told, "a");
            a.rebalanceMs = 200;
            a.join();
            var b = member(told, "b");
            b.join();
            a.beat();
            told.<ConsumerGroupHeartbeatResponse>until(answer -> answer.errorCode() == UNKNOWN_MEMBER_ID, a.beating(), 1);
            b.beat();
            describe(told);
        });
    }

    @Test
    void aFullGroupTakesNobodyMore() {
        sameAnswers(told -> {
            for (int i = 0; i < 5; i++) member(told, "m" + i).join();
            member(told, "late").join();
            var known = member(told, "m0");
            known.join();
        });
    }

    private OffsetCommitRequest commit(ConsumerMember member, int epoch) {
        var request = new OffsetCommitRequest().setGroupId(topic).setMemberId(member.id).setGenerationIdOrMemberEpoch(epoch);
        var committed = new OffsetCommitRequest.OffsetCommitRequestTopic().setName(topic);
        committed.partitions().add(new OffsetCommitRequest.OffsetCommitRequestPartition().setCommittedOffset(epoch + 10).setCommittedMetadata(""));
        request.topics().add(committed);
        return request;
    }

    private OffsetFetchRequest fetch(String memberId, int epoch) {
        var topics = new OffsetFetchRequest.OffsetFetchRequestTopics().setName(topic);
        topics.partitionIndexes().addAll(List.of(0, 1));
        var group = new OffsetFetchRequest.OffsetFetchRequestGroup().setGroupId(topic).setMemberId(memberId).setMemberEpoch(epoch);
        group.topics().add(topics);
        var request = new OffsetFetchRequest();
        request.groups().add(group);
        return request;
    }

    @Test
    void offsetsBelongToAnEpoch() {
        sameAnswers(told -> {
            var a = member(told, "a");
            a.join();
            var b = member(told, "b");
            b.join();
            a.beat();
            a.acknowledge();
            for (int epoch : new int[] {-1, 0, a.epoch - 1, a.epoch, a.epoch + 1}) {
                for (int version : new int[] {2, 8, 9}) told.ask(commit(a, epoch), version);
                told.ask(fetch(a.id, epoch), 9);
            }
            told.ask(commit(a, 1).setMemberId("nobody"), 9);
            told.ask(commit(a, -1).setMemberId(""), 9);
            told.ask(fetch("nobody", 1), 9);
            told.ask(fetch("", 1), 9);
            told.ask(fetch(null, -1), 9);
            a.leave(-1);
            b.leave(-1);
            told.ask(commit(a, -1).setMemberId(""), 9);
            told.ask(commit(a, 1), 9);
            told.ask(fetch(null, -1), 8);
            told.ask(fetch(a.id, 1), 9);
        });
    }

    @Test
    void administratorsSeeOneGroupOfEitherType() {
        sameAnswers(told -> {
            var a = member(told, "a");
            a.join();
            for (int version = 0; version <= 6; version++) Groups.describe(told, topic, version);
            for (int version = 0; version <= 1; version++) {
                var request = new ConsumerGroupDescribeRequest().setIncludeAuthorizedOperations(true);
                request.groupIds().addAll(List.of(topic, topic + "-none", "", topic));
                told.ask(request, version);
            }
            new ClassicMember(told, "c", topic + "-classic").stable();
            var request = new ConsumerGroupDescribeRequest();
            request.groupIds().add(topic + "-classic");
            told.ask(request, 1);
            Groups.delete(told, topic);
            for (var state : List.of("Stable", "Assigning", "Reconciling", "Empty", "stable")) list(told, 4, List.of(state), List.of());
            list(told, 5, List.of(), List.of("consumer"));
            list(told, 5, List.of(), List.of("classic"));
            a.leave(-1);
            list(told, 5, List.of("Empty"), List.of());
            // Empty it becomes a classic one, and the other way round.
            new ClassicMember(told, "d", topic).stable().leave();
            list(told, 5, List.of(), List.of());
            a.join();
            list(told, 5, List.of(), List.of());
        });
    }

    private void list(Transcript told, int version, List<String> states, List<String> types) throws IOException {
        var request = new ListGroupsRequest().setStatesFilter(states).setTypesFilter(types);
        ListGroupsResponse answer = told.quietly(request, version);
        answer.groups().removeIf(group -> !group.groupId().startsWith(topic));
        told.tell(request, version, answer);
    }
}
