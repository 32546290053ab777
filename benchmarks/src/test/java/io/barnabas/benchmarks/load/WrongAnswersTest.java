package io.barnabas.benchmarks.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.barnabas.benchmarks.load.FakeBroker.Fault;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A load that is not served as it should be ends with a message that says why, and not with figures. */
class WrongAnswersTest {
    private static final Duration LONG = Duration.ofMinutes(1);

    @ParameterizedTest
    @ValueSource(ints = {9, 12, 13})
    void aBrokerThatAnswersRightIsCountedInEveryVersion(int version) {
        try (var broker = new FakeBroker(version, Fault.NONE);
                var load = LoadGenerator.open(broker.address(), LoadSpec.produce("t", 3).withConnections(2).withInFlight(3))) {
            assertThat(load.run(100, LONG).requestCount()).isEqualTo(100);
            assertThat(load.run(50, LONG).requestCount()).isEqualTo(50);
        }
    }

    @ParameterizedTest
    @CsvSource({"ERROR, NOT_LEADER_OR_FOLLOWER", "WRONG_CORRELATION_ID, another request", "CLOSE, closed", "CUT_SHORT, the load failed"})
    void anythingElseEndsTheLoad(Fault fault, String message) {
        try (var broker = new FakeBroker(13, fault);
                var load = LoadGenerator.open(broker.address(), LoadSpec.produce("t", 3).withInFlight(2))) {
            assertThatThrownBy(() -> load.run(100, LONG)).isInstanceOf(LoadException.class).hasMessageContaining(message);
            assertThatThrownBy(() -> load.run(100, LONG)).isInstanceOf(LoadException.class).hasMessageContaining(message);
        }
    }

    @Test
    void aBrokerThatIsTooOldIsRefused() {
        try (var broker = new FakeBroker(7, Fault.NONE)) {
            assertThatThrownBy(() -> LoadGenerator.open(broker.address(), LoadSpec.produce("t", 1))).isInstanceOf(LoadException.class)
                    .hasMessageContaining("too old");
        }
    }

    @Test
    void anApiThatTheBrokerLacksIsNamed() {
        try (var broker = new FakeBroker(13, Fault.NONE)) {
            assertThatThrownBy(() -> LoadGenerator.open(broker.address(), LoadSpec.fetch("t", 1))).isInstanceOf(LoadException.class)
                    .hasMessageContaining("LIST_OFFSETS");
        }
    }
}
