package io.barnabas.cluster.controller;

import io.barnabas.model.ErrorCode;

/** A part of a command that may not be; becomes an error code in its answer. Without a stack trace, since it is expected. */
final class RefusedException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final ErrorCode error;

    RefusedException(ErrorCode error, String message) {
        super(message, null, false, false);
        this.error = error;
    }

    ErrorCode error() {
        return error;
    }
}
