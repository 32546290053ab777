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

    /** The source without blank lines before a closing brace. */
    String withoutBlankEnds() {
        return text.toString().replaceAll("\n\n( *})", "\n$1");
    }

    @Override
    public String toString() {
        return text.toString();
    }
}
