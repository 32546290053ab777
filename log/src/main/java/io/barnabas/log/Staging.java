package io.barnabas.log;

import io.barnabas.base.DiskFile;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * The batches that a log will write in one call: small ones copied behind each other, large ones where they lie. Lent to a
 * log from its first staged batch until its write; owned by the loop.
 */
final class Staging {
    private static final int COPIED_BYTES_MAX = 4096;
    /** Small, since many partitions may each have one batch in a turn; those with more grow, and stay grown. */
    private static final int CHUNK_BYTES_INITIAL = 2 * 1024;
    private static final int CHUNK_BYTES_MAX = 128 * 1024;
    private static final int BATCHES_INITIAL = 4;

    private ByteBuffer chunk = ByteBuffer.allocateDirect(CHUNK_BYTES_INITIAL);
    /** What is written, in order; the last may be the chunk's open piece, which ends where the chunk is filled. */
    private ByteBuffer[] pieces = new ByteBuffer[4];
    private int pieceCount;
    private int openPieceStart = -1;

    private long[] baseOffsets = new long[BATCHES_INITIAL];
    private long[] lastOffsets = new long[BATCHES_INITIAL];
    private long[] maxTimestamps = new long[BATCHES_INITIAL];
    private int[] sizes = new int[BATCHES_INITIAL];
    private int[] leaderEpochs = new int[BATCHES_INITIAL];
    private int batchCount;
    private long byteCount;

    /** @param buffer holds the batch at {@code position}, unchanged until the write; its own position stays */
    void add(ByteBuffer buffer, int position, int size, long baseOffset, long lastOffset, long maxTimestamp, int leaderEpoch) {
        if (size <= COPIED_BYTES_MAX && hasRoom(size)) copy(buffer, position, size);
        else refer(buffer, position, size);
        if (batchCount == sizes.length) growBatches();
        baseOffsets[batchCount] = baseOffset;
        lastOffsets[batchCount] = lastOffset;
        maxTimestamps[batchCount] = maxTimestamp;
        sizes[batchCount] = size;
        leaderEpochs[batchCount] = leaderEpoch;
        batchCount++;
        byteCount += size;
    }

    int batchCount() {
        return batchCount;
    }

    long byteCount() {
        return byteCount;
    }

    long baseOffset(int batch) {
        return baseOffsets[batch];
    }

    long lastOffset(int batch) {
        return lastOffsets[batch];
    }

    long maxTimestamp(int batch) {
        return maxTimestamps[batch];
    }

    int size(int batch) {
        return sizes[batch];
    }

    int leaderEpoch(int batch) {
        return leaderEpochs[batch];
    }

    /** Memory that it keeps while nobody uses it. */
    int chunkBytes() {
        return chunk.capacity();
    }

    void writeTo(DiskFile file, long position) {
        if (pieceCount == 0) {
            // One run of small batches, the common case: no view of the chunk has to be made.
            file.write(chunk.flip(), position);
            return;
        }
        closePiece();
        if (pieceCount == 1) file.write(pieces[0], position);
        else file.write(pieces, pieceCount, position);
    }

    void clear() {
        chunk.clear();
        Arrays.fill(pieces, 0, pieceCount, null);
        pieceCount = 0;
        openPieceStart = -1;
        batchCount = 0;
        byteCount = 0;
    }

    private boolean hasRoom(int size) {
        if (size <= chunk.remaining()) return true;
        if (chunk.capacity() >= CHUNK_BYTES_MAX) return false;
        // The pieces so far keep the old chunk's memory until they are written.
        closePiece();
        chunk = ByteBuffer.allocateDirect(chunk.capacity() * 8);
        return size <= chunk.remaining();
    }

    private void copy(ByteBuffer buffer, int position, int size) {
        if (openPieceStart < 0) openPieceStart = chunk.position();
        int at = chunk.position();
        chunk.put(at, buffer, position, size);
        chunk.position(at + size);
    }

    private void refer(ByteBuffer buffer, int position, int size) {
        closePiece();
        addPiece(buffer.slice(position, size));
    }

    private void closePiece() {
        if (openPieceStart < 0) return;
        addPiece(chunk.slice(openPieceStart, chunk.position() - openPieceStart));
        openPieceStart = -1;
    }

    private void addPiece(ByteBuffer piece) {
        if (pieceCount == pieces.length) pieces = Arrays.copyOf(pieces, pieceCount * 2);
        pieces[pieceCount++] = piece;
    }

    private void growBatches() {
        int capacity = batchCount * 2;
        baseOffsets = Arrays.copyOf(baseOffsets, capacity);
        lastOffsets = Arrays.copyOf(lastOffsets, capacity);
        maxTimestamps = Arrays.copyOf(maxTimestamps, capacity);
        sizes = Arrays.copyOf(sizes, capacity);
        leaderEpochs = Arrays.copyOf(leaderEpochs, capacity);
    }
}
