package io.barnabas.coordinator.assignor;

/**
 * How large a regular expression becomes when its counted repetitions are written out, which is what compiling it does: of
 * {@code (((x{100}){100}){100})} comes a program of a million steps. Estimates from above that need no parser: what looks like a
 * repetition counts as one, wherever it stands, and those of groups as if each held the next.
 *
 * @param operators         characters that branch or match nothing by themselves, as they stand
 * @param operatorsExpanded the same with repetitions written out
 * @param expanded          all characters with repetitions written out
 */
record PatternSize(long operators, long operatorsExpanded, long expanded) {
    /**
     * Compiling recurses as deep as groups are nested, matching as deep as operators follow one another; a stack of 1 MiB has room for
     * twice as many.
     */
    private static final int OPERATORS_MAX = 2_000;
    /** What compiling may take for a moment: some 20 MB. */
    private static final int EXPANDED_MAX = 200_000;
    /** Steps of a program of any kind: some ten milliseconds for the longest name. */
    private static final int PROGRAM_MAX = 3_000;
    /** Steps of one with few operators, which do not count at the same time: room for a list of some hundred topic names. */
    private static final int PROGRAM_OF_NAMES_MAX = 20_000;

    private static final String OPERATORS = "()|*+?^$";
    /** After these, and after {@code \E}, a count may be for more than the one character before it, counted ones included. */
    private static final String ENDS = ")}*+?";

    static PatternSize of(String text) {
        long operators = 0;
        long counted = 0;
        long factor = 1;
        for (int i = 0; i < text.length(); i++) {
            if (isOperator(text, i)) operators++;
            if (text.charAt(i) != '{') continue;
            int count = countAt(text, i + 1);
            if (isAfterMore(text, i)) factor = Math.min(factor * count, EXPANDED_MAX + 1);
            else counted += count;
        }
        return new PatternSize(operators, (operators + counted) * factor, (text.length() + counted) * factor);
    }

    boolean isCompilable() {
        return operators <= OPERATORS_MAX && expanded <= EXPANDED_MAX;
    }

    /** @param program steps that came of it */
    boolean isMatchable(int program) {
        return program <= (operatorsExpanded <= OPERATORS_MAX ? PROGRAM_OF_NAMES_MAX : PROGRAM_MAX);
    }

    private static boolean isOperator(String text, int at) {
        if (text.charAt(at) == '\\') return at + 1 < text.length() && Character.isLetter(text.charAt(at + 1));
        return OPERATORS.indexOf(text.charAt(at)) >= 0;
    }

    private static boolean isAfterMore(String text, int at) {
        return at > 0 && (ENDS.indexOf(text.charAt(at - 1)) >= 0 || text.startsWith("\\E", at - 2));
    }

    /** The larger of the counts {@code n}, {@code n,} or {@code n,m} that stand there; 1 where they are less or none do. */
    private static int countAt(String text, int from) {
        int most = 1;
        int count = 0;
        for (int i = from; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c >= '0' && c <= '9') count = Math.min(10 * count + c - '0', EXPANDED_MAX + 1);
            else if (c == ',') count = 0;
            else break;
            most = Math.max(most, count);
        }
        return most;
    }
}
