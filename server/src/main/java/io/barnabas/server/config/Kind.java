package io.barnabas.server.config;

/** What becomes of a setting here. No setting is silently ignored. */
public enum Kind {
    /** It does what Kafka's reference says. */
    HONOURED,
    /** Any valid value is taken and has no effect; a start or a change that gives one names it in a warning. */
    ACCEPTED,
    /** Only its default is taken: ignoring another value would be unsafe, or what it asks for is not built. */
    REFUSED
}
