package io.margrave.robustness.attack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.margrave.data.Noise;
import io.margrave.data.ValueRange;
import io.margrave.results.AttackSpec.Method;
import io.margrave.results.Norm;
import io.margrave.results.SearchEffort;
import io.margrave.robustness.goal.MaximumDamageGoal;
import io.margrave.robustness.map.Reconstruction;
import io.margrave.robustness.map.Reconstruction.Follows;
import io.margrave.robustness.map.Rows;
import io.margrave.vae.TensorCopies;
import io.margrave.vae.model.Vae;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;

class AttacksTest {
    private static final int POINTS = 5;

    private static Attack.Request request(Vae vae, Tensor inputs, Norm norm, double radius, SearchEffort effort) {
        double[] radii = new double[(int) inputs.size(0)];
        Arrays.fill(radii, radius);
        return new Attack.Request(
                Reconstruction.of(vae, inputs, Follows.MEAN_AND_VARIANCE),
                new Ball(inputs, ValueRange.UNIT, norm),
                radii,
                null,
                null,
                List.of(),
                IntStream.range(0, radii.length).toArray(),
                new Noise(3, "attacks"),
                "test",
                effort,
                1);
    }

    @Test
    void a_linear_model_is_damaged_along_its_top_singular_vector() {
        try (PointerScope scope = new PointerScope()) {
            Vae vae = LinearModel.open(new float[][] {{3, 0, 0}, {0, 1, 0}}, 1e-3);
            float[] middle = new float[POINTS * 3];
            Arrays.fill(middle, 0.5f);
            Tensor inputs = TensorCopies.tensor(middle, POINTS, 3);
            Attack.Attacked attacked = Attacks.of(Method.GRADIENT, new MaximumDamageGoal(Follows.MEAN_AND_VARIANCE))
                    .perturb(request(vae, inputs, Norm.L2, 0.4, SearchEffort.of(60, 8, 2)));
            assertThat(attacked.trace()).hasSize(60);
            float[][] rows = Rows.arrays(attacked.perturbed());
            for (int i = 0; i < POINTS; i++) {
                assertThat(attacked.chosen()[i]).isCloseTo(3 * 0.4, within(0.01));
                assertThat(Norm.L2.distance(new float[] {0.5f, 0.5f, 0.5f}, rows[i]))
                        .isCloseTo(0.4, within(1e-5));
            }
        }
    }
}
