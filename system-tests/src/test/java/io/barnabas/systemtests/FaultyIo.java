package io.barnabas.systemtests;

import io.barnabas.testkit.process.BarnabasProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import org.awaitility.Awaitility;

/** Calls of a broker on files that fail from some moment on, and work again later, as on a disk that is not well. */
final class FaultyIo {
    static final int EIO = 5;
    static final int ENOSPC = 28;
    static final int EROFS = 30;
    private static final Duration MET_WITHIN = Duration.ofSeconds(60);

    private final Path rules;

    FaultyIo(Path scratch) {
        rules = scratch.resolve("faulty-io");
    }

    BarnabasProcess.Setup in(BarnabasProcess.Setup setup) {
        return setup.environment("LD_PRELOAD", NativeHelper.faultyIo().toString()).environment("FAULTY_IO", rules.toString());
    }

    /** @param calls one or more of read, send, write, sync, truncate, rename, open, create, with commas between @param path see faulty-io.c */
    void fail(String calls, int error, String path) {
        write(calls + " " + error + " " + path + "\n");
    }

    private void write(String text) {
        try {
            Files.deleteIfExists(met());
            var beside = rules.resolveSibling("faulty-io.new");
            Files.writeString(beside, text);
            Files.move(beside, rules, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Waits until a call has failed. */
    void awaitMet() {
        Awaitility.await().atMost(MET_WITHIN).until(() -> !calls().isEmpty());
    }

    /** The calls that have failed since {@link #fail}. */
    List<String> calls() {
        try {
            return Files.exists(met()) ? Files.readAllLines(met()) : List.of();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** All works again. */
    void heal() {
        try {
            Files.deleteIfExists(rules);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Path met() {
        return rules.resolveSibling("faulty-io.met");
    }
}
