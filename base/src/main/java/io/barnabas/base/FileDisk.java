package io.barnabas.base;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.channels.WritableByteChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/**
 * The machine's file system. Safe for use from any thread. A thread that is interrupted in a call closes the file under
 * everybody's hands, as {@link FileChannel} says: threads that use a disk are never interrupted.
 */
public final class FileDisk implements Disk {
    private static final Set<StandardOpenOption> READ = Set.of(StandardOpenOption.READ);
    private static final Set<StandardOpenOption> OPEN = Set.of(StandardOpenOption.READ, StandardOpenOption.WRITE);
    private static final Set<StandardOpenOption> CREATE =
            Set.of(StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.CREATE);
    /** Of Linux, about whoever opens it. */
    private static final Path THREAD_IO = Path.of("/proc/thread-self/io");
    private static final String READ_BYTES = "read_bytes: ";

    private final Set<StandardOpenOption> toOpen;

    public FileDisk() {
        this(OPEN);
    }

    private FileDisk(Set<StandardOpenOption> toOpen) {
        this.toOpen = toOpen;
    }

    /** One through which no file that is there is ever opened for writing: what it opens may lie on a disk that takes no writes. */
    public static FileDisk readOnly() {
        return new FileDisk(READ);
    }

    @Override
    public DiskFile open(Path path, boolean create) {
        try {
            return new ChannelFile(path, FileChannel.open(path, create ? CREATE : toOpen));
        } catch (IOException e) {
            throw failure("open", path, e, create ? 1 : 0);
        }
    }

    @Override
    public AutoCloseable tryLock(Path path) {
        FileChannel channel = null;
        try {
            channel = FileChannel.open(path, CREATE);
            if (channel.tryLock() != null) return channel;
        } catch (OverlappingFileLockException e) {
            // This very process holds it: the same as another one holding it.
        } catch (IOException e) {
            throw failure("lock", path, e, 0);
        }
        closeQuietly(channel);
        return null;
    }

    @Override
    public boolean exists(Path path) {
        if (Files.exists(path)) return true;
        if (Files.notExists(path)) return false;
        // Else what cannot be read would be taken for what may be made anew.
        throw new StorageException("cannot tell whether it exists: path=" + path);
    }

    @Override
    public List<String> list(Path directory) {
        // The older listing makes no Path objects, which counts with thousands of partitions.
        var names = directory.toFile().list();
        if (names == null) throw new StorageException("cannot list: path=" + directory);
        Arrays.sort(names);
        return new ArrayList<>(Arrays.asList(names));
    }

    @Override
    public boolean isDirectory(Path path) {
        return Files.isDirectory(path);
    }

    @Override
    public long size(Path path) {
        try {
            return Files.size(path);
        } catch (IOException e) {
            throw failure("size", path, e, 0);
        }
    }

    @Override
    public long lastModifiedMs(Path path) {
        try {
            return Files.getLastModifiedTime(path).toMillis();
        } catch (IOException e) {
            throw failure("last modified", path, e, 0);
        }
    }

    @Override
    public void setLastModifiedMs(Path path, long ms) {
        try {
            Files.setLastModifiedTime(path, FileTime.fromMillis(ms));
        } catch (IOException e) {
            throw failure("set last modified", path, e, 1);
        }
    }

    @Override
    public void createDirectories(Path directory) {
        try {
            Files.createDirectories(directory);
        } catch (IOException e) {
            throw failure("create directory", directory, e, 1);
        }
    }

    @Override
    public void rename(Path from, Path to) {
        try {
            Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw failure("rename to " + to, from, e, 1);
        }
    }

    @Override
    public void delete(Path path) {
        try {
            Files.deleteIfExists(path);
        } catch (IOException e) {
            throw failure("delete", path, e, 0);
        }
    }

    @Override
    public void syncDirectory(Path directory) {
        try (var channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        } catch (IOException e) {
            throw failure("sync directory", directory, e, 0);
        }
    }

    @Override
    public long usableBytes(Path directory) {
        try {
            return Files.getFileStore(directory).getUsableSpace();
        } catch (IOException e) {
            throw failure("usable bytes", directory, e, 0);
        }
    }

    @Override
    public long totalBytes(Path directory) {
        try {
            return Files.getFileStore(directory).getTotalSpace();
        } catch (IOException e) {
            throw failure("total bytes", directory, e, 0);
        }
    }

    @Override
    public long storageReadBytes() {
        try {
            for (String line : Files.readAllLines(THREAD_IO)) if (line.startsWith(READ_BYTES)) return Long.parseLong(line.substring(READ_BYTES.length()));
        } catch (IOException | NumberFormatException e) {
            // Not Linux, or one that does not count.
        }
        return -1;
    }

    /** @param byteCount what was to be written, 0 when the failure cannot be for want of room */
    private static StorageException failure(String what, Path path, IOException cause, long byteCount) {
        var message = "disk error: call=%s path=%s error=%s".formatted(what, path, cause.getMessage());
        return byteCount > 0 && isFull(path, cause, byteCount)
                ? new DiskFullException(message, cause) : new StorageException(message, cause);
    }

    private static boolean isFull(Path path, IOException cause, long byteCount) {
        var reason = cause instanceof FileSystemException e && e.getReason() != null ? e.getReason() : cause.getMessage();
        if (reason != null && (reason.contains("No space left") || reason.contains("quota exceeded"))) return true;
        // The system's message may be in another language; an input or output error is never one of room.
        if (reason != null && reason.contains("Input/output error")) return false;
        var directory = path.toAbsolutePath().getParent();
        return directory != null && directory.toFile().getUsableSpace() < byteCount && Files.isDirectory(directory);
    }

    private static void closeQuietly(FileChannel channel) {
        if (channel == null) return;
        try {
            channel.close();
        } catch (IOException e) {
            // Nothing was written through it.
        }
    }

    /** Where the kernel sends pages without looking at them: an eighth of what reading them costs. */
    private static final class Nowhere {
        static final FileChannel CHANNEL = open();

        private static FileChannel open() {
            try {
                return FileChannel.open(Path.of("/dev/null"), StandardOpenOption.WRITE);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private static final class ChannelFile implements DiskFile {
        private final Path path;
        private final FileChannel channel;
        /** Where the kernel writes next: following it saves a seek, and positional calls cannot gather. Writer only. */
        private long writePosition;

        ChannelFile(Path path, FileChannel channel) {
            this.path = path;
            this.channel = channel;
        }

        @Override
        public Path path() {
            return path;
        }

        @Override
        public long size() {
            try {
                return channel.size();
            } catch (IOException e) {
                throw failure("size", path, e, 0);
            }
        }

        @Override
        public int read(ByteBuffer target, long position) {
            try {
                int total = 0;
                while (target.hasRemaining()) {
                    int count = channel.read(target, position + total);
                    if (count <= 0) break;
                    total += count;
                }
                return total;
            } catch (IOException e) {
                throw failure("read", path, e, 0);
            }
        }

        @Override
        public void write(ByteBuffer source, long position) {
            int wanted = source.remaining();
            try {
                seek(position);
                while (source.hasRemaining()) writePosition += channel.write(source);
            } catch (IOException e) {
                writePosition = -1;
                throw failure("write", path, e, wanted);
            }
        }

        @Override
        public void write(ByteBuffer[] sources, int count, long position) {
            long wanted = 0;
            for (int i = 0; i < count; i++) wanted += sources[i].remaining();
            try {
                seek(position);
                long left = wanted;
                int first = 0;
                while (left > 0) {
                    while (!sources[first].hasRemaining()) first++;
                    long written = channel.write(sources, first, count - first);
                    writePosition += written;
                    left -= written;
                }
            } catch (IOException e) {
                writePosition = -1;
                throw failure("write", path, e, wanted);
            }
        }

        private void seek(long position) throws IOException {
            if (writePosition == position) return;
            channel.position(position);
            writePosition = position;
        }

        @Override
        public long transferTo(long position, long byteCount, WritableByteChannel target) throws IOException {
            return channel.transferTo(position, byteCount, target);
        }

        @Override
        public long prefetch(long position, long byteCount) {
            try {
                long total = 0;
                while (total < byteCount) {
                    long count = channel.transferTo(position + total, byteCount - total, Nowhere.CHANNEL);
                    if (count <= 0) break;
                    total += count;
                }
                return total;
            } catch (IOException e) {
                throw failure("prefetch", path, e, 0);
            }
        }

        @Override
        public void truncate(long size) {
            try {
                channel.truncate(size);
                writePosition = -1;
            } catch (IOException e) {
                throw failure("truncate", path, e, 0);
            }
        }

        @Override
        public void sync() {
            try {
                channel.force(false);
            } catch (IOException e) {
                throw failure("sync", path, e, 1);
            }
        }

        @Override
        public void close() {
            closeQuietly(channel);
        }
    }
}
