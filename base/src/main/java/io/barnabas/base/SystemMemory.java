package io.barnabas.base;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The memory that this process and the kernel's page cache for it share. */
public final class SystemMemory {
    private static final long UNKNOWN = 1L << 30;

    private SystemMemory() {}

    /** Bytes that the machine has, or the control group (version 2) of a container allows; a guess of 1 GiB where neither says. */
    public static long bytes() {
        return bytes(Path.of("/proc/meminfo"), Path.of("/sys/fs/cgroup/memory.max"));
    }

    static long bytes(Path meminfo, Path groupMax) {
        long machine = machineBytes(meminfo);
        try {
            return Math.min(machine, Long.parseLong(Files.readString(groupMax).strip()));
        } catch (IOException | NumberFormatException e) {
            // No group, or "max".
            return machine;
        }
    }

    private static long machineBytes(Path meminfo) {
        try {
            for (String line : Files.readAllLines(meminfo)) {
                if (line.startsWith("MemTotal:")) return Long.parseLong(line.replaceAll("\\D", "")) << 10;
            }
        } catch (IOException | NumberFormatException e) {
            // As if it said nothing.
        }
        return UNKNOWN;
    }
}
