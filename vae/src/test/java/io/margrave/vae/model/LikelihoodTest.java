package io.margrave.vae.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.margrave.data.ValueRange;
import io.margrave.vae.TensorCopies;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LikelihoodTest {
    private static final double LOG_TWO_PI = Math.log(2 * Math.PI);

    private final PointerScope scope = new PointerScope();

    @AfterEach
    void free() {
        scope.close();
    }

    private static Tensor pixels(double... values) {
        return TensorCopies.tensor(values, 1, 1, 1, values.length);
    }

    private static double logProbability(Likelihood likelihood, double image, double parameter) {
        return likelihood.logProbability(pixels(image), pixels(parameter)).item_double();
    }

    /** torch 2.15: Bernoulli(logits=l, validate_args=False).log_prob(x). */
    @Test
    void bernoulli_is_that_of_torch_distributions() {
        double[][] rows = {
            {-3, 0, -0.048587351573742055},
            {-3, 1, -3.048587351573742},
            {0.5, 0.25, -0.8490769841801067},
            {20, 1, -2.061153620314381e-09},
            {-40, 0.75, -30}
        };
        for (double[] row : rows) {
            assertThat(logProbability(new Bernoulli(), row[1], row[0])).isCloseTo(row[2], within(1e-12));
        }
    }

    /**
     * Columns: logit l, log p(0.3 | l), mean. SciPy 1.17: the normaliser and the first moment of exp(l x) on [0, 1] by
     * {@code integrate.quad(..., epsrel=1e-13)}, without any closed form.
     */
    private static final double[][] CONTINUOUS_BERNOULLI = {
        {-40.0, -8.311120545886, 0.025000000000},
        {-9.0, -0.502652005244, 0.110987686075},
        {-1.5, 0.207947567034, 0.379449749878},
        {-1.0, 0.158675145387, 0.418023293131},
        {-0.99, 0.157490944854, 0.418816941363},
        {-0.1, 0.019583368050, 0.491668055225},
        {-0.001, 0.000199958333, 0.499916666668},
        {0.0, 0.000000000000, 0.500000000000},
        {0.001, -0.000200041667, 0.500083333332},
        {0.3, -0.063747191511, 0.524962580177},
        {1.0, -0.241324854613, 0.581976706869},
        {1.01, -0.244148586715, 0.582769584582},
        {4.0, -1.395220192054, 0.768657360364},
        {25.0, -14.281124175118, 0.960000000014},
    };

    @Test
    void continuous_bernoulli_is_that_of_numerical_integration() {
        ContinuousBernoulli likelihood = new ContinuousBernoulli();
        for (double[] row : CONTINUOUS_BERNOULLI) {
            assertThat(logProbability(likelihood, 0.3, row[0]))
                    .as("l = %s", row[0])
                    .isCloseTo(row[1], within(2e-7));
            assertThat(likelihood.mean(pixels(row[0])).item_double())
                    .as("l = %s", row[0])
                    .isCloseTo(row[2], within(1e-9));
            double inSinglePrecision = likelihood
                    .logProbability(
                            pixels(0.3).to(torch.ScalarType.Float),
                            pixels(row[0]).to(torch.ScalarType.Float))
                    .item_double();
            assertThat(inSinglePrecision).isCloseTo(row[1], within(1e-6 * (1 + Math.abs(row[0]))));
        }
    }

    /** d log p / dl = x - mean(l): ties the two series, and their seams at |l| = 1, to one another. */
    @Test
    void the_gradient_of_the_continuous_bernoulli_is_pixel_less_mean() {
        ContinuousBernoulli likelihood = new ContinuousBernoulli();
        for (double[] row : CONTINUOUS_BERNOULLI) {
            Tensor logit = TensorCopies.tensor(new float[] {(float) row[0]}, 1, 1, 1, 1);
            logit.set_requires_grad(true);
            Tensor value = likelihood.logProbability(TensorCopies.tensor(new float[] {0.3f}, 1, 1, 1, 1), logit);
            Tensor gradient = torch.grad(new TensorVector(value.sum()), new TensorVector(logit))
                    .get(0);
            assertThat((double) gradient.item_float()).as("l = %s", row[0]).isCloseTo(0.3 - row[2], within(1e-6));
        }
    }

    /** torch 2.15: Normal(mean, scale).log_prob(x). */
    @Test
    void gaussian_is_that_of_torch_distributions() {
        double[][] rows = {
            {0.5, 0.1, 0.3, -0.6163534402106272},
            {0.2, 2.0, 0.9, -1.6733357137646179},
            {1.0, 0.01, 0.99, 3.1862316527834174}
        };
        for (double[] row : rows) {
            // exp(logScale) and a thousandth of the range make the scale.
            Tensor logScale = TensorCopies.tensor(new double[] {Math.log(row[1] - 1e-3)}, 1);
            Gaussian likelihood = new Gaussian(ValueRange.UNIT, LikelihoodSpec.Link.IDENTITY, logScale);
            assertThat(logProbability(likelihood, row[2], row[0])).isCloseTo(row[3], within(1e-11));
        }
    }

    @Test
    void a_fixed_gaussian_scale_is_the_one_asked_for() {
        Gaussian likelihood = (Gaussian) LikelihoodSpec.gaussian(0.1).open(ValueRange.UNIT);
        assertThat(likelihood.scale().item_double()).isCloseTo(0.1, within(1e-7));
        double atItsMean = likelihood
                .logProbability(
                        TensorCopies.tensor(new float[] {0.5f, 0.5f}, 1, 1, 1, 2),
                        TensorCopies.tensor(new float[2], 1, 1, 1, 2))
                .item_double();
        assertThat(atItsMean).isCloseTo(2 * (-Math.log(0.1) - LOG_TWO_PI / 2), within(1e-5));
    }

    @Test
    void a_gaussian_mean_stays_in_the_value_range() {
        Gaussian likelihood = (Gaussian) LikelihoodSpec.gaussian(0.1).open(new ValueRange(-1, 3));
        double[] means = TensorCopies.doubles(likelihood.mean(pixels(-50, 0, 50)));
        assertThat(means).containsExactly(new double[] {-1, 1, 3}, within(1e-9));
    }

    @Test
    void log_probabilities_add_over_pixels_and_keep_rows_apart() {
        Tensor images = TensorCopies.tensor(new double[] {0.1, 0.9, 0.4, 0.6}, 2, 1, 1, 2);
        Tensor parameters = TensorCopies.tensor(new double[] {1, -1, 0.5, 2}, 2, 1, 1, 2);
        for (Likelihood likelihood : new Likelihood[] {
            new Bernoulli(),
            new ContinuousBernoulli(),
            LikelihoodSpec.gaussian(0.2).open(ValueRange.UNIT)
        }) {
            double[] rows = TensorCopies.doubles(likelihood.logProbability(images, parameters));
            assertThat(rows).hasSize(2);
            assertThat(rows[0])
                    .isCloseTo(logProbability(likelihood, 0.1, 1) + logProbability(likelihood, 0.9, -1), within(1e-6));
            assertThat(rows[1])
                    .isCloseTo(logProbability(likelihood, 0.4, 0.5) + logProbability(likelihood, 0.6, 2), within(1e-6));
        }
    }

    @Test
    void densities_integrate_to_one() {
        int n = 2_000;
        double[] grid = new double[n];
        for (int i = 0; i < n; i++) {
            grid[i] = (i + 0.5) / n;
        }
        for (double parameter : new double[] {-6, -0.7, 0, 1e-4, 2}) {
            Tensor images = TensorCopies.tensor(grid, n, 1, 1, 1);
            Tensor parameters = pixels(parameter).expand(n, 1, 1, 1);
            Tensor density =
                    new ContinuousBernoulli().logProbability(images, parameters).exp();
            assertThat(density.mean().item_double()).isCloseTo(1, within(1e-5));
        }
    }

    @Test
    void a_bernoulli_of_means_is_the_one_of_their_logits() {
        for (double logit : new double[] {-6, -1.5, 0, 0.3, 5}) {
            double mean = 1 / (1 + Math.exp(-logit));
            for (double image : new double[] {0, 0.2, 1}) {
                assertThat(logProbability(new MeanBernoulli(), image, mean))
                        .isCloseTo(logProbability(new Bernoulli(), image, logit), within(1e-12));
            }
        }
        // A decoder that rounds beyond 1 is no error, and no certainty is beyond -100 nats.
        assertThat(logProbability(new MeanBernoulli(), 1, 1 + 1e-9)).isZero();
        assertThat(logProbability(new MeanBernoulli(), 0, 1)).isEqualTo(-100);
    }

    @Test
    void a_pixelwise_gaussian_is_the_sum_of_its_pixels() {
        Tensor images = TensorCopies.tensor(new double[] {0.5, -1}, 1, 1, 1, 2);
        Tensor parameters = TensorCopies.tensor(new double[] {0.25, 1, 0.5, 2}, 1, 2, 1, 1, 2);
        double wanted = -0.5 * 0.25 - Math.log(0.5) - 0.5 * 1 - Math.log(2) - LOG_TWO_PI;
        PixelwiseGaussian gaussian = new PixelwiseGaussian();
        assertThat(gaussian.logProbability(images, parameters).item_double()).isCloseTo(wanted, within(1e-12));
        assertThat(TensorCopies.doubles(gaussian.mean(parameters))).containsExactly(0.25, 1);
    }
}
