package io.barnabas.server.logging;

import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.LocalDate;
import java.util.function.LongSupplier;

/** Writes lines as {@code 2026-11-21T12:40:26.123Z INFO  Controller: text}; the time is UTC. Any thread may print. */
final class LogOutput {
    private static final long DAY_MS = 86_400_000;

    private final PrintStream out;
    private final LongSupplier nowMs;

    LogOutput(PrintStream out, LongSupplier nowMs) {
        this.out = out;
        this.nowMs = nowMs;
    }

    void print(String level, String logger, String message, Throwable thrown) {
        var line = new StringBuilder(160);
        addTime(line, nowMs.getAsLong());
        line.append(' ').append(level).append(level.length() < 5 ? "  " : " ");
        line.append(logger, logger.lastIndexOf('.') + 1, logger.length()).append(": ").append(message);
        if (thrown != null) line.append(System.lineSeparator()).append(trace(thrown));
        // One call a line, or lines of several threads mix.
        out.println(line);
    }

    private static void addTime(StringBuilder line, long nowMs) {
        // No formatter: it costs more than all else at the first line of a start.
        var date = LocalDate.ofEpochDay(Math.floorDiv(nowMs, DAY_MS));
        int ofDayMs = (int) Math.floorMod(nowMs, DAY_MS);
        line.append(date).append('T');
        addNumber(line, ofDayMs / 3_600_000, 2).append(':');
        addNumber(line, ofDayMs / 60_000 % 60, 2).append(':');
        addNumber(line, ofDayMs / 1000 % 60, 2).append('.');
        addNumber(line, ofDayMs % 1000, 3).append('Z');
    }

    private static StringBuilder addNumber(StringBuilder line, int number, int digits) {
        for (int limit = digits == 3 ? 100 : 10; limit > 1 && number < limit; limit /= 10) line.append('0');
        return line.append(number);
    }

    private static String trace(Throwable thrown) {
        var text = new StringWriter();
        thrown.printStackTrace(new PrintWriter(text));
        return text.toString().stripTrailing();
    }
}
