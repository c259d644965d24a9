package io.margrave.vae.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.margrave.data.ImageShape;
import io.margrave.data.Noise;
import io.margrave.data.ValueRange;
import io.margrave.vae.TensorCopies;
import io.margrave.vae.model.ClassifierSpec;
import io.margrave.vae.model.LikelihoodSpec;
import io.margrave.vae.model.ModelKind;
import io.margrave.vae.model.NetworkClassifier;
import io.margrave.vae.model.NetworkSpec;
import io.margrave.vae.model.NetworkVae;
import io.margrave.vae.network.Architecture;
import io.margrave.vae.network.Layer.Activation;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@SuppressWarnings("try")
class ElboTest {
    private static final ImageShape SHAPE = new ImageShape(1, 4, 4);

    /** Smooth, and in float64: finite differences have digits to spare. */
    private static NetworkVae smooth() {
        NetworkSpec spec = NetworkSpec.untrained(
                SHAPE,
                ValueRange.UNIT,
                3,
                new Architecture.Mlp(List.of(7), Activation.TANH),
                LikelihoodSpec.bernoulli());
        Map<String, Tensor> parameters = new LinkedHashMap<>();
        NetworkVae.initialised(spec, 2)
                .parameters()
                // Larger than first weights are, so that the curvature is seen.
                .forEach((name, tensor) -> parameters.put(
                        name, tensor.toType(torch.ScalarType.Double).mul(new Scalar(2.0))));
        return NetworkVae.of(spec, parameters);
    }

    private static Tensor gaussians(String purpose, long... shape) {
        int count = 1;
        for (long size : shape) {
            count = Math.toIntExact(count * size);
        }
        double[] values = new double[count];
        Noise.Stream noise = new Noise(4, "elbo").stream(0, purpose, 0);
        for (int i = 0; i < count; i++) {
            values[i] = noise.nextGaussian();
        }
        return TensorCopies.tensor(values, shape);
    }

    private static Tensor images(int count) {
        return torch.sigmoid(gaussians("images", count, 1, 4, 4));
    }

    @Test
    void projections_estimate_the_squared_norm_of_the_jacobian_without_bias() {
        int draws = 20_000;
        try (PointerScope scope = new PointerScope()) {
            NetworkVae vae = smooth();
            Tensor image = images(1);
            double exact = Jacobians.exact(Learner.of(vae), TensorCopies.floats(image), true)
                    .get(0);
            Tensor repeated = image.toType(torch.ScalarType.Float)
                    .toType(torch.ScalarType.Double)
                    .repeat(draws, 1, 1, 1);
            repeated.set_requires_grad(true);
            Tensor mean = vae.encode(repeated).mean();
            double[] estimates = TensorCopies.doubles(
                    SquaredJacobian.estimate(mean, repeated, gaussians("directions", draws, 3), false));
            double average = 0;
            double squares = 0;
            for (double estimate : estimates) {
                average += estimate / draws;
                squares += estimate * estimate / draws;
            }
            double error = Math.sqrt((squares - average * average) / draws);
            assertThat(average).isCloseTo(exact, within(4 * error));
            assertThat(error).isLessThan(0.02 * exact);
        }
    }

    @Test
    void over_the_unit_vectors_the_projections_add_up_to_the_squared_norm() {
        try (PointerScope scope = new PointerScope()) {
            NetworkVae vae = smooth();
            Tensor image = images(1).toType(torch.ScalarType.Float).toType(torch.ScalarType.Double);
            double exact = Jacobians.exact(Learner.of(vae), TensorCopies.floats(image), true)
                    .get(0);
            Tensor repeated = image.repeat(3, 1, 1, 1);
            repeated.set_requires_grad(true);
            Tensor unit = TensorCopies.tensor(new double[] {1, 0, 0, 0, 1, 0, 0, 0, 1}, 3, 3);
            Tensor rows = SquaredJacobian.estimate(vae.encode(repeated).mean(), repeated, unit, false);
            assertThat(TensorCopies.doubles(rows.sum())[0]).isCloseTo(exact, within(1e-10));
        }
    }

    @Test
    void the_gradient_of_the_penalised_objective_is_that_of_finite_differences() {
        Elbo objective = new Elbo("elbo-jacobian", 1, 0, 3);
        try (PointerScope scope = new PointerScope()) {
            NetworkVae vae = smooth();
            Batch batch = new Batch(images(5), null, gaussians("noise", 5, 1, 3), gaussians("directions", 5, 3));
            for (String name : List.of("encoder.1.weight", "encoder.1.bias", "encoder.3.weight", "decoder.0.weight")) {
                Tensor parameter = Objects.requireNonNull(vae.parameters().get(name));
                parameter.set_requires_grad(true);
                Tensor gradient = torch.grad(
                                new TensorVector(objective
                                        .value(Learner.of(vae), batch, 0)
                                        .objective()),
                                new TensorVector(parameter))
                        .get(0);
                parameter.set_requires_grad(false);
                Tensor direction = gaussians(name, TensorCopies.sizes(parameter));
                double slope = TensorCopies.doubles(gradient.mul(direction).sum())[0];
                double step = 1e-5;
                double above = moved(objective, vae, batch, parameter, direction, step);
                double below = moved(objective, vae, batch, parameter, direction, -2 * step);
                moved(objective, vae, batch, parameter, direction, step);
                assertThat(slope)
                        .as(name)
                        .isCloseTo((above - below) / (2 * step), within(1e-6 * Math.max(1, Math.abs(slope))));
            }
        }
    }

    private static double moved(
            Elbo objective, NetworkVae vae, Batch batch, Tensor parameter, Tensor direction, double step) {
        try (NoGradGuard guard = new NoGradGuard()) {
            parameter.add_(direction.mul(new Scalar(step)));
        }
        return TensorCopies.doubles(objective.value(Learner.of(vae), batch, 0).objective())[0];
    }

    @Test
    void the_penalty_takes_its_weight_times_the_estimate() {
        try (PointerScope scope = new PointerScope()) {
            NetworkVae vae = smooth();
            Batch batch = new Batch(images(5), null, gaussians("noise", 5, 1, 3), gaussians("directions", 5, 3));
            Objective.Value plain = new Elbo(2, 0).value(Learner.of(vae), batch, 0);
            Objective.Value penalised = new Elbo("beta-jacobian", 2, 0, 0.7).value(Learner.of(vae), batch, 0);
            double squared = TensorCopies.doubles(
                    Objects.requireNonNull(penalised.terms().get("squared jacobian")))[0];
            assertThat(squared).isGreaterThan(0);
            assertThat(TensorCopies.doubles(penalised.objective())[0])
                    .isCloseTo(TensorCopies.doubles(plain.objective())[0] - 0.7 * squared, within(1e-10));
            assertThatThrownBy(() -> new Elbo("beta-jacobian", 2, 0, 0.7)
                            .value(Learner.of(vae), Batch.of(batch.images(), batch.noise()), 0))
                    .hasMessageContaining("directions");
        }
    }

    private static final Architecture LINEAR = new Architecture.Mlp(List.of(), Activation.RELU);

    /** One pixel, one latent, two classes. */
    private static NetworkClassifier byHand(ModelKind kind) {
        ClassifierSpec spec = new ClassifierSpec(kind, new ImageShape(1, 1, 1), ValueRange.UNIT, 1, 2, LINEAR, 0, null);
        boolean random = kind == ModelKind.VIB;
        Map<String, Tensor> parameters = new LinkedHashMap<>();
        parameters.put(
                "encoder.1.weight",
                TensorCopies.tensor(random ? new double[] {2, 0} : new double[] {2}, random ? 2 : 1, 1));
        parameters.put(
                "encoder.1.bias",
                TensorCopies.tensor(random ? new double[] {-0.5, -1} : new double[] {-0.5}, random ? 2 : 1));
        parameters.put("head.0.weight", TensorCopies.tensor(new double[] {3, -1}, 2, 1));
        parameters.put("head.0.bias", TensorCopies.tensor(new double[] {0.25, 0}, 2));
        return NetworkClassifier.of(spec, parameters);
    }

    @ParameterizedTest
    @EnumSource(names = {"VIB", "CLASSIFIER"})
    void the_objective_of_a_classifier_is_what_a_hand_computes(ModelKind kind) {
        double[] pixels = {0.1, 0.9};
        int[] labels = {1, 0};
        double[] noise = {0.3, -1.2};
        double beta = kind == ModelKind.VIB ? 0.01 : 0;
        // The smooth bounds of a log-variance of -1, as GaussianPosterior documents them.
        double below = 6 - Math.log1p(Math.exp(6 + 1));
        double logVariance = -14 + Math.log1p(Math.exp(below + 14));
        double wanted = 0;
        for (int i = 0; i < 2; i++) {
            double mean = 2 * pixels[i] - 0.5;
            double z = kind == ModelKind.VIB ? mean + noise[i] * Math.exp(logVariance / 2) : mean;
            double first = 3 * z + 0.25;
            double second = -z;
            double chosen = labels[i] == 0 ? first : second;
            double kl = 0.5 * (mean * mean + Math.exp(logVariance) - 1 - logVariance);
            wanted += (chosen - Math.log(Math.exp(first) + Math.exp(second)) - beta * kl) / 2;
        }
        try (PointerScope scope = new PointerScope()) {
            Batch batch = new Batch(
                    TensorCopies.tensor(pixels, 2, 1, 1, 1),
                    TensorCopies.tensor(new float[] {labels[0], labels[1]}, 2).toType(torch.ScalarType.Long),
                    TensorCopies.tensor(noise, 2, 1, 1),
                    null);
            Objective.Value value = new Elbo("vib", beta, 0, 0).value(Learner.of(byHand(kind)), batch, 0);
            assertThat(TensorCopies.doubles(value.objective())[0]).isCloseTo(wanted, within(1e-9));
            assertThat(value.terms().containsKey("kl")).isEqualTo(kind == ModelKind.VIB);
        }
    }
}
