package io.barnabas.coordinator.assignor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.barnabas.testkit.Seeds;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class PartitionSetTest {
    @Test
    void doesWhatASetOfIntegersDoes() {
        Seeds.check(200, (seed, random) -> {
            var a = new ArrayList<Integer>();
            var b = new ArrayList<Integer>();
            for (int i = random.nextInt(20); i > 0; i--) a.add(random.nextInt(20));
            for (int i = random.nextInt(20); i > 0; i--) b.add(random.nextInt(20));
            PartitionSet setA = PartitionSet.of(a);
            PartitionSet setB = PartitionSet.of(b);
            var union = new TreeSet<>(a);
            union.addAll(b);
            assertThat(list(setA.union(setB))).isEqualTo(List.copyOf(union));
            var minus = new TreeSet<>(a);
            minus.removeAll(b);
            assertThat(list(setA.minus(setB))).isEqualTo(List.copyOf(minus));
            var both = new TreeSet<>(a);
            both.retainAll(b);
            assertThat(list(setA.intersection(setB))).isEqualTo(List.copyOf(both));
            for (int partition = 0; partition < 20; partition++) assertThat(setA.contains(partition)).isEqualTo(a.contains(partition));
            assertThat(setA.equals(setB)).isEqualTo(new TreeSet<>(a).equals(new TreeSet<>(b)));
            assertThat(PartitionSet.of(List.copyOf(new TreeSet<>(a)))).isEqualTo(setA).hasSameHashCodeAs(setA);
        });
    }

    @Test
    void refusesNegativePartitions() {
        assertThatThrownBy(() -> PartitionSet.of(3, -1)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void anAssignmentHoldsNoEmptySets() {
        assertThat(MemberAssignment.of(java.util.Map.of(Groups.id(1), PartitionSet.EMPTY))).isSameAs(MemberAssignment.EMPTY);
    }

    private static List<Integer> list(PartitionSet set) {
        return set.toList();
    }
}
