package io.barnabas.benchmarks;

/** Whose figure it is. */
enum Side {
    KAFKA("Kafka"),
    BARNABAS("Barnabas"),
    /** A broker that somebody else started. */
    GIVEN("broker"),
    /** What the machine costs with no broker at all. */
    MACHINE("machine");

    private final String text;

    Side(String text) {
        this.text = text;
    }

    String text() {
        return text;
    }
}
