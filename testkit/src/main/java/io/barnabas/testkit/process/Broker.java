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

    @Override
    void close();

    default String bootstrap() {
        return "localhost:" + port();
    }

    default Path partitionDirectory(String topic, int partition) {
        return dataDirectory().resolve(topic + "-" + partition);
    }
}
