package io.barnabas.systemtests;

import io.barnabas.protocol.message.ListGroupsRequest;
import io.barnabas.protocol.message.ListGroupsResponse;
import io.barnabas.protocol.message.OffsetCommitRequest;
import io.barnabas.protocol.message.OffsetCommitRequest.OffsetCommitRequestPartition;
import io.barnabas.protocol.message.OffsetCommitRequest.OffsetCommitRequestTopic;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Groups are described, listed and deleted, in every version, as by Apache Kafka. */
class GroupAdminAnswersTest extends SideBySide {
    private static final int REBALANCE_IN_PROGRESS = 27;

    private void sameAnswers(Transcript.Scene scene) {
        Transcript.same(told -> {
            Clients.createTopic(told.broker(), topic, 1);
            told.awaitGroups(name("stable"), name("empty"), name("simple"), name("joining"), name("completing"), name("connect"));
            scene.play(told);
        });
    }

    private String name(String state) {
        return topic + "." + state;
    }

    /** A group in every state that lasts. @return the member of the stable one */
    private ClassicMember everyState(Transcript told) throws Exception {
        new ClassicMember(told, "e", name("empty")).stable().leave();
        commitTo(told, name("simple"));
        new ClassicMember(told, "c", name("completing")).joinWithId();
        new ClassicMember(told, "j", name("joining")).stable();
        new ClassicMember(told, "k", name("joining")).sendJoinWithId();
        var other = new ClassicMember(told, "o", name("connect"));
        other.protocolType = "connect";
        other.stable();
        return new ClassicMember(told, "s", name("stable")).instance("s-1").stable();
    }

    private void commitTo(Transcript told, String group) throws IOException {
        var request = new OffsetCommitRequest().setGroupId(group);
        var committed = new OffsetCommitRequestTopic().setName(topic);
        committed.partitions().add(new OffsetCommitRequestPartition().setCommittedOffset(3));
        request.topics().add(committed);
        told.ask(request, 9);
    }

    /** Other tests have groups, too. */
    private void list(Transcript told, int version, List<String> states, List<String> types) throws IOException {
        var request = new ListGroupsRequest().setStatesFilter(states).setTypesFilter(types);
        ListGroupsResponse answer = told.quietly(request, version);
        answer.groups().removeIf(group -> !group.groupId().startsWith(topic + "."));
        told.tell(request, version, answer);
    }

    @Test
    void groupsAreListedByStateAndType() {
        sameAnswers(told -> {
            everyState(told);
            for (int version = 0; version <= 5; version++) list(told, version, List.of(), List.of());
            for (var state : List.of("Stable", "Empty", "PreparingRebalance", "CompletingRebalance", "Dead", "stable", "EMPTY", "preparing_rebalance",
                    "Unknown", "nonsense", "", "Assigning", "Reconciling", "NotReady")) {
                list(told, 4, List.of(state), List.of());
            }
            list(told, 5, List.of("Stable", "Empty", "nonsense"), List.of());
            for (var type : List.of("classic", "Classic", "consumer", "share", "streams", "unknown", "nonsense", "")) {
                list(told, 5, List.of(), List.of(type));
                list(told, 5, List.of("Empty"), List.of(type, "consumer"));
            }
        });
    }

    @Test
    void groupsAreDescribedInEveryVersion() {
        sameAnswers(told -> {
            everyState(told);
            for (int version = 0; version <= 6; version++) {
                told.ask(Groups.describing(name("stable"), name("empty"), name("simple"), name("joining"), name("completing"), name("connect"),
                        name("none"), "", name("stable")), version);
                told.ask(Groups.describing(), version);
                if (version >= 3) told.ask(Groups.describing(name("stable"), name("none")).setIncludeAuthorizedOperations(true), version);
            }
        });
    }

    @Test
    void onlyEmptyGroupsAreDeleted() {
        sameAnswers(told -> {
            var stable = everyState(told);
            for (int version = 0; version <= 3; version++) {
                told.ask(Groups.deleting(name("stable"), name("joining"), name("completing"), name("none"), "", name("none")), version);
            }
            told.ask(Groups.deleting(), 2);
            told.ask(Groups.deleting(name("simple"), name("stable"), name("empty"), name("simple")), 2);
            told.ask(Groups.deleting(name("simple"), name("empty")), 2);
            told.ask(Groups.describing(name("simple"), name("empty")), 6);
            stable.heartbeat();
            stable.leave();
            told.ask(Groups.deleting(name("stable")), 2);
            stable.id = "";
            stable.join();
            list(told, 5, List.of(), List.of());
        });
    }

    @Test
    void aRebalanceGoesOnWhileItIsLookedAt() {
        sameAnswers(told -> {
            var a = new ClassicMember(told, "a", name("stable")).stable();
            Groups.describe(told, a.group, 5);
            var b = new ClassicMember(told, "b", name("stable")).sendJoinWithId();
            a.awaitHeartbeat(REBALANCE_IN_PROGRESS);
            Groups.describe(told, a.group, 5);
            a.join();
            b.joined();
            Groups.describe(told, a.group, 5);
            b.sendSync();
            a.sync(a, b);
            b.synced();
            Groups.describe(told, a.group, 5);
        });
    }
}
