package io.margrave.robustness.attack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.margrave.data.Noise;
import io.margrave.data.ValueRange;
import io.margrave.results.SearchEffort;
import io.margrave.robustness.map.LinearGaussianMap;
import io.margrave.robustness.map.Rows;
import io.margrave.vae.TensorCopies;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;

class MaximumDamageTest {
    private static final int POINTS = 10;
    private static final int[] NUMBERS = IntStream.range(0, POINTS).toArray();
    private static final Noise NOISE = new Noise(4, "damage");
    private static final SearchEffort EFFORT = SearchEffort.of(60, 8, 2);

    /** mu = (3 x0, x1), g(z) = z, sigma next to nothing: the worst direction is the first axis. */
    private static LinearGaussianMap sharp(Tensor anchors, float sigma) {
        return LinearGaussianMap.of(
                new float[][] {{3, 0, 0}, {0, 1, 0}},
                new float[][] {{1, 0}, {0, 1}},
                new float[] {sigma, sigma},
                anchors);
    }

    @Test
    void a_linear_model_is_damaged_along_its_top_singular_vector() {
        try (PointerScope scope = new PointerScope()) {
            Tensor anchors = TensorCopies.tensor(new float[POINTS * 3], POINTS, 3);
            MaximumDamage attack = MaximumDamage.of(
                    sharp(anchors, 1e-4f),
                    new Ball(anchors, null),
                    0.7,
                    List.of(),
                    NUMBERS,
                    NOISE,
                    "test",
                    EFFORT,
                    200);
            for (double damage : attack.damage()) {
                assertThat(damage).isCloseTo(3 * 0.7, within(0.01));
            }
        }
    }

    @Test
    void ball_and_range_are_kept_at_once() {
        try (PointerScope scope = new PointerScope()) {
            float[] corner = new float[POINTS * 3];
            Arrays.fill(corner, 0.9f);
            Tensor anchors = TensorCopies.tensor(corner, POINTS, 3);
            MaximumDamage attack = MaximumDamage.of(
                    sharp(anchors, 0.01f),
                    new Ball(anchors, ValueRange.UNIT),
                    0.5,
                    List.of(),
                    NUMBERS,
                    NOISE,
                    "test",
                    EFFORT,
                    200);
            for (float[] row : Rows.arrays(attack.perturbed())) {
                double sum = 0;
                for (float value : row) {
                    assertThat(value).isBetween(0f, 1f);
                    sum += Math.pow((double) value - 0.9f, 2);
                }
                assertThat(Math.sqrt(sum)).isLessThanOrEqualTo(0.5 * (1 + 1e-5));
            }
            // Upwards there is room for 0.1 only, so the attack goes down.
            for (double damage : attack.damage()) {
                assertThat(damage).isCloseTo(1.5, within(0.02));
            }
        }
    }

    @Test
    void no_budget_does_no_damage_beyond_the_clean_spread() {
        try (PointerScope scope = new PointerScope()) {
            Tensor anchors = TensorCopies.tensor(new float[POINTS * 3], POINTS, 3);
            MaximumDamage attack = MaximumDamage.of(
                    sharp(anchors, 0.5f), new Ball(anchors, null), 0, List.of(), NUMBERS, NOISE, "test", EFFORT, 4_000);
            assertThat(TensorCopies.floats(attack.perturbed())).containsOnly(0f);
            // E |N(0, 0.25 I_2)| = 0.5 sqrt(pi / 2); the standard error of 4,000 draws is 0.005.
            for (double damage : attack.damage()) {
                assertThat(damage).isCloseTo(0.5 * Math.sqrt(Math.PI / 2), within(0.03));
            }
        }
    }
}
