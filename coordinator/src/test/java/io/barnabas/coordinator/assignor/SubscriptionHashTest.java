package io.barnabas.coordinator.assignor;

import static org.assertj.core.api.Assertions.assertThat;

import io.barnabas.base.Uuid;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SubscriptionHashTest {
    private static final Uuid ID = new Uuid(1, 2);

    @Test
    void changesWithEachThingThatMayChangeAssignments() {
        long hash = SubscriptionHash.ofTopic(ID, "t", List.of(List.of("a", "b"), List.of("c")));
        assertThat(SubscriptionHash.ofTopic(new Uuid(1, 3), "t", List.of(List.of("a", "b"), List.of("c")))).isNotEqualTo(hash);
        assertThat(SubscriptionHash.ofTopic(ID, "u", List.of(List.of("a", "b"), List.of("c")))).isNotEqualTo(hash);
        assertThat(SubscriptionHash.ofTopic(ID, "t", List.of(List.of("a", "b"), List.of("c"), List.of("c")))).isNotEqualTo(hash);
        assertThat(SubscriptionHash.ofTopic(ID, "t", List.of(List.of("a", "b"), List.of()))).isNotEqualTo(hash);
        assertThat(SubscriptionHash.ofTopic(ID, "t", List.of(List.of("ab"), List.of("c")))).isNotEqualTo(hash);
    }

    @Test
    void theOrderOfReplicasCountsForNothing() {
        assertThat(SubscriptionHash.ofTopic(ID, "t", List.of(List.of("a", "b")))).isEqualTo(SubscriptionHash.ofTopic(ID, "t", List.of(List.of("b", "a"))));
    }

    @Test
    void aGroupsHashFollowsItsTopicsByName() {
        assertThat(SubscriptionHash.ofGroup(Map.of("a", 5L, "b", 7L))).isEqualTo(-4421326130807995958L);
        assertThat(SubscriptionHash.ofGroup(Map.of("a", 7L, "b", 5L))).isEqualTo(-2790182192306960565L);
        assertThat(SubscriptionHash.ofGroup(Map.of())).isEqualTo(SubscriptionHash.NONE);
    }

    /** The values are those of the library that Apache Kafka uses, at the ends of every range of lengths that is hashed in its own way. */
    @Test
    void inputsOfEveryLengthHaveTheHashThatOthersGiveThem() {
        assertThat(hashOf(4)).isEqualTo(0x6497a96f53a89890L);
        assertThat(hashOf(8)).isEqualTo(0x6f45a76842a96483L);
        assertThat(hashOf(9)).isEqualTo(0xe0dde4fc174590a0L);
        assertThat(hashOf(16)).isEqualTo(0x3d3ccac9af14d8a8L);
        assertThat(hashOf(17)).isEqualTo(0xca7f3571df47cacfL);
        assertThat(hashOf(128)).isEqualTo(0x3e99edc6c76f21c6L);
        assertThat(hashOf(129)).isEqualTo(0x852cb20608c9d2c7L);
        assertThat(hashOf(240)).isEqualTo(0xea0e0f78188232edL);
        assertThat(hashOf(241)).isEqualTo(0xbb0a906af5b5c211L);
        assertThat(hashOf(1024)).isEqualTo(0x5e6a406e127165a8L);
        assertThat(hashOf(1025)).isEqualTo(0xc180534771fac3f5L);
        assertThat(hashOf(5000)).isEqualTo(0xeb0f5845c1ec4cc2L);
    }

    private static long hashOf(int length) {
        return Xxh3.hash("abcdefghijklmnopqrstuvwxyz".repeat(length / 26 + 1).getBytes(StandardCharsets.US_ASCII), length);
    }
}
