package io.margrave.vae.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.margrave.data.ImageShape;
import io.margrave.data.Noise;
import io.margrave.data.ValueRange;
import io.margrave.vae.Engine;
import io.margrave.vae.TensorCopies;
import io.margrave.vae.network.Architecture;
import io.margrave.vae.network.Layer.Activation;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.UnaryOperator;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;

@SuppressWarnings("try")
class NetworkVaeTest {
    private static final ImageShape SHAPE = new ImageShape(1, 8, 8);

    private static NetworkSpec spec(Architecture architecture, LikelihoodSpec likelihood) {
        return NetworkSpec.untrained(SHAPE, ValueRange.UNIT, 3, architecture, likelihood);
    }

    private static double[] gaussians(int count) {
        Noise.Stream noise = new Noise(3, "test").stream(0, "test", 0);
        double[] values = new double[count];
        for (int i = 0; i < count; i++) {
            values[i] = noise.nextGaussian();
        }
        return values;
    }

    /** The same model in float64, so that finite differences have digits to spare. */
    private static NetworkVae inDouble(NetworkVae vae) {
        Map<String, Tensor> parameters = new LinkedHashMap<>();
        vae.parameters().forEach((name, tensor) -> parameters.put(name, tensor.to(torch.ScalarType.Double)));
        return NetworkVae.of(vae.spec(), parameters);
    }

    private static Tensor gradient(Tensor value, Tensor input) {
        return torch.grad(
                        new TensorVector(value),
                        new TensorVector(input),
                        new TensorVector(),
                        new BoolOptional(),
                        false,
                        false)
                .get(0);
    }

    @Test
    void a_reconstruction_has_the_shape_of_its_image() {
        for (ImageShape shape : List.of(
                new ImageShape(1, 28, 28),
                new ImageShape(1, 64, 64),
                new ImageShape(3, 32, 32),
                new ImageShape(3, 64, 64))) {
            for (Architecture architecture : List.of(Architecture.mlp(32), Architecture.conv(4, 8, 8))) {
                try (PointerScope scope = new PointerScope()) {
                    NetworkVae vae = NetworkVae.initialised(
                            NetworkSpec.untrained(shape, ValueRange.UNIT, 5, architecture, LikelihoodSpec.bernoulli()),
                            1);
                    Tensor images = torch.rand(3, shape.channels(), shape.height(), shape.width());
                    GaussianPosterior posterior = vae.encode(images);
                    assertThat(TensorCopies.shape(posterior.stdDev())).isEqualTo("3x5");
                    assertThat(TensorCopies.shape(vae.decode(posterior.mean()))).isEqualTo(TensorCopies.shape(images));
                }
            }
        }
    }

    /** In one operation with the last product or not; a sigmoid that is stretched over a wider range is not. */
    @Test
    void a_reconstruction_is_the_mean_of_the_likelihood() {
        for (Architecture architecture : List.of(Architecture.mlp(32), Architecture.conv(4, 8))) {
            assertMeans(architecture, LikelihoodSpec.bernoulli(), ValueRange.UNIT, true);
            assertMeans(architecture, LikelihoodSpec.continuousBernoulli(), ValueRange.UNIT, false);
            assertMeans(architecture, LikelihoodSpec.gaussian(0.3), ValueRange.UNIT, true);
            assertMeans(architecture, LikelihoodSpec.gaussianWithLearnedScale(0.3), ValueRange.UNIT, true);
            assertMeans(architecture, LikelihoodSpec.gaussian(0.3), new ValueRange(-1, 1), false);
        }
    }

    private static void assertMeans(
            Architecture architecture, LikelihoodSpec likelihood, ValueRange range, boolean joined) {
        try (PointerScope scope = new PointerScope()) {
            NetworkVae vae =
                    NetworkVae.initialised(NetworkSpec.untrained(SHAPE, range, 3, architecture, likelihood), 2);
            assertThat(vae.likelihood().activation() != null).isEqualTo(joined);
            Tensor latents = torch.randn(7, 3).mul(new Scalar(5));
            float[] expected = TensorCopies.floats(vae.likelihood().mean(vae.decodeParameters(latents)));
            float[] got = TensorCopies.floats(vae.decode(latents));
            float[] rough = TensorCopies.floats(vae.inBfloat16().decode(latents));
            for (int k = 0; k < expected.length; k++) {
                assertThat(got[k]).isCloseTo(expected[k], within(2e-6f));
                assertThat(rough[k]).isCloseTo(expected[k], within(0.02f));
            }
        }
    }

    @Test
    void gradients_to_the_input_are_those_of_finite_differences() {
        // Smooth activations: a kink of ReLU within the step would be no error of the gradient.
        for (Architecture architecture : List.of(
                new Architecture.Mlp(List.of(12, 9), Activation.TANH),
                new Architecture.Conv(List.of(3, 4), Activation.SILU))) {
            try (PointerScope scope = new PointerScope()) {
                NetworkVae vae =
                        inDouble(NetworkVae.initialised(spec(architecture, LikelihoodSpec.continuousBernoulli()), 5));
                Tensor noise = TensorCopies.tensor(gaussians(3), 1, 1, 3);
                Tensor target =
                        torch.full(new long[] {1, 1, 8, 8}, new Scalar(0.3)).to(torch.ScalarType.Double);
                UnaryOperator<Tensor> loss = images -> {
                    GaussianPosterior posterior = vae.encode(images);
                    Tensor parameters =
                            vae.decodeParameters(posterior.sample(noise).flatten(0, 1));
                    return vae.likelihood()
                            .logProbability(target, parameters)
                            .add(posterior.klToStandardNormal())
                            .add(vae.likelihood().mean(parameters).square().sum())
                            .sum();
                };
                double[] x = gaussians(64);
                Tensor input = TensorCopies.tensor(x, 1, 1, 8, 8);
                input.set_requires_grad(true);
                double[] exact = TensorCopies.doubles(gradient(loss.apply(input), input));
                double h = 1e-5;
                for (int pixel = 0; pixel < 64; pixel += 7) {
                    double[] up = x.clone();
                    double[] down = x.clone();
                    up[pixel] += h;
                    down[pixel] -= h;
                    double difference =
                            (loss.apply(TensorCopies.tensor(up, 1, 1, 8, 8)).item_double()
                                            - loss.apply(TensorCopies.tensor(down, 1, 1, 8, 8))
                                                    .item_double())
                                    / (2 * h);
                    assertThat(exact[pixel]).isCloseTo(difference, within(1e-6 * (1 + Math.abs(difference))));
                }
                assertThat(Arrays.stream(exact).map(Math::abs).max().orElse(0)).isGreaterThan(1e-3);
            }
        }
    }

    @Test
    void several_threads_get_what_one_gets() throws Exception {
        Engine.singleThreaded();
        NetworkVae vae = NetworkVae.initialised(spec(Architecture.conv(4, 8), LikelihoodSpec.bernoulli()), 1);
        List<Callable<float[]>> tasks = new ArrayList<>();
        for (int chunk = 0; chunk < 12; chunk++) {
            long seed = chunk;
            tasks.add(() -> {
                try (PointerScope scope = new PointerScope()) {
                    Noise.Stream noise = new Noise(seed, "test").stream(0, "images", 0);
                    float[] values = new float[16 * SHAPE.size()];
                    noise.gaussians(values, 0, values.length);
                    Tensor images = TensorCopies.images(values, SHAPE);
                    images.set_requires_grad(true);
                    Tensor loss = vae.decode(vae.encode(images).mean()).square().sum();
                    return TensorCopies.floats(gradient(loss, images));
                }
            });
        }
        List<float[]> alone = new ArrayList<>();
        for (Callable<float[]> task : tasks) {
            alone.add(task.call());
        }
        ExecutorService workers = Executors.newFixedThreadPool(4);
        try {
            List<Future<float[]>> together = workers.invokeAll(tasks);
            for (int i = 0; i < tasks.size(); i++) {
                assertThat(together.get(i).get()).isEqualTo(alone.get(i));
            }
        } finally {
            workers.shutdown();
        }
    }

    @Test
    void a_model_made_in_a_scope_outlives_it() {
        NetworkVae vae;
        try (PointerScope scope = new PointerScope()) {
            vae = NetworkVae.initialised(spec(Architecture.mlp(8), LikelihoodSpec.gaussianWithLearnedScale(0.2)), 1);
        }
        try (PointerScope scope = new PointerScope()) {
            Tensor images = torch.zeros(2, 1, 8, 8);
            Tensor parameters = vae.decodeParameters(vae.encode(images).mean());
            assertThat(TensorCopies.floats(vae.likelihood().logProbability(images, parameters)))
                    .hasSize(2);
        }
    }

    @Test
    void a_floor_and_the_want_of_noise_hold_in_bfloat16_too() {
        try (PointerScope scope = new PointerScope()) {
            Tensor images = TensorCopies.images(new float[2 * SHAPE.size()], SHAPE);
            NetworkSpec spec = spec(Architecture.mlp(8), LikelihoodSpec.bernoulli());
            Vae floor = NetworkVae.initialised(spec.withPosterior(PosteriorFamily.GAUSSIAN, 3), 1)
                    .inBfloat16();
            assertThat(Arrays.stream(TensorCopies.doubles(floor.encode(images).stdDev()))
                            .min()
                            .orElseThrow())
                    .isGreaterThanOrEqualTo(3);
            Vae without = NetworkVae.initialised(spec.withPosterior(PosteriorFamily.DETERMINISTIC, 0), 1)
                    .inBfloat16();
            assertThat(TensorCopies.doubles(without.encode(images).stdDev())).containsOnly(0);
        }
    }

    @Test
    void a_bernoulli_on_values_outside_0_and_1_is_refused() {
        assertThatThrownBy(() -> NetworkSpec.untrained(
                        SHAPE, new ValueRange(-1, 1), 3, Architecture.mlp(), LikelihoodSpec.bernoulli()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("choose gaussian");
    }
}
