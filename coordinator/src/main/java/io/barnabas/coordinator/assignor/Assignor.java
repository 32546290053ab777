package io.barnabas.coordinator.assignor;

import java.util.Map;

/**
 * Decides which member of a consumer group reads which partitions (KIP-848, on the server). A pure function: no I/O, no time, no
 * randomness, and the same answer in whatever order the members and topics come. Neither implementation looks at racks, as in
 * Apache Kafka 4.4.0.
 */
public sealed interface Assignor permits RangeAssignor, UniformAssignor {
    /** As clients and {@code group.consumer.assignors} name it. */
    String name();

    /**
     * @return an assignment for every member, empty ones too. Together they hold each partition of a topic with a subscriber exactly
     *         once. A member whose assignment stays as it was gets the very object of its {@link MemberSpec#target} back.
     */
    Map<String, MemberAssignment> assign(GroupSpec group);
}
