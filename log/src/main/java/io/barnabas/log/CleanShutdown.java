package io.barnabas.log;

import io.barnabas.base.Disk;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The file that a clean stop leaves, {@code {"version":0,"brokerEpoch":N}}, and the next start takes away. */
final class CleanShutdown {
    private static final Logger LOGGER = LoggerFactory.getLogger(CleanShutdown.class);
    static final long NOT_CLEAN = -2;
    private static final long UNKNOWN_EPOCH = -1;
    private static final String EPOCH_KEY = "\"brokerEpoch\"";

    private CleanShutdown() {}

    /** Durable on return. */
    static void write(Disk disk, Path directory, long brokerEpoch) {
        CheckpointFile.replace(disk, directory.resolve(FileNames.CLEAN_SHUTDOWN), "{\"version\":0,\"brokerEpoch\":" + brokerEpoch + "}");
    }

    /**
     * Takes the mark away, durably: from now on a crash must not look like a clean stop.
     *
     * @return the broker epoch in it, -1 if it has none, NOT_CLEAN if there is no mark, or one that makes no sense
     */
    static long take(Disk disk, Path directory) {
        var path = directory.resolve(FileNames.CLEAN_SHUTDOWN);
        var text = CheckpointFile.read(disk, path);
        if (text == null) return NOT_CLEAN;
        disk.delete(path);
        disk.syncDirectory(directory);
        return epochIn(text);
    }

    private static long epochIn(String text) {
        int at = text.indexOf(EPOCH_KEY);
        int colon = at < 0 ? -1 : text.indexOf(':', at);
        if (colon < 0) return UNKNOWN_EPOCH;
        int end = colon + 1;
        while (end < text.length() && text.charAt(end) != ',' && text.charAt(end) != '}') end++;
        try {
            return Math.max(UNKNOWN_EPOCH, Long.parseLong(text.substring(colon + 1, end).trim()));
        } catch (NumberFormatException e) {
            LOGGER.warn("the mark of a clean stop makes no sense, and does not count: text={}", text);
            return NOT_CLEAN;
        }
    }
}
