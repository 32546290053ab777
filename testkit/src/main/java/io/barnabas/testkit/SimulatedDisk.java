package io.barnabas.testkit;

import io.barnabas.base.Clock;
import io.barnabas.base.Disk;
import io.barnabas.base.DiskFile;
import io.barnabas.base.DiskFullException;
import io.barnabas.base.StorageException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.random.RandomGenerator;

/**
 * A file system in memory that is as bad as real ones are: {@link #crash} forgets what was not synced, in pieces, bytes and
 * directory entries alike; it fills up, and it fails on request. Safe for use from any thread.
 */
public final class SimulatedDisk implements Disk {
    /** Which calls {@link #failOn} makes fail. */
    public enum Call { OPEN, READ, WRITE, SYNC, TRUNCATE, RENAME, DELETE, SYNC_DIRECTORY }

    /** Decides whether a call fails with an input or output error. */
    public interface Fault {
        boolean hits(Call call, Path path);
    }

    private static final Fault NO_FAULT = (call, path) -> false;

    private final Clock clock;
    private final Map<Path, Folder> folders = new TreeMap<>();
    private final Set<Path> locks = new HashSet<>();
    private Fault fault = NO_FAULT;
    private long capacityBytes = Long.MAX_VALUE;
    private int openFiles;
    /** Files opened before a crash belong to a process that is dead. */
    private int boot;
    private long syncCount;
    private long readBytes;
    private boolean isCached;
    private long storageReadBytes;

    public SimulatedDisk(Clock clock) {
        this.clock = clock;
        folders.put(Path.of("/"), new Folder());
    }

    /** Power cut: only what was synced is sure to be left. Open files and locks of before are dead. */
    public synchronized void crash(RandomGenerator random) {
        boot++;
        locks.clear();
        openFiles = 0;
        for (var folder : List.copyOf(folders.values())) folder.crash(random);
        var files = new HashSet<SimulatedFile>();
        var reachable = new TreeMap<Path, Folder>();
        collect(Path.of("/"), folders.get(Path.of("/")), reachable, files);
        folders.clear();
        folders.putAll(reachable);
        for (var file : inOrder(reachable)) if (files.remove(file)) file.crash(random);
    }

    /** {@code kill -9}: the page cache stays, open files and locks are gone. */
    public synchronized void killProcess() {
        boot++;
        locks.clear();
        openFiles = 0;
    }

    /** From now on. null ends it. */
    public synchronized void failOn(Fault newFault) {
        fault = newFault == null ? NO_FAULT : newFault;
    }

    /** Room for all files together; less than is used makes every growth fail. */
    public synchronized void capacityBytes(long bytes) {
        capacityBytes = bytes;
    }

    public synchronized long usedBytes() {
        long used = 0;
        for (var folder : folders.values()) {
            for (var entry : folder.now.values()) if (entry instanceof SimulatedFile file) used += file.size;
        }
        return used;
    }

    public synchronized int openFiles() {
        return openFiles;
    }

    /** File syncs so far. */
    public synchronized long syncCount() {
        return syncCount;
    }

    /** Bytes read from files so far. */
    public synchronized long readBytes() {
        return readBytes;
    }

    /** From now on, whether memory holds all that is read. */
    public synchronized void cached(boolean all) {
        isCached = all;
    }

    @Override
    public synchronized long storageReadBytes() {
        return storageReadBytes;
    }

    /** A copy of a file's bytes as programs see them. */
    public synchronized byte[] bytes(Path path) {
        var file = file(path);
        return java.util.Arrays.copyOf(file.content, file.size);
    }

    /** Replaces a file behind everybody's back, durably. */
    public synchronized void replace(Path path, byte[] bytes) {
        var file = file(path);
        file.truncate(0);
        file.write(bytes, bytes.length, 0);
        file.sync();
    }

    @Override
    public synchronized DiskFile open(Path path, boolean create) {
        check(Call.OPEN, path);
        var folder = folderOf(path);
        var entry = folder.now.get(name(path));
        if (entry == null && create) {
            entry = newFile();
            folder.put(name(path), entry);
        }
        if (!(entry instanceof SimulatedFile file)) throw new StorageException("no such file: path=" + path);
        openFiles++;
        return new Handle(path, file, boot);
    }

    @Override
    public synchronized AutoCloseable tryLock(Path path) {
        if (!locks.add(path)) return null;
        int mine = boot;
        open(path, true).close();
        return () -> {
            synchronized (this) {
                if (boot == mine) locks.remove(path);
            }
        };
    }

    @Override
    public synchronized boolean exists(Path path) {
        if (folders.containsKey(path)) return true;
        var folder = folders.get(path.getParent());
        return folder != null && folder.now.containsKey(name(path));
    }

    @Override
    public synchronized List<String> list(Path directory) {
        return new ArrayList<>(folder(directory).now.keySet());
    }

    @Override
    public synchronized boolean isDirectory(Path path) {
        return folders.containsKey(path);
    }

    @Override
    public synchronized long size(Path path) {
        return file(path).size;
    }

    @Override
    public synchronized long lastModifiedMs(Path path) {
        return file(path).modifiedMs;
    }

    @Override
    public synchronized void setLastModifiedMs(Path path, long ms) {
        file(path).modifiedMs = ms;
    }

    @Override
    public synchronized void createDirectories(Path directory) {
        if (folders.containsKey(directory)) return;
        createDirectories(directory.getParent());
        var folder = new Folder();
        folderOf(directory).put(name(directory), folder);
        folders.put(directory, folder);
    }

    @Override
    public synchronized void rename(Path from, Path to) {
        check(Call.RENAME, from);
        var source = folderOf(from);
        var entry = source.now.get(name(from));
        if (entry == null) throw new StorageException("no such file: path=" + from);
        if (folderOf(to) != source) throw new StorageException("rename between directories: from=%s to=%s".formatted(from, to));
        source.rename(name(from), name(to));
        if (!(entry instanceof Folder)) return;
        var moved = new HashMap<Path, Folder>();
        for (var path : List.copyOf(folders.keySet())) {
            if (path.startsWith(from)) moved.put(to.resolve(from.relativize(path)), folders.remove(path));
        }
        // Resolving an empty relative path appends nothing, so the folder itself lands on its new name.
        folders.putAll(moved);
    }

    @Override
    public synchronized void delete(Path path) {
        check(Call.DELETE, path);
        var folder = folderOf(path);
        var entry = folder.now.get(name(path));
        if (entry == null) return;
        if (entry instanceof Folder inner) {
            if (!inner.now.isEmpty()) throw new StorageException("directory not empty: path=" + path);
            folders.remove(path);
        }
        folder.remove(name(path));
    }

    @Override
    public synchronized void syncDirectory(Path directory) {
        check(Call.SYNC_DIRECTORY, directory);
        folder(directory).sync();
    }

    @Override
    public synchronized long usableBytes(Path directory) {
        return capacityBytes - usedBytes();
    }

    @Override
    public synchronized long totalBytes(Path directory) {
        return capacityBytes;
    }

    private static void collect(Path path, Folder folder, Map<Path, Folder> reachable, Set<SimulatedFile> files) {
        reachable.put(path, folder);
        for (var entry : folder.now.entrySet()) {
            if (entry.getValue() instanceof Folder inner) collect(path.resolve(entry.getKey()), inner, reachable, files);
            else files.add((SimulatedFile) entry.getValue());
        }
    }

    /** In the order of their names, so that a seed always meets them alike. */
    private static List<SimulatedFile> inOrder(Map<Path, Folder> reachable) {
        var files = new ArrayList<SimulatedFile>();
        for (var folder : reachable.values()) {
            for (var entry : folder.now.values()) if (entry instanceof SimulatedFile file) files.add(file);
        }
        return files;
    }

    private SimulatedFile newFile() {
        var file = new SimulatedFile();
        file.modifiedMs = clock.nowMs();
        return file;
    }

    private void check(Call call, Path path) {
        if (fault.hits(call, path)) throw new StorageException("simulated input/output error: call=%s path=%s".formatted(call, path));
    }

    private Folder folder(Path path) {
        var folder = folders.get(path);
        if (folder == null) throw new StorageException("no such directory: path=" + path);
        return folder;
    }

    private Folder folderOf(Path path) {
        return folder(path.getParent());
    }

    private SimulatedFile file(Path path) {
        if (folderOf(path).now.get(name(path)) instanceof SimulatedFile file) return file;
        throw new StorageException("no such file: path=" + path);
    }

    private static String name(Path path) {
        return path.getFileName().toString();
    }

    /** A directory: what programs see, what is durable, and the changes between the two in their order. */
    private static final class Folder {
        private record Change(String removed, String added, Object entry) {}

        private TreeMap<String, Object> now = new TreeMap<>();
        private TreeMap<String, Object> durable = new TreeMap<>();
        private final List<Change> changes = new ArrayList<>();

        void put(String name, Object entry) {
            change(new Change(null, name, entry));
        }

        void remove(String name) {
            change(new Change(name, null, null));
        }

        void rename(String from, String to) {
            change(new Change(from, to, now.get(from)));
        }

        void sync() {
            durable = new TreeMap<>(now);
            changes.clear();
        }

        /** As a journal does it: a prefix of the changes has reached the disk. */
        void crash(RandomGenerator random) {
            int kept = random.nextInt(changes.size() + 1);
            for (var change : changes.subList(0, kept)) apply(change, durable);
            changes.clear();
            now = new TreeMap<>(durable);
        }

        private void change(Change change) {
            apply(change, now);
            changes.add(change);
        }

        private static void apply(Change change, Map<String, Object> entries) {
            if (change.removed != null) entries.remove(change.removed);
            if (change.added != null) entries.put(change.added, change.entry);
        }
    }

    private final class Handle implements DiskFile {
        private final Path path;
        private final SimulatedFile file;
        private final int openedAtBoot;
        private boolean closed;

        Handle(Path path, SimulatedFile file, int openedAtBoot) {
            this.path = path;
            this.file = file;
            this.openedAtBoot = openedAtBoot;
        }

        @Override
        public Path path() {
            return path;
        }

        @Override
        public long size() {
            synchronized (SimulatedDisk.this) {
                checkUsable(null);
                return file.size;
            }
        }

        @Override
        public int read(ByteBuffer target, long position) {
            synchronized (SimulatedDisk.this) {
                checkUsable(Call.READ);
                int count = (int) Math.max(0, Math.min(target.remaining(), file.size - position));
                if (count > 0) target.put(file.content, (int) position, count);
                readBytes += count;
                if (!isCached) storageReadBytes += count;
                return count;
            }
        }

        @Override
        public void write(ByteBuffer source, long position) {
            synchronized (SimulatedDisk.this) {
                checkUsable(Call.WRITE);
                long growth = Math.max(0, position + source.remaining() - file.size);
                long room = growth == 0 ? 0 : Math.max(0, capacityBytes - usedBytes());
                boolean full = growth > room;
                // A full disk takes what still fits, as real ones do.
                int count = full ? (int) Math.max(0, source.remaining() - (growth - room)) : source.remaining();
                var bytes = new byte[count];
                source.get(bytes);
                if (count > 0) file.write(bytes, count, (int) position);
                file.modifiedMs = clock.nowMs();
                if (full) throw new DiskFullException("simulated full disk: path=" + path, null);
            }
        }

        @Override
        public void write(ByteBuffer[] sources, int count, long position) {
            for (int i = 0; i < count; i++) {
                int size = sources[i].remaining();
                write(sources[i], position);
                position += size;
            }
        }

        @Override
        public long transferTo(long position, long byteCount, WritableByteChannel channel) throws IOException {
            var bytes = ByteBuffer.allocate((int) Math.max(0, Math.min(byteCount, size() - position)));
            read(bytes, position);
            return channel.write(bytes.flip());
        }

        @Override
        public long prefetch(long position, long byteCount) {
            return read(ByteBuffer.allocate((int) Math.max(0, Math.min(byteCount, size() - position))), position);
        }

        @Override
        public void truncate(long size) {
            synchronized (SimulatedDisk.this) {
                checkUsable(Call.TRUNCATE);
                file.truncate((int) size);
            }
        }

        @Override
        public void sync() {
            synchronized (SimulatedDisk.this) {
                try {
                    checkUsable(Call.SYNC);
                } catch (StorageException e) {
                    file.dropUnsynced();
                    throw e;
                }
                syncCount++;
                file.sync();
            }
        }

        @Override
        public void close() {
            synchronized (SimulatedDisk.this) {
                if (!closed && openedAtBoot == boot) openFiles--;
                closed = true;
            }
        }

        private void checkUsable(Call call) {
            if (openedAtBoot != boot) throw new StorageException("process is dead: path=" + path);
            if (closed) throw new StorageException("file is closed: path=" + path);
            if (call != null) check(call, path);
        }
    }
}
