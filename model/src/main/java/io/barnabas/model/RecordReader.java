package io.barnabas.model;

/** Gives the records of one batch in order. Owned by one thread; to be closed, which frees what a codec holds. */
public final class RecordReader implements AutoCloseable {
    RecordReader(RecordBatch batch, int decompressedBytesMax) {}

    /**
     * @return null after the last
     * @throws RecordException if the records are not what the header or their format says
     */
    public Record next() {
        return null;
    }

    @Override
    public void close() {}
}
