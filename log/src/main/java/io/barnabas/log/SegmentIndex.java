package io.barnabas.log;

import io.barnabas.base.DiskFile;
import io.barnabas.base.StorageException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.function.Predicate;

/**
 * What the indexes of a segment that is being written share: entries of one size, in order, as they stand in their file. The
 * last of them are in memory, in blocks: those that the file lacks, and what {@link #forgetStored} left. A large segment's
 * index may be megabytes, and a broker writes thousands.
 */
abstract class SegmentIndex {
    static final int BLOCK_ENTRIES = 256;
    private static final int SMALL_BLOCK_ENTRIES = 4;
    /** Read from a file at once. */
    private static final int READ_BYTES = 4 << 10;
    private static final ByteBuffer[] NO_BLOCKS = {};

    /**
     * Blocks to be used again, of all indexes with entries of one size. An index is written for minutes: as garbage its blocks
     * would fill the old generation, which is collected last.
     */
    static final class SpareBlocks {
        private static final int COUNT_MAX = 1024;

        private final ArrayBlockingQueue<ByteBuffer> blocks = new ArrayBlockingQueue<>(COUNT_MAX);
        private final int bytes;

        SpareBlocks(int entryBytes) {
            bytes = BLOCK_ENTRIES * entryBytes;
        }

        ByteBuffer take() {
            var spare = blocks.poll();
            return spare != null ? spare : ByteBuffer.allocate(bytes);
        }

        void give(ByteBuffer block) {
            if (block.capacity() == bytes) blocks.offer(block);
        }
    }

    /** Entries for a file, which stay as they are while the index grows. Any thread. */
    static final class Unstored {
        private final ByteBuffer[] blocks;
        private final int firstByte;
        private final int byteCount;
        private final int blockBytes;
        /** Where they belong. */
        final long position;

        private Unstored(ByteBuffer[] blocks, int firstByte, int byteCount, int blockBytes, long position) {
            this.blocks = blocks;
            this.firstByte = firstByte;
            this.byteCount = byteCount;
            this.blockBytes = blockBytes;
            this.position = position;
        }

        void writeTo(DiskFile file) {
            if (byteCount == 0) return;
            var pieces = new ByteBuffer[blocks.length];
            int end = firstByte + byteCount;
            for (int i = 0; i < pieces.length; i++) {
                int from = Math.max(0, firstByte - i * blockBytes);
                pieces[i] = blocks[i].slice(from, Math.min(blockBytes, end - i * blockBytes) - from);
            }
            file.write(pieces, pieces.length, position);
        }
    }

    private final int entryBytes;
    private final SpareBlocks spare;
    private int count;
    /** The first {@code blockCount} are full, but for the last one; a single one may be smaller. */
    private ByteBuffer[] blocks = NO_BLOCKS;
    private int blockCount;
    /** The entry that the first block begins with: the file has those before. */
    private int firstInMemory;
    /** Entries that the file has already. */
    private int storedCount;
    /** What the file held when it was loaded, and how many entries of that were valid: they stay in memory when they are taken back. */
    private long loadedBytes;
    private int loadedCount;

    SegmentIndex(int entryBytes, SpareBlocks spare) {
        this.entryBytes = entryBytes;
        this.spare = spare;
    }

    final int count() {
        return count;
    }

    /** Entries before it are to be looked for in the file. */
    final int firstInMemory() {
        return firstInMemory;
    }

    final int intAt(int index, int field) {
        int place = index - firstInMemory;
        return blocks[place / BLOCK_ENTRIES].getInt(place % BLOCK_ENTRIES * entryBytes + field);
    }

    final long longAt(int index, int field) {
        int place = index - firstInMemory;
        return blocks[place / BLOCK_ENTRIES].getLong(place % BLOCK_ENTRIES * entryBytes + field);
    }

    /** Adds an entry. @return the block whose next bytes are the entry's, to be put there */
    final ByteBuffer append() {
        int place = count++ - firstInMemory;
        int block = place / BLOCK_ENTRIES;
        if (block == blockCount) addBlock();
        int at = place % BLOCK_ENTRIES * entryBytes;
        if (at == blocks[block].capacity()) blocks[block] = enlarged(blocks[block]);
        return blocks[block].position(at);
    }

    private void addBlock() {
        if (blockCount == blocks.length) blocks = Arrays.copyOf(blocks, Math.max(1, blockCount * 2));
        blocks[blockCount] = blockCount > 0 ? spare.take() : ByteBuffer.allocate(SMALL_BLOCK_ENTRIES * entryBytes);
        blockCount++;
    }

    private ByteBuffer enlarged(ByteBuffer block) {
        int bytes = block.capacity() * 2;
        var larger = bytes == BLOCK_ENTRIES * entryBytes ? spare.take() : ByteBuffer.allocate(bytes);
        return larger.put(0, block, 0, block.capacity());
    }

    /** An empty index that is expected to become as large as another one. */
    final void expectAsManyAs(SegmentIndex other) {
        if (other.count < BLOCK_ENTRIES) return;
        blocks = new ByteBuffer[Math.min(other.blocks.length, 64)];
        blocks[blockCount++] = spare.take();
    }

    /** Whether there is a next entry in memory that a recovery took back, and that the file still has in that place. */
    final boolean hasTakenBack() {
        return count == storedCount && count < loadedCount;
    }

    /** That entry is good again. */
    final void restore() {
        storedCount = ++count;
    }

    /** Forgets entries from an index on, which is not before what is in memory. */
    final void truncateTo(int newCount) {
        count = Math.min(count, newCount);
        storedCount = Math.min(storedCount, count);
    }

    /** Forgets all; what the file holds is not to be relied on. All is in memory. */
    final void distrustFile() {
        count = 0;
        storedCount = 0;
        loadedCount = 0;
    }

    /** Whether the file goes on behind the entries that it shares with this index. */
    final boolean isFileLonger() {
        return loadedBytes > storedBytes();
    }

    final int unstoredCount() {
        return count - storedCount;
    }

    /** The file has every entry from now on, once what {@link #unstored} gave is written. */
    final void markStored() {
        storedCount = count;
        forgetLoaded();
    }

    /** Of what the file holds nothing can be relied on but what is not in memory. */
    final void markUnstored() {
        storedCount = firstInMemory;
        forgetLoaded();
    }

    private void forgetLoaded() {
        loadedBytes = 0;
        loadedCount = 0;
    }

    final long storedBytes() {
        return (long) storedCount * entryBytes;
    }

    /** The entries that the file lacks. */
    final Unstored unstored() {
        int first = storedCount - firstInMemory;
        int firstBlock = first / BLOCK_ENTRIES;
        var taken = unstoredCount() == 0 ? NO_BLOCKS : Arrays.copyOfRange(blocks, firstBlock, (count - 1 - firstInMemory) / BLOCK_ENTRIES + 1);
        return new Unstored(taken, first % BLOCK_ENTRIES * entryBytes, unstoredCount() * entryBytes, BLOCK_ENTRIES * entryBytes, storedBytes());
    }

    /** Gives up the memory of entries that the file has, but for the last ones. Nobody may be writing them to it any more. */
    final void forgetStored() {
        int last = (count - 1 - firstInMemory) / BLOCK_ENTRIES;
        int forgotten = Math.min(last, (storedCount - firstInMemory) / BLOCK_ENTRIES);
        if (forgotten <= 0) return;
        forgetLoaded();
        dropBlocks(forgotten);
    }

    /** Gives up all memory of an index that the file has all of, and that nobody uses any more. */
    final void forgetAll() {
        dropBlocks(blockCount);
    }

    private void dropBlocks(int dropped) {
        for (int i = 0; i < dropped; i++) spare.give(blocks[i]);
        System.arraycopy(blocks, dropped, blocks, 0, blockCount - dropped);
        Arrays.fill(blocks, blockCount - dropped, blockCount, null);
        blockCount -= dropped;
        firstInMemory += dropped * BLOCK_ENTRIES;
    }

    /** Brings back into memory what was forgotten. */
    final void recall(DiskFile file) {
        if (firstInMemory == 0) return;
        var kept = blocks;
        int keptCount = count - firstInMemory;
        int missing = firstInMemory;
        blocks = NO_BLOCKS;
        blockCount = 0;
        firstInMemory = 0;
        count = 0;
        readEntries(file, (long) missing * entryBytes, entry -> add(entry));
        if (count < missing) throw new StorageException("index file has become shorter: file=%s entries=%d expected=%d".formatted(file.path(), count, missing));
        for (int i = 0; i < keptCount; i++) add(kept[i / BLOCK_ENTRIES].position(i % BLOCK_ENTRIES * entryBytes));
    }

    /** Adds the entry at a buffer's position. */
    private boolean add(ByteBuffer entry) {
        int from = entry.position();
        var block = append();
        block.put(block.position(), entry, from, entryBytes);
        entry.position(from + entryBytes);
        return true;
    }

    /** Reads the valid beginning of a file. @param taker adds the entry at the buffer's position, or says that it is not valid */
    final void load(DiskFile file, Predicate<ByteBuffer> taker) {
        loadedBytes = file.size();
        readEntries(file, loadedBytes, taker);
        storedCount = loadedCount = count;
    }

    private void readEntries(DiskFile file, long end, Predicate<ByteBuffer> taker) {
        var read = ByteBuffer.allocate((int) Math.min(end, READ_BYTES / entryBytes * entryBytes));
        for (long at = 0; at + entryBytes <= end; at += read.limit()) {
            read.clear().limit((int) Math.min(read.capacity(), end - at));
            if (file.read(read, at) == 0) return;
            read.flip();
            while (read.remaining() >= entryBytes) if (!taker.test(read)) return;
        }
    }
}
