package io.barnabas.log;

import io.barnabas.base.EventLoop;
import io.barnabas.base.StorageException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Makes a log durable: at most one flush is under way, and covers everything written before it began, so that all who ask
 * meanwhile share the next one. Owned by the log's loop; the work is done on the directory's I/O pool.
 */
final class LogFlusher {
    /** What nobody asks to be flushed is flushed after this time, which bounds what a recovery has to check. */
    private static final long BACKGROUND_FLUSH_MS = 60_000;
    /** Index entries are stored with a flush when at least so many are new: fewer cost a recovery nothing to find again. */
    private static final int INDEX_ENTRIES_STORED_MIN = 64;

    private final Log log;
    private final LogDirectory directory;
    private final EventLoop loop;
    private final Path folder;
    private final SegmentList segments;
    private final LeaderEpochHistory epochs;
    private long flushedOffset;
    private long wantedOffset;
    private Flush current;
    private int generation;
    private boolean epochsChanged;
    private boolean filesCreated;
    private final List<Path> sideFiles = new ArrayList<>(0);
    private final long folderChange;
    private long unflushedSinceMs = -1;
    private final List<Segment> closeAfterFlush = new ArrayList<>(0);

    LogFlusher(Log log, LogDirectory directory, EventLoop loop, Path folder, SegmentList segments, LeaderEpochHistory epochs,
            LoadedLog loaded) {
        this.log = log;
        this.directory = directory;
        this.loop = loop;
        this.folder = folder;
        this.segments = segments;
        this.epochs = epochs;
        this.flushedOffset = loaded.flushedOffset();
        this.wantedOffset = flushedOffset;
        this.folderChange = loaded.folderChange();
        // After a crash nobody knows which entries of the folder had been synced.
        this.filesCreated = flushedOffset < loaded.endOffset();
        this.epochsChanged = loaded.epochsChanged();
    }

    long flushedOffset() {
        return flushedOffset;
    }

    /** Counts truncations. */
    int generation() {
        return generation;
    }

    void onEpochsChanged() {
        epochsChanged = true;
    }

    /** A snapshot or a transaction index was written, to be durable with the next flush. */
    void onSideFile(Path path) {
        if (!sideFiles.contains(path)) sideFiles.add(path);
        filesCreated = true;
    }

    void onFileCreated() {
        filesCreated = true;
    }

    void closeAfterFlush(Segment segment) {
        closeAfterFlush.add(segment);
    }

    void onWritten(LogConfig config) {
        if (unflushedSinceMs < 0) unflushedSinceMs = loop.clock().nowMs();
        if (log.endOffset() - flushedOffset >= config.flushMessages()) flushTo(log.endOffset());
        else startIfWanted();
    }

    void flushTo(long offset) {
        if (offset <= wantedOffset) return;
        wantedOffset = offset;
        startIfWanted();
    }

    /** @return whether a flush was begun */
    boolean flushIfOld(long nowMs, LogConfig config) {
        if (flushedOffset == log.endOffset() || current != null) return false;
        if (wantedOffset > flushedOffset) {
            startIfWanted();
            return true;
        }
        if (unflushedSinceMs < 0) unflushedSinceMs = nowMs;
        if (nowMs - unflushedSinceMs < Math.min(BACKGROUND_FLUSH_MS, config.flushMs())) return false;
        flushTo(log.endOffset());
        return true;
    }

    void flushNow() {
        // One that is under way holds what the next would lack, so it has to be done as well.
        while (current != null || flushedOffset < log.endOffset()) performNow(current != null ? current : prepare());
    }

    /** Ends the flush that is under way: what it still has to write would come after what is to be taken back. Blocks. */
    void settle() {
        while (current != null) {
            var flush = current;
            var error = flush.perform();
            onDone(flush, error);
            if (error != null && !flush.isRetriable()) throw error;
        }
    }

    private void performNow(Flush flush) {
        var error = flush.perform();
        onDone(flush, error);
        if (error != null) throw error;
    }

    void onTruncated(long endOffset) {
        generation++;
        flushedOffset = Math.min(flushedOffset, endOffset);
        wantedOffset = Math.min(wantedOffset, endOffset);
        filesCreated = true;
        closeAfterFlush.clear();
        sideFiles.clear();
    }

    private void startIfWanted() {
        if (current != null || wantedOffset <= flushedOffset || log.endOffset() <= flushedOffset) return;
        var flush = prepare();
        current = flush;
        directory.io().execute(() -> {
            var error = flush.perform();
            loop.execute(() -> onDone(flush, error));
        });
    }

    private Flush prepare() {
        var epochsText = epochsChanged ? epochs.toText() : null;
        var flush = new Flush(directory, folder, log.endOffset(), generation, epochsText, filesCreated, folderChange);
        flush.sideFiles.addAll(sideFiles);
        sideFiles.clear();
        epochsChanged = false;
        filesCreated = false;
        unflushedSinceMs = -1;
        int firstUnflushed = segments.floor(flushedOffset);
        for (int i = segments.firstWithIndexes(firstUnflushed); i < segments.count(); i++) {
            var segment = segments.get(i);
            boolean isActive = i == segments.count() - 1;
            if (segment.isEmpty()) continue;
            if (i >= firstUnflushed) flush.add(segments.open(segment).retain());
            if (!segment.hasIndexesInMemory()) continue;
            int isNew = segment.offsetIndex().unstoredCount();
            if (!isActive || isNew >= INDEX_ENTRIES_STORED_MIN) flush.addIndexes(segment, !isActive);
        }
        return flush;
    }

    private void onDone(Flush flush, StorageException error) {
        if (flush.isTold) return;
        flush.isTold = true;
        if (flush == current) current = null;
        if (log.isClosed() || log.isOffline()) return;
        if (error != null) {
            onFailed(flush, error);
            return;
        }
        if (flush.generation != generation) {
            startIfWanted();
            return;
        }
        for (var segment : flush.indexedSegments) if (segment != segments.active()) segment.dropIndexes();
        boolean moved = flush.targetOffset > flushedOffset;
        flushedOffset = Math.max(flushedOffset, flush.targetOffset);
        if (log.endOffset() > flushedOffset && unflushedSinceMs < 0) unflushedSinceMs = loop.clock().nowMs();
        closeFlushed();
        startIfWanted();
        if (moved) log.onFlushed();
    }

    /** Nothing became durable: what this flush would have covered is to be covered by the next. */
    private void onFailed(Flush flush, StorageException error) {
        epochsChanged |= flush.includesEpochs;
        filesCreated |= flush.includesFolder;
        sideFiles.addAll(flush.sideFiles);
        for (var segment : flush.indexedSegments) {
            if (!segment.hasIndexesInMemory()) continue;
            segment.offsetIndex().markUnstored();
            segment.timeIndex().markUnstored();
        }
        // Waits for the next second: a full disk does not become emptier by asking.
        if (flush.isRetriable()) directory.warn("no room to flush, trying again: partition=" + log.topicPartition(), error);
        else directory.fail(error);
    }

    private void closeFlushed() {
        for (int i = closeAfterFlush.size() - 1; i >= 0; i--) {
            var segment = closeAfterFlush.get(i);
            if (segments.isNotFlushed(segment, flushedOffset)) continue;
            closeAfterFlush.remove(i);
            segments.letGo(segment);
        }
    }
}
