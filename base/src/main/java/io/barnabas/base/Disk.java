package io.barnabas.base;

import java.nio.file.Path;
import java.util.List;

/**
 * A file system, so that whoever writes files can be tested against one that forgets, tears, fills up and fails.
 * Every failure is a {@link StorageException} with the path in it; a full disk is {@link DiskFullException}.
 * All calls may block; none is for an event loop unless its directory is known to be quick.
 */
public interface Disk {
    /** Opens a file for reading and positional writing, making it when {@code create} and it is not there. */
    DiskFile open(Path path, boolean create);

    /**
     * Takes a lock on a file, made if it is not there, against other processes and against this one.
     *
     * @return closed to give the lock back; null if somebody holds it
     */
    AutoCloseable tryLock(Path path);

    /** @throws StorageException if that cannot be told, as where a directory above cannot be read or is none */
    boolean exists(Path path);

    /** Names of the entries of a directory, sorted. */
    List<String> list(Path directory);

    boolean isDirectory(Path path);

    /** Bytes of a file. */
    long size(Path path);

    /** Milliseconds since the epoch of the last modification. */
    long lastModifiedMs(Path path);

    /** Sets what {@link #lastModifiedMs} tells, until the next write. */
    void setLastModifiedMs(Path path, long ms);

    void createDirectories(Path directory);

    /** Renames a file or a directory in one step, replacing a file of that name. Durable after {@link #syncDirectory}. */
    void rename(Path from, Path to);

    /** Deletes a file or an empty directory; nothing happens if it is not there. */
    void delete(Path path);

    /** Makes the entries of a directory durable: files created, renamed and deleted in it. */
    void syncDirectory(Path directory);

    /** Bytes that can still be written on the file system of {@code directory}. */
    long usableBytes(Path directory);

    /** Bytes that the file system of {@code directory} holds in all. */
    long totalBytes(Path directory);

    /** Bytes that storage has had to read for the calling thread so far, since no memory held them; -1 where the system does not tell. */
    long storageReadBytes();
}
