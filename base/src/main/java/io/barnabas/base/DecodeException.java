package io.barnabas.base;

/** Bytes that are not what their format says: the one error that decoding gives. */
public class DecodeException extends RuntimeException {
    public DecodeException(String message) {
        super(message);
    }

    public DecodeException(String message, Throwable cause) {
        super(message, cause);
    }
}
