package io.barnabas.systemtests;

import io.barnabas.base.ByteWriter;
import io.barnabas.base.Uuid;
import io.barnabas.protocol.message.ConsumerGroupDescribeRequest;
import io.barnabas.protocol.message.ConsumerGroupHeartbeatRequest.TopicPartitions;
import io.barnabas.protocol.message.OffsetCommitRequest;
import io.barnabas.protocol.message.OffsetFetchRequest;
import io.barnabas.protocol.message.OffsetFetchResponse;
import io.barnabas.protocol.message.TxnOffsetCommitRequest.TxnOffsetCommitRequestPartition;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What nobody sane tells a coordinator of groups, in content or in size, is answered as by Apache Kafka, and the group goes on as there. */
class GroupInputAnswersTest extends GroupScenes {
    /** As many that nobody has more than another: who would hangs on the order of a hash map of Apache Kafka's. */
    private static final int PARTITIONS = 4;
    /** More than the topic of groups takes in one batch. */
    private static final int LARGE = 2 << 20;
    private static final String LONG_ID = "i".repeat(Short.MAX_VALUE);
    private static final Uuid ABSENT_ID = new Uuid(5, 5);

    private boolean isTopicMade;

    @Override
    void sameAnswers(Transcript.Scene scene) {
        boolean isFirst = !isTopicMade;
        isTopicMade = true;
        super.sameAnswers(told -> {
            if (isFirst) Clients.createTopic(told.broker(), topic, PARTITIONS);
            told.idOf(topic);
            scene.play(told);
        });
    }

    private ClassicMember classic(Transcript told, String name) {
        return member(told, name).metadata(ClassicMember.subscription(topic));
    }

    private ConsumerMember consumer(Transcript told, String name) {
        return new ConsumerMember(told, name, group, topic);
    }

    private void describe(Transcript told) throws IOException {
        var request = new ConsumerGroupDescribeRequest();
        request.groupIds().add(group);
        told.ask("admin", request, 1);
        Groups.describe(told, group, 5);
    }

    /** Asks for each by its number: of all, Apache Kafka tells some twice after it has refused others. */
    private OffsetFetchRequest fetching(String ofGroup) {
        var topics = new OffsetFetchRequest.OffsetFetchRequestTopics().setName(topic);
        for (int i = 0; i < PARTITIONS; i++) topics.partitionIndexes().add(i);
        var fetched = new OffsetFetchRequest.OffsetFetchRequestGroup().setGroupId(ofGroup);
        fetched.topics().add(topics);
        var request = new OffsetFetchRequest();
        request.groups().add(fetched);
        return request;
    }

    // --- more than a record holds

    @Test
    void aGenerationThatNoRecordHoldsBeginsAnew() {
        sameAnswers(told -> {
            var member = classic(told, "a").metadata(ByteBuffer.allocate(LARGE)).stable();
            member.heartbeat();
            describe(told);
            member.metadata(ClassicMember.subscription(topic)).join();
            member.syncWith(ByteBuffer.allocate(LARGE));
            member.heartbeat();
            member.join();
            member.sync(member);
            member.heartbeat();
            describe(told);
        });
    }

    @Test
    void aSubscriptionThatNoRecordHoldsIsNotTakenUp() {
        var large = IntStream.range(0, 100).mapToObj(i -> i + "n".repeat(30_000)).toList();
        sameAnswers(told -> {
            var member = consumer(told, "a");
            member.topics = large;
            member.join();
            describe(told);
            member.topics = List.of(topic);
            member.join();
            told.ask(member.full().setSubscribedTopicNames(large), 1);
            // Not described: Apache Kafka tells of the member twice from now on.
            member.beat();
        });
    }

    private OffsetCommitRequest commit(String ofGroup, int times, String metadata) {
        var request = new OffsetCommitRequest().setGroupId(ofGroup);
        var committed = new OffsetCommitRequest.OffsetCommitRequestTopic().setName(topic);
        for (int i = 0; i < times; i++) {
            committed.partitions().add(new OffsetCommitRequest.OffsetCommitRequestPartition().setPartitionIndex(i % PARTITIONS)
                    .setCommittedOffset(i).setCommittedMetadata(metadata));
        }
        request.topics().add(committed);
        return request;
    }

    @Test
    void offsetsThatNoBatchHoldsAreNotCommitted() {
        sameAnswers(told -> {
            told.ask(commit(group, 3, "before"), 9);
            told.ask(commit(group, 300, "x".repeat(4096)), 9);
            told.ask(commit(group, 3, "x".repeat(Short.MAX_VALUE)), 9);
            told.ask(fetching(group), 9);
            told.ask(commit(group, 3, "after"), 9);
            told.ask(fetching(group), 9);
        });
    }

    @Test
    void offsetsOfATransactionThatNoBatchHoldsAreNotCommitted() {
        sameAnswers(told -> {
            told.awaitTransactions(group);
            var client = new TransactionalClient(told, "p", group).init(5);
            client.addOffsets(4, group);
            var large = client.offset(group, topic, 0, 1);
            for (int i = 0; i < 300; i++) {
                large.topics().get(0).partitions().add(new TxnOffsetCommitRequestPartition().setPartitionIndex(i % PARTITIONS)
                        .setCommittedOffset(i).setCommittedMetadata("x".repeat(4096)));
            }
            told.ask("p", large, 4);
            told.ask("p", client.offset(group, topic, 1, 7), 4);
            client.end(4, true);
            told.<OffsetFetchResponse>until(answer -> answer.toString().contains("committedOffset=7"), fetching(group).setRequireStable(true), 9);
        });
    }

    // --- what is no subscription and no assignment

    private static ByteBuffer bytes(int version, java.util.function.Consumer<ByteWriter> rest) {
        var writer = ByteWriter.onHeap(64);
        writer.writeShort((short) version);
        rest.accept(writer);
        return writer.toByteBuffer();
    }

    private static void string(ByteWriter writer, String text) {
        writer.writeShort((short) text.length());
        writer.writeBytes(Clients.bytes(text));
    }

    private static void topics(ByteWriter writer, String... names) {
        writer.writeInt(names.length);
        for (var name : names) string(writer, name);
        writer.writeInt(-1);
    }

    private static void partitions(ByteWriter writer, String name, int... partitions) {
        string(writer, name);
        writer.writeInt(partitions.length);
        for (int partition : partitions) writer.writeInt(partition);
    }

    private Map<String, ByteBuffer> subscriptions() {
        var all = new LinkedHashMap<String, ByteBuffer>();
        all.put("no bytes", ByteBuffer.allocate(0));
        all.put("one byte", ByteBuffer.allocate(1));
        all.put("a version alone", bytes(0, writer -> {}));
        all.put("text", ClassicMember.text("not a subscription"));
        all.put("a negative version", bytes(-1, writer -> topics(writer, topic)));
        all.put("a version to come", bytes(99, writer -> {
            topics(writer, topic);
            writer.writeInt(0);
            writer.writeInt(-1);
            writer.writeShort((short) -1);
        }));
        all.put("a huge count", bytes(0, writer -> writer.writeInt(Integer.MAX_VALUE)));
        all.put("a negative count", bytes(0, writer -> writer.writeInt(-1)));
        all.put("a name past the end", bytes(0, writer -> {
            writer.writeInt(1);
            writer.writeShort(Short.MAX_VALUE);
        }));
        all.put("user data past the end", bytes(0, writer -> {
            writer.writeInt(0);
            writer.writeInt(Integer.MAX_VALUE);
        }));
        all.put("one topic twice", bytes(0, writer -> topics(writer, topic, topic)));
        all.put("topics that cannot be", bytes(0, writer -> topics(writer, "", "a/b", "..", topic)));
        all.put("bytes left over", bytes(0, writer -> {
            topics(writer, topic);
            writer.writeInt(7);
        }));
        all.put("strange partitions owned", bytes(1, writer -> {
            topics(writer, topic);
            writer.writeInt(2);
            partitions(writer, topic, -1, 0, 0, 17, Integer.MAX_VALUE);
            partitions(writer, topic, Integer.MIN_VALUE);
        }));
        return all;
    }

    @Test
    void aGroupIsUpgradedOnlyIfItsSubscriptionsCanBeRead() {
        subscriptions().forEach((what, metadata) -> sameAnswers(told -> {
            told.note(what);
            var member = classic(told, "a").metadata(metadata).joinWithId();
            member.syncWith(ByteBuffer.allocate(0));
            upgrade(told, member);
        }));
    }

    private Map<String, ByteBuffer> assignments() {
        var all = new LinkedHashMap<String, ByteBuffer>();
        all.put("one byte", ByteBuffer.allocate(1));
        all.put("a version alone", bytes(0, writer -> {}));
        all.put("text", ClassicMember.text("not an assignment"));
        all.put("a negative version", bytes(-1, writer -> writer.writeInt(0)));
        all.put("a huge count", bytes(0, writer -> writer.writeInt(Integer.MAX_VALUE)));
        all.put("a huge count of partitions", bytes(0, writer -> {
            writer.writeInt(1);
            string(writer, topic);
            writer.writeInt(Integer.MAX_VALUE);
        }));
        // Of one topic twice, Apache Kafka forgets the partitions that stand first, although the member has them: here it keeps both.
        all.put("one partition twice", bytes(0, writer -> {
            writer.writeInt(1);
            partitions(writer, topic, 0, 0, 1);
            writer.writeInt(-1);
        }));
        all.put("a topic that is not there", bytes(0, writer -> {
            writer.writeInt(2);
            partitions(writer, "absent", 0);
            partitions(writer, topic, 1);
            writer.writeInt(-1);
        }));
        return all;
    }

    @Test
    void aGroupIsUpgradedOnlyIfItsAssignmentsCanBeRead() {
        assignments().forEach((what, assignment) -> sameAnswers(told -> {
            told.note(what);
            var member = classic(told, "a").joinWithId();
            member.syncWith(assignment);
            upgrade(told, member);
        }));
    }

    /** One of the consumer protocol joins a group of one, and reads something else: who gets which of the same hangs on random ids. */
    private void upgrade(Transcript told, ClassicMember member) throws IOException {
        var young = new ConsumerMember(told, "b", group, "absent");
        young.join();
        describe(told);
        member.heartbeat();
        member.join();
        member.sync(member);
        young.beat();
        describe(told);
    }

    // --- what a member claims

    private static TopicPartitions owned(Uuid id, List<Integer> partitions) {
        return new TopicPartitions().setTopicId(id).setPartitions(partitions);
    }

    @Test
    void membersMayClaimWhateverTheyLike() {
        sameAnswers(told -> {
            Uuid id = told.idOf(topic);
            var a = consumer(told, "a");
            a.join();
            var b = consumer(told, "b");
            b.join();
            var many = IntStream.range(0, 100_000).boxed().toList();
            var claims = new ArrayList<List<TopicPartitions>>();
            claims.add(List.of(owned(id, List.of(0, 0, 0, 1, 2, 2))));
            claims.add(List.of(owned(id, List.of(0)), owned(id, List.of(1)), owned(id, List.of(0, 2))));
            claims.add(List.of(owned(ABSENT_ID, List.of(0)), owned(Uuid.ZERO, List.of(0)), owned(id, List.of(0, 1, 2))));
            claims.add(List.of(owned(id, List.of(17, 4_000))));
            claims.add(List.of(owned(id, many)));
            claims.add(Collections.nCopies(10_000, owned(id, List.of(0, 1, 2))));
            for (var claim : claims) {
                a.send(a.beating().setTopicPartitions(claim));
                b.send(b.beating().setTopicPartitions(claim));
                told.ask(a.beating().setMemberEpoch(a.epoch - 1).setTopicPartitions(claim), 1);
            }
            describe(told);
        });
    }

    // --- ids

    @Test
    void idsMayBeAsLongAsTheWireAllows() {
        sameAnswers(told -> {
            told.awaitGroups(LONG_ID);
            var member = new ConsumerMember(told, "a", LONG_ID, topic).instance(LONG_ID);
            member.id = LONG_ID;
            member.join();
            member.beat();
            var twin = new ConsumerMember(told, "b", LONG_ID, topic).instance(LONG_ID);
            twin.join();
            member.leave(-1);
            told.ask(commit(LONG_ID, 2, "of a long name"), 9);
            told.ask(fetching(LONG_ID), 9);
            Groups.delete(told, LONG_ID);
            told.ask(fetching(LONG_ID), 9);
            var many = consumer(told, "c");
            told.ask(many.full().setRackId(LONG_ID).setSubscribedTopicNames(List.of(LONG_ID)), 1);
            told.ask(many.full().setServerAssignor(LONG_ID), 1);
            describe(told);
        });
    }

    /**
     * A member is called after its client or instance, and more, which can be too long to be told. Nor can a group be described then
     * that Apache Kafka has taken such a member into; here it is not taken in.
     */
    @Test
    void namesThatMakeMemberIdsTooLongAreRefused() {
        for (int length : new int[] {Short.MAX_VALUE, Short.MAX_VALUE - 36, Short.MAX_VALUE - 37}) {
            for (int version : new int[] {3, 5, 9}) {
                sameAnswers(told -> {
                    told.note("by its client " + new ClassicMember(told, "c".repeat(length), group).version(version).join().errorCode());
                    if (version < 5) return;
                    told.note("by its instance " + classic(told, "a").version(version).instance("n".repeat(length)).join().errorCode());
                });
            }
        }
    }

    @Test
    void anEmptyInstanceIdIsAName() {
        sameAnswers(told -> {
            var member = classic(told, "a").instance("").stable();
            member.heartbeat();
            var twin = classic(told, "b").instance("").stable();
            member.heartbeat();
            twin.heartbeat();
            twin.leave();
            describe(told);
        });
    }
}
