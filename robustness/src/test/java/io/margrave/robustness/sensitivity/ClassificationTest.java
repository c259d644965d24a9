package io.margrave.robustness.sensitivity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.margrave.data.Noise;
import io.margrave.robustness.map.Criterion;
import io.margrave.robustness.map.PointNoise;
import io.margrave.robustness.map.Reconstruction.Follows;
import io.margrave.robustness.margin.RobustnessEstimator;
import io.margrave.theory.Proportion;
import io.margrave.vae.TensorCopies;
import java.util.Arrays;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;

class ClassificationTest {
    private static final Criterion CHANGED = Criterion.changesClass();

    private static float[] gaussians(int seed, int count) {
        float[] values = new float[count];
        new Noise(seed, "classification").stream(0, "numbers", 0).gaussians(values, 0, count);
        return values;
    }

    private static float[][] matrix(int seed, int rows, int columns) {
        float[] values = gaussians(seed, rows * columns);
        float[][] matrix = new float[rows][];
        for (int i = 0; i < rows; i++) {
            matrix[i] = Arrays.copyOfRange(values, i * columns, (i + 1) * columns);
        }
        return matrix;
    }

    private static LinearClassifier classifier(int seed, int classes, double growth) {
        return new LinearClassifier(
                matrix(seed, 3, 5),
                gaussians(seed + 1, 3),
                new float[] {0.4f, 0.7f, 0.2f},
                growth,
                matrix(seed + 2, classes, 3),
                gaussians(seed + 3, classes));
    }

    @Test
    void the_excess_is_by_how_much_the_best_other_class_leads() {
        try (PointerScope scope = new PointerScope()) {
            Tensor outputs = TensorCopies.tensor(new float[] {1, 2, 4, 5, 3, 4, 2, 7, 7}, 1, 3, 3);
            // Of equals the first is the class.
            Tensor second = TensorCopies.tensor(new float[] {0, 9, 9}, 1, 3);
            assertThat(TensorCopies.doubles(CHANGED.excess(outputs, second))).containsExactly(2, 2, 0);
            Tensor first = TensorCopies.tensor(new float[] {1, 0, -5}, 1, 3);
            assertThat(TensorCopies.doubles(CHANGED.excess(outputs, first))).containsExactly(3, -1, 5);
        }
    }

    @Test
    void the_excess_of_the_reference_is_never_positive() {
        try (PointerScope scope = new PointerScope()) {
            Tensor reference = TensorCopies.tensor(gaussians(4, 70), 10, 7);
            double[] excess = TensorCopies.doubles(CHANGED.excess(reference.unsqueeze(1), reference));
            assertThat(Arrays.stream(excess).boxed()).hasSize(10).allMatch(each -> each < 0);
        }
    }

    @Test
    void a_logit_that_is_no_number_is_no_prediction_that_was_kept() {
        try (PointerScope scope = new PointerScope()) {
            Tensor outputs = TensorCopies.tensor(new float[] {Float.NaN, 2, 5, Float.NaN}, 1, 2, 2);
            Tensor reference = TensorCopies.tensor(new float[] {0, 1}, 1, 2);
            assertThat(RobustnessEstimator.within(TensorCopies.doubles(CHANGED.excess(outputs, reference)), 0)
                            .successes())
                    .isZero();
        }
    }

    @Test
    void the_gradient_of_the_excess_agrees_with_finite_differences() {
        try (PointerScope scope = new PointerScope()) {
            LinearClassifier classifier = classifier(11, 4, 0.3);
            float[] values = gaussians(20, 10);
            Tensor anchors = TensorCopies.tensor(values, 2, 5);
            Classification map = Classification.of(classifier, anchors, Follows.MEAN_AND_VARIANCE);
            Tensor noise = TensorCopies.tensor(gaussians(21, 2 * 6 * 3), 2, 6, 3);
            Tensor x = anchors.clone();
            x.set_requires_grad(true);
            float[] gradient = TensorCopies.floats(torch.grad(
                            new TensorVector(CHANGED.excess(map.at(x).outputs(noise), map.reference())
                                    .sum()),
                            new TensorVector(x),
                            new TensorVector(),
                            new BoolOptional(false),
                            false,
                            false)
                    .get(0));
            double step = 1e-3;
            for (int j = 0; j < values.length; j++) {
                double above = sum(map, noise, values, j, step);
                double below = sum(map, noise, values, j, -step);
                assertThat((double) gradient[j]).isCloseTo((above - below) / (2 * step), within(2e-2));
            }
        }
    }

    private static double sum(Classification map, Tensor noise, float[] values, int moved, double by) {
        float[] other = values.clone();
        other[moved] += (float) by;
        Tensor excess = CHANGED.excess(map.at(TensorCopies.tensor(other, 2, 5)).outputs(noise), map.reference());
        return Arrays.stream(TensorCopies.doubles(excess)).sum();
    }

    @Test
    void mean_only_is_full_where_sigma_does_not_move_and_only_there() {
        try (PointerScope scope = new PointerScope()) {
            Tensor anchors = TensorCopies.tensor(gaussians(30, 10), 2, 5);
            Tensor moved = TensorCopies.tensor(gaussians(31, 10), 2, 5);
            Tensor noise = TensorCopies.tensor(gaussians(32, 2 * 4 * 3), 2, 4, 3);
            for (double growth : new double[] {0, 0.2}) {
                Classification full = Classification.of(classifier(33, 4, growth), anchors, Follows.MEAN_AND_VARIANCE);
                float[] both = TensorCopies.floats(full.at(moved).outputs(noise));
                float[] mean = TensorCopies.floats(
                        full.following(Follows.MEAN).at(moved).outputs(noise));
                assertThat(Arrays.equals(both, mean)).isEqualTo(growth == 0);
            }
        }
    }

    @Test
    void without_noise_every_draw_is_the_logits_at_the_mean() {
        try (PointerScope scope = new PointerScope()) {
            LinearClassifier still = classifier(40, 4, 0).withNoise(0, 0, 0, 0);
            Tensor anchors = TensorCopies.tensor(gaussians(41, 15), 3, 5);
            Classification map = Classification.of(still, anchors, Follows.MEAN_AND_VARIANCE);
            assertThat(map.noiseSize()).isEqualTo(1);
            Tensor drawn = map.at(anchors).outputs(TensorCopies.tensor(gaussians(42, 15), 3, 5, 1));
            float[] reference = TensorCopies.floats(map.reference());
            for (int draw = 0; draw < 5; draw++) {
                assertThat(TensorCopies.floats(drawn.select(1, draw))).isEqualTo(reference);
            }
            assertThat(TensorCopies.floats(map.select(new int[] {2, 0}).reference()))
                    .isEqualTo(TensorCopies.floats(torch.cat(
                            new TensorVector(
                                    map.reference().narrow(0, 2, 1),
                                    map.reference().narrow(0, 0, 1)),
                            0)));
        }
    }

    /** Half of the draws lie on the far side of a hyperplane that the mean lies beyond. */
    @Test
    void under_a_linear_head_a_majority_of_draws_is_never_of_another_class_than_the_mean() {
        int points = 400;
        try (PointerScope scope = new PointerScope()) {
            LinearClassifier classifier = classifier(50, 3, 0.2);
            Tensor anchors = TensorCopies.tensor(gaussians(54, points * 5), points, 5);
            Tensor moved = anchors.add(TensorCopies.tensor(gaussians(55, points * 5), points, 5));
            Classification map = Classification.of(classifier, anchors, Follows.MEAN_AND_VARIANCE);
            Classification still =
                    Classification.of(classifier.withNoise(0, 0, 0, 0), anchors, Follows.MEAN_AND_VARIANCE);
            int[] numbers = new int[points];
            Arrays.setAll(numbers, i -> i);
            Proportion[] draws = RobustnessEstimator.within(
                    map, moved, CHANGED, new PointNoise(new Noise(1, "majority"), numbers, "draws", 0), 1_000);
            Proportion[] means = RobustnessEstimator.within(
                    still, moved, CHANGED, new PointNoise(new Noise(1, "majority"), numbers, "mean", 0), 1);
            int lost = 0;
            for (int i = 0; i < points; i++) {
                if (means[i].successes() == 0) {
                    lost++;
                    assertThat(draws[i].lower(1e-4 / points)).isLessThanOrEqualTo(0.5);
                }
            }
            assertThat(lost).isBetween(50, 350);
        }
    }
}
