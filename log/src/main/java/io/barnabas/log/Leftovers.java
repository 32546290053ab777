package io.barnabas.log;

import io.barnabas.base.Disk;
import io.barnabas.base.StorageException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Ends, when a partition's folder is opened, what an earlier process had begun in it: deletions, and the replacement of
 * segments by a compacted one. That one counts once its log is called {@code .swap}; the segments whose offsets it covers
 * are then worth nothing, whether their files are still there or not. Where another of the same replacement, or of one before
 * it, is still called {@code .cleaned}, it does not count.
 */
final class Leftovers {
    private final Disk disk;
    private final Path folder;
    private final BatchScanner scanner;

    Leftovers(Disk disk, Path folder, BatchScanner scanner) {
        this.disk = disk;
        this.folder = folder;
        this.scanner = scanner;
    }

    /** @param names what the folder holds, sorted @return what it holds afterwards */
    List<String> end(List<String> names) {
        var swaps = new ArrayList<String>(0);
        long cleanedFrom = Long.MAX_VALUE;
        boolean hasChanged = false;
        for (var name : names) {
            if (name.endsWith(FileNames.SWAP)) swaps.add(name);
            else if (name.endsWith(FileNames.CLEANED)) cleanedFrom = Math.min(cleanedFrom, offsetOf(name));
            else if (!name.endsWith(FileNames.DELETED) && !name.endsWith(FileNames.TEMPORARY)) continue;
            hasChanged = true;
        }
        if (!hasChanged) return names;
        for (var name : swaps) if (offsetOf(name) >= cleanedFrom) disk.delete(folder.resolve(name));
        for (var name : swaps) if (offsetOf(name) < cleanedFrom && name.endsWith(FileNames.LOG + FileNames.SWAP)) deleteReplaced(names, name);
        // In this order the log comes last of its files: without it the others are left for the next time.
        for (int i = swaps.size() - 1; i >= 0; i--) if (!isLog(swaps.get(i)) && offsetOf(swaps.get(i)) < cleanedFrom) finish(swaps.get(i));
        for (var name : swaps) if (isLog(name) && offsetOf(name) < cleanedFrom) finish(name);
        for (var name : names) {
            boolean isObsolete = name.endsWith(FileNames.DELETED) || name.endsWith(FileNames.CLEANED) || name.endsWith(FileNames.TEMPORARY);
            if (isObsolete) disk.delete(folder.resolve(name));
            if (name.endsWith(FileNames.LOG + FileNames.DELETED)) deleteIndexes(offsetOf(name));
        }
        return disk.list(folder);
    }

    /** Apache Kafka renames the log first: a crash may have left its indexes behind. */
    private void deleteIndexes(long baseOffset) {
        if (disk.exists(folder.resolve(FileNames.of(baseOffset, FileNames.LOG)))) return;
        for (var suffix : LogTruncation.DATA_SUFFIXES) disk.delete(folder.resolve(FileNames.of(baseOffset, suffix)));
    }

    private static boolean isLog(String swap) {
        return swap.endsWith(FileNames.LOG + FileNames.SWAP);
    }

    /** The base offset that a file's name begins with; of one that has none, which nobody made here, the largest. */
    private static long offsetOf(String name) {
        int dot = name.indexOf('.');
        long offset = dot < 0 ? -1 : FileNames.offsetOf(name.substring(0, dot), "");
        return offset < 0 ? Long.MAX_VALUE : offset;
    }

    private void deleteReplaced(List<String> names, String swap) {
        long from = offsetOf(swap);
        long to = Math.max(from + 1, endOffset(folder.resolve(swap)));
        for (var suffix : LogTruncation.DATA_SUFFIXES) {
            for (var name : names) {
                long offset = FileNames.offsetOf(name, suffix);
                if (offset >= from && offset < to) disk.delete(folder.resolve(name));
            }
        }
    }

    private long endOffset(Path log) {
        long end = 0;
        try (var file = disk.open(log, false)) {
            scanner.start(file, 0, file.size());
            while (scanner.next()) {
                end = scanner.header().lastOffset() + 1;
                // What it takes the place of is worth more than what cannot be read.
                if (!scanner.isValidCrc()) throw damaged(log, scanner.position(), "checksum");
            }
            if (scanner.problem() != null) throw damaged(log, scanner.position(), scanner.problem());
        }
        return end;
    }

    private static StorageException damaged(Path log, long position, String problem) {
        return new StorageException("compacted segment is damaged: file=%s position=%d problem=%s".formatted(log, position, problem));
    }

    private void finish(String swap) {
        var done = swap.substring(0, swap.length() - FileNames.SWAP.length());
        disk.rename(folder.resolve(swap), folder.resolve(done));
    }
}
