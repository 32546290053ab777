package io.barnabas.coordinator.group;

/** A group of the classic protocol: members agree among themselves. */
final class ClassicGroup implements Group {
    private final String id;

    ClassicGroup(String id) {
        this.id = id;
    }

    @Override
    public String id() {
        return id;
    }

    @Override
    public GroupType type() {
        return GroupType.CLASSIC;
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
