package io.barnabas.log;

import io.barnabas.base.DiskFile;
import io.barnabas.base.StorageException;
import java.nio.ByteBuffer;

/**
 * Reads a segment file batch by batch, each of them whole and in an array, which grows to the size of the largest. Used by
 * one thread; a batch is valid until the next step.
 */
final class BatchFileReader {
    private final BatchHeader header = new BatchHeader();
    private ByteBuffer buffer;
    private DiskFile file;
    private long end;
    private long readTo;
    private int position;
    private int next;

    /** @param bytes to read at once, at least a header's */
    BatchFileReader(int bytes) {
        buffer = ByteBuffer.allocate(Math.max(bytes, BatchHeader.BYTES_MAX)).limit(0);
    }

    /** Starts at a batch. */
    void start(DiskFile file, long from, long end) {
        this.file = file;
        this.end = end;
        readTo = from;
        position = 0;
        next = 0;
        buffer.limit(0);
    }

    /**
     * Moves to the next batch.
     *
     * @return false at the end
     * @throws CompactionException if there is something else than a batch
     */
    boolean next() {
        position = next;
        if (filePosition() == end) return false;
        if (buffered() < BatchHeader.BYTES_MAX) fill(BatchHeader.BYTES_MAX);
        var problem = header.wrap(buffer, position, buffered());
        if (problem == null && header.sizeInBytes() > end - filePosition()) problem = "batch past the end: sizeInBytes=" + header.sizeInBytes();
        if (problem != null) throw new CompactionException("bad batch: file=%s position=%d problem=%s".formatted(file.path(), filePosition(), problem));
        if (buffered() < header.sizeInBytes()) {
            fill(header.sizeInBytes());
            if (buffered() < header.sizeInBytes()) throw new StorageException("file has become shorter: file=" + file.path());
            header.wrap(buffer, position, buffered());
        }
        next = position + header.sizeInBytes();
        return true;
    }

    BatchHeader header() {
        return header;
    }

    /** Holds the current batch from {@link #position} on, and has an array. */
    ByteBuffer buffer() {
        return buffer;
    }

    int position() {
        return position;
    }

    long filePosition() {
        return readTo - (buffer.limit() - position);
    }

    private int buffered() {
        return buffer.limit() - position;
    }

    /** Makes at least so many bytes from {@link #position} on available, or what there is. */
    private void fill(int wanted) {
        int kept = buffered();
        var target = wanted <= buffer.capacity() ? buffer : ByteBuffer.allocate(wanted);
        System.arraycopy(buffer.array(), position, target.array(), 0, kept);
        target.limit((int) Math.min(target.capacity(), kept + end - readTo)).position(kept);
        readTo += file.read(target, readTo);
        buffer = target.flip();
        position = 0;
        next = 0;
    }
}
