package io.barnabas.benchmarks;

import io.barnabas.benchmarks.load.LoadGenerator;
import io.barnabas.testkit.process.Command;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Looks into a broker under load, by runs of their own, since looking costs time. */
final class Profile {
    private static final double SECONDS = 1;
    private static final Pattern TOTAL = Pattern.compile("(?m)^100\\.00\\s+\\S+\\s+(?:\\d+\\s+)?(\\d+)\\s+(?:\\d+\\s+)?total$");
    private static final Pattern ALLOCATED = Pattern.compile(" allocated=(\\d+)([BKMG]?)");

    private final long pid;
    private final Run run;

    Profile(long pid, Run run) {
        this.pid = pid;
        this.run = run;
    }

    /** @param name of the file that the system calls go to, among the run's results */
    Map<Value, Double> of(LoadGenerator load, String name) {
        var values = new EnumMap<Value, Double>(Value.class);
        var jcmd = run.brokers() == null ? null : run.brokers().jdk().resolve("bin/jcmd");
        if (jcmd != null && Files.isExecutable(jcmd)) values.put(Value.ALLOCATED_BYTES, allocatedBytes(load, jcmd));
        if (isOnPath("strace")) {
            String counted = run.store().folder().resolve("profile").resolve(fileName(name)).toString();
            values.put(Value.SYSTEM_CALLS, systemCalls(load, Path.of(counted)));
        }
        return values;
    }

    private double allocatedBytes(LoadGenerator load, Path jcmd) {
        long before = sumAllocated(threads(jcmd));
        long requests = load.run(Run.duration(SECONDS)).requestCount();
        return (sumAllocated(threads(jcmd)) - before) / (double) requests;
    }

    private String threads(Path jcmd) {
        return Command.of(jcmd.toString(), Long.toString(pid), "Thread.print", "-e").run().successful().output();
    }

    /** What all threads in the JVM's print of them have allocated, in bytes, each to three digits at least. */
    static long sumAllocated(String threads) {
        long sum = 0;
        Matcher allocated = ALLOCATED.matcher(threads);
        while (allocated.find()) {
            int shift = switch (allocated.group(2)) {
                case "K" -> 10;
                case "M" -> 20;
                case "G" -> 30;
                default -> 0;
            };
            sum += Long.parseLong(allocated.group(1)) << shift;
        }
        return sum;
    }

    private double systemCalls(LoadGenerator load, Path file) {
        try {
            Files.createDirectories(file.getParent());
            Process strace = new ProcessBuilder("strace", "-c", "-f", "-p", Long.toString(pid), "-o", file.toString()).redirectErrorStream(true).start();
            try {
                var said = new BufferedReader(new InputStreamReader(strace.getInputStream()));
                String attached = said.readLine();
                if (attached == null || !attached.contains("attached")) throw new IllegalStateException("strace does not attach: " + attached);
                long requests = load.run(Run.duration(SECONDS)).requestCount();
                Command.of("kill", "-s", "INT", Long.toString(strace.pid())).run();
                strace.waitFor(10, TimeUnit.SECONDS);
                return countedCalls(Files.readString(file)) / (double) requests;
            } finally {
                strace.destroyForcibly();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** All calls in a summary of strace. */
    static long countedCalls(String summary) {
        Matcher total = TOTAL.matcher(summary);
        if (!total.find()) throw new IllegalStateException("no total in the summary of strace:\n" + summary);
        return Long.parseLong(total.group(1));
    }

    private static String fileName(String name) {
        return name.toLowerCase(java.util.Locale.ROOT).replaceAll("[^a-z0-9]+", "-") + ".txt";
    }

    private static boolean isOnPath(String tool) {
        for (String folder : System.getenv("PATH").split(":")) if (Files.isExecutable(Path.of(folder, tool))) return true;
        return false;
    }
}
