package io.barnabas.coordinator.assignor;

import java.util.List;

/**
 * A group as an assignor sees it.
 *
 * @param members in their order: static ones by instance id, then the others by member id
 * @param topics  at least those that members subscribe to and that exist, by name
 */
public record GroupSpec(List<MemberSpec> members, List<TopicSpec> topics) {
    public GroupSpec {
        members = members.stream().sorted(MemberSpec::inOrder).toList();
        topics = topics.stream().sorted(TopicSpec.ORDER).toList();
    }
}
