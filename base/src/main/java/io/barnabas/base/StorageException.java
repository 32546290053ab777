package io.barnabas.base;

/** A disk that refuses: the message carries the path and what was being done. */
public class StorageException extends RuntimeException {
    public StorageException(String message, Throwable cause) {
        super(message, cause);
    }

    public StorageException(String message) {
        super(message);
    }
}
