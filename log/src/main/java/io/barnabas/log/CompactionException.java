package io.barnabas.log;

/** What stands in a log cannot be compacted; it is left as it is. */
final class CompactionException extends RuntimeException {
    private static final long serialVersionUID = 1;

    CompactionException(String message) {
        super(message);
    }

    CompactionException(String message, Throwable cause) {
        super(message, cause);
    }
}
