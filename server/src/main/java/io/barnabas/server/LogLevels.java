package io.barnabas.server;

import java.util.SortedMap;

/** The levels at which this process logs, by logger. Any thread. */
interface LogLevels {
    /** The name of the logger from which all others take their level unless they have one. */
    String ROOT = "root";

    /** The level in effect for each logger that has been used or given one, as Kafka names levels. */
    SortedMap<String, String> levels();

    /** @param level one of Kafka's: FATAL, ERROR, WARN, INFO, DEBUG, TRACE; null takes it from the logger above */
    void set(String logger, String level);
}
