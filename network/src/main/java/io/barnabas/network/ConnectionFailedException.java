package io.barnabas.network;

/** A request has no answer because its connection could not be made, ended or stayed silent: whether it took effect is unknown. */
public final class ConnectionFailedException extends RuntimeException {
    ConnectionFailedException(String message) {
        super(message);
    }

    ConnectionFailedException(String message, Throwable cause) {
        super(message, cause);
    }
}
