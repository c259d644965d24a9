package io.margrave.robustness.map;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.margrave.data.Noise;
import io.margrave.vae.TensorCopies;
import io.margrave.vae.network.Tape;
import java.util.Arrays;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class CriterionTest {
    private static final Criterion CRITERION = Criterion.leavesBall(1.5);
    private static final int SIZE = 6;

    private final PointerScope scope = new PointerScope();

    @AfterEach
    void free() {
        scope.close();
    }

    private static float[] values(long point, int count) {
        float[] values = new float[count];
        new Noise(2, "criterion").stream(point, "values", 0).gaussians(values, 0, count);
        return values;
    }

    private static Tensor outputs() {
        float[] values = values(0, 4 * 3 * SIZE);
        // One draw is the reference itself.
        System.arraycopy(values(1, 4 * SIZE), 0, values, 0, SIZE);
        Tensor outputs = TensorCopies.tensor(values, 4, 3, SIZE);
        outputs.set_requires_grad(true);
        return outputs;
    }

    private static Tensor reference() {
        return TensorCopies.tensor(values(1, 4 * SIZE), 4, SIZE);
    }

    /** Of a function in which each excess has its own slope. */
    private static Tensor value(Tensor outputs) {
        return CRITERION.excess(outputs, reference()).tanh().sum();
    }

    @Test
    void the_excess_is_the_distance_less_the_radius() {
        double[] excess = TensorCopies.doubles(CRITERION.excess(outputs(), reference()));
        float[] outputs = TensorCopies.floats(outputs());
        float[][] reference = Rows.arrays(reference());
        for (int k = 0; k < excess.length; k++) {
            double distance = Rows.distance(Arrays.copyOfRange(outputs, k * SIZE, (k + 1) * SIZE), reference[k / 3]);
            assertThat(excess[k]).isCloseTo(distance - 1.5, within(1e-6));
        }
    }

    /** At the reference itself both are zero. */
    @Test
    void its_gradient_on_a_tape_is_that_of_autograd() {
        Tensor plain = outputs();
        double[] expected = TensorCopies.doubles(torch.grad(new TensorVector(value(plain)), new TensorVector(plain))
                .get(0));
        Tensor taped = outputs();
        try (Tape tape = Tape.open()) {
            Tensor value = value(taped);
            for (int asked = 0; asked < 2; asked++) {
                double[] gradient = TensorCopies.doubles(tape.gradient(value, taped));
                for (int k = 0; k < expected.length; k++) {
                    assertThat(gradient[k]).isCloseTo(expected[k], within(1e-6));
                }
                assertThat(Arrays.copyOf(gradient, SIZE)).containsOnly(0);
            }
        }
        assertThat(Arrays.stream(expected).map(Math::abs).max().orElse(0)).isGreaterThan(0.01);
    }
}
