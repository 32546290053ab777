package io.barnabas.coordinator.assignor;

import static org.assertj.core.api.Assertions.assertThat;

import io.barnabas.coordinator.assignor.TopicPattern.Compiled;
import io.barnabas.testkit.Seeds;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class TopicPatternTest {
    private static final String SYNTAX = "()[]{}|*+?^$\\.,:-=<>!PQEdpxLab0139\n";
    private static final String LONGEST_NAME = "a".repeat(249);

    @Test
    void anExpressionMeansTheWholeName() {
        assertThat(matching("foo", "foo", "foobar", "barfoo")).containsExactly("foo");
        assertThat(matching("foo.*", "foo", "foobar", "barfoo")).containsExactly("foo", "foobar");
        assertThat(matching("^foo$|bar.+", "foo", "foobar", "barfoo")).containsExactly("barfoo", "foo");
        assertThat(matching("", "foo")).isEmpty();
    }

    @Test
    void whatIsNoExpressionIsSaidWithItsReason() {
        assertThat(invalid("(foo")).isEqualTo("SubscribedTopicRegex `(foo` is not a valid regular expression: missing closing ).");
        assertThat(invalid("foo(?=bar)"))
                .isEqualTo("SubscribedTopicRegex `foo(?=bar)` is not a valid regular expression: invalid or unsupported Perl syntax.");
    }

    @Test
    void aMessageRepeatsNoMoreThanTheBeginningOfALongExpression() {
        assertThat(invalid("(" + "x".repeat(15_000))).hasSizeLessThan(1_100)
                .endsWith("x...` is not a valid regular expression: missing closing ).");
        assertThat(invalid("x".repeat(32_767))).hasSizeLessThan(1_100).endsWith("expression too large.");
    }

    @Test
    void severalAreResolvedAtOnceAndAnInvalidOneMatchesNothing() {
        assertThat(TopicPattern.resolve(List.of("a.*", "[", "b"), List.of("ab", "b", "a", "c")))
                .isEqualTo(Map.of("a.*", new TreeSet<>(List.of("a", "ab")), "[", new TreeSet<>(), "b", new TreeSet<>(List.of("b"))));
    }

    /** Each of these takes an engine that tries one way after the other longer than anybody can wait. */
    @Test
    void expressionsThatMakeOthersTryEveryWayEnd() {
        for (String bomb : List.of("(a*)*b", "(a|a)*b", "(a|aa)+b", "(.*)*x", "(a+)+$b", "(([a-z]+)*)*1", "(a?){60}(a){60}b",
                ".*.*.*.*.*.*.*.*.*.*b")) {
            assertThat(matching(bomb, LONGEST_NAME)).as(bomb).isEmpty();
        }
    }

    @Test
    void repetitionsThatMultiplyAreRefusedBeforeTheyTakeMemory() {
        for (String bomb : List.of("((((x{1000}){1000}){1000}){1000})", "(".repeat(30) + "x" + "{2})".repeat(30),
                "(?:(?:x{999,}){999}){999,}",
                "x{100}(?i){100}(?i){100}", "\\Qx\\E{1000}\\Q\\E{1000}", "((x{1,1000}){1,1000}){0,1000}", "x{1000}".repeat(4_000),
                "(".repeat(16_000) + ")".repeat(16_000), "a?".repeat(10_000), "\\pL".repeat(10_000))) {
            assertThat(invalid(bomb)).as(bomb).endsWith("expression too large.");
        }
    }

    @Test
    void ordinaryExpressionsAreNotTooLarge() {
        for (String text : List.of("(?i)orders-[a-z]{1,63}(\\.[a-z]{1,63}){0,4}", "\\d{4}-\\d{2}-\\d{2}\\.(events|audit)",
                ".{249}", "[^_].*",
                "x{1000}", "(\\w+-){1,20}([a-z]+){1,20}",
                "(\\d{1,3}\\.){3}\\d{1,3}", "some\\.quite\\.usual\\.topic\\.name|".repeat(500) + "x")) {
            assertThat(TopicPattern.compile(text)).as(text).isInstanceOf(Compiled.Valid.class);
        }
    }

    @Test
    void noExpressionOfAnAllowedSizeOverflowsAStackOfOneMebibyte() {
        List<String> parts = List.of("(a|", "(?:a|", ")*", ")?", ")", "()", "a?", "^\\b", "(?:|a)", "a|b|",
                "(a?){1}", "a{0,50}", ".*", "a", "[ab]");
        Seeds.check(15, (seed, random) -> {
            int kinds = random.nextInt(1, 4);
            int length = random.nextInt(1_000, 20_000);
            var text = new StringBuilder();
            int open = 0;
            while (text.length() < length && PatternSize.of(text + ")".repeat(open + 20)).isCompilable()) {
                String part = parts.get(Math.floorMod(seed + random.nextInt(kinds), parts.size()));
                if (part.startsWith(")") && open == 0) part = "(a";
                open += count(part, '(') - count(part, ')');
                text.append(part);
            }
            text.append(")".repeat(open));
            var failure = new Throwable[1];
            var thread = new Thread(null, () -> {
                if (TopicPattern.compile(text.toString()) instanceof Compiled.Valid valid) valid.pattern().matches(LONGEST_NAME);
            }, "pattern", 1 << 20);
            thread.setUncaughtExceptionHandler((t, e) -> failure[0] = e);
            thread.start();
            thread.join();
            assertThat(failure[0]).as(text.toString()).isNull();
        });
    }

    @Test
    void anyTextIsEitherAnExpressionOrNone() {
        Seeds.check(20_000, (seed, random) -> {
            var text = new StringBuilder();
            for (int i = random.nextInt(1, 12); i > 0; i--) {
                text.append(random.nextInt(8) == 0 ? (char) random.nextInt(0x10000) : SYNTAX.charAt(random.nextInt(SYNTAX.length())));
            }
            if (TopicPattern.compile(text.toString()) instanceof Compiled.Valid valid) valid.pattern().matches("ab01");
        });
    }

    private static int count(String text, char c) {
        return (int) text.chars().filter(x -> x == c).count();
    }

    private static Iterable<String> matching(String text, String... names) {
        return ((Compiled.Valid) TopicPattern.compile(text)).pattern().matching(List.of(names));
    }

    private static String invalid(String text) {
        return ((Compiled.Invalid) TopicPattern.compile(text)).message();
    }
}
