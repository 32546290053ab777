package io.barnabas.base;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SettingTest {
    private static final Setting<Integer> SEGMENT_BYTES = Setting.intOf("segment.bytes")
            .brokerNames("log.segment.bytes").atLeast(1 << 20).defaultTo(1 << 30).doc("When a segment is closed.");
    private static final Setting<List<String>> POLICY =
            Setting.listOf("cleanup.policy").oneOf("compact", "delete").defaultTo(List.of("delete")).doc("What to drop.");
    private static final Setting<Double> RATIO =
            Setting.doubleOf("ratio").between(0.0, 0.5).defaultTo(0.2).doc("A share.");
    private static final Setting<String> SECRET =
            Setting.passwordOf("secret").oneOf("open").doc("A secret.");

    @Test
    void blanksAndCaseDoNotCount() {
        assertThat(SEGMENT_BYTES.parse(" 1048576 ")).isEqualTo(1048576);
        assertThat(Setting.booleanOf("b").doc("").parse(" TRUE")).isTrue();
        assertThat(POLICY.parse(" compact ,delete ")).containsExactly("compact", "delete");
        assertThat(POLICY.parse("")).isEmpty();
    }

    @Test
    void theDefaultStandsWhereNothingIsGiven() {
        assertThat(SEGMENT_BYTES.in(Map.of())).isEqualTo(1 << 30);
        assertThat(SEGMENT_BYTES.in(Map.of("segment.bytes", "2000000"))).isEqualTo(2000000);
        assertThat(POLICY.defaultText()).isEqualTo("delete");
        var required = Setting.intOf("node.id").required().doc("");
        assertThatThrownBy(() -> required.in(Map.of())).isInstanceOf(SettingException.class)
                .hasMessage("Missing required configuration \"node.id\" which has no default value.");
    }

    @Test
    void refusalsNameTheSettingAndWhatIsAllowed() {
        refuses(SEGMENT_BYTES, "abc", "Invalid value abc for configuration segment.bytes: Not a number of type INT");
        refuses(SEGMENT_BYTES, "3000000000", "Invalid value 3000000000 for configuration segment.bytes: Not a number of type INT");
        refuses(SEGMENT_BYTES, "1", "Invalid value 1 for configuration segment.bytes: Value must be at least 1048576");
        refuses(SEGMENT_BYTES, null, "Invalid value null for configuration segment.bytes: Value must be non-null");
        refuses(POLICY, "delete,shred",
                "Invalid value shred for configuration cleanup.policy: String must be one of: compact, delete");
        refuses(RATIO, "0.6", "Invalid value 0.6 for configuration ratio: Value must be no more than 0.5");
        refuses(RATIO, "NaN", "Invalid value NaN for configuration ratio: Value must be at least 0");
        refuses(Setting.booleanOf("b").doc(""), "yes",
                "Invalid value yes for configuration b: Expected value to be either true or false");
    }

    @Test
    void aSecretIsNotShownInARefusal() {
        assertThatThrownBy(() -> SECRET.parse("hunter2")).message().doesNotContain("hunter2").contains("[hidden]");
    }

    @Test
    void allowedValuesReadAsInTheReference() {
        assertThat(SEGMENT_BYTES.validValues()).isEqualTo("[1048576,...]");
        assertThat(RATIO.validValues()).isEqualTo("[0,...,0.5]");
        assertThat(POLICY.validValues()).isEqualTo("[compact, delete]");
    }

    @Test
    void hoursAndMinutesOfTheBrokerAreMillisecondsOfATopic() {
        assertThat(Setting.fromBrokerUnit("log.retention.hours", 2)).isEqualTo(7_200_000);
        assertThat(Setting.fromBrokerUnit("log.retention.minutes", 2)).isEqualTo(120_000);
        assertThat(Setting.fromBrokerUnit("log.retention.ms", 2)).isEqualTo(2);
        assertThat(Setting.fromBrokerUnit("log.retention.hours", -1)).isEqualTo(-1);
    }

    private static void refuses(Setting<?> setting, String text, String message) {
        assertThatThrownBy(() -> setting.parse(text)).isInstanceOf(SettingException.class).hasMessage(message);
    }
}
