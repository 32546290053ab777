package io.barnabas.log;

import io.barnabas.base.Clock;
import io.barnabas.base.Disk;
import io.barnabas.base.EventLoop;
import io.barnabas.base.StorageException;
import io.barnabas.base.Uuid;
import io.barnabas.model.TopicPartition;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One of the broker's {@code log.dirs}, with the folders of partitions in it. Safe for use from any thread: each log in it
 * belongs to a loop, the directory's own state is small and guarded. Opening reads four checkpoint files and one listing;
 * a partition is read when it is first opened.
 */
public final class LogDirectory implements AutoCloseable {
    /** What a log is opened for; called on the log's loop. */
    public interface OpenCallback {
        void onOpened(Log log);

        /** The partition cannot be used; {@code reason} names file and damage. The folder is left as it is. */
        void onRefused(String reason);
    }

    /**
     * What a directory works with.
     *
     * @param io               a small pool: cold reads, flushes, checkpoints, deletions
     * @param recovery         a small pool: opening of logs, for which nobody else is to wait
     * @param appends          one thread: writes that loops do not do themselves, since the disk is slow
     * @param recentBytes      of what each loop appended here, the last so many are taken to be in the page cache
     * @param cleaner          compacts logs; null if none here will be
     * @param openFilesMax     most segment files kept open in this directory
     * @param retentionCheckMs least time between two looks at what a log may delete
     */
    public record Environment(Disk disk, Clock clock, Executor io, Executor recovery, Executor appends, RandomGenerator random,
            LogCleaner cleaner, long recentBytes, int openFilesMax, long retentionCheckMs) {
        /** With one pool for all, a small page cache, and Kafka's pause between retention checks. */
        public Environment(Disk disk, Clock clock, Executor io, RandomGenerator random, int openFilesMax) {
            this(disk, clock, io, io, io, random, null, RECENT_BYTES_DEFAULT, openFilesMax, RETENTION_CHECK_MS_DEFAULT);
        }
    }

    private static final long RETENTION_CHECK_MS_DEFAULT = 300_000;
    private static final long RECENT_BYTES_DEFAULT = 8 << 20;
    private static final long FULL_WARNING_INTERVAL_MS = 10_000;
    private static final Logger LOGGER = LoggerFactory.getLogger(LogDirectory.class);

    private final Path path;
    private final Environment environment;
    private final Disk disk;
    private final DirectoryIdentity identity;
    private final AutoCloseable lock;
    private final OffsetCheckpoints checkpoints;
    private final DirectoryEntries entries;
    private final PartitionFolders folders;
    private final boolean closedCleanly;
    private final long previousBrokerEpoch;
    private final Map<TopicPartition, Log> logs = new ConcurrentHashMap<>();
    private final Map<EventLoop, Housekeeping> housekeepings = new ConcurrentHashMap<>();
    private final AtomicInteger openFiles = new AtomicInteger();
    private final List<Runnable> offlineListeners = new CopyOnWriteArrayList<>();
    private final WritePace pace;
    private final ReadPace readPace;
    private volatile StorageException failure;
    private volatile long nextFullWarningMs;
    /** A log could not be closed as a clean stop wants it. */
    private volatile boolean hasUncleanLog;

    private LogDirectory(Path path, Environment environment, DirectoryIdentity identity, AutoCloseable lock) {
        this.path = path;
        this.environment = environment;
        this.disk = environment.disk;
        this.identity = identity;
        this.lock = lock;
        this.pace = new WritePace(path);
        this.readPace = new ReadPace(disk, environment.clock);
        this.checkpoints = new OffsetCheckpoints(disk, path);
        this.entries = new DirectoryEntries(disk, path);
        this.folders = new PartitionFolders(disk, path, entries, checkpoints, environment.random);
        this.previousBrokerEpoch = CleanShutdown.take(disk, path);
        this.closedCleanly = previousBrokerEpoch != CleanShutdown.NOT_CLEAN;
    }

    /**
     * @return what {@code meta.properties} says, null if there is none
     * @throws LogDirectoryException if it makes no sense
     */
    public static DirectoryIdentity readIdentity(Disk disk, Path path) {
        return MetaProperties.read(disk, path);
    }

    /**
     * Makes a new directory this node's. Durable on return.
     *
     * @throws StorageException if it cannot be used
     */
    public static void format(Disk disk, Path path, DirectoryIdentity identity) {
        try {
            disk.createDirectories(path);
            MetaProperties.write(disk, path, identity);
        } catch (StorageException e) {
            throw notUsable(path, e);
        }
    }

    /**
     * Locks and opens a formatted directory.
     *
     * @throws LogDirectoryException if it is locked, not formatted, or another node's or cluster's
     * @throws StorageException      if it cannot be read or written
     */
    public static LogDirectory open(Path path, int nodeId, String clusterId, Environment environment) {
        AutoCloseable lock = null;
        try {
            lock = environment.disk.tryLock(path.resolve(FileNames.LOCK));
            if (lock == null) {
                throw new LogDirectoryException("log directory is in use by another process: path=%s; stop that one, or set log.dirs to another directory".formatted(path));
            }
            var identity = MetaProperties.readOwn(environment.disk, path, nodeId, clusterId);
            var directory = new LogDirectory(path, environment, identity, lock);
            for (var doomed : directory.folders.list()) environment.io.execute(() -> directory.folders.delete(doomed));
            return directory;
        } catch (StorageException e) {
            unlock(lock);
            throw notUsable(path, e);
        } catch (LogDirectoryException e) {
            unlock(lock);
            throw e;
        }
    }

    private static StorageException notUsable(Path path, StorageException e) {
        return new StorageException("log directory cannot be used: path=%s reason=%s; check that it exists, and that this user may write to it"
                .formatted(path, e.getMessage()), e);
    }

    public Path path() {
        return path;
    }

    /** The {@code directory.id} that is registered with the controller. */
    public Uuid id() {
        return identity.directoryId();
    }

    /** The pool for reads that may wait for the disk. */
    public Executor io() {
        return environment.io;
    }

    /** Whether the last run ended with {@link #closeCleanly}; if not, what follows the recovery point is checked at each opening. */
    public boolean wasClosedCleanly() {
        return closedCleanly;
    }

    /** The broker epoch that the last clean stop left, -1 if none. */
    public long previousBrokerEpoch() {
        return closedCleanly ? previousBrokerEpoch : -1;
    }

    /** All partitions with a folder here, also those not opened yet. */
    public List<TopicPartition> partitions() {
        return folders.partitions();
    }

    public boolean contains(TopicPartition partition) {
        return folders.contains(partition);
    }

    /** All partitions of whose logs a copy is being made here. */
    public List<TopicPartition> futures() {
        return folders.futures();
    }

    // --- opening logs

    /**
     * Opens a partition's log, or makes it, on the pool for recovery; then calls back on the log's loop. A log is open once.
     *
     * @param topicId written to {@code partition.metadata}; a folder with another id, left by a topic of that name which is
     *                gone, is set aside. {@link Uuid#ZERO} takes any
     */
    public void openLog(TopicPartition partition, Uuid topicId, LogConfig config, EventLoop loop, LogListener listener,
            OpenCallback callback) {
        open(partition, loop, callback, () -> load(partition, topicId, config, loop, listener));
    }

    /** As {@link #openLog} the copy of a log in another directory that is being made here, or a new one. */
    void openFuture(TopicPartition partition, Uuid topicId, LogConfig config, EventLoop loop, LogListener listener, OpenCallback callback) {
        open(partition, loop, callback, () -> loadFuture(partition, topicId, config, loop, listener));
    }

    /**
     * As {@link #openLog} a copy that is complete, flushed and closed: from now on it is the partition's log, durably so before it is
     * opened.
     *
     * @param firstDirtyOffset of the log that it is a copy of, 0 if that is not compacted
     */
    void openPromoted(TopicPartition partition, Uuid topicId, LogConfig config, EventLoop loop, LogListener listener, long firstDirtyOffset,
            OpenCallback callback) {
        open(partition, loop, callback, () -> {
            promote(partition, firstDirtyOffset);
            return load(partition, topicId, config, loop, listener);
        });
    }

    private void open(TopicPartition partition, EventLoop loop, OpenCallback callback, Supplier<Log> load) {
        environment.recovery.execute(() -> {
            try {
                var log = load.get();
                loop.execute(() -> {
                    register(log);
                    callback.onOpened(log);
                });
            } catch (StorageException | IllegalStateException e) {
                LOGGER.error("cannot open a log: partition={} reason={}", partition, e.getMessage());
                loop.execute(() -> callback.onRefused(e.getMessage()));
            }
        });
    }

    /**
     * As {@link #openLog}, at once, on the calling thread, which must be the loop's.
     *
     * @throws StorageException if the partition cannot be used
     */
    public Log openLogNow(TopicPartition partition, Uuid topicId, LogConfig config, EventLoop loop, LogListener listener) {
        var log = load(partition, topicId, config, loop, listener);
        register(log);
        return log;
    }

    private Log load(TopicPartition partition, Uuid topicId, LogConfig config, EventLoop loop, LogListener listener) {
        checkMayOpen(partition);
        var folder = folders.pathOf(partition);
        var loaded = folders.contains(partition) ? loadFound(partition, topicId, folder, config) : null;
        if (loaded == null) {
            if (folders.contains(partition)) folders.setAside(partition);
            folders.add(partition);
            loaded = create(partition, topicId, folder);
        }
        return new Log(this, loop, listener, partition, config, loaded, checkpoints.of(partition));
    }

    /** One that was found is used if it can be, since it may hold much; what is wrong with it costs only the time to copy again. */
    private Log loadFuture(TopicPartition partition, Uuid topicId, LogConfig config, EventLoop loop, LogListener listener) {
        checkMayOpen(partition);
        if (folders.contains(partition)) throw new IllegalStateException("log lies here: partition=" + partition);
        LoadedLog loaded = null;
        var found = folders.futureOf(partition);
        if (found != null) {
            try {
                loaded = loadFound(partition, topicId, found, config);
            } catch (StorageException e) {
                LOGGER.warn("the copy of a log is damaged and begun anew: partition={} reason={}", partition, e.getMessage());
            }
            if (loaded == null) dropFuture(partition);
        }
        if (loaded == null) {
            var folder = folders.newFuture(partition);
            loaded = create(partition, topicId, folder);
            folders.addFuture(partition, folder);
        }
        // What an earlier move took away from here must not come back beside a copy that the controller is told of.
        entries.sync(entries.onChange());
        return new Log(this, loop, listener, partition, config, loaded, checkpoints.of(partition));
    }

    private void checkMayOpen(TopicPartition partition) {
        if (failure != null) throw new StorageException("log directory is offline: path=" + path, failure);
        if (logs.containsKey(partition)) throw new IllegalStateException("log is open already: partition=" + partition);
    }

    private LoadedLog create(TopicPartition partition, Uuid topicId, Path folder) {
        checkpoints.forget(partition);
        return LogLoader.create(disk, folder, topicId, entries.onChange(), environment.clock.nowMs());
    }

    /** @return null if it is another topic's */
    private LoadedLog loadFound(TopicPartition partition, Uuid topicId, Path folder, LogConfig config) {
        var names = disk.list(folder);
        var foundId = PartitionMetadata.read(disk, folder, names, topicId);
        if (!foundId.isZero() && !topicId.isZero() && !foundId.equals(topicId)) return null;
        if (foundId.isZero() && !topicId.isZero()) PartitionMetadata.write(disk, folder, topicId);
        var found = checkpoints.of(partition);
        var loader = new LogLoader(disk, folder, names, partition, closedCleanly && !checkpoints.isTouched(partition), found.recoveryPoint(),
                config.indexIntervalBytes(), environment.clock.nowMs());
        var loaded = loader.load(foundId.isZero() ? topicId : foundId, found.logStartOffset(), entries.unknownChange());
        checkpoints.touch(partition);
        return loaded;
    }

    /**
     * The copy takes the plain name. Its offsets are on disk before: a recovery then knows what was durable, and where the log starts.
     */
    private void promote(TopicPartition partition, long firstDirtyOffset) {
        checkMayOpen(partition);
        boolean hasCopy = folders.futureOf(partition) != null;
        if (!hasCopy || folders.contains(partition)) throw new IllegalStateException("no copy to take: partition=" + partition);
        checkpoints.carry(partition, firstDirtyOffset);
        if (!checkpoints.write(this)) throw new StorageException("cannot write checkpoints: path=" + path);
        folders.promote(partition);
        checkpoints.touch(partition);
        entries.sync(entries.onChange());
    }

    /** Deletes a copy that is not open. */
    public void dropFuture(TopicPartition partition) {
        var future = folders.futureOf(partition);
        if (future == null) return;
        checkNotOpen(partition);
        var doomed = folders.renameDeleted(partition, future);
        environment.io.execute(() -> folders.delete(doomed));
    }

    private void checkNotOpen(TopicPartition partition) {
        if (logs.containsKey(partition)) throw new IllegalStateException("log is open: partition=" + partition);
    }

    private void register(Log log) {
        logs.put(log.topicPartition(), log);
        log.onOpened();
        if (failure != null) log.goOffline(failure.getMessage());
    }

    /**
     * Takes the folder of a partition that is not open, and that the cluster does not know, out of the way: it is kept as
     * {@code <partition>.<id>-stray}, for a person to look at and delete.
     */
    public void setAside(TopicPartition partition) {
        checkNotOpen(partition);
        folders.setAside(partition);
    }

    // --- for the logs in it

    Disk disk() {
        return disk;
    }

    Environment environment() {
        return environment;
    }

    WritePace pace() {
        return pace;
    }

    ReadPace readPace() {
        return readPace;
    }

    Housekeeping housekeeping(EventLoop loop) {
        return housekeepings.computeIfAbsent(loop, l -> new Housekeeping(this, l, new OpenSegments(openFiles, environment.openFilesMax)));
    }

    DirectoryEntries entries() {
        return entries;
    }

    OffsetCheckpoints checkpoints() {
        return checkpoints;
    }

    /** Writes checkpoints, on the I/O pool. @return false if that failed: the directory is offline, or the disk is full */
    boolean checkpoint(List<Housekeeping.Checkpoint> changes) {
        if (failure != null) return false;
        checkpoints.put(changes);
        return checkpoints.write(this);
    }

    void onClosed(Log log, boolean isClean) {
        if (!isClean) hasUncleanLog = true;
        logs.remove(log.topicPartition(), log);
    }

    void onDeleted(Log log, Path folder, long delayMs) {
        logs.remove(log.topicPartition(), log);
        try {
            var deleted = folders.renameDeleted(log.topicPartition(), folder);
            if (delayMs <= 0) environment.io.execute(() -> folders.delete(deleted));
            else log.loop().schedule(delayMs, () -> environment.io.execute(() -> folders.delete(deleted)));
        } catch (StorageException e) {
            fail(e);
        }
    }

    void warn(String what, StorageException error) {
        LOGGER.warn("{}: {}", what, error.getMessage());
    }

    /** A write was refused for want of room. Logged now and then, since clients try again many times a second. */
    void onFull(StorageException error) {
        long nowMs = environment.clock.nowMs();
        if (nowMs < nextFullWarningMs) return;
        nextFullWarningMs = nowMs + FULL_WARNING_INTERVAL_MS;
        LOGGER.warn("log directory is full, records are refused until there is room: path={} reason={}", path, error.getMessage());
    }

    // --- the end

    /** After an I/O error nothing is read or written here any more. */
    public boolean isOffline() {
        return failure != null;
    }

    /** Told once, on the thread that met the error, when the directory goes offline. */
    public void onOffline(Runnable listener) {
        offlineListeners.add(listener);
    }

    /** Whoever meets an error that leaves doubt about what is on the disk ends the directory's service. */
    void fail(StorageException error) {
        synchronized (this) {
            if (failure != null) return;
            failure = error;
        }
        LOGGER.error("log directory goes offline: path={} reason={}", path, error.getMessage());
        for (var log : logs.values()) log.loop().execute(() -> log.goOffline(error.getMessage()));
        for (var listener : offlineListeners) listener.run();
    }

    public long usableBytes() {
        return disk.usableBytes(path);
    }

    /**
     * Ends cleanly, once every log has been closed on its loop: checkpoints and the clean-shutdown mark are written. If a
     * log is still open, or anything failed, there is no mark.
     *
     * @param brokerEpoch goes into the mark, -1 if unknown
     */
    public void closeCleanly(long brokerEpoch) {
        if (failure == null && !hasUncleanLog && logs.isEmpty() && checkpoints.write(this)) {
            try {
                CleanShutdown.write(disk, path, brokerEpoch);
            } catch (StorageException e) {
                warn("cannot write the mark of a clean stop", e);
            }
        }
        close();
    }

    /** Lets go of the lock without a mark, as a crash would. */
    @Override
    public void close() {
        unlock(lock);
    }

    private static void unlock(AutoCloseable lock) {
        if (lock == null) return;
        try {
            lock.close();
        } catch (Exception e) {
            LOGGER.warn("cannot release a lock: {}", e.getMessage());
        }
    }
}
