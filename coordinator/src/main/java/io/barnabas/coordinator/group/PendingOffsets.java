package io.barnabas.coordinator.group;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Offsets that were committed in transactions which have not ended (KIP-98). */
final class PendingOffsets {
    /** Which offset. */
    record Place(String groupId, String topic, int partition) {}

    /** One commit. Of several in one place the last in the log counts, in whatever order their transactions end. */
    static final class Pending {
        final Place place;
        final long producerId;
        final CommittedOffset committed;
        /** Order in the log, among those that are pending. */
        private long position;
        /** Something later in the log has taken effect in its place. */
        boolean isSuperseded;

        Pending(Place place, long producerId, CommittedOffset committed) {
            this.place = place;
            this.producerId = producerId;
            this.committed = committed;
        }
    }

    private final Map<Long, Map<Place, Pending>> byProducer = new HashMap<>();
    private long nextPosition;
    /** In the order of the log. */
    private final Map<String, Map<Place, List<Pending>>> byGroup = new HashMap<>();

    boolean isEmpty() {
        return byProducer.isEmpty();
    }

    boolean has(String groupId, String topic, int partition) {
        var places = byProducer.isEmpty() ? null : byGroup.get(groupId);
        return places != null && places.containsKey(new Place(groupId, topic, partition));
    }

    boolean hasOf(String groupId) {
        return !byProducer.isEmpty() && byGroup.containsKey(groupId);
    }

    /** The places of a group in which something is pending. */
    Collection<Place> placesOf(String groupId) {
        var places = byGroup.get(groupId);
        return places == null ? List.of() : places.keySet();
    }

    Collection<String> groupIds() {
        return byGroup.keySet();
    }

    void add(Pending pending) {
        var former = byProducer.computeIfAbsent(pending.producerId, id -> new LinkedHashMap<>()).put(pending.place, pending);
        if (former != null) unlink(former);
        pending.position = nextPosition++;
        byGroup.computeIfAbsent(pending.place.groupId, id -> new LinkedHashMap<>())
                .computeIfAbsent(pending.place, place -> new ArrayList<>(1)).add(pending);
    }

    /** A transaction has ended. @return what was pending in it */
    Collection<Pending> end(long producerId) {
        var ended = byProducer.remove(producerId);
        if (ended == null) return List.of();
        for (var pending : ended.values()) unlink(pending);
        return ended.values();
    }

    /** What is in the log before this commit, in its place, no longer counts; it stays pending until its transaction ends. */
    void supersedeBefore(Place place, Pending commit) {
        for (var pending : at(place)) if (pending.position < commit.position) pending.isSuperseded = true;
    }

    /** Everything that is in the log of this place no longer counts: something else has been stored behind it. */
    void supersede(String groupId, String topic, int partition) {
        if (byProducer.isEmpty()) return;
        for (var pending : at(new Place(groupId, topic, partition))) pending.isSuperseded = true;
    }

    /** The place is cleared. */
    void remove(String groupId, String topic, int partition) {
        if (byProducer.isEmpty()) return;
        for (var pending : List.copyOf(at(new Place(groupId, topic, partition)))) {
            unlink(pending);
            var ofProducer = byProducer.get(pending.producerId);
            ofProducer.remove(pending.place);
            if (ofProducer.isEmpty()) byProducer.remove(pending.producerId);
        }
    }

    private List<Pending> at(Place place) {
        var places = byGroup.get(place.groupId);
        return places == null ? List.of() : places.getOrDefault(place, List.of());
    }

    private void unlink(Pending pending) {
        var places = byGroup.get(pending.place.groupId);
        var list = places.get(pending.place);
        list.remove(pending);
        if (list.isEmpty()) places.remove(pending.place);
        if (places.isEmpty()) byGroup.remove(pending.place.groupId);
    }
}
