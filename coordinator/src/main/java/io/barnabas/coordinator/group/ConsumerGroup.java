package io.barnabas.coordinator.group;

/** A group of the consumer protocol (KIP-848): the coordinator assigns. */
final class ConsumerGroup implements Group {
    private final String id;

    ConsumerGroup(String id) {
        this.id = id;
    }

    @Override
    public String id() {
        return id;
    }

    @Override
    public GroupType type() {
        return GroupType.CONSUMER;
    }

    @Override
    public String stateName() {
        return "Empty";
    }

    @Override
    public boolean isEmpty() {
        return true;
    }

    @Override
    public boolean subscribesTo(String topic) {
        return false;
    }
}
