package io.margrave.robustness.plane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.margrave.results.Kind;
import io.margrave.results.experiment.Slice;
import io.margrave.robustness.audit.LinearVae;
import org.apache.commons.statistics.distribution.NormalDistribution;
import org.bytedeco.javacpp.PointerScope;
import org.junit.jupiter.api.Test;

class InputPlaneTest {
    private static final NormalDistribution NORMAL = NormalDistribution.of(0, 1);
    private static final Grid GRID = new Grid(21, 4_000);
    /** Four standard errors. */
    private static final double ERROR = 4 * Math.sqrt(0.25 / 4_000);

    // One latent: mu = (3, 4, 0) x, sigma = 0.5, g(z) = (2 z, 0, 0).
    private static final double STD_DEV = 0.5;
    private static final double R = 2;

    private static Subject oneLatent() {
        double margin = 1.02 * margin();
        return Linear.subject(
                Linear.open(new float[][] {{3, 4, 0}}, new double[] {STD_DEV}, new float[][] {{2}, {0}, {0}}),
                R,
                0.6 * margin,
                0.8 * margin,
                0);
    }

    /** P(|2 (5 a + 0.5 eta)| &lt;= r) after a step of length a along (3, 4, 0). */
    private static double probability(double a) {
        return NORMAL.cumulativeProbability((R / 2 - 5 * a) / STD_DEV)
                - NORMAL.cumulativeProbability((-R / 2 - 5 * a) / STD_DEV);
    }

    private static double margin() {
        double low = 0;
        double high = 1;
        for (int i = 0; i < 60; i++) {
            double middle = (low + high) / 2;
            low = probability(middle) > 0.5 ? middle : low;
            high = probability(middle) > 0.5 ? high : middle;
        }
        return low;
    }

    private static double at(Slice slice, int row, int column) {
        return slice.field().get(row * slice.axis().size() + column);
    }

    @Test
    void along_the_break_of_one_latent_the_field_is_its_closed_form() {
        try (PointerScope scope = new PointerScope()) {
            Slice slice = Planes.input(oneLatent(), 0.1, 0.15, GRID);
            for (int row = 0; row < 21; row++) {
                for (int column = 0; column < 21; column++) {
                    assertThat(at(slice, row, column))
                            .isCloseTo(probability(slice.axis().get(column)), within(ERROR));
                }
            }
        }
    }

    @Test
    void the_field_is_the_clean_probability_at_the_origin_and_under_a_half_at_the_break() {
        try (PointerScope scope = new PointerScope()) {
            Slice slice = Planes.input(oneLatent(), 0.1, 0.15, new Grid(27, 4_000));
            assertThat(at(slice, 13, 13)).isCloseTo(probability(0), within(ERROR));
            // 1.3 of the margin in 13 steps: the break is the tenth.
            assertThat(slice.axis().get(23)).isCloseTo(Linear.length(slice, "margin"), within(1e-9));
            assertThat(at(slice, 13, 23)).isBetween(0.4, 0.5);
        }
    }

    @Test
    void two_latents_of_unequal_slope_give_noncentral_chi_squares() {
        // |J d|^2 = 16 d0^2 + 4 d1^2, and g keeps lengths. The break is along (1, 2), so the second axis is (2, -1) /
        // sqrt(5).
        double stdDev = 0.4;
        double r = 1.2;
        try (PointerScope scope = new PointerScope()) {
            Subject subject = Linear.subject(
                    Linear.open(new float[][] {{4, 0, 0}, {0, 2, 0}}, new double[] {stdDev, stdDev}, new float[][] {
                        {1, 0}, {0, 1}, {0, 0}
                    }),
                    r,
                    0.2,
                    0.4,
                    0);
            Slice slice = Planes.input(subject, 0, 0.2, GRID);
            for (int row = 0; row < 21; row++) {
                for (int column = 0; column < 21; column++) {
                    double a = slice.axis().get(column);
                    double b = slice.axis().get(row);
                    double d0 = (a + 2 * b) / Math.sqrt(5);
                    double d1 = (2 * a - b) / Math.sqrt(5);
                    assertThat(at(slice, row, column))
                            .isCloseTo(
                                    noncentral(
                                            r * r / (stdDev * stdDev),
                                            (16 * d0 * d0 + 4 * d1 * d1) / (stdDev * stdDev)),
                                    within(ERROR));
                }
            }
        }
    }

    /** Noncentral chi-square of two degrees of freedom: a Poisson mixture of central ones, which are Erlang. */
    private static double noncentral(double x, double noncentrality) {
        double sum = 0;
        double weight = Math.exp(-noncentrality / 2);
        double term = Math.exp(-x / 2);
        double above = term;
        for (int j = 0; j < 400; j++) {
            sum += weight * (1 - above);
            weight *= noncentrality / 2 / (j + 1);
            term *= x / 2 / (j + 1);
            above += term;
        }
        return sum;
    }

    @Test
    void a_mean_only_break_keeps_sigma_over_the_whole_plane() {
        // The third pixel moves sigma alone, the fourth nothing.
        try (PointerScope scope = new PointerScope()) {
            Subject full = Linear.subject(LinearVae.open(), 1.0, 0, 0, 0.4, 0);
            Subject onPixels = new Subject(
                    full.vae(),
                    full.model(),
                    full.point(),
                    full.input(),
                    full.perturbed(),
                    Kind.MEAN_ONLY,
                    false,
                    full.r(),
                    full.noise());
            Slice moving = Planes.input(full, 0, 0, GRID);
            Slice kept = Planes.input(onPixels, 0, 0, GRID);
            for (int column = 0; column < 21; column++) {
                assertThat(at(kept, 10, column)).isEqualTo(at(kept, 10, 10));
            }
            assertThat(at(moving, 10, 20)).isLessThan(at(moving, 10, 0) - 0.1);
        }
    }

    @Test
    void only_what_lies_outside_the_range_of_a_break_in_it_is_no_number() {
        try (PointerScope scope = new PointerScope()) {
            Subject subject = Linear.with(
                    Linear.subject(
                            Linear.open(new float[][] {{4, 0, 0}, {0, 2, 0}}, new double[] {0.4, 0.4}, new float[][] {
                                {1, 0}, {0, 1}, {0, 0}
                            }),
                            1.2,
                            0.2,
                            0.4,
                            0),
                    Kind.FULL,
                    true);
            Slice slice = Planes.input(subject, 0, 0.2, GRID);
            int outside = 0;
            for (int row = 0; row < 21; row++) {
                for (int column = 0; column < 21; column++) {
                    double a = slice.axis().get(column);
                    double b = slice.axis().get(row);
                    boolean inside =
                            Math.abs(a + 2 * b) <= 0.5 * Math.sqrt(5) && Math.abs(2 * a - b) <= 0.5 * Math.sqrt(5);
                    assertThat(at(slice, row, column)).matches(p -> Double.isNaN(p) != inside);
                    outside += inside ? 0 : 1;
                }
            }
            assertThat(outside).isBetween(50, 250);
        }
    }

    @Test
    void the_plane_reaches_beyond_the_longest_finite_length() {
        try (PointerScope scope = new PointerScope()) {
            Subject subject = oneLatent();
            Grid coarse = new Grid(3, 10);
            assertThat(Planes.input(subject, 0.1, 0.15, coarse).axis())
                    .containsExactly(-1.3 * subject.margin(), 0.0, 1.3 * subject.margin());
            assertThat(Planes.input(subject, 0.1, 3, coarse).axis().get(2)).isCloseTo(3.9, within(1e-12));
            Slice flat = Planes.input(subject, 0.1, Double.POSITIVE_INFINITY, coarse);
            assertThat(flat.axis().get(2)).isEqualTo(1.3 * subject.margin());
            assertThat(Linear.length(flat, "bound_whitened")).isInfinite();
            assertThat(Linear.length(flat, "bound_frobenius")).isEqualTo(0.1);
        }
    }

    @Test
    void the_same_subject_gives_the_same_slice() {
        try (PointerScope scope = new PointerScope()) {
            Grid coarse = new Grid(5, 50);
            assertThat(Planes.input(oneLatent(), 0.1, 0.15, coarse))
                    .isEqualTo(Planes.input(oneLatent(), 0.1, 0.15, coarse));
        }
    }

    @Test
    void no_plane_goes_through_a_break_of_nothing() {
        try (PointerScope scope = new PointerScope()) {
            assertThatThrownBy(() -> Linear.subject(LinearVae.open(), 1.0, 0, 0, 0, 0))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("norm > 0");
        }
    }
}
