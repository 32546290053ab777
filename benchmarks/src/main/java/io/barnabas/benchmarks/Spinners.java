package io.barnabas.benchmarks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Keeps every core awake by a loop of the lowest priority on each, which gives way to whoever has work. Where an idle core is
 * slow to wake, as in a virtual machine, this shows what requests cost without that.
 */
final class Spinners implements AutoCloseable {
    // It looks now and then whether who started it still lives, so that none is left behind.
    private static final String LOOP = "while kill -0 %d 2>/dev/null; do i=0; while [ $i -lt 50000 ]; do i=$((i+1)); done; done";

    private final List<Process> processes = new ArrayList<>();

    Spinners(int coreCount) {
        try {
            String loop = LOOP.formatted(ProcessHandle.current().pid());
            for (int i = 0; i < coreCount; i++) processes.add(new ProcessBuilder("nice", "-n", "19", "sh", "-c", loop).start());
        } catch (IOException e) {
            close();
            throw new UncheckedIOException("cannot keep the cores awake", e);
        }
    }

    @Override
    public void close() {
        for (Process process : processes) process.destroyForcibly();
        for (Process process : processes) process.onExit().join();
    }
}
