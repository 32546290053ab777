package io.barnabas.model;

import java.nio.ByteBuffer;

/** Walks over the batches that lie one after another in a buffer. Reusable, owned by one thread. */
public final class RecordBatchCursor {
    private final RecordBatch batch = new RecordBatch();
    private ByteBuffer buffer;
    private int position;

    /** Starts over at the buffer's position, up to its limit; neither moves. */
    public RecordBatchCursor reset(ByteBuffer buffer) {
        this.buffer = buffer;
        this.position = buffer.position();
        return this;
    }

    /**
     * Moves to the next batch.
     *
     * @return always the same view, or null when what is left is no whole batch: see {@link #bytesLeft}
     * @throws RecordException CORRUPT_MESSAGE if the next bytes cannot be the start of a v2 batch
     */
    public RecordBatch next() {
        if (bytesLeft() < RecordBatch.HEADER_BYTES) return null;
        batch.wrapHeader(buffer, position);
        if (batch.sizeInBytes() > bytesLeft()) return null;
        position = batch.endPosition();
        return batch;
    }

    /** Bytes after the batches walked over; more than 0 at the end means that the last one is cut off. */
    public int bytesLeft() {
        return buffer.limit() - position;
    }

    /** Absolute position in the buffer, after the batches walked over. */
    public int position() {
        return position;
    }
}
