package io.barnabas.log;

import io.barnabas.base.StorageException;

/** What the owner of a log hears, always on the log's loop and never from inside a call of the owner to append. */
public interface LogListener {
    /** Staged batches are readable: {@link Log#endOffset} has moved. */
    void onWritten(Log log);

    /** {@link Log#flushedOffset} has moved. */
    void onFlushed(Log log);

    /**
     * Staged batches from an offset on were not written and are forgotten, producer states included. After a full disk the
     * log goes on and appends may be tried again; after any other error {@link #onOffline} follows.
     */
    void onWriteFailed(Log log, long fromOffset, StorageException error);

    /** The log directory, or this log alone when it is damaged, takes no more reads or writes; whoever waits must fail. */
    void onOffline(Log log, String reason);

    /** Retention has moved {@link Log#logStartOffset}. */
    default void onLogStartMoved(Log log) {}
}
