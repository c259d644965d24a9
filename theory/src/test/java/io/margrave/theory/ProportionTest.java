package io.margrave.theory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.apache.commons.statistics.distribution.BinomialDistribution;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ProportionTest {

    /**
     * From SciPy 1.17.1:
     *
     * <pre>
     * lower = 0 if s == 0 else beta.ppf(alpha, s, n - s + 1)
     * upper = 1 if s == n else beta.isf(alpha, s + 1, n - s)
     * </pre>
     */
    @ParameterizedTest
    @CsvSource({
        "0, 20, 0.05, 0, 0.139108340668265",
        "20, 20, 0.05, 0.860891659331735, 1",
        "1, 10, 0.05, 0.0051161968918237, 0.394163302436505",
        "5, 10, 0.05, 0.222441101008129, 0.777558898991871",
        "9, 10, 0.05, 0.605836697563495, 0.994883803108176",
        "1, 1000, 0.001, 1.00049983308324e-06, 0.00919549763538759",
        "200, 400, 0.001, 0.422021511497376, 0.577978488502624",
        "431, 1000, 0.001, 0.3827035995124, 0.480231377852142",
        "450, 1000, 0.001, 0.401353438076648, 0.499324039907442",
        "1050, 2000, 0.001, 0.490205133071073, 0.559625932170219",
        "1999, 2000, 0.001, 0.995392784138036, 0.999999499749958",
        "1900, 2000, 1e-06, 0.923021916369346, 0.969982107442119",
        "3, 1000, 1e-12, 1.81902261057323e-07, 0.0361199140796375",
        "123456, 200000, 0.001, 0.613915013961247, 0.620637120439186"
    })
    void clopper_pearson_is_as_tabulated(long s, long n, double alpha, double lower, double upper) {
        Proportion proportion = new Proportion(s, n);
        assertThat(proportion.lower(alpha)).isCloseTo(lower, within(1e-11 * lower));
        assertThat(proportion.upper(alpha)).isCloseTo(upper, within(1e-11 * upper));
    }

    @Test
    void at_none_and_at_all_the_bounds_are_in_closed_form() {
        assertThat(new Proportion(0, 50).lower(0.01)).isZero();
        assertThat(new Proportion(0, 50).upper(0.01)).isCloseTo(1 - Math.pow(0.01, 1 / 50.0), within(1e-15));
        assertThat(new Proportion(50, 50).lower(0.01)).isCloseTo(Math.pow(0.01, 1 / 50.0), within(1e-15));
        assertThat(new Proportion(50, 50).upper(0.01)).isEqualTo(1);
        // All of n is never certainty: a probability of one would make a margin infinite.
        assertThat(new Proportion(1_000_000, 1_000_000).lower(0.001)).isLessThan(1);
    }

    @Test
    void the_upper_bound_of_successes_mirrors_the_lower_bound_of_failures() {
        for (int s = 0; s <= 37; s++) {
            assertThat(new Proportion(s, 37).upper(0.02))
                    .isCloseTo(1 - new Proportion(37 - s, 37).lower(0.02), within(1e-13));
        }
    }

    @Test
    void the_bounds_rise_with_successes_and_close_with_alpha() {
        double previousLower = -1;
        double previousUpper = -1;
        for (int s = 0; s <= 40; s++) {
            Proportion proportion = new Proportion(s, 40);
            assertThat(proportion.lower(0.01)).isGreaterThan(previousLower).isLessThanOrEqualTo(proportion.estimate());
            assertThat(proportion.upper(0.01))
                    .isGreaterThan(previousUpper)
                    .isGreaterThanOrEqualTo(proportion.estimate());
            assertThat(proportion.lower(0.001)).isLessThanOrEqualTo(proportion.lower(0.01));
            assertThat(proportion.upper(0.001)).isGreaterThanOrEqualTo(proportion.upper(0.01));
            previousLower = proportion.lower(0.01);
            previousUpper = proportion.upper(0.01);
        }
    }

    /** Exact: a sum of binomial probabilities over the outcomes whose bound misses. */
    @ParameterizedTest
    @CsvSource({"5, 0.05", "20, 0.05", "100, 0.05", "100, 0.001", "400, 0.001"})
    void a_bound_misses_no_more_often_than_alpha_and_not_far_less_often(int n, double alpha) {
        double[] lower = new double[n + 1];
        double[] upper = new double[n + 1];
        for (int s = 0; s <= n; s++) {
            lower[s] = new Proportion(s, n).lower(alpha);
            upper[s] = new Proportion(s, n).upper(alpha);
        }
        double mostBelow = 0;
        double mostAbove = 0;
        for (double p = 0.0025; p < 1; p += 0.0025) {
            BinomialDistribution binomial = BinomialDistribution.of(n, p);
            double lowerMisses = 0;
            double upperMisses = 0;
            for (int s = 0; s <= n; s++) {
                lowerMisses += lower[s] > p ? binomial.probability(s) : 0;
                upperMisses += upper[s] < p ? binomial.probability(s) : 0;
            }
            mostBelow = Math.max(mostBelow, lowerMisses);
            mostAbove = Math.max(mostAbove, upperMisses);
        }
        // A bound that missed far less often than it may would be needlessly wide.
        assertThat(mostBelow).isBetween(0.8 * alpha, alpha * (1 + 1e-9));
        assertThat(mostAbove).isBetween(0.8 * alpha, alpha * (1 + 1e-9));
    }

    /** Exact, at every number of draws from 100 to 1000. */
    @ParameterizedTest
    @ValueSource(doubles = {0.05, 0.01, 0.001})
    void with_a_true_probability_of_501_in_1000_a_false_break_is_said_at_most_alpha_of_the_time(double alpha) {
        double most = 0;
        for (int n = 100; n <= 1000; n++) {
            int largest = largestThatFails(n, alpha);
            double falseBreaks = BinomialDistribution.of(n, 0.501).cumulativeProbability(largest);
            assertThat(falseBreaks).as("n = %d", n).isLessThanOrEqualTo(alpha);
            most = Math.max(most, falseBreaks);
        }
        assertThat(most).isGreaterThan(0.7 * alpha);
    }

    @ParameterizedTest
    @ValueSource(doubles = {0.05, 0.01, 0.001})
    void with_a_true_probability_of_one_half_robust_is_said_at_most_alpha_of_the_time(double alpha) {
        double most = 0;
        for (int n = 100; n <= 1000; n++) {
            int smallest = n / 2;
            while (new Proportion(smallest, n).verdict(alpha) != Verdict.HOLDS) {
                smallest++;
            }
            double falselyRobust = BinomialDistribution.of(n, 0.5).survivalProbability(smallest - 1);
            assertThat(falselyRobust).as("n = %d", n).isLessThanOrEqualTo(alpha);
            most = Math.max(most, falselyRobust);
        }
        assertThat(most).isGreaterThan(0.7 * alpha);
    }

    private static int largestThatFails(int n, double alpha) {
        int largest = n / 2;
        while (new Proportion(largest, n).verdict(alpha) != Verdict.FAILS) {
            largest--;
        }
        return largest;
    }

    @Test
    void the_verdict_is_the_side_of_one_half_that_both_bounds_are_on() {
        // upper(450 of 1000) = 0.4993 at alpha .001, tabulated above.
        assertThat(new Proportion(450, 1000).verdict(0.001)).isEqualTo(Verdict.FAILS);
        assertThat(new Proportion(451, 1000).verdict(0.001)).isEqualTo(Verdict.UNDECIDED);
        assertThat(new Proportion(549, 1000).verdict(0.001)).isEqualTo(Verdict.UNDECIDED);
        assertThat(new Proportion(550, 1000).verdict(0.001)).isEqualTo(Verdict.HOLDS);
    }

    @Test
    void a_lower_bound_of_exactly_one_half_does_not_hold_and_an_upper_bound_of_exactly_one_half_fails() {
        assertThat(new Proportion(1, 1).lower(0.5)).isEqualTo(0.5);
        assertThat(new Proportion(1, 1).verdict(0.5)).isEqualTo(Verdict.UNDECIDED);
        assertThat(new Proportion(0, 1).upper(0.5)).isEqualTo(0.5);
        assertThat(new Proportion(0, 1).verdict(0.5)).isEqualTo(Verdict.FAILS);
    }

    @Test
    void a_sample_of_no_more_than_log2_of_one_over_alpha_decides_nothing() {
        assertThat(new Proportion(9, 9).verdict(0.001)).isEqualTo(Verdict.UNDECIDED);
        assertThat(new Proportion(0, 9).verdict(0.001)).isEqualTo(Verdict.UNDECIDED);
        assertThat(new Proportion(10, 10).verdict(0.001)).isEqualTo(Verdict.HOLDS);
        assertThat(new Proportion(0, 10).verdict(0.001)).isEqualTo(Verdict.FAILS);
    }

    @ParameterizedTest
    @CsvSource({"-1, 10", "11, 10", "0, 0", "0, -1"})
    void what_is_no_proportion_is_refused(long successes, long trials) {
        assertThatThrownBy(() -> new Proportion(successes, trials))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("got " + successes + " of " + trials);
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, 1, -0.1, Double.NaN})
    void an_alpha_outside_0_to_1_is_refused(double alpha) {
        Proportion proportion = new Proportion(1, 2);
        assertThatThrownBy(() -> proportion.lower(alpha)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> proportion.upper(alpha)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> proportion.verdict(alpha)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void the_estimate_is_the_share() {
        assertThat(new Proportion(1, 4).estimate()).isEqualTo(0.25);
    }
}
