package io.barnabas.systemtests;

import static io.barnabas.systemtests.GroupJudge.base64;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.barnabas.coordinator.assignor.TopicPattern;
import io.barnabas.testkit.Seeds;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Regular expressions for topics beside Apache Kafka's own classes: which are valid, what is said of the others, what they match. */
class TopicPatternDifferentialTest {
    private static final List<String> PARTS = List.of("a", "b", "foo", ".", ".*", "-", "_", "\\.", "\\d", "\\w", "\\b", "\\pL", "\\", "[ab]", "[^a]", "[",
            "]", "(", ")", "|", "*", "+", "?", "{2}", "{1,3}", "{", "}", "^", "$", "(?i)", "(?:", "(?=", "(?P<n>", "\\1", "\\Q", "\\E",
            "[[:alpha:]]", "ä");
    private static final List<String> NAMES = List.of("a", "b", "ab", "aab", "abb", "foo", "FOO", "foobar", "a.b", "a-b", "a_b", "a1", "12",
            "__consumer_offsets");

    @Test
    void isValidAndMatchesWhereApacheKafkasDoes() {
        Seeds.check(1, (seed, random) -> {
            var judge = new GroupJudge();
            var ours = new ArrayList<String>();
            for (int i = 0; i < 1_500; i++) {
                var text = new StringBuilder();
                for (int part = random.nextInt(1, 7); part > 0; part--) text.append(PARTS.get(random.nextInt(PARTS.size())));
                judge.ask("regex", base64(text.toString()));
                ours.add(TopicPattern.compile(text.toString()) instanceof TopicPattern.Compiled.Invalid invalid
                        ? base64("InvalidRegularExpression: " + invalid.message()) : "");
                judge.ask("resolve", base64(text.toString()), String.join(",", NAMES));
                ours.add(String.join(",", TopicPattern.resolve(List.of(text.toString()), NAMES).get(text.toString())));
            }
            assertEquals(judge.answers(), ours);
        });
    }
}
