package io.barnabas.server;

/** Who this broker is to the controller: its id, and the epoch of its latest registration. Read from any thread. */
final class BrokerEpoch {
    private final int id;
    private volatile long epoch = -1;

    BrokerEpoch(int id) {
        this.id = id;
    }

    int id() {
        return id;
    }

    /** -1 before the first registration. */
    long epoch() {
        return epoch;
    }

    void set(long newEpoch) {
        epoch = newEpoch;
    }
}
