package io.barnabas.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class StatisticsTest {
    @Test
    void theMedianIsTheMiddleOneOrBetweenTheTwo() {
        assertThat(Statistics.of(9, 1, 5).median()).isEqualTo(5);
        assertThat(Statistics.of(4, 1, 2, 9).median()).isEqualTo(3);
        assertThat(Statistics.of(7).median()).isEqualTo(7);
        assertThatThrownBy(Statistics::of).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void theSpreadIsAPartOfTheMedian() {
        assertThat(Statistics.of(8, 10, 13).spread()).isEqualTo(0.5);
        assertThat(Statistics.of(3).spread()).isZero();
        assertThat(Statistics.of(0, 0).spread()).isZero();
    }

    @Test
    void theSlopeIsThatOfTheLineBetweenPoints() {
        assertThat(Statistics.slope(new double[] {0, 1, 2, 3}, new double[] {10, 12, 14, 16})).isCloseTo(2, within(1e-9));
        assertThat(Statistics.slope(new double[] {0, 1, 2}, new double[] {5, 8, 5})).isCloseTo(0, within(1e-9));
        assertThatThrownBy(() -> Statistics.slope(new double[] {1, 1}, new double[] {1, 2})).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void numbersKeepThreeDigitsThatCount() {
        assertThat(Numbers.text(0)).isEqualTo("0");
        assertThat(Numbers.text(0.0123)).isEqualTo("0.012");
        assertThat(Numbers.text(0.00012)).isEqualTo("1.2e-04");
        assertThat(Numbers.text(1.256)).isEqualTo("1.26");
        assertThat(Numbers.text(43.21)).isEqualTo("43.2");
        assertThat(Numbers.text(971.6)).isEqualTo("972");
        assertThat(Numbers.text(62_345)).isEqualTo("62.3 k");
        assertThat(Numbers.text(1_800_000)).isEqualTo("1.80 M");
        assertThat(Numbers.text(-2.5)).isEqualTo("-2.50");
        assertThat(Numbers.text(Double.NaN)).isEqualTo("-");
    }
}
