package io.barnabas.cluster.metadata;

/** The metadata log, a snapshot or the quorum's state cannot be used; the message says which file and what to do. */
public final class MetadataLogException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public MetadataLogException(String message) {
        super(message);
    }

    public MetadataLogException(String message, Throwable cause) {
        super(message, cause);
    }
}
