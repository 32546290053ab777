package io.barnabas.benchmarks.load;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** What a process has used of the machine so far, as Linux counts it, all threads together. */
public final class ProcessMeter {
    private static final long TICKS_PER_SECOND = 100; // USER_HZ, the same on every Linux that Java runs on

    /**
     * @param cpuNs           as the scheduler counts it, of the threads that live: a thread that ends takes its share along
     * @param userSeconds     to a hundredth of a second, ended threads included, like {@code systemSeconds}
     * @param peakResidentKb  the most memory it held since {@link #forgetPeak}
     * @param contextSwitches of the threads that live: those it asked for by waiting, and those forced on it
     * @param diskReadBytes   that storage had to give, since the page cache did not have them; what is read ahead for it included
     */
    public record Reading(long cpuNs, double userSeconds, double systemSeconds, long residentKb, long peakResidentKb,
            long contextSwitches, long diskReadBytes, int openFileCount) {
        /** What was used between; memory and files as they are now. */
        public Reading since(Reading before) {
            return new Reading(cpuNs - before.cpuNs, userSeconds - before.userSeconds, systemSeconds - before.systemSeconds,
                    residentKb, peakResidentKb, contextSwitches - before.contextSwitches, diskReadBytes - before.diskReadBytes, openFileCount);
        }
    }

    private final long pid;

    private ProcessMeter(long pid) {
        this.pid = pid;
    }

    /** @throws LoadException if there is no such process */
    public static ProcessMeter of(long pid) {
        if (!Files.isDirectory(Path.of("/proc/" + pid))) throw new LoadException("no such process: pid=" + pid);
        return new ProcessMeter(pid);
    }

    public long pid() {
        return pid;
    }

    /** @throws LoadException if the process has ended */
    public Reading read() {
        String stat = text("stat");
        // After the name, which may hold anything, in brackets.
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
        double userSeconds = Long.parseLong(fields[11]) / (double) TICKS_PER_SECOND;
        double systemSeconds = Long.parseLong(fields[12]) / (double) TICKS_PER_SECOND;
        String status = text("status");
        long cpuNs = 0;
        long switches = 0;
        try (var threads = Files.newDirectoryStream(Path.of("/proc/" + pid + "/task"))) {
            for (Path thread : threads) {
                cpuNs += cpuNsOf(thread);
                switches += switchesOf(thread);
            }
        } catch (IOException | DirectoryIteratorException e) {
            throw new LoadException("process has ended: pid=" + pid, e);
        }
        return new Reading(cpuNs, userSeconds, systemSeconds, number(status, "VmRSS:"), number(status, "VmHWM:"), switches,
                number(text("io"), "read_bytes:"), openFiles());
    }

    /** The most memory counts from here. @throws LoadException if the process has ended or is somebody else's */
    public void forgetPeak() {
        try {
            Files.writeString(Path.of("/proc/" + pid + "/clear_refs"), "5");
        } catch (IOException e) {
            throw new LoadException("cannot reset the peak of memory: pid=" + pid, e);
        }
    }

    private String text(String name) {
        try {
            return Files.readString(Path.of("/proc/" + pid + "/" + name));
        } catch (IOException e) {
            throw new LoadException("process has ended: pid=" + pid, e);
        }
    }

    private static long cpuNsOf(Path thread) throws IOException {
        String schedstat = textOf(thread, "schedstat");
        return schedstat.isEmpty() ? 0 : Long.parseLong(schedstat.substring(0, schedstat.indexOf(' ')));
    }

    private static long switchesOf(Path thread) throws IOException {
        String status = textOf(thread, "status");
        return status.isEmpty() ? 0 : number(status, "voluntary_ctxt_switches:") + number(status, "nonvoluntary_ctxt_switches:");
    }

    /** Nothing for a thread that has just ended. */
    private static String textOf(Path thread, String name) throws IOException {
        try {
            return Files.readString(thread.resolve(name));
        } catch (NoSuchFileException e) {
            return "";
        } catch (IOException e) {
            if (Files.exists(thread)) throw e;
            return "";
        }
    }

    /** The number in the line that begins with {@code name}; 0 if there is none, as for a process that has just ended. */
    private static long number(String status, String name) {
        for (String line : status.split("\n")) {
            if (line.startsWith(name)) return Long.parseLong(line.replaceAll("\\D", ""));
        }
        return 0;
    }

    private int openFiles() {
        try (var files = Files.list(Path.of("/proc/" + pid + "/fd"))) {
            return (int) files.count();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the open files: pid=" + pid, e);
        }
    }
}
