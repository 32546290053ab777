package io.barnabas.testkit.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A process of its own that serves a port, its output in a file. Ends with this JVM at the latest. */
public final class ChildProcess {
    private static final long READY_SECONDS_MAX = 60;
    private static final long END_SECONDS_MAX = 60;

    /** It ended before it was ready; the message has its output. */
    public static final class EndedException extends RuntimeException {
        private EndedException(String message) {
            super(message);
        }
    }

    private final Process process;
    private final Path outputFile;
    private final Thread reaper;

    private ChildProcess(Process process, Path outputFile) {
        this.process = process;
        this.outputFile = outputFile;
        reaper = new Thread(process::destroyForcibly);
        Runtime.getRuntime().addShutdownHook(reaper);
    }

    public static ChildProcess start(List<String> command, Map<String, String> environment, Path directory, Path outputFile) {
        var builder = new ProcessBuilder(command).directory(directory.toFile()).redirectErrorStream(true)
                .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                .redirectOutput(ProcessBuilder.Redirect.appendTo(outputFile.toFile()));
        builder.environment().putAll(environment);
        try {
            return new ChildProcess(builder.start(), outputFile);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot start: command=" + command, e);
        }
    }

    public long pid() {
        return process.pid();
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    /** All that it printed so far, errors included. */
    public String output() {
        try {
            return Files.readString(outputFile);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Waits until it answers a request on {@code port} and holds that port itself; fails when it ends before. */
    public void awaitAnswer(int port) {
        long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(READY_SECONDS_MAX);
        while (!answers(port)) {
            if (!isAlive()) throw new EndedException("ended before it was ready: exit code=" + process.exitValue() + "\n" + output());
            if (System.nanoTime() > deadlineNs) {
                kill();
                throw new AssertionError("not ready: seconds=" + READY_SECONDS_MAX + " port=" + port + "\n" + output());
            }
            waitUpTo(5, TimeUnit.MILLISECONDS);
        }
    }

    private boolean answers(int port) {
        try (var socket = new Socket()) {
            socket.connect(new InetSocketAddress("localhost", port), 1_000);
            socket.setSoTimeout(5_000);
            // length 10, ApiVersions (18) version 0, correlation id 7, no client id
            socket.getOutputStream().write(ByteBuffer.allocate(14).putInt(10).putShort((short) 18).putShort((short) 0)
                    .putInt(7).putShort((short) -1).array());
            byte[] head = socket.getInputStream().readNBytes(8);
            if (head.length < 8 || ByteBuffer.wrap(head).getInt(4) != 7) return false;
            if (!Ports.isListening(pid(), port)) throw new AssertionError("another process answers: port=" + port + "\n" + output());
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    /** Ends it as {@code kill -9} does. */
    public void kill() {
        process.destroyForcibly();
        awaitEnd();
    }

    /** Sends SIGTERM and waits for the end. @return the exit code */
    public int terminate() {
        process.destroy();
        return awaitEnd();
    }

    /** @param name as {@code kill -s} takes it: STOP, CONT, ... */
    public void signal(String name) {
        Command.of("kill", "-s", name, Long.toString(pid())).run().successful();
    }

    /** Stops it where it is, until it is ended: a thread that is in a call of the kernel ends that call, and goes no further. */
    public void freeze() {
        signal("STOP");
        awaitThreads("TD");
    }

    /** Does something while the process stands still, none of its threads in a call of the kernel that does something. */
    public void whilePaused(Runnable action) {
        signal("STOP");
        awaitThreads("T");
        action.run();
        signal("CONT");
    }

    /** @param states that all threads have to be in, see {@link #state} */
    private void awaitThreads(String states) {
        while (!areThreadsIn(states)) Thread.onSpinWait();
    }

    private boolean areThreadsIn(String states) {
        try (var threads = Files.list(Path.of("/proc/" + pid() + "/task"))) {
            return threads.allMatch(thread -> states.indexOf(state(thread)) >= 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** As ps shows it: T for stopped, D for a call that cannot be interrupted, ... */
    private static char state(Path thread) {
        try {
            String stat = Files.readString(thread.resolve("stat"));
            return stat.charAt(stat.lastIndexOf(')') + 2);
        } catch (IOException e) {
            return 'T'; // it has ended meanwhile
        }
    }

    /** @return the exit code; 128 and the number of the signal when one ended it */
    public int awaitEnd() {
        if (!waitUpTo(END_SECONDS_MAX, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new AssertionError("does not end: seconds=" + END_SECONDS_MAX + "\n" + output());
        }
        try {
            Runtime.getRuntime().removeShutdownHook(reaper);
        } catch (IllegalStateException e) {
            // This JVM ends: the hook has run or will.
        }
        return process.exitValue();
    }

    private boolean waitUpTo(long time, TimeUnit unit) {
        try {
            return process.waitFor(time, unit);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Resident memory in KiB. */
    public long residentKb() {
        for (String line : readProc("status").split("\n")) {
            if (line.startsWith("VmRSS:")) return Long.parseLong(line.replaceAll("\\D", ""));
        }
        throw new AssertionError("no VmRSS: pid=" + pid());
    }

    public int openFileCount() {
        try (var descriptors = Files.list(Path.of("/proc/" + pid() + "/fd"))) {
            return (int) descriptors.count();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String readProc(String name) {
        try {
            return Files.readString(Path.of("/proc/" + pid() + "/" + name));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
