package io.barnabas.model;

import io.barnabas.base.DecodeException;

/** A record batch that is not what its format says, with the error that a client is told. */
public final class RecordException extends DecodeException {
    private final ErrorCode error;

    public RecordException(ErrorCode error, String message) {
        super(message);
        this.error = error;
    }

    public RecordException(ErrorCode error, String message, Throwable cause) {
        super(message, cause);
        this.error = error;
    }

    /**
     * CORRUPT_MESSAGE: sizes or checksum; INVALID_RECORD: what the checksum covers makes no sense; MESSAGE_TOO_LARGE:
     * more bytes after decompression than the caller allows; UNSUPPORTED_COMPRESSION_TYPE: a codec nobody knows.
     */
    public ErrorCode error() {
        return error;
    }
}
