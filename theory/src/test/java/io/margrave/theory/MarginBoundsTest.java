package io.margrave.theory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import org.apache.commons.statistics.distribution.NormalDistribution;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MarginBoundsTest {

    private static final NormalDistribution NORMAL = NormalDistribution.of(0, 1);

    private static double phi(double x) {
        return NORMAL.cumulativeProbability(x);
    }

    @Test
    void doubling_the_jacobian_halves_the_bound() {
        assertThat(MarginBounds.frobenius(0.2, 0.9, 4))
                .isCloseTo(MarginBounds.frobenius(0.2, 0.9, 2) / 2, within(1e-15));
        assertThat(MarginBounds.spectral(0.2, 0.9, 4)).isCloseTo(MarginBounds.spectral(0.2, 0.9, 2) / 2, within(1e-15));
        assertThat(MarginBounds.whitened(0.9, 4)).isCloseTo(MarginBounds.whitened(0.9, 2) / 2, within(1e-15));
    }

    @Test
    void doubling_the_smallest_standard_deviation_doubles_the_bound() {
        assertThat(MarginBounds.frobenius(0.4, 0.9, 3))
                .isCloseTo(2 * MarginBounds.frobenius(0.2, 0.9, 3), within(1e-15));
        assertThat(MarginBounds.spectral(0.4, 0.9, 3)).isCloseTo(2 * MarginBounds.spectral(0.2, 0.9, 3), within(1e-15));
    }

    @Test
    void a_higher_clean_probability_gives_a_higher_bound() {
        double previous = 0;
        for (double p = 0.51; p < 1; p += 0.01) {
            assertThat(MarginBounds.whitened(p, 2)).isGreaterThan(previous);
            previous = MarginBounds.whitened(p, 2);
        }
    }

    /** Phi^-1(.975) = 1.959963984540054: tabulated. */
    @Test
    void the_formula_is_standard_deviation_times_normal_quantile_over_norm() {
        assertThat(MarginBounds.frobenius(0.5, 0.975, 4)).isCloseTo(1.959963984540054 / 8, within(1e-15));
        assertThat(MarginBounds.spectral(0.5, 0.975, 2)).isCloseTo(1.959963984540054 / 4, within(1e-15));
        assertThat(MarginBounds.whitened(0.975, 4)).isCloseTo(1.959963984540054 / 4, within(1e-15));
    }

    /** Two latents: singular values in closed form from the 2 x 2 Gram matrix. */
    @Test
    void frobenius_is_at_most_spectral_is_at_most_whitened() {
        SplittableRandom random = new SplittableRandom(7);
        double leastGain = Double.POSITIVE_INFINITY;
        for (int trial = 0; trial < 2_000; trial++) {
            int inputs = random.nextInt(1, 9);
            double[][] jacobian = new double[2][inputs];
            for (double[] row : jacobian) {
                for (int j = 0; j < inputs; j++) {
                    row[j] = random.nextGaussian();
                }
            }
            double[] stdDev = {Math.exp(random.nextGaussian()), Math.exp(random.nextGaussian())};
            double min = Math.min(stdDev[0], stdDev[1]);
            double p = random.nextDouble(0.5, 1);
            double[] plain = norms(jacobian, 1, 1);
            double[] whitened = norms(jacobian, stdDev[0], stdDev[1]);

            double frobeniusBound = MarginBounds.frobenius(min, p, plain[0]);
            double spectralBound = MarginBounds.spectral(min, p, plain[1]);
            double whitenedBound = MarginBounds.whitened(p, whitened[1]);
            assertThat(frobeniusBound).isPositive().isLessThanOrEqualTo(spectralBound * (1 + 1e-12));
            assertThat(spectralBound).isLessThanOrEqualTo(whitenedBound * (1 + 1e-12));
            leastGain = Math.min(leastGain, whitenedBound / frobeniusBound);
        }
        assertThat(leastGain).isLessThan(1.01); // one input: the three can come together, so the order is tight
    }

    /** Frobenius and spectral norm of a 2 x d matrix with its rows divided by the given numbers. */
    private static double[] norms(double[][] m, double s0, double s1) {
        double a = 0;
        double b = 0;
        double c = 0;
        for (int j = 0; j < m[0].length; j++) {
            a += m[0][j] * m[0][j] / (s0 * s0);
            b += m[0][j] * m[1][j] / (s0 * s1);
            c += m[1][j] * m[1][j] / (s1 * s1);
        }
        return new double[] {Math.sqrt(a + c), Math.sqrt((a + c + Math.hypot(a - c, 2 * b)) / 2)};
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, 0.3, 0.4999999, 0.5})
    void a_clean_probability_of_at_most_one_half_gives_zero_whatever_the_jacobian(double p) {
        for (double norm : new double[] {0, 1e-300, 1, 1e300}) {
            assertThat(MarginBounds.frobenius(0.2, p, norm)).isZero();
            assertThat(MarginBounds.spectral(0.2, p, norm)).isZero();
            assertThat(MarginBounds.whitened(p, norm)).isZero();
        }
    }

    /** A caller that passes a raw share of successes may pass one; a lower confidence bound never is. */
    @Test
    void certainty_gives_infinity_and_is_no_error() {
        assertThat(MarginBounds.whitened(1, 2)).isEqualTo(Double.POSITIVE_INFINITY);
        assertThat(MarginBounds.whitened(new Proportion(2_000, 2_000).lower(0.001), 2))
                .isBetween(1.35, 1.351);
    }

    @Test
    void a_flat_encoder_gives_infinity() {
        assertThat(MarginBounds.frobenius(0.2, 0.6, 0)).isEqualTo(Double.POSITIVE_INFINITY);
        assertThat(MarginBounds.spectral(0.2, 0.6, 0)).isEqualTo(Double.POSITIVE_INFINITY);
        assertThat(MarginBounds.whitened(0.6, 0)).isEqualTo(Double.POSITIVE_INFINITY);
    }

    /** One latent: the reconstructions within r come from an interval of latents, [-a, b] in standard deviations. */
    @Test
    void an_interval_keeps_half_its_mass_at_the_bound_and_a_half_line_no_more_than_half() {
        SplittableRandom random = new SplittableRandom(8);
        for (int trial = 0; trial < 2_000; trial++) {
            double a = random.nextDouble(0, 4);
            double b = random.nextDouble(0, 4);
            double p = phi(b) - phi(-a);
            double whitenedNorm = random.nextDouble(0.1, 10);
            double shift = whitenedNorm * MarginBounds.whitened(p, whitenedNorm);
            assertThat(phi(b - shift) - phi(-a - shift)).isGreaterThan(p > 0.5 ? 0.5 : p - 1e-12);

            double halfLine = phi(b);
            double halfLineShift = whitenedNorm * MarginBounds.whitened(halfLine, whitenedNorm);
            assertThat(phi(b - halfLineShift)).isCloseTo(0.5, within(1e-12));
        }
    }

    /**
     * One latent, mu = v.x, constant sigma, g(z) = w z. Margins from SciPy 1.17.1: {@code brentq} on {@code norm.cdf((r/w - v*R)/s)
     * - norm.cdf((-r/w - v*R)/s) - 0.5}.
     */
    @ParameterizedTest
    @CsvSource({
        "1, 1, 1, 1, 0.9332706",
        "2, 0.5, 1, 2, 0.999960293",
        "2, 0.5, 3, 2, 0.333320098",
        "1, 0.1, 2, 0.5, 0.25",
        "1, 1, 1, 0.675, 0.0388921149",
        "1, 1, 1, 0.6, 0",
        "3, 0.25, 0.5, 1.5, 0.999960293"
    })
    void with_one_linear_latent_the_bounds_coincide_below_the_true_margin(
            double w, double sigma, double v, double r, double margin) {
        assertThat(oneLatentMargin(w, sigma, v, r)).isCloseTo(margin, within(1e-8));
        double p = phi(r / w / sigma) - phi(-r / w / sigma);
        double bound = MarginBounds.frobenius(sigma, p, v);
        assertThat(MarginBounds.spectral(sigma, p, v)).isEqualTo(bound);
        assertThat(MarginBounds.whitened(p, v / sigma)).isCloseTo(bound, within(1e-14));
        assertThat(bound).isLessThanOrEqualTo(margin);
        assertThat(bound > 0).isEqualTo(margin > 0);
    }

    private static double oneLatentMargin(double w, double sigma, double v, double r) {
        double low = 0;
        double high = (r / w + 10 * sigma) / v;
        for (int i = 0; i < 200; i++) {
            double middle = (low + high) / 2;
            double p = phi((r / w - v * middle) / sigma) - phi((-r / w - v * middle) / sigma);
            if (p > 0.5) {
                low = middle;
            } else {
                high = middle;
            }
        }
        return high;
    }

    /**
     * Two latents with standard deviations .2 and .6, J = U diag(2, 1) V' with U a rotation by phi, orthonormal decoder, r =
     * 1.2. Margins from SciPy 1.17.1: quadrature of the bivariate normal over the disc, minimised over directions.
     */
    @ParameterizedTest
    @CsvSource({
        "0.7853981634, 0.951141691, 0.14811944, 0.165602568, 0.205116273, 0.578805832",
        "1.5707963268, 0.951141691, 0.14811944, 0.165602568, 0.331205136, 0.59145897"
    })
    void unequal_standard_deviations_separate_the_three_bounds_below_the_true_margin(
            double phi, double p, double frobenius, double spectral, double whitened, double margin) {
        double[][] jacobian = {
            {2 * Math.cos(phi), -Math.sin(phi)},
            {2 * Math.sin(phi), Math.cos(phi)}
        };
        double[] plain = norms(jacobian, 1, 1);
        double[] white = norms(jacobian, 0.2, 0.6);
        assertThat(MarginBounds.frobenius(0.2, p, plain[0])).isCloseTo(frobenius, within(1e-7));
        assertThat(MarginBounds.spectral(0.2, p, plain[1])).isCloseTo(spectral, within(1e-7));
        assertThat(MarginBounds.whitened(p, white[1]))
                .isCloseTo(whitened, within(1e-7))
                .isLessThan(margin);
    }

    @ParameterizedTest
    @CsvSource({
        "1.1, 1, 1",
        "-0.1, 1, 1",
        "NaN, 1, 1",
        "0.9, -1, 1",
        "0.9, NaN, 1",
        "0.9, Infinity, 1",
        "0.9, 1, 0",
        "0.9, 1, NaN",
        "0.3, NaN, 1"
    })
    void what_is_no_probability_norm_or_standard_deviation_is_refused(double p, double norm, double stdDev) {
        assertThatThrownBy(() -> MarginBounds.frobenius(stdDev, p, norm)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> MarginBounds.spectral(stdDev, p, norm)).isInstanceOf(IllegalArgumentException.class);
    }
}
