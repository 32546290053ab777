package io.barnabas.log;

/** Holds a compaction back so that it reads and writes no more than it may. Any thread. */
public interface CompactionPace {
    CompactionPace FREE = byteCount -> {};

    /** Bytes were read or written; returns when the next may be. */
    void onBytes(long byteCount);
}
