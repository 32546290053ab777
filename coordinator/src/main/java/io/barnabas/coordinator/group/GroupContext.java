package io.barnabas.coordinator.group;

import io.barnabas.cluster.metadata.ClusterImage;
import io.barnabas.coordinator.HeapShare;
import java.util.UUID;

/** What groups know of the world around them. Any thread. */
public interface GroupContext {
    GroupConfig config();

    /** The broker's settings with the group's own configs over them. */
    ConsumerGroupConfig consumerConfig(String groupId);

    /** The newest metadata in effect. */
    ClusterImage cluster();

    /** For what members of classic groups have told. */
    HeapShare memberMemory();

    /** A part of the ids that members are given; nobody guesses it. */
    default UUID newUuid() {
        return UUID.randomUUID();
    }
}
