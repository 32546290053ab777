package io.barnabas.log;

/** A log directory that cannot be used as it is; the message says why and what to do. */
public final class LogDirectoryException extends RuntimeException {
    public LogDirectoryException(String message) {
        super(message);
    }

    public LogDirectoryException(String message, Throwable cause) {
        super(message, cause);
    }
}
