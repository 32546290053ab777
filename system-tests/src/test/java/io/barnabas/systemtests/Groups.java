package io.barnabas.systemtests;

import io.barnabas.protocol.message.DeleteGroupsRequest;
import io.barnabas.protocol.message.DescribeGroupsRequest;
import io.barnabas.protocol.message.DescribeGroupsResponse;
import java.io.IOException;
import java.util.List;

/** What administrators ask about groups. */
final class Groups {
    private Groups() {}

    static DescribeGroupsRequest describing(String... groups) {
        var request = new DescribeGroupsRequest();
        request.groups().addAll(List.of(groups));
        return request;
    }

    static DescribeGroupsResponse describe(Transcript told, String group, int version) throws IOException {
        return (DescribeGroupsResponse) told.ask("admin", describing(group), version);
    }

    /** Waits until a group has come to a state. */
    static void awaitState(Transcript told, String group, String state) {
        told.<DescribeGroupsResponse>until(answer -> answer.groups().get(0).groupState().equals(state), describing(group), 5);
    }

    static DeleteGroupsRequest deleting(String... groups) {
        var request = new DeleteGroupsRequest();
        request.groupsNames().addAll(List.of(groups));
        return request;
    }

    static void delete(Transcript told, String group) throws IOException {
        told.ask("admin", deleting(group), 2);
    }
}
