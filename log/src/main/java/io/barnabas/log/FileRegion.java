package io.barnabas.log;

import io.barnabas.base.StorageException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;

/** A range of a segment's file, which it keeps open until {@link #release}. */
final class FileRegion implements LogSlice {
    static final int PREFETCH_BYTES_MIN = 1 << 20;

    private final SegmentFile file;
    private final long start;
    private final int size;
    private final long endOffsetMax;
    private final boolean recent;
    private final boolean isTail;
    private final ReadPace pace;
    private boolean released;

    /**
     * Takes over one reference to {@code file}.
     *
     * @param isTail whether it is at the end of its log, where reads are so many and so quick that they are not timed
     */
    FileRegion(SegmentFile file, long start, int size, long endOffsetMax, boolean recent, boolean isTail, ReadPace pace) {
        this.file = file;
        this.start = start;
        this.size = size;
        this.endOffsetMax = endOffsetMax;
        this.recent = recent;
        this.isTail = isTail;
        this.pace = pace;
    }

    @Override
    public int size() {
        return size;
    }

    @Override
    public long endOffsetMax() {
        return endOffsetMax;
    }

    @Override
    public boolean isRecent() {
        return recent;
    }

    @Override
    public void copyTo(ByteBuffer target, int position) {
        int wanted = Math.min(target.remaining(), size - position);
        int limit = target.limit();
        target.limit(target.position() + wanted);
        long startedNs = isTail ? 0 : pace.nanoTime();
        try {
            int read = file.disk().read(target, start + position);
            if (read < wanted) throw tooShort(position + read);
            if (!isTail) pace.onRead(startedNs, read);
        } finally {
            target.limit(limit);
        }
    }

    @Override
    public int transferTo(WritableByteChannel channel, int position, int byteCount) throws IOException {
        int wanted = Math.min(byteCount, size - position);
        if (wanted <= 0) return 0;
        long startedNs = isTail ? 0 : pace.nanoTime();
        long sent;
        try {
            sent = file.disk().transferTo(start + position, wanted, channel);
        } catch (IOException e) {
            file.onSendFailed();
            throw e;
        }
        if (!isTail) pace.onRead(startedNs, sent);
        // The kernel sends nothing both when the socket is full and when the file has ended.
        if (sent == 0 && file.disk().size() < start + size) throw tooShort(position);
        return (int) sent;
    }

    @Override
    public void prefetch() {
        file.setWarm(start, start + pace.prefetch(file.disk(), start, Math.max(size, PREFETCH_BYTES_MIN)));
    }

    @Override
    public void release() {
        if (released) throw new IllegalStateException("released twice: file=" + file.disk().path());
        released = true;
        file.release();
    }

    private StorageException tooShort(int position) {
        return new StorageException("segment shorter than promised: file=%s position=%d size=%d"
                .formatted(file.disk().path(), start + position, size));
    }
}
