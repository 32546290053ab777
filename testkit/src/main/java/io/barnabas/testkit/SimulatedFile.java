package io.barnabas.testkit;

import java.util.Arrays;
import java.util.random.RandomGenerator;

/** The content of a simulated file: what programs see, and what would be left after a power cut. */
final class SimulatedFile {
    /** What a disk writes in one piece. */
    private static final int SECTOR_BYTES = 512;

    byte[] content = new byte[0];
    int size;
    long modifiedMs;
    private byte[] durable = new byte[0];
    private int durableSize;
    /** The range that the next sync makes durable; empty when from >= to. */
    private int dirtyFrom = Integer.MAX_VALUE;
    private int dirtyTo;

    void write(byte[] bytes, int count, int position) {
        int end = Math.addExact(position, count);
        if (end > content.length) content = Arrays.copyOf(content, Math.max(end, content.length * 2));
        if (position > size) dirty(size, position);
        System.arraycopy(bytes, 0, content, position, count);
        size = Math.max(size, end);
        dirty(position, end);
    }

    void truncate(int newSize) {
        if (newSize >= size) return;
        Arrays.fill(content, newSize, size, (byte) 0);
        dirty(newSize, size);
        size = newSize;
    }

    void sync() {
        if (durable.length < content.length) durable = Arrays.copyOf(durable, content.length);
        int to = Math.min(dirtyTo, durable.length);
        if (dirtyFrom < to) System.arraycopy(content, dirtyFrom, durable, dirtyFrom, to - dirtyFrom);
        durableSize = size;
        clean();
    }

    /** What Linux does on a failed sync: the pages stay readable, count as clean, and never reach the disk. */
    void dropUnsynced() {
        clean();
    }

    boolean hasUnsyncedBytes() {
        return dirtyFrom < dirtyTo || size != durableSize;
    }

    /** Power cut: each sector that was not synced may be there, or be as before; the size lies anywhere between. */
    void crash(RandomGenerator random) {
        int low = Math.min(size, durableSize);
        int high = Math.max(size, durableSize);
        var after = Arrays.copyOf(durable, Math.max(durable.length, content.length));
        int choice = random.nextInt(4);
        int newSize = switch (choice) {
            case 0 -> durableSize;
            case 1 -> size;
            default -> low + random.nextInt(high - low + 1);
        };
        if (choice != 0) {
            for (int at = 0; at < newSize; at += SECTOR_BYTES) {
                if (choice >= 2 && random.nextInt(3) == 0) continue;
                int end = Math.min(at + SECTOR_BYTES, Math.min(newSize, content.length));
                int from = Math.max(at, dirtyFrom);
                int to = Math.min(end, dirtyTo);
                if (from < to) System.arraycopy(content, from, after, from, to - from);
            }
        }
        Arrays.fill(after, Math.min(newSize, after.length), after.length, (byte) 0);
        content = after;
        size = newSize;
        durable = after.clone();
        durableSize = newSize;
        clean();
    }

    private void dirty(int from, int to) {
        dirtyFrom = Math.min(dirtyFrom, from);
        dirtyTo = Math.max(dirtyTo, to);
    }

    private void clean() {
        dirtyFrom = Integer.MAX_VALUE;
        dirtyTo = 0;
    }
}
