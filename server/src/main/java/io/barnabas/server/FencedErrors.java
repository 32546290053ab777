package io.barnabas.server;

import io.barnabas.model.ErrorCode;

/** Older clients know a producer that is fenced by another code (KIP-588). */
final class FencedErrors {
    private FencedErrors() {}

    /** @param knowsFenced whether the version of the request has PRODUCER_FENCED */
    static ErrorCode of(ErrorCode error, boolean knowsFenced) {
        return error == ErrorCode.PRODUCER_FENCED && !knowsFenced ? ErrorCode.INVALID_PRODUCER_EPOCH : error;
    }
}
