package io.barnabas.tools;

/** A file cannot be shown any further, or not at all; the message says which and why. */
final class DumpException extends RuntimeException {
    private static final long serialVersionUID = 1;

    DumpException(String message) {
        super(message);
    }
}
