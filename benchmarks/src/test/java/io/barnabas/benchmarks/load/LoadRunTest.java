package io.barnabas.benchmarks.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class LoadRunTest {
    private static final long SECOND = 1_000_000_000L;
    private static final long START = 77 * SECOND;

    private static long beginDue(LoadRun run, long nowNs) {
        long count = 0;
        for (; run.mayBegin(nowNs); count++) run.begin(nowNs);
        return count;
    }

    @Test
    void anOpenLoopBeginsWhatIsDueAndNoMore() {
        var run = new LoadRun(1_000, Long.MAX_VALUE, START, SECOND);
        assertThat(beginDue(run, START)).isEqualTo(1);
        assertThat(beginDue(run, START + 999_999)).isZero();
        assertThat(beginDue(run, START + 1_000_000)).isEqualTo(1);
        assertThat(beginDue(run, START + 10_000_000)).isEqualTo(9);
        assertThat(beginDue(run, START + SECOND)).isEqualTo(989);
        assertThat(run.hasBegunAll(START + SECOND)).isTrue();
        assertThat(run.begunCount()).isEqualTo(1_000);
    }

    @Test
    void whatABusyBrokerHeldUpIsStillSentAndCountsFromWhenItWasDue() {
        var run = new LoadRun(1_000, Long.MAX_VALUE, START, SECOND);
        long first = run.begin(START);
        // Nothing could be sent for half a second: 500 requests are late, by 0 to 499 ms.
        long sent = START + SECOND / 2;
        run.answered(first, sent);
        long since = run.begin(sent);
        run.answered(since, sent + 1_000_000);
        assertThat(since).isEqualTo(START + 1_000_000);
        assertThat(beginDue(run, sent)).isEqualTo(499);
        assertThat(near(run.latencyNs().getMaxValue(), SECOND / 2)).isTrue();
        assertThat(near(run.latenessNs().getMaxValue(), 499_000_000)).isTrue();
        assertThat(near(run.latenessNs().getValueAtPercentile(50), 249_000_000)).isTrue();
    }

    /** The histogram keeps three digits. */
    private static boolean near(long value, long expected) {
        return Math.abs(value - expected) <= expected / 100;
    }

    @Test
    void anOpenLoopThatFallsFarBehindFails() {
        var run = new LoadRun(1_000, Long.MAX_VALUE, START, SECOND);
        run.begin(START);
        assertThat(run.mayBegin(START + 2 * SECOND)).isTrue();
        assertThatThrownBy(() -> run.mayBegin(START + 2 * SECOND + 1)).isInstanceOf(LoadException.class)
                .hasMessageContaining("does not keep up").hasMessageContaining("due=1000");
    }

    @Test
    void aClosedLoopEndsWhenItsTimeIsOverAndAllIsAnswered() {
        var run = new LoadRun(0, Long.MAX_VALUE, START, SECOND);
        long since = run.begin(START);
        assertThat(run.mayBegin(START + SECOND - 1)).isTrue();
        assertThat(run.mayBegin(START + SECOND)).isFalse();
        assertThat(run.isOver(START + SECOND)).isFalse();
        run.answered(since, START + 3 * SECOND);
        assertThat(run.isOver(START + 3 * SECOND)).isTrue();
        assertThat(run.seconds()).isEqualTo(3.0);
        assertThat(run.latenessNs().getTotalCount()).isZero();
    }

    @Test
    void aRunEndsAfterSoManyRequests() {
        var run = new LoadRun(0, 3, START, SECOND);
        assertThat(beginDue(run, START)).isEqualTo(3);
        for (int i = 0; i < 3; i++) run.answered(START, START + 5);
        assertThat(run.isOver(START + 5)).isTrue();
        assertThat(run.result(0).requestCount()).isEqualTo(3);
    }
}
