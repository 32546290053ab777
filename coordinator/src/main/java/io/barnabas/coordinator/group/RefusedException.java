package io.barnabas.coordinator.group;

import io.barnabas.model.ErrorCode;

/** What was asked for is refused. Thrown before anything is proposed or changed, and caught where the answer is made. */
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
