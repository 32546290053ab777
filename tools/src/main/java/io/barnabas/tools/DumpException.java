package io.barnabas.tools;

import java.nio.file.NoSuchFileException;

/** A file cannot be shown any further, or not at all; the message says which and why. */
final class DumpException extends RuntimeException {
    private static final long serialVersionUID = 1;

    DumpException(String message) {
        super(message);
    }

    /** What to tell somebody of an error: a file that is not there is the commonest, and its exception says no more than its name. */
    static String messageOf(RuntimeException error) {
        return error.getCause() instanceof NoSuchFileException missing ? "No such file: " + missing.getFile() : error.getMessage();
    }
}
