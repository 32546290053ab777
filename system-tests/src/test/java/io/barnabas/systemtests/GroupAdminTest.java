package io.barnabas.systemtests;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.apache.kafka.clients.admin.DescribeConsumerGroupsOptions;
import org.apache.kafka.clients.admin.ListConsumerGroupOffsetsOptions;
import org.apache.kafka.clients.admin.ListConsumerGroupOffsetsSpec;
import org.apache.kafka.clients.admin.ListGroupsOptions;
import org.apache.kafka.clients.admin.MemberToRemove;
import org.apache.kafka.clients.admin.RemoveMembersFromConsumerGroupOptions;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.GroupState;
import org.apache.kafka.common.GroupType;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

/** Apache Kafka's Java admin client finds, changes and removes groups on Barnabas as on Apache Kafka. */
class GroupAdminTest extends SideBySide {
    private static final int PARTITIONS = 3;

    interface Scene<T> {
        T with(Party party, Admin admin) throws Exception;
    }

    /** With two static consumers of the topic, in a group of its name. */
    private <T> T sameWithGroup(Scene<T> scene) {
        return same(broker -> {
            Clients.createTopic(broker, topic, PARTITIONS);
            try (var party = new Party(broker, topic)) {
                for (var name : List.of("a", "b")) {
                    party.invite(name, "group.instance.id", name).consumer.subscribe(List.of(topic));
                }
                party.settle(PARTITIONS);
                return scene.with(party, party.admin());
            }
        });
    }

    private TopicPartition partition(int number) {
        return new TopicPartition(topic, number);
    }

    @Test
    void groupsAreDescribedWithTheirMembers() {
        sameWithGroup((party, admin) -> {
            var group = admin.describeConsumerGroups(List.of(topic), new DescribeConsumerGroupsOptions().includeAuthorizedOperations(true)).all().get().get(topic);
            return List.of(told(group), group.authorizedOperations().stream().map(Enum::name).sorted().toList(), told(admin.describeClassicGroups(List.of(topic)).all().get().get(topic).toString()),
                    outcome(() -> admin.describeConsumerGroups(List.of(topic + "-none")).all().get()));
        });
    }

    private static String told(ConsumerGroupDescription group) {
        var members = new TreeMap<String, String>();
        for (var member : group.members()) {
            members.put(member.clientId(), member.groupInstanceId() + " " + member.host() + " " + member.assignment() + " " + told(member.consumerId()));
        }
        return group.groupId() + " " + group.groupState() + " " + group.type() + " " + group.isSimpleConsumerGroup() + " " + group.partitionAssignor() + " "
                + group.coordinator().id() + " " + members;
    }

    /** Without what is made up by chance, and in which order members come. */
    private static List<String> told(String text) {
        return List.of(text.replaceAll("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "UUID").replaceAll("(port|localhost|127.0.0.1)[:0-9]*", "").split("(?=\\(memberId)|, "))
                .stream().sorted().toList();
    }

    @Test
    void groupsAreListedWithTypeAndState() {
        sameWithGroup((party, admin) -> {
            admin.alterConsumerGroupOffsets(topic + "-simple", Map.of(partition(0), new OffsetAndMetadata(3))).all().get();
            var told = new ArrayList<List<String>>();
            for (var options : List.of(new ListGroupsOptions(), ListGroupsOptions.forConsumerGroups(), new ListGroupsOptions().inGroupStates(Set.of(GroupState.STABLE)),
                    new ListGroupsOptions().inGroupStates(Set.of(GroupState.EMPTY, GroupState.DEAD)), new ListGroupsOptions().withTypes(Set.of(GroupType.CLASSIC)),
                    new ListGroupsOptions().withTypes(Set.of(GroupType.CONSUMER)), new ListGroupsOptions().withProtocolTypes(Set.of("")))) {
                told.add(admin.listGroups(options).all().get().stream().filter(group -> group.groupId().startsWith(topic)).map(Object::toString).sorted().toList());
            }
            return told;
        });
    }

    private Map<TopicPartition, OffsetAndMetadata> offsets(Admin admin, String group) throws Exception {
        return admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata(group).get();
    }

    @Test
    void offsetsOfGroupsAreListedChangedAndDeleted() {
        sameWithGroup((party, admin) -> {
            var told = new ArrayList<String>();
            party.guest("a").consumer.commitSync(Map.of(partition(0), new OffsetAndMetadata(0, Optional.of(0), "nothing yet")));
            told.add(offsets(admin, topic).toString());
            told.add(admin.listConsumerGroupOffsets(topic, new ListConsumerGroupOffsetsOptions().requireStable(true)).partitionsToOffsetAndMetadata().get().toString());
            var spec = new ListConsumerGroupOffsetsSpec().topicPartitions(List.of(partition(0), partition(2)));
            told.add(admin.listConsumerGroupOffsets(Map.of(topic, spec, topic + "-none", spec)).all().get().get(topic + "-none").toString());
            told.add(admin.listConsumerGroupOffsets(Map.of(topic, spec)).partitionsToOffsetAndMetadata(topic).get().toString());
            // A group that lives keeps what it has.
            told.add(outcome(() -> admin.alterConsumerGroupOffsets(topic, Map.of(partition(0), new OffsetAndMetadata(3))).all().get()));
            told.add(outcome(() -> admin.deleteConsumerGroupOffsets(topic, Set.of(partition(0))).all().get()));
            told.add(outcome(() -> admin.deleteConsumerGroups(List.of(topic)).all().get()));
            told.add(outcome(() -> admin.deleteConsumerGroups(List.of(topic + "-none")).all().get()));
            told.add(outcome(() -> admin.deleteConsumerGroupOffsets(topic + "-none", Set.of(partition(0))).all().get()));
            told.add(offsets(admin, topic).toString());
            removeAll(party, admin);
            told.add(outcome(() -> admin.alterConsumerGroupOffsets(topic, Map.of(partition(0), new OffsetAndMetadata(3, "moved"), partition(1), new OffsetAndMetadata(4))).all().get()));
            told.add(outcome(() -> admin.alterConsumerGroupOffsets(topic, Map.of(partition(17), new OffsetAndMetadata(3))).all().get()));
            told.add(new TreeMap<>(Map.of("moved", offsets(admin, topic))).toString());
            told.add(outcome(() -> admin.deleteConsumerGroupOffsets(topic, Set.of(partition(0))).all().get()));
            told.add(offsets(admin, topic).toString());
            told.add(outcome(() -> admin.deleteConsumerGroups(List.of(topic)).all().get()));
            told.add(offsets(admin, topic).toString());
            told.add(outcome(() -> told(admin.describeConsumerGroups(List.of(topic)).all().get().get(topic))));
            return told;
        });
    }

    private void removeAll(Party party, Admin admin) throws Exception {
        party.leave("a");
        party.leave("b");
        admin.removeMembersFromConsumerGroup(topic, new RemoveMembersFromConsumerGroupOptions()).all().get();
    }

    @Test
    void membersAreRemoved() {
        sameWithGroup((party, admin) -> {
            party.leave("b");
            var told = new ArrayList<String>();
            told.add(told(party.describe()));
            var nobody = new RemoveMembersFromConsumerGroupOptions(Set.of(new MemberToRemove("nobody")));
            told.add(outcome(() -> admin.removeMembersFromConsumerGroup(topic, nobody).all().get()));
            var removed = new RemoveMembersFromConsumerGroupOptions(Set.of(new MemberToRemove("b")));
            removed.reason("gone");
            told.add(outcome(() -> admin.removeMembersFromConsumerGroup(topic, removed).all().get()));
            party.settle(PARTITIONS);
            told.add(told(party.describe()));
            admin.removeMembersFromConsumerGroup(topic, new RemoveMembersFromConsumerGroupOptions()).all().get();
            assertEquals(0, party.describe().members().size());
            // Whoever was removed comes back.
            party.settle(PARTITIONS);
            told.add(told(party.describe()));
            return told;
        });
    }
}
