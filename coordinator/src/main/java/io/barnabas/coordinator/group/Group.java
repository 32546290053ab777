package io.barnabas.coordinator.group;

/** What all kinds of groups have in common. Owned by the shard's loop; made and changed by applying records. */
sealed interface Group permits ClassicGroup, ConsumerGroup {
    String id();

    GroupType type();

    /** As ListGroups and DescribeGroups name it. */
    String stateName();

    /** Whether it has no members. */
    boolean isEmpty();

    /** Whether a member reads this topic, so that its offsets are in use; false where members don't say. */
    boolean subscribesTo(String topic);
}
