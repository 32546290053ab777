package io.barnabas.base;

/** The file system has no room for the write; what was written before it stands. */
public final class DiskFullException extends StorageException {
    public DiskFullException(String message, Throwable cause) {
        super(message, cause);
    }
}
