package io.barnabas.coordinator.group;

import io.barnabas.model.ErrorCode;
import java.nio.charset.StandardCharsets;

/** What was asked for is refused. Thrown before anything is proposed or changed, and caught where the answer is made. */
final class RefusedException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final ErrorCode error;

    /** @param message may name ids of any length; one that is too long to be sent says nothing and takes the error with it, as in Apache Kafka */
    RefusedException(ErrorCode error, String message) {
        super(isSendable(message) ? message : null, null, false, false);
        this.error = isSendable(message) ? error : ErrorCode.UNKNOWN_SERVER_ERROR;
    }

    private static boolean isSendable(String message) {
        return message.getBytes(StandardCharsets.UTF_8).length <= Short.MAX_VALUE;
    }

    ErrorCode error() {
        return error;
    }
}
