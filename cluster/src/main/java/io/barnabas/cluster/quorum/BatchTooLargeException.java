package io.barnabas.cluster.quorum;

/** Records that must be committed together are more than one batch holds. Nothing was appended. */
public final class BatchTooLargeException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public BatchTooLargeException(String message) {
        super(message);
    }
}
