package io.barnabas.benchmarks.load;

/** A load cannot go on: the broker refused something, closed a connection, or did not answer in time. */
public final class LoadException extends RuntimeException {
    LoadException(String message) {
        super(message);
    }

    LoadException(String message, Throwable cause) {
        super(message, cause);
    }
}
