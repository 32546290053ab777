package io.barnabas.codegen;

/** Java source being written, line by line, indented by its braces. */
final class Code {
    private final StringBuilder text = new StringBuilder();
    private int depth;

    /** Adds one line; a leading "}" ends a block before it, a trailing "{" starts one after it. */
    Code line(String line) {
        if (line.startsWith("}")) depth--;
        if (line.isEmpty()) text.append('\n');
        else text.append("    ".repeat(depth)).append(line).append('\n');
        if (line.endsWith("{")) depth++;
        return this;
    }

    Code line(String format, Object... arguments) {
        return line(format.formatted(arguments));
    }

    @Override
    public String toString() {
        return text.toString();
    }
}
