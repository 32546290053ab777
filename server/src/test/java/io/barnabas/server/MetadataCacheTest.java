package io.barnabas.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.barnabas.base.Uuid;
import io.barnabas.model.ErrorCode;
import java.util.Map;
import org.junit.jupiter.api.Test;

class MetadataCacheTest {
    private static final Uuid TOPIC = new Uuid(3, 4);

    /** The node of the rig is 1. */
    @Test
    void whatIsNotHeldHereIsSaidToBeElsewhereOrGone() {
        try (var rig = new HandlerRig(Map.of()).withTopic("t", TOPIC,
                HandlerRig.partition(0, 2, HandlerRig.DIRECTORY, 2, 3), HandlerRig.partition(1, 1, HandlerRig.DIRECTORY, 1, 2)).publish(1)) {
            assertThat(rig.metadata.whyNotHere("t", 0)).isEqualTo(ErrorCode.NOT_LEADER_OR_FOLLOWER);
            assertThat(rig.metadata.whyNotHere(TOPIC, 0)).isEqualTo(ErrorCode.NOT_LEADER_OR_FOLLOWER);
            // Already out of the registry, while the image does not tell of the deletion yet.
            assertThat(rig.metadata.whyNotHere("t", 1)).isEqualTo(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
            assertThat(rig.metadata.whyNotHere(TOPIC, 1)).isEqualTo(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
            assertThat(rig.metadata.whyNotHere("t", 2)).isEqualTo(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
            assertThat(rig.metadata.whyNotHere("u", 0)).isEqualTo(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
            assertThat(rig.metadata.whyNotHere(new Uuid(7, 7), 0)).isEqualTo(ErrorCode.UNKNOWN_TOPIC_ID);
        }
    }
}
