package io.barnabas.server;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** How many files this process may have open, and how many of those are for segments: the others are for sockets and short uses. */
final class OpenFiles {
    private static final Path LIMITS = Path.of("/proc/self/limits");
    private static final String LINE = "Max open files";
    /** Where the system does not say: what the smallest of them allow. */
    private static final int LIMIT_DEFAULT = 4_096;
    private static final int LIMIT_MAX = 1_000_000;
    private static final int SEGMENTS_PERCENT = 60;

    private OpenFiles() {}

    /** For all log directories together. */
    static int segmentsMax() {
        return limit() / 100 * SEGMENTS_PERCENT;
    }

    private static int limit() {
        try {
            for (var line : Files.readAllLines(LIMITS)) if (line.startsWith(LINE)) return limitOf(line);
        } catch (IOException e) {
            // Not Linux.
        }
        return LIMIT_DEFAULT;
    }

    /** The soft limit, which Java has raised to the hard one: {@code Max open files  20000  20000  files}. */
    static int limitOf(String line) {
        var soft = line.substring(LINE.length()).trim().split("\\s+")[0];
        if (soft.equals("unlimited")) return LIMIT_MAX;
        try {
            return (int) Math.min(Long.parseLong(soft), LIMIT_MAX);
        } catch (NumberFormatException e) {
            return LIMIT_DEFAULT;
        }
    }
}
