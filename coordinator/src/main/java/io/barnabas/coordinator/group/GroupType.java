package io.barnabas.coordinator.group;

/** The protocol that a group's members follow. */
public enum GroupType {
    CLASSIC("classic"), CONSUMER("consumer");

    private final String shown;

    GroupType(String shown) {
        this.shown = shown;
    }

    /** As filters and answers name it. */
    public String shown() {
        return shown;
    }
}
