package io.barnabas.tools;

/**
 * Where a command prints.
 *
 * @param isWatched whether somebody sees the errors as they come, and likes to hear how far it is
 */
record Terminal(Output out, Output errors, boolean isWatched) {
    private static final int WIDTH = 78;

    /** Replaces what was said of the progress before. */
    void progress(String line) {
        if (!isWatched) return;
        var text = line.length() > WIDTH ? line.substring(0, WIDTH) : line + " ".repeat(WIDTH - line.length());
        errors.add('\r').add(text).add('\r').flush();
    }

    /** Takes the last progress away. */
    void endProgress() {
        progress("");
    }
}
