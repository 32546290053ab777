package io.barnabas.coordinator.group;

/** A member of a consumer group: what it has told, and what it holds. Immutable; a record that is applied makes a new one. */
record ConsumerMember(String id, ConsumerSubscription subscription, CurrentAssignment current) {
    ConsumerMember with(ConsumerSubscription newSubscription) {
        return new ConsumerMember(id, newSubscription, current);
    }

    ConsumerMember with(CurrentAssignment newCurrent) {
        return new ConsumerMember(id, subscription, newCurrent);
    }

    String instanceId() {
        return subscription.instanceId();
    }

    int memberEpoch() {
        return current.memberEpoch();
    }

    boolean isClassic() {
        return subscription.isClassic();
    }
}
