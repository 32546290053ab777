package io.barnabas.coordinator.assignor;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import java.util.Collection;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * A regular expression for topic names, in the syntax of RE2, that a member subscribes to (KIP-848). It means the whole name. Matching
 * takes time in proportion to the name's length and the expression's {@link PatternSize}, whatever both are: with the largest
 * expression up to ten milliseconds for the longest name, so a set of names is matched off the event loops. The only class that
 * touches re2j: a broker nobody subscribes to in this way loads none of it.
 */
public final class TopicPattern {
    /** Characters of an expression that an error message repeats. */
    private static final int QUOTED_LENGTH_MAX = 1_000;

    private static final String TOO_LARGE = "expression too large";

    private final String text;
    private final Pattern pattern;

    private TopicPattern(String text, Pattern pattern) {
        this.text = text;
        this.pattern = pattern;
    }

    /** What compiling an expression can come to. */
    public sealed interface Compiled {
        record Valid(TopicPattern pattern) implements Compiled {}

        /** @param message for the client, beside INVALID_REGULAR_EXPRESSION; the words are Apache Kafka's */
        record Invalid(String message) implements Compiled {}
    }

    /** Refuses as well what is valid but too large by {@link PatternSize}, if need be before anything is made of it. */
    public static Compiled compile(String text) {
        PatternSize size = PatternSize.of(text);
        if (!size.isCompilable()) return invalid(text, TOO_LARGE);
        try {
            Pattern pattern = Pattern.compile(text);
            return size.isMatchable(pattern.programSize()) ? new Compiled.Valid(new TopicPattern(text, pattern)) : invalid(text, TOO_LARGE);
        } catch (PatternSyntaxException e) {
            return invalid(text, e.getDescription());
        }
    }

    private static Compiled invalid(String text, String reason) {
        String quoted = text.length() <= QUOTED_LENGTH_MAX ? text : text.substring(0, QUOTED_LENGTH_MAX) + "...";
        return new Compiled.Invalid("SubscribedTopicRegex `%s` is not a valid regular expression: %s.".formatted(quoted, reason));
    }

    /**
     * The topics that each expression matches. One that does not compile matches none: it was valid when a member sent it, perhaps to
     * another broker.
     */
    public static Map<String, SortedSet<String>> resolve(Collection<String> texts, Collection<String> topicNames) {
        var resolved = new TreeMap<String, SortedSet<String>>();
        for (String text : texts) {
            resolved.put(text, compile(text) instanceof Compiled.Valid valid ? valid.pattern.matching(topicNames) : new TreeSet<>());
        }
        return resolved;
    }

    public SortedSet<String> matching(Collection<String> topicNames) {
        var matching = new TreeSet<String>();
        for (String name : topicNames) {
            if (matches(name)) matching.add(name);
        }
        return matching;
    }

    public boolean matches(String topicName) {
        return pattern.matches(topicName);
    }

    /** As the member sent it. */
    @Override
    public String toString() {
        return text;
    }
}
