package io.barnabas.log;

import io.barnabas.base.DiskFile;
import java.nio.ByteBuffer;
import java.util.function.Predicate;

/**
 * What the indexes of a segment that is being written share: entries of one size in memory, in order, and how many of them
 * their file has.
 */
abstract class SegmentIndex {
    static final int BLOCK_BYTES = 4 << 10;

    private final int entryBytes;
    private int count;
    /** Entries that the file has already. */
    private int storedCount;
    /** What the file held when it was loaded, and how many entries of that were valid: they stay in memory when they are taken back. */
    private long loadedBytes;
    private int loadedCount;

    SegmentIndex(int entryBytes) {
        this.entryBytes = entryBytes;
    }

    final int count() {
        return count;
    }

    /** @return the place of one more entry */
    final int append() {
        return count++;
    }

    /** Whether there is a next entry in memory that a recovery took back, and that the file still has in that place. */
    final boolean hasTakenBack() {
        return count == storedCount && count < loadedCount;
    }

    /** That entry is good again. */
    final void restore() {
        storedCount = ++count;
    }

    /** Forgets entries from an index on. */
    final void truncateTo(int newCount) {
        count = Math.min(count, newCount);
        storedCount = Math.min(storedCount, count);
    }

    /** Forgets all; what the file holds is not to be relied on. */
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

    /** The file has every entry from now on, once the bytes of {@link #unstored} are written at {@link #storedBytes}. */
    final void markStored() {
        storedCount = count;
        forgetLoaded();
    }

    /** The file cannot be relied on. */
    final void markUnstored() {
        storedCount = 0;
        forgetLoaded();
    }

    private void forgetLoaded() {
        loadedBytes = 0;
        loadedCount = 0;
    }

    final long storedBytes() {
        return (long) storedCount * entryBytes;
    }

    final ByteBuffer unstored() {
        var bytes = ByteBuffer.allocate(unstoredCount() * entryBytes);
        for (int i = storedCount; i < count; i++) put(bytes, i);
        return bytes.flip();
    }

    /** Writes an entry as it stands in the file. */
    abstract void put(ByteBuffer bytes, int index);

    /** Reads the valid beginning of a file. @param taker adds the entry at the buffer's position, or says that it is not valid */
    final void load(DiskFile file, Predicate<ByteBuffer> taker) {
        loadedBytes = file.size();
        loadEntries(file, taker);
        storedCount = loadedCount = count;
    }

    private void loadEntries(DiskFile file, Predicate<ByteBuffer> taker) {
        var block = ByteBuffer.allocate((int) Math.min(loadedBytes, BLOCK_BYTES / entryBytes * entryBytes));
        for (long at = 0; at + entryBytes <= loadedBytes; at += block.limit()) {
            block.clear().limit((int) Math.min(block.capacity(), loadedBytes - at));
            file.read(block, at);
            block.flip();
            while (block.remaining() >= entryBytes) if (!taker.test(block)) return;
        }
    }
}
