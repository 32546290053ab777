package io.barnabas.network;

/** An address that a listener cannot have; the message names it and says why. */
public final class BindException extends RuntimeException {
    BindException(String message, Throwable cause) {
        super(message, cause);
    }
}
