package io.margrave.vae.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.margrave.data.Noise;
import io.margrave.vae.TensorCopies;
import java.util.Arrays;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class GaussianPosteriorTest {
    private final PointerScope scope = new PointerScope();

    @AfterEach
    void free() {
        scope.close();
    }

    private static GaussianPosterior posterior(double[] mean, double[] stdDev) {
        return new GaussianPosterior(
                TensorCopies.tensor(mean, 1, mean.length), TensorCopies.tensor(stdDev, 1, stdDev.length));
    }

    private static final double[] MEAN = {0.3, -1.2, 0.0};
    private static final double[] STD_DEV = {0.5, 1.7, 1.0};
    private static final double[] OTHER_MEAN = {-0.4, 0.8, 2.0};
    private static final double[] OTHER_STD_DEV = {1.1, 0.2, 3.0};

    private static float[] gaussians(int count) {
        float[] values = new float[count];
        new Noise(1, "test").stream(0, "test", 0).gaussians(values, 0, count);
        return values;
    }

    @Test
    void a_floor_is_never_undercut_and_adds_up_with_sigma_as_noise_does() {
        float[] parameters = gaussians(2 * 500);
        for (int i = 0; i < parameters.length; i++) {
            parameters[i] *= 20;
        }
        Tensor layer = TensorCopies.tensor(parameters, 50, 20);
        double[] plain =
                TensorCopies.doubles(GaussianPosterior.fromParameters(layer).stdDev());
        for (double floor : new double[] {1e-3, 0.1, 1, 30}) {
            GaussianPosterior posterior = GaussianPosterior.fromParameters(layer, floor);
            double[] raised = TensorCopies.doubles(posterior.stdDev());
            for (int i = 0; i < raised.length; i++) {
                // In float32 the floor itself is rounded.
                assertThat(raised[i]).isGreaterThanOrEqualTo(floor * (1 - 1e-7));
                assertThat(raised[i]).isCloseTo(Math.hypot(plain[i], floor), within(1e-6 * (floor + plain[i])));
            }
            assertThat(TensorCopies.floats(posterior.mean()))
                    .isEqualTo(TensorCopies.floats(
                            GaussianPosterior.fromParameters(layer).mean()));
        }
        assertThat(Arrays.stream(plain).min().orElseThrow()).isLessThan(1e-3);
    }

    @Test
    void a_deterministic_posterior_draws_its_mean_whatever_the_noise() {
        GaussianPosterior posterior = GaussianPosterior.deterministic(TensorCopies.tensor(MEAN, 1, 3));
        assertThat(TensorCopies.doubles(posterior.stdDev())).containsOnly(0);
        Tensor draws = posterior.sample(TensorCopies.tensor(OTHER_MEAN, 1, 1, 3));
        assertThat(TensorCopies.doubles(draws)).containsExactly(MEAN);
    }

    /** torch.distributions 2.15, float64: kl_divergence(Independent(Normal(mean, std), 1), ...). */
    @Test
    void divergences_are_those_of_torch_distributions() {
        GaussianPosterior q = posterior(MEAN, STD_DEV);
        GaussianPosterior p = posterior(OTHER_MEAN, OTHER_STD_DEV);
        assertThat(q.klToStandardNormal().item_double()).isCloseTo(1.497518929497775, within(1e-12));
        assertThat(TensorCopies.doubles(q.klToStandardNormalPerDimension()))
                .containsExactly(new double[] {0.36314718055994527, 1.1343717489378298, 0.0}, within(1e-12));
        assertThat(q.kl(p).item_double()).isCloseTo(84.95556638728084, within(1e-10));
        assertThat(p.kl(q).item_double()).isCloseTo(9.351958452180153, within(1e-11));
        assertThat(q.symmetricKl(p).item_double()).isCloseTo(84.95556638728084 + 9.351958452180153, within(1e-10));
    }

    /** SciPy 1.17: |m1-m2|^2 + tr(A + B - 2 sqrtm(sqrtm(A) B sqrtm(A))) = 15.1. */
    @Test
    void the_wasserstein_distance_is_that_of_bures() {
        assertThat(posterior(MEAN, STD_DEV)
                        .squaredWasserstein(posterior(OTHER_MEAN, OTHER_STD_DEV))
                        .item_double())
                .isCloseTo(15.1, within(1e-12));
    }

    @Test
    void a_divergence_is_never_negative_and_zero_only_from_itself() {
        Tensor mean = TensorCopies.tensor(gaussians(5_000), 1_000, 5);
        // Standard deviations within 1e-3 of 1, where 1 + log loses the digits that count in float32.
        Tensor stdDev = TensorCopies.tensor(gaussians(5_000), 1_000, 5)
                .mul(new Scalar(1e-3))
                .exp();
        GaussianPosterior near = new GaussianPosterior(mean.mul(new Scalar(1e-6)), stdDev);
        GaussianPosterior far = new GaussianPosterior(mean, stdDev.mul(new Scalar(2)));
        for (Tensor divergence : new Tensor[] {
            near.klToStandardNormal(), far.klToStandardNormal(), near.kl(far), far.kl(near), near.symmetricKl(far)
        }) {
            assertThat(TensorCopies.floats(divergence)).isNotEmpty();
            for (float value : TensorCopies.floats(divergence)) {
                assertThat(value).isGreaterThanOrEqualTo(0);
            }
        }
        assertThat(TensorCopies.floats(far.kl(far))).containsOnly(0f);
        assertThat(TensorCopies.floats(far.squaredWasserstein(far))).containsOnly(0f);
    }

    @Test
    void monte_carlo_agrees_with_the_closed_form() {
        int draws = 40_000;
        GaussianPosterior q = posterior(MEAN, STD_DEV);
        Tensor noise = TensorCopies.tensor(gaussians(3 * draws), 1, draws, 3).to(torch.ScalarType.Double);
        // log q - log p has a standard deviation of 2.4 here: 0.06 is five standard errors.
        assertThat(q.klToStandardNormalByMonteCarlo(noise).item_double()).isCloseTo(1.4975, within(0.06));
    }

    @Test
    void draws_have_the_moments_of_the_posterior() {
        int draws = 100_000;
        Tensor noise = TensorCopies.tensor(gaussians(3 * draws), 1, draws, 3).to(torch.ScalarType.Double);
        Tensor latents = posterior(MEAN, STD_DEV).sample(noise);
        assertThat(TensorCopies.shape(latents)).isEqualTo("1x100000x3");
        double[] mean = TensorCopies.doubles(latents.mean(1));
        double[] stdDev = TensorCopies.doubles(latents.squeeze(0).std(new long[] {0}, true, false));
        for (int i = 0; i < 3; i++) {
            double standardError = STD_DEV[i] / Math.sqrt(draws);
            assertThat(mean[i]).isCloseTo(MEAN[i], within(5 * standardError));
            assertThat(stdDev[i]).isCloseTo(STD_DEV[i], within(5 * standardError));
        }
    }

    @Test
    void log_variance_is_bounded_with_a_gradient_everywhere_it_can_go() {
        float[] logVariances = {-100, -20, -10, -1, 0, 2, 5, 9, 20};
        float[] values = new float[2 * logVariances.length];
        System.arraycopy(logVariances, 0, values, logVariances.length, logVariances.length);
        Tensor parameters = TensorCopies.tensor(values, 1, values.length);
        parameters.set_requires_grad(true);
        GaussianPosterior posterior = GaussianPosterior.fromParameters(parameters);
        double[] bounded = TensorCopies.doubles(posterior.stdDev().log().mul(new Scalar(2)));
        for (int i = 0; i < bounded.length; i++) {
            assertThat(bounded[i])
                    .isBetween(GaussianPosterior.MIN_LOG_VARIANCE - 1e-5, GaussianPosterior.MAX_LOG_VARIANCE + 1e-5);
            if (logVariances[i] >= -10 && logVariances[i] <= 2) {
                assertThat(bounded[i]).isCloseTo(logVariances[i], within(0.02));
            }
        }
        Tensor gradient = torch.grad(
                        new TensorVector(posterior.stdDev().log().sum()),
                        new TensorVector(parameters),
                        new TensorVector(),
                        new BoolOptional(),
                        false,
                        false)
                .get(0);
        float[] slopes = TensorCopies.floats(gradient);
        for (int i = 1; i < logVariances.length; i++) {
            assertThat(slopes[logVariances.length + i]).isPositive();
        }
    }

    @Test
    void mean_and_standard_deviation_of_different_shapes_are_refused() {
        assertThatThrownBy(() -> posterior(new double[] {1, 2}, new double[] {1}))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("1x2")
                .hasMessageContaining("1x1");
    }
}
