package io.barnabas.log;

import io.barnabas.base.StorageException;
import io.barnabas.model.DownConversion;
import io.barnabas.model.RecordException;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Makes slices for clients that read older formats only. What it makes lies on the heap until it is sent, so all that is held
 * together is bounded: beyond the bound nothing is made, and the client asks again. Safe from any thread.
 */
public final class SliceConverter {
    /** What an answer to a client of that age is made of, unless its first batch is larger. */
    public static final int SOURCE_BYTES_MAX = 1 << 20;
    /** A message that no client takes for whole: an offset, and a length beyond all answers. */
    private static final int CUT_OFF_BYTES = 12;

    private final AtomicLong held = new AtomicLong();
    private final long heldMax;

    /** @param heldMax bytes; one slice more may be made below it */
    public SliceConverter(long heldMax) {
        this.heldMax = heldMax;
    }

    /**
     * What converting came to.
     *
     * @param slice      the caller's to release, perhaps empty
     * @param nextOffset where to read on if it is empty: what lies before holds nothing for this client
     */
    public record Converted(LogSlice slice, long nextOffset) {}

    /**
     * Converts a slice and releases it, Blocks, and may unpack much: for the log directory's I/O pool.
     *
     * @param magic      the newest format that the client reads, 0 or 1
     * @param fromOffset the offset that was asked for
     * @param bytesMax   of the messages, unless the slice or its first batch come to more
     * @throws RecordException  if the first batch is packed with zstd, or is not what its format says
     * @throws StorageException if the disk cannot be read
     */
    public Converted convert(LogSlice slice, byte magic, long fromOffset, int bytesMax) {
        try {
            if (held.get() >= heldMax) return new Converted(LogSlice.EMPTY, fromOffset);
            var conversion = new DownConversion(magic, fromOffset, slice.size());
            var bytes = conversion.convert(slice.toByteBuffer(), Math.max(slice.size(), bytesMax));
            return new Converted(bytes.hasRemaining() ? counted(bytes) : LogSlice.EMPTY, conversion.nextOffset());
        } finally {
            slice.release();
        }
    }

    private LogSlice counted(ByteBuffer bytes) {
        int size = bytes.remaining();
        held.addAndGet(size);
        return new MemorySlice(bytes, Long.MAX_VALUE, () -> held.addAndGet(-size));
    }

    /** For a client that wants a batch cut off rather than none, if it has no room for it, so that it knows why. */
    public static LogSlice cutOff(int bytesMax) {
        if (bytesMax < CUT_OFF_BYTES) return LogSlice.EMPTY;
        return new MemorySlice(ByteBuffer.allocate(CUT_OFF_BYTES).putLong(-1).putInt(Integer.MAX_VALUE).flip(), Long.MAX_VALUE);
    }

    /** Bytes made and not released yet. */
    public long heldBytes() {
        return held.get();
    }
}
