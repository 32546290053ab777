package io.barnabas.benchmarks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** What the figures depend on beside the brokers. Two runs on equal machines may be put side by side. */
record Machine(String cpu, int cores, long memoryMb, String kernel, String fileSystem) {
    /** @param data where brokers will keep their data; it exists */
    static Machine of(Path data) {
        try {
            return new Machine(valueOf("/proc/cpuinfo", "model name"), Runtime.getRuntime().availableProcessors(),
                    Long.parseLong(valueOf("/proc/meminfo", "MemTotal").split(" ")[0]) / 1024,
                    Files.readString(Path.of("/proc/sys/kernel/osrelease")).strip(), Files.getFileStore(data).type());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String valueOf(String file, String name) throws IOException {
        for (String line : Files.readAllLines(Path.of(file))) {
            if (line.startsWith(name)) return line.substring(line.indexOf(':') + 1).strip();
        }
        return "unknown";
    }

    /** Average length of the run queue over the last minute. */
    static double loadAverage() {
        return Double.parseDouble(read("/proc/loadavg").split(" ")[0]);
    }

    String text() {
        return String.join(", ", List.of(cpu, cores + " cores", memoryMb + " MB", "Linux " + kernel, fileSystem));
    }

    private static String read(String file) {
        try {
            return Files.readString(Path.of(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
