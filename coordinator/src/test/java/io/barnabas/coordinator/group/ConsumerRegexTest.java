package io.barnabas.coordinator.group;

import static io.barnabas.coordinator.group.ConsumerRig.joiningByRegex;
import static io.barnabas.coordinator.group.ConsumerRig.request;
import static org.assertj.core.api.Assertions.assertThat;

import io.barnabas.model.ErrorCode;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ConsumerRegexTest {
    private final ConsumerRig rig = new ConsumerRig(3);

    @BeforeEach
    void makeTopics() {
        rig.topic("orders-eu", 1);
        rig.topic("orders-us", 1);
        rig.topic("bills", 1);
    }

    @Test
    void topicsThatMatchAreReadFromTheNextHeartbeatOn() {
        var joined = rig.beat(joiningByRegex("a", "orders-.*"));
        assertThat(joined.memberEpoch()).isEqualTo(1);
        assertThat(rig.assigned(joined)).isEmpty();
        assertThat(rig.group().groupEpoch()).isEqualTo(2);
        var next = rig.beat("a", 1);
        assertThat(next.memberEpoch()).isEqualTo(2);
        assertThat(rig.assigned(next)).isEqualTo(Map.of("orders-eu", List.of(0), "orders-us", List.of(0)));
    }

    @Test
    void anExpressionMeansTheWholeName() {
        rig.beat(joiningByRegex("a", "orders"));
        assertThat(rig.group().regexes().get("orders").topics()).isEmpty();
        assertThat(rig.group().groupEpoch()).isEqualTo(1);
    }

    @Test
    void oneThatIsKnownIsReadAtOnce() {
        rig.beat(joiningByRegex("a", "orders-.*"));
        rig.beat("a", 1);
        rig.pass(1_000);
        assertThat(rig.beat(joiningByRegex("b", "orders-.*")).memberEpoch()).isEqualTo(3);
    }

    @Test
    void newTopicsAreFoundWhenTheLastLookIsTenSecondsOld() {
        rig.beat(joiningByRegex("a", "orders-.*"));
        rig.beat("a", 1);
        rig.topic("orders-jp", 1);
        rig.beat("a", 2);
        assertThat(rig.group().groupEpoch()).isEqualTo(2);
        rig.pass(10_000);
        rig.beat("a", 2);
        assertThat(rig.group().groupEpoch()).isEqualTo(3);
        assertThat(rig.assigned(rig.beat("a", 2))).containsKey("orders-jp");
    }

    @Test
    void withoutNewTopicsNothingIsLookedAtUntilTheRefresh() {
        rig.beat(joiningByRegex("a", "orders-.*"));
        long lookedAtMs = rig.group().regexes().get("orders-.*").timestampMs();
        for (int minute = 0; minute < 9; minute++) {
            for (int i = 0; i < 2; i++) {
                rig.pass(30_000);
                rig.beat("a", rig.group().member("a").memberEpoch());
            }
        }
        assertThat(rig.group().regexes().get("orders-.*").timestampMs()).isEqualTo(lookedAtMs);
        rig.pass(44_000);
        rig.beat("a", 2);
        rig.pass(44_000);
        rig.beat("a", 2);
        assertThat(rig.group().regexes().get("orders-.*").timestampMs()).isGreaterThan(lookedAtMs);
    }

    @Test
    void expressionThatNobodyUsesIsForgotten() {
        rig.beat(joiningByRegex("a", "orders-.*"));
        int epoch = rig.beat(joiningByRegex("b", "bills")).memberEpoch();
        rig.beat("a", -1);
        assertThat(rig.group().regexes()).doesNotContainKey("orders-.*");
        rig.beat(request("b", epoch).setSubscribedTopicRegex("").setSubscribedTopicNames(List.of("bills")));
        assertThat(rig.group().regexes()).isEmpty();
    }

    @Test
    void whatIsNoExpressionIsRefused() {
        rig.beat(joiningByRegex("a", "orders-.*"));
        assertThat(rig.refusal(request("a", 1).setSubscribedTopicRegex("("))).isEqualTo(ErrorCode.INVALID_REGULAR_EXPRESSION);
        assertThat(rig.refusal(joiningByRegex("b", "(?<!a)b"))).isEqualTo(ErrorCode.INVALID_REGULAR_EXPRESSION);
    }

    @Test
    void changedExpressionGivesUpAtOnceWhatItDoesNotMatch() {
        rig.beat(joiningByRegex("a", "orders-.*"));
        rig.beat("a", 1);
        var changed = rig.beat(request("a", 2).setSubscribedTopicRegex("bills"));
        assertThat(rig.assigned(changed)).isEmpty();
        rig.pass(10_000);
        assertThat(rig.assigned(rig.beat(rig.owning(request("a", 2), "bills")))).isEqualTo(Map.of("bills", List.of(0)));
    }
}
