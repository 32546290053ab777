package io.barnabas.codegen;

import java.util.ArrayList;
import java.util.List;

/** A set of message versions, one bit each; "N+" reaches to the last bit. */
record Versions(long bits) {
    static final Versions NONE = new Versions(0);
    /** Versions 0 to 62: far more than any message has. */
    static final Versions ALL = new Versions(Long.MAX_VALUE);

    /** Reads "none", "3", "3-7" or "3+". */
    static Versions parse(String text) {
        if (text.equals("none")) return NONE;
        if (text.endsWith("+")) return from(Integer.parseInt(text.substring(0, text.length() - 1)));
        int dash = text.indexOf('-');
        if (dash < 0) return of(Integer.parseInt(text));
        int lowest = Integer.parseInt(text.substring(0, dash));
        int highest = Integer.parseInt(text.substring(dash + 1));
        return from(lowest).minus(from(highest + 1));
    }

    static Versions of(int version) {
        return new Versions(1L << version);
    }

    private static Versions from(int lowest) {
        return new Versions(Long.MAX_VALUE >>> lowest << lowest);
    }

    boolean isEmpty() {
        return bits == 0;
    }

    boolean contains(int version) {
        return (bits >>> version & 1) != 0;
    }

    boolean containsAll(Versions other) {
        return (other.bits & ~bits) == 0;
    }

    Versions and(Versions other) {
        return new Versions(bits & other.bits);
    }

    Versions or(Versions other) {
        return new Versions(bits | other.bits);
    }

    Versions minus(Versions other) {
        return new Versions(bits & ~other.bits);
    }

    int lowest() {
        return Long.numberOfTrailingZeros(bits);
    }

    int highest() {
        return 63 - Long.numberOfLeadingZeros(bits);
    }

    /** The Java condition that is true for these versions, given that the version is one of {@code possible}. */
    String condition(Versions possible) {
        if (containsAll(possible)) return "true";
        var wanted = and(possible);
        if (wanted.isEmpty()) return "false";
        var ranges = new ArrayList<String>();
        int version = wanted.lowest();
        while (version <= wanted.highest()) {
            int first = version;
            // Impossible versions in between do no harm in a range.
            while (version <= wanted.highest() && (wanted.contains(version) || !possible.contains(version))) version++;
            ranges.add(range(first, version - 1, possible));
            while (version <= wanted.highest() && !wanted.contains(version)) version++;
        }
        return String.join(" || ", ranges);
    }

    private static String range(int first, int last, Versions possible) {
        if (first == last && possible.lowest() < first && possible.highest() > last) return "version == " + first;
        var bounds = new ArrayList<String>();
        if (possible.lowest() < first) bounds.add("version >= " + first);
        if (possible.highest() > last) bounds.add("version <= " + last);
        return String.join(" && ", bounds);
    }

    /** For people: "none", "3", "3-7", "3+" or a list of these. */
    @Override
    public String toString() {
        if (bits == 0) return "none";
        List<String> parts = new ArrayList<>();
        for (int first = lowest(); first <= highest(); first++) {
            if (!contains(first)) continue;
            int last = first;
            while (last < 62 && contains(last + 1)) last++;
            parts.add(last == 62 ? first + "+" : first == last ? "" + first : first + "-" + last);
            first = last;
        }
        return String.join(", ", parts);
    }
}
