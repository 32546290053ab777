package io.barnabas.log;

import io.barnabas.base.Clock;
import io.barnabas.base.Disk;
import io.barnabas.base.EventLoop;
import io.barnabas.base.Uuid;
import io.barnabas.model.TopicPartition;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.random.RandomGenerator;

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
     * @param io            a small pool: cold reads, flushes, opening of logs, checkpoints, deletions
     * @param openFilesMax  most segment files kept open in this directory
     */
    public record Environment(Disk disk, Clock clock, Executor io, RandomGenerator random, int openFilesMax) {}

    private LogDirectory() {}

    /** @return what {@code meta.properties} says, null if there is none @throws LogDirectoryException if it makes no sense */
    public static DirectoryIdentity readIdentity(Disk disk, Path path) {
        throw new UnsupportedOperationException();
    }

    /** Makes a new directory this node's. Durable on return. */
    public static void format(Disk disk, Path path, DirectoryIdentity identity) {
        throw new UnsupportedOperationException();
    }

    /**
     * Locks and opens a formatted directory.
     *
     * @throws LogDirectoryException if it is locked, not writable, not formatted, or another node's or cluster's
     */
    public static LogDirectory open(Path path, int nodeId, String clusterId, Environment environment) {
        throw new UnsupportedOperationException();
    }

    public Path path() {
        throw new UnsupportedOperationException();
    }

    /** The {@code directory.id} that is registered with the controller. */
    public Uuid id() {
        throw new UnsupportedOperationException();
    }

    /** The pool for reads that may wait for the disk. */
    public Executor io() {
        throw new UnsupportedOperationException();
    }

    /** Whether the last run ended with {@link #close}; if not, what follows the recovery point is checked at each opening. */
    public boolean wasClosedCleanly() {
        throw new UnsupportedOperationException();
    }

    /** The broker epoch that the last clean stop left, -1 if none. */
    public long previousBrokerEpoch() {
        throw new UnsupportedOperationException();
    }

    /** All partitions with a folder here, also those not opened yet. */
    public List<TopicPartition> partitions() {
        throw new UnsupportedOperationException();
    }

    public boolean contains(TopicPartition partition) {
        throw new UnsupportedOperationException();
    }

    /**
     * Opens a partition's log, or makes it, on the I/O pool; then calls back on the log's loop. A log is open once.
     *
     * @param topicId written to {@code partition.metadata}; a folder with another id is refused. {@link Uuid#ZERO} takes any
     */
    public void openLog(TopicPartition partition, Uuid topicId, LogConfig config, EventLoop loop, LogListener listener,
            OpenCallback callback) {
        throw new UnsupportedOperationException();
    }

    /**
     * As {@link #openLog}, at once, on the calling thread, which must be the loop's.
     *
     * @throws io.barnabas.base.StorageException if the partition cannot be used
     */
    public Log openLogNow(TopicPartition partition, Uuid topicId, LogConfig config, EventLoop loop, LogListener listener) {
        throw new UnsupportedOperationException();
    }

    /** Deletes the folder of a partition that is not open (a stray one). Files go later, on the I/O pool. */
    public void deleteFolder(TopicPartition partition) {
        throw new UnsupportedOperationException();
    }

    /** After an I/O error nothing is read or written here any more. */
    public boolean isOffline() {
        throw new UnsupportedOperationException();
    }

    public long usableBytes() {
        throw new UnsupportedOperationException();
    }

    /** Told once, on the thread that met the error, when the directory goes offline. */
    public void onOffline(Runnable listener) {
        throw new UnsupportedOperationException();
    }

    /**
     * Ends cleanly, once every log has been closed on its loop: checkpoints and the clean-shutdown mark are written.
     *
     * @param brokerEpoch goes into the mark, -1 if unknown
     */
    public void closeCleanly(long brokerEpoch) {
        throw new UnsupportedOperationException();
    }

    /** Lets go of the lock without a mark, as a crash would. */
    @Override
    public void close() {
        throw new UnsupportedOperationException();
    }
}
