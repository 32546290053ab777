package io.barnabas.benchmarks;

import java.io.PrintStream;
import java.util.Locale;

/** How far a run has come: one line that renews itself on a terminal, else a line per thing measured. Seconds are estimates. */
final class Progress {
    private static final int BAR = 24;
    private static final int WIDTH = 110;

    private final PrintStream out;
    private final boolean isTerminal;
    private final double totalSeconds;
    private double doneSeconds;

    Progress(PrintStream out, boolean isTerminal, double totalSeconds) {
        this.out = out;
        this.isTerminal = isTerminal;
        this.totalSeconds = totalSeconds;
    }

    /** Says what is being done now. */
    void now(String what) {
        String text = text(doneSeconds, totalSeconds, what);
        if (isTerminal) out.print("\r" + (text.length() < WIDTH ? text + " ".repeat(WIDTH - text.length()) : text.substring(0, WIDTH)));
        else out.println(text);
        out.flush();
    }

    /** Counts something as done that was estimated to take so long. */
    void done(double estimatedSeconds) {
        doneSeconds += estimatedSeconds;
    }

    /** A line that stays. */
    void say(String line) {
        if (isTerminal) out.print("\r" + " ".repeat(WIDTH) + "\r");
        out.println(line);
    }

    static String text(double doneSeconds, double totalSeconds, String what) {
        double part = totalSeconds > 0 ? Math.min(1, doneSeconds / totalSeconds) : 1;
        int full = (int) Math.round(part * BAR);
        long left = Math.round(Math.max(0, totalSeconds - doneSeconds));
        return String.format(Locale.ROOT, "[%s%s] %3.0f %% %2d:%02d left  %s", "#".repeat(full), ".".repeat(BAR - full), Math.floor(part * 100),
                left / 60, left % 60, what);
    }
}
