package io.barnabas.benchmarks;

/** When a broker acknowledges. */
enum Durability {
    /** From the page cache, as Apache Kafka does by default; Barnabas with {@code log.flush.before.ack=false}. */
    LIKE_KAFKA("from the page cache"),
    /** With {@code acks=all} after a sync: the default of Barnabas; Apache Kafka with {@code flush.messages=1}. */
    DURABLE("durable");

    private final String text;

    Durability(String text) {
        this.text = text;
    }

    String text() {
        return text;
    }
}
