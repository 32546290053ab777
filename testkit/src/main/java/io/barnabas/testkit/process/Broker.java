package io.barnabas.testkit.process;

import java.nio.file.Path;

/** A running broker of either make, alone in its cluster. */
public interface Broker extends AutoCloseable {
    /** Which make, for messages. */
    String name();

    /** Port of its plaintext listener on localhost. */
    int port();

    /** Its one log directory. */
    Path dataDirectory();

    ChildProcess process();

    /** Starts it again, as it was, on its data and ports; it must have ended. */
    Broker restart();

    /** Ends it as {@code kill -9} does, if it lives. */
    @Override
    default void close() {
        if (process().isAlive()) process().kill();
    }

    default String bootstrap() {
        return "localhost:" + port();
    }

    default Path partitionDirectory(String topic, int partition) {
        return dataDirectory().resolve(topic + "-" + partition);
    }
}
