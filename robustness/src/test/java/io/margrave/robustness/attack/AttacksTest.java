package io.margrave.robustness.attack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.margrave.data.Noise;
import io.margrave.data.ValueRange;
import io.margrave.results.AttackSpec.Method;
import io.margrave.results.Norm;
import io.margrave.results.SearchEffort;
import io.margrave.robustness.goal.MaximumDamageGoal;
import io.margrave.robustness.map.PointNoise;
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

    @Test
    void ball_and_range_are_kept_at_once_on_the_side_that_has_room() {
        try (PointerScope scope = new PointerScope()) {
            Vae vae = LinearModel.open(new float[][] {{3, 0, 0}, {0, 1, 0}}, 0.01);
            float[] corner = new float[POINTS * 3];
            Arrays.fill(corner, 0.9f);
            Tensor inputs = TensorCopies.tensor(corner, POINTS, 3);
            Attack.Attacked attacked = Attacks.of(Method.GRADIENT, new MaximumDamageGoal(Follows.MEAN_AND_VARIANCE))
                    .perturb(request(vae, inputs, Norm.L2, 0.5, SearchEffort.of(60, 8, 2)));
            // Upwards there is room for 0.1 only, so the attack goes down.
            for (float[] row : Rows.arrays(attacked.perturbed())) {
                assertThat(row[0]).isCloseTo(0.4f, within(0.01f));
            }
            for (double damage : attacked.chosen()) {
                assertThat(damage).isCloseTo(1.5, within(0.02));
            }
        }
    }

    @Test
    void no_budget_does_no_damage_beyond_the_clean_spread() {
        try (PointerScope scope = new PointerScope()) {
            Vae vae = LinearModel.open(new float[][] {{3, 0, 0}, {0, 1, 0}}, 0.5);
            Tensor inputs = TensorCopies.tensor(new float[POINTS * 3], POINTS, 3);
            Attack.Request request = request(vae, inputs, Norm.L2, 0, SearchEffort.of(10, 8, 2));
            Attack.Attacked attacked = Attacks.of(Method.GRADIENT, new MaximumDamageGoal(Follows.MEAN_AND_VARIANCE))
                    .perturb(request);
            assertThat(TensorCopies.floats(attacked.perturbed())).containsOnly(0f);
            // E |N(0, 0.25 I_2)| = 0.5 sqrt(pi / 2); the standard error of 4,000 draws is 0.005.
            double[] damage = MaximumDamage.means(
                    request.clean(),
                    attacked.perturbed(),
                    new PointNoise(request.noise(), request.points(), "measure", 0),
                    4_000);
            for (double each : damage) {
                assertThat(each).isCloseTo(0.5 * Math.sqrt(Math.PI / 2), within(0.03));
            }
        }
    }
}
