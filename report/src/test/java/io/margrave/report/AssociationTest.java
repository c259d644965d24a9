package io.margrave.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class AssociationTest {
    private static final double[] X = {0.12, 0.40, 0.40, 0.33, 0.91, 0.05, 0.77, 0.62, 0.40, 0.28};
    private static final double[] Y = {0.50, 1.10, 0.90, 0.90, 2.00, 0.30, 1.20, 1.70, 1.40, 0.20};

    @Test
    void correlations_and_line_are_those_of_scipy_with_ties_too() {
        Association association = Association.of(X, Y, 0);
        assertThat(association.pearson().value()).isCloseTo(0.8552005928113532, within(1e-12));
        assertThat(association.spearman().value()).isCloseTo(0.8923457102129049, within(1e-12));
        assertThat(association.slope()).isCloseTo(1.8553879834590123, within(1e-12));
        assertThat(association.intercept()).isCloseTo(0.2258939430795427, within(1e-12));
    }

    @Test
    void bootstrap_intervals_are_those_of_scipy_up_to_resampling() {
        double[] x = IntStream.range(0, 200)
                .mapToDouble(i -> fraction(Math.sin(i * 12.9898) * 43758.5453))
                .toArray();
        double[] y = IntStream.range(0, 200)
                .mapToDouble(i -> 2 * x[i] + fraction(Math.sin(i * 78.233) * 12543.123))
                .toArray();
        Association association = Association.of(x, y, 7);
        assertThat(association.pearson().value()).isCloseTo(0.8965734490748898, within(1e-9));
        assertThat(association.spearman().value()).isCloseTo(0.9007515187879698, within(1e-9));
        // scipy.stats.bootstrap, percentile, 20,000 resamples; with 1,000 of ours an end wanders by about 0.001.
        assertThat(association.pearson().low()).isCloseTo(0.8768307973062404, within(4e-3));
        assertThat(association.pearson().high()).isCloseTo(0.9144203925992326, within(4e-3));
        assertThat(association.spearman().low()).isCloseTo(0.8752140857582782, within(4e-3));
        assertThat(association.spearman().high()).isCloseTo(0.9168402539935647, within(4e-3));
    }

    private static double fraction(double value) {
        return value - Math.floor(value);
    }

    @Test
    void equal_seeds_give_equal_intervals_and_others_do_not() {
        assertThat(Association.of(X, Y, 5)).isEqualTo(Association.of(X, Y, 5));
        assertThat(Association.of(X, Y, 5).pearson())
                .isNotEqualTo(Association.of(X, Y, 6).pearson());
    }

    @Test
    void a_rising_curve_has_rank_correlation_one_and_a_falling_one_minus_one() {
        double[] cubes = Arrays.stream(X).map(x -> x * x * x).toArray();
        double[] fallen = Arrays.stream(X).map(x -> -Math.exp(x)).toArray();
        assertThat(Association.of(X, cubes, 0).spearman().value()).isCloseTo(1, within(1e-12));
        assertThat(Association.of(X, fallen, 0).spearman().value()).isCloseTo(-1, within(1e-12));
    }

    @Test
    void a_point_on_the_line_counts_as_above_it() {
        Association association = Association.of(new double[] {1, 2, 3}, new double[] {1, 1.9, 4}, 0);
        assertThat(association.above()).isNotNull();
        assertThat(association.above().successes()).isEqualTo(2);
        assertThat(association.above().trials()).isEqualTo(3);
    }

    @Test
    void too_few_points_or_no_variation_leave_it_undefined() {
        assertThat(Association.of(new double[0], new double[0], 0).above()).isNull();
        Association one = Association.of(new double[] {1}, new double[] {2}, 0);
        assertThat(one.pearson().value()).isNaN();
        assertThat(one.pearson().low()).isNaN();
        Association constant = Association.of(new double[] {1, 1, 1, 1}, new double[] {1, 2, 3, 4}, 0);
        assertThat(constant.pearson().value()).isNaN();
        assertThat(constant.slope()).isNaN();
    }

    @Test
    void quantiles_are_those_of_numpy() {
        double[] sorted = {1, 2, 4, 8, 16};
        assertThat(Quantiles.of(sorted, 0.1)).isCloseTo(1.4, within(1e-12));
        assertThat(Quantiles.of(sorted, 0.25)).isEqualTo(2);
        assertThat(Quantiles.of(sorted, 0.9)).isCloseTo(12.8, within(1e-12));
        assertThat(Quantiles.of(new double[] {1, Double.POSITIVE_INFINITY}, 0.5))
                .isInfinite();
        assertThat(Quantiles.of(new double[0], 0.5)).isNaN();
    }
}
