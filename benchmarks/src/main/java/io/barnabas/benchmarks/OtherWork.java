package io.barnabas.benchmarks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.LongStream;

/**
 * What others do on the machine while something is measured: the time that all cores were busy, without that of this
 * process, of those it started, and of one broker that somebody else started. What the kernel does for a broker in threads of
 * its own, such as writing back dirty pages, counts as other work too.
 */
final class OtherWork {
    private static final double TICKS_PER_SECOND = 100; // USER_HZ, the same on every Linux that Java runs on

    /** Where others keep more cores busy than this, figures say little. */
    static final double CORES_MAX = 0.15;
    /** Less says nothing: the kernel counts in hundredths of a second. */
    private static final double SECONDS_MIN = 0.5;

    private final long givenPid;
    private final long startNs = System.nanoTime();
    private final long startTicks;

    /** @param givenPid of a broker that is no child of this process; 0 for none */
    OtherWork(long givenPid) {
        this.givenPid = givenPid;
        startTicks = busyTicks() - ownTicks();
    }

    /** Cores that others kept busy since this was made, on average; 0 when that was only a moment ago. */
    double cores() {
        double seconds = (System.nanoTime() - startNs) / 1e9;
        if (seconds < SECONDS_MIN) return 0;
        return Math.max(0, (busyTicks() - ownTicks() - startTicks) / TICKS_PER_SECOND / seconds);
    }

    private static long busyTicks() {
        // cpu user nice system idle iowait irq softirq steal ...
        String[] fields = read(Path.of("/proc/stat")).split("\n")[0].trim().split("\\s+");
        long ticks = 0;
        for (int field : new int[] {1, 2, 3, 6, 7, 8}) ticks += Long.parseLong(fields[field]);
        return ticks;
    }

    private long ownTicks() {
        var processes = LongStream.concat(LongStream.of(ProcessHandle.current().pid()), ProcessHandle.current().descendants().mapToLong(ProcessHandle::pid));
        return LongStream.concat(processes, LongStream.of(givenPid)).map(OtherWork::ticksOf).sum();
    }

    /** User and kernel time of a process and of its children that have ended; 0 for one that is no more. */
    static long ticksOf(long pid) {
        String stat;
        try {
            stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
        } catch (IOException e) {
            return 0;
        }
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
        return LongStream.of(11, 12, 13, 14).map(field -> Long.parseLong(fields[(int) field])).sum();
    }

    /** {@link #ticksOf} in seconds, to a hundredth. */
    static double secondsOf(long pid) {
        return ticksOf(pid) / TICKS_PER_SECOND;
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
