package io.barnabas.tools;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Whether another process has locked a file, without locking it oneself, which a broker that starts just then would fail at. */
final class FileLocks {
    private static final Path LOCKS = Path.of("/proc/locks");

    private FileLocks() {}

    /** False also where nobody can tell: on other systems than Linux, or when the process is in another container. */
    static boolean isHeld(Path file) {
        try {
            if (!Files.exists(file) || !Files.exists(LOCKS)) return false;
            // 1: POSIX  ADVISORY  WRITE pid major:minor:inode start end
            var inode = ":" + Files.getAttribute(file, "unix:ino") + " ";
            long device = (Long) Files.getAttribute(file, "unix:dev");
            var name = "%02x:%02x".formatted((device >> 8 & 0xFFF) | (device >> 32 & ~0xFFF), (device & 0xFF) | (device >> 12 & ~0xFF)) + inode;
            for (var line : Files.readAllLines(LOCKS)) if (line.contains(" " + name)) return true;
            return false;
        } catch (IOException | UnsupportedOperationException | IllegalArgumentException e) {
            // Where the system does not tell, nothing depends on it: a reader is spared the word of warning, and a repair takes the lock.
            return false;
        }
    }
}
