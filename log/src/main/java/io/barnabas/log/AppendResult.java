package io.barnabas.log;

import io.barnabas.model.ErrorCode;

/** What an append can come to. Nothing of it is on disk, or readable, before {@link Log#write}. */
public sealed interface AppendResult {
    /** Staged. Lost again if the write fails: see {@link LogListener#onWriteFailed}. */
    record Appended(long baseOffset, long lastOffset) implements AppendResult {}

    /** One of the producer's last five batches, sent again: where it was put the first time. It may still be staged. */
    record Duplicate(long baseOffset, long lastOffset, long maxTimestamp) implements AppendResult {}

    /** Nothing was staged. */
    record Refused(ErrorCode error, String message) implements AppendResult {}
}
