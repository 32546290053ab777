package io.barnabas.testkit.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A command that runs to its end: what it is given, then what it answered. */
public final class Command {
    private static final int SECONDS_MAX_DEFAULT = 120;

    private final List<String> words;
    private final Map<String, String> environment = new HashMap<>();
    private byte[] input = new byte[0];
    private Path directory = Repository.ROOT;
    private int secondsMax = SECONDS_MAX_DEFAULT;

    public Command(List<String> words) {
        this.words = List.copyOf(words);
    }

    public static Command of(String... words) {
        return new Command(Arrays.asList(words));
    }

    /** What a command said and how it ended. */
    public record Answer(List<String> command, int exitCode, byte[] outputBytes, String errors) {
        public String output() {
            return new String(outputBytes, StandardCharsets.UTF_8);
        }

        public List<String> lines() {
            return output().lines().toList();
        }

        /** This answer, when the exit code was 0. */
        public Answer successful() {
            return exiting(0);
        }

        public Answer exiting(int expectedCode) {
            if (exitCode != expectedCode) throw new AssertionError("wrong exit code: wanted=" + expectedCode + " " + this);
            return this;
        }

        @Override
        public String toString() {
            return "command=" + String.join(" ", command) + " exit code=" + exitCode + "\n" + output() + errors;
        }
    }

    public Command input(String text) {
        return input(text.getBytes(StandardCharsets.UTF_8));
    }

    public Command input(byte[] bytes) {
        input = bytes;
        return this;
    }

    public Command environment(String name, String value) {
        environment.put(name, value);
        return this;
    }

    public Command in(Path directory) {
        this.directory = directory;
        return this;
    }

    /** How long it may take: two minutes, if nothing is said. */
    public Command secondsMax(int seconds) {
        secondsMax = seconds;
        return this;
    }

    /** Runs it; a command that takes longer than it may is killed and fails the test. */
    public Answer run() {
        try {
            Path errors = Files.createTempFile("errors", ".txt");
            Path output = Files.createTempFile("output", ".bin");
            try {
                return run(output, errors);
            } finally {
                Files.delete(errors);
                Files.delete(output);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot run: command=" + words, e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private Answer run(Path output, Path errors) throws IOException, InterruptedException {
        var builder = new ProcessBuilder(words).directory(directory.toFile())
                .redirectOutput(output.toFile()).redirectError(errors.toFile());
        builder.environment().putAll(environment);
        Process process = builder.start();
        try (var stdin = process.getOutputStream()) {
            stdin.write(input);
        } catch (IOException e) {
            // It ended without reading all: its exit code tells.
        }
        boolean ended = process.waitFor(secondsMax, TimeUnit.SECONDS);
        if (!ended) {
            process.destroyForcibly().waitFor();
        }
        var answer = new Answer(words, process.exitValue(), Files.readAllBytes(output), Files.readString(errors));
        if (!ended) throw new AssertionError("still running after seconds=" + secondsMax + " " + answer);
        return answer;
    }
}
