package io.margrave.theory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.stream.IntStream;
import org.apache.commons.numbers.combinatorics.BinomialCoefficientDouble;
import org.apache.commons.statistics.distribution.BinomialDistribution;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class QuantileIntervalTest {

    /** Draws 1, 2, ..., n, so that the interval's ends are its ranks. */
    private static QuantileInterval ranks(int n, double quantile, double alpha) {
        return QuantileInterval.ofQuantile(
                IntStream.rangeClosed(1, n).asDoubleStream().toArray(), quantile, alpha);
    }

    /**
     * By hand from cumulative binomial probabilities. n = 10, q = 1/2: P(B &lt;= 1) = 11/1024 and P(B &lt;= 2) = 56/1024, so at
     * .05 the ranks are 2 and 9. q = .9: P(B &lt;= 6) = .0128, P(B &lt;= 7) = .0702, P(B &gt;= 10) = .349.
     */
    @ParameterizedTest
    @CsvSource({
        "10, 0.5, 0.05, 2, 9",
        "10, 0.5, 0.055, 3, 8",
        "10, 0.5, 0.001, 1, 10",
        "5, 0.5, 0.05, 1, 5",
        "4, 0.5, 0.05, -Infinity, Infinity",
        "9, 0.5, 0.001, -Infinity, Infinity",
        "1, 0.5, 0.6, 1, 1",
        "1, 0.5, 0.5, 1, 1",
        "3, 0.5, 0.5, 2, 2",
        "10, 0.9, 0.05, 7, Infinity",
        "10, 0.1, 0.05, -Infinity, 4",
        "40, 0.5, 0.05, 15, 26",
        "400, 0.5, 0.001, 169, 232",
        "2000, 0.5, 0.001, 931, 1070"
    })
    void the_ends_are_the_order_statistics_of_hand_computed_rank(
            int n, double quantile, double alpha, double low, double high) {
        assertThat(ranks(n, quantile, alpha)).isEqualTo(new QuantileInterval(low, high));
    }

    @Test
    void the_median_is_the_half_quantile() {
        double[] draws = {1, 2, 3, 5, 8, 13, 21, 34, 55, 89};
        assertThat(QuantileInterval.ofMedian(draws, 0.05)).isEqualTo(new QuantileInterval(2, 55));
    }

    /** Exact: X_(l) exceeds the quantile iff fewer than l draws are at most it. No rank nearer the middle would do. */
    @Test
    void for_continuous_draws_each_side_misses_at_most_alpha_and_the_next_rank_would_miss_more() {
        for (int n : new int[] {1, 2, 3, 7, 20, 50, 99, 300}) {
            for (double quantile : new double[] {0.05, 0.25, 0.5, 0.9}) {
                for (double alpha : new double[] {0.2, 0.05, 0.001}) {
                    QuantileInterval interval = ranks(n, quantile, alpha);
                    BinomialDistribution below = BinomialDistribution.of(n, quantile);
                    int l = interval.low() < 0 ? 0 : (int) interval.low();
                    int h = interval.high() > n ? n + 1 : (int) interval.high();
                    assertThat(below.cumulativeProbability(l - 1)).isLessThanOrEqualTo(alpha);
                    assertThat(below.cumulativeProbability(l)).isGreaterThan(alpha);
                    assertThat(below.survivalProbability(h - 1)).isLessThanOrEqualTo(alpha);
                    assertThat(below.survivalProbability(h - 2)).isGreaterThan(alpha);
                }
            }
        }
    }

    /**
     * Exact, over every sample: three values with an interval of medians, [0, 1] for (.5, .2, .3), and with one, for the
     * others. A low end must not pass the smallest of them, a high end not fall below the largest.
     */
    @ParameterizedTest
    @CsvSource({
        "0.5, 0.2, 0.3, 0, 1",
        "0.49, 0.03, 0.48, 1, 1",
        "0.3, 0.2, 0.5, 1, 2",
        "0.501, 0.001, 0.498, 0, 0",
        "0.499, 0.001, 0.5, 1, 2"
    })
    void for_tied_draws_each_side_misses_at_most_alpha(
            double p0, double p1, double p2, double smallestMedian, double largestMedian) {
        int n = 30;
        double alpha = 0.05;
        double lowMisses = 0;
        double highMisses = 0;
        double all = 0;
        for (int zeros = 0; zeros <= n; zeros++) {
            for (int ones = 0; ones <= n - zeros; ones++) {
                double[] draws = new double[n];
                for (int i = zeros; i < n; i++) {
                    draws[i] = i < zeros + ones ? 1 : 2;
                }
                double probability = BinomialCoefficientDouble.value(n, zeros)
                        * BinomialCoefficientDouble.value(n - zeros, ones)
                        * Math.pow(p0, zeros)
                        * Math.pow(p1, ones)
                        * Math.pow(p2, n - zeros - ones);
                QuantileInterval interval = QuantileInterval.ofMedian(draws, alpha);
                lowMisses += interval.low() > smallestMedian ? probability : 0;
                highMisses += interval.high() < largestMedian ? probability : 0;
                all += probability;
            }
        }
        assertThat(all).isBetween(1 - 1e-9, 1 + 1e-9);
        assertThat(lowMisses).isLessThanOrEqualTo(alpha);
        assertThat(highMisses).isLessThanOrEqualTo(alpha);
        // One of the two is put to the test by each of these distributions: P(B <= 9) = .0214 at n = 30.
        assertThat(Math.max(lowMisses, highMisses)).isGreaterThan(0.01);
    }

    @Test
    void less_alpha_never_narrows_the_interval() {
        QuantileInterval wide = ranks(200, 0.5, 0.001);
        QuantileInterval narrow = ranks(200, 0.5, 0.05);
        assertThat(wide.low()).isLessThan(narrow.low());
        assertThat(wide.high()).isGreaterThan(narrow.high());
    }

    @Test
    void draws_that_are_none_unsorted_or_not_numbers_are_refused() {
        for (double[] draws : new double[][] {{}, {2, 1}, {1, Double.NaN, 2}, {Double.NaN, 1}, {Double.NaN}}) {
            assertThatThrownBy(() -> QuantileInterval.ofMedian(draws, 0.05))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @ParameterizedTest
    @CsvSource({"0.5, 0", "0.5, 1", "0.5, NaN", "0, 0.05", "1, 0.05", "NaN, 0.05"})
    void a_quantile_or_alpha_outside_0_to_1_is_refused(double quantile, double alpha) {
        assertThatThrownBy(() -> ranks(5, quantile, alpha))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("quantile and alpha in (0, 1)");
    }
}
