package io.margrave.robustness.jacobian;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.margrave.data.ImageShape;
import io.margrave.data.Noise;
import io.margrave.data.ValueRange;
import io.margrave.results.EncoderNorms;
import io.margrave.robustness.map.Reconstruction;
import io.margrave.theory.MarginBounds;
import io.margrave.vae.TensorCopies;
import io.margrave.vae.model.LikelihoodSpec;
import io.margrave.vae.model.NetworkSpec;
import io.margrave.vae.model.NetworkVae;
import io.margrave.vae.model.Vae;
import io.margrave.vae.network.Architecture;
import io.margrave.vae.network.Layer;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;

class EncoderJacobianTest {
    private static final ImageShape SHAPE = new ImageShape(1, 6, 6);
    private static final int POINTS = 5;
    private static final int LATENT = 4;

    private static Vae vae() {
        return NetworkVae.initialised(
                NetworkSpec.untrained(
                        SHAPE,
                        ValueRange.UNIT,
                        LATENT,
                        new Architecture.Mlp(List.of(30, 20), Layer.Activation.TANH),
                        LikelihoodSpec.bernoulli()),
                3);
    }

    private static float[] inputs() {
        float[] values = new float[POINTS * SHAPE.size()];
        Noise.Stream stream = new Noise(5, "inputs").stream(0, "test", 0);
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) stream.nextDouble();
        }
        return values;
    }

    private static double[] means(Vae vae, float[] input) {
        return TensorCopies.doubles(
                vae.encode(Reconstruction.asImages(vae, TensorCopies.tensor(input, 1, SHAPE.size())))
                        .mean());
    }

    /** Central differences, [latent][feature]; float32 networks leave an error near 1e-4. */
    private static double[][] differences(Vae vae, float[] input) {
        double[][] jacobian = new double[LATENT][SHAPE.size()];
        float step = 1e-2f;
        for (int j = 0; j < SHAPE.size(); j++) {
            float[] up = input.clone();
            float[] down = input.clone();
            up[j] += step;
            down[j] -= step;
            double[] above = means(vae, up);
            double[] below = means(vae, down);
            for (int k = 0; k < LATENT; k++) {
                jacobian[k][j] = (above[k] - below[k]) / ((double) up[j] - down[j]);
            }
        }
        return jacobian;
    }

    private static double norm(double[] values) {
        double sum = 0;
        for (double value : values) {
            sum += value * value;
        }
        return Math.sqrt(sum);
    }

    @Test
    void norms_and_directions_agree_with_finite_differences() {
        try (PointerScope scope = new PointerScope()) {
            Vae vae = vae();
            float[] values = inputs();
            Tensor inputs = TensorCopies.tensor(values, POINTS, SHAPE.size());
            EncoderJacobian jacobian = EncoderJacobian.of(vae, inputs);
            double[] stdDev = TensorCopies.doubles(
                    vae.encode(Reconstruction.asImages(vae, inputs)).stdDev());
            float[] spectral = TensorCopies.floats(jacobian.spectralDirections());
            float[] whitened = TensorCopies.floats(jacobian.whitenedDirections());
            for (int i = 0; i < POINTS; i++) {
                float[] input = Arrays.copyOfRange(values, i * SHAPE.size(), (i + 1) * SHAPE.size());
                double[][] differences = differences(vae, input);
                double frobenius = 0;
                double[] moved = new double[LATENT];
                double[] movedWhitened = new double[LATENT];
                for (int k = 0; k < LATENT; k++) {
                    for (int j = 0; j < SHAPE.size(); j++) {
                        frobenius += differences[k][j] * differences[k][j];
                        moved[k] += differences[k][j] * spectral[i * SHAPE.size() + j];
                        movedWhitened[k] += differences[k][j] * whitened[i * SHAPE.size() + j] / stdDev[i * LATENT + k];
                    }
                }
                EncoderNorms norms = jacobian.norms().get(i);
                assertThat(norms.frobenius()).isCloseTo(Math.sqrt(frobenius), within(2e-3 * Math.sqrt(frobenius)));
                // A unit vector that is stretched by the norm is a top right singular vector.
                assertThat(norm(moved)).isCloseTo(norms.spectral(), within(2e-3 * norms.spectral()));
                assertThat(norm(movedWhitened)).isCloseTo(norms.whitened(), within(2e-3 * norms.whitened()));
                assertThat(norm(row(spectral, i))).isCloseTo(1, within(1e-5));
                assertThat(norm(row(whitened, i))).isCloseTo(1, within(1e-5));
            }
        }
    }

    private static double[] row(float[] values, int i) {
        double[] row = new double[SHAPE.size()];
        for (int j = 0; j < row.length; j++) {
            row[j] = values[i * row.length + j];
        }
        return row;
    }

    @Test
    void frobenius_bound_is_at_most_spectral_is_at_most_whitened() {
        try (PointerScope scope = new PointerScope()) {
            Vae vae = vae();
            for (EncoderNorms norms : EncoderJacobian.of(vae, TensorCopies.tensor(inputs(), POINTS, SHAPE.size()))
                    .norms()) {
                double frobenius = MarginBounds.frobenius(norms.minStdDev(), 0.9, norms.frobenius());
                double spectral = MarginBounds.spectral(norms.minStdDev(), 0.9, norms.spectral());
                double whitened = MarginBounds.whitened(0.9, norms.whitened());
                assertThat(frobenius).isPositive().isLessThan(spectral);
                assertThat(spectral).isLessThan(whitened);
            }
        }
    }

    @Test
    void a_point_alone_has_the_jacobian_it_has_in_a_batch() {
        try (PointerScope scope = new PointerScope()) {
            Vae vae = vae();
            Tensor all = TensorCopies.tensor(inputs(), POINTS, SHAPE.size());
            EncoderNorms together = EncoderJacobian.of(vae, all).norms().get(2);
            EncoderNorms alone =
                    EncoderJacobian.of(vae, all.narrow(0, 2, 1)).norms().get(0);
            assertThat(alone.whitened()).isCloseTo(together.whitened(), within(1e-5 * together.whitened()));
        }
    }

    /** How far a direction moves the reconstruction: |D J v|, with J by finite differences and D by decoding. */
    private static double gain(Vae vae, double[][] jacobian, double[] mean, float[] directions, int point) {
        double[] moved = new double[SHAPE.size()];
        for (int k = 0; k < LATENT; k++) {
            double latentStep = 0;
            for (int j = 0; j < SHAPE.size(); j++) {
                latentStep += jacobian[k][j] * directions[point * SHAPE.size() + j];
            }
            float[] ends = new float[2 * LATENT];
            for (int l = 0; l < LATENT; l++) {
                ends[l] = (float) mean[l] + (l == k ? 1 : 0);
                ends[LATENT + l] = (float) mean[l] - (l == k ? 1 : 0);
            }
            double[] decoded = TensorCopies.doubles(vae.decode(TensorCopies.tensor(ends, 2, LATENT)));
            for (int j = 0; j < SHAPE.size(); j++) {
                moved[j] += latentStep * (decoded[j] - decoded[SHAPE.size() + j]);
            }
        }
        return norm(moved);
    }

    @Test
    void search_directions_move_the_reconstruction_most_and_come_in_opposite_pairs() {
        try (PointerScope scope = new PointerScope()) {
            Vae vae = vae();
            float[] values = inputs();
            Tensor inputs = TensorCopies.tensor(values, POINTS, SHAPE.size());
            assertThat(EncoderJacobian.of(vae, inputs).searchDirections()).isEmpty();
            EncoderJacobian jacobian = EncoderJacobian.withSearchDirections(vae, vae, inputs);
            assertThat(jacobian.searchDirections()).hasSize(8);
            List<float[]> directions = jacobian.searchDirections().stream()
                    .map(TensorCopies::floats)
                    .toList();
            float[] spectral = TensorCopies.floats(jacobian.spectralDirections());
            for (int i = 0; i < POINTS; i++) {
                float[] input = Arrays.copyOfRange(values, i * SHAPE.size(), (i + 1) * SHAPE.size());
                double[][] differences = differences(vae, input);
                double[] mean = means(vae, input);
                double first = gain(vae, differences, mean, directions.get(0), i);
                double second = gain(vae, differences, mean, directions.get(2), i);
                assertThat(first).isGreaterThan(second);
                assertThat(first).isGreaterThan(gain(vae, differences, mean, spectral, i) * (1 - 1e-3));
                double length = 0;
                for (int j = i * SHAPE.size(); j < (i + 1) * SHAPE.size(); j++) {
                    assertThat(directions.get(1)[j]).isEqualTo(-directions.get(0)[j]);
                    length += (double) directions.get(0)[j] * directions.get(0)[j];
                }
                assertThat(length).isCloseTo(1, within(1e-5));
            }
        }
    }
}
