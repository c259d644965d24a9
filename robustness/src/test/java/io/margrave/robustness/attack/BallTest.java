package io.margrave.robustness.attack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.margrave.data.Noise;
import io.margrave.data.ValueRange;
import io.margrave.robustness.map.Rows;
import io.margrave.vae.TensorCopies;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BallTest {
    private static final int POINTS = 50;
    private static final int FEATURES = 40;

    private static float[] centers(Noise.Stream stream) {
        float[] values = new float[POINTS * FEATURES];
        for (int i = 0; i < values.length; i++) {
            // A third of the pixels on the range's ends, as in real digits.
            double u = stream.nextDouble();
            values[i] = u < 1 / 3.0 ? 0 : u < 0.5 ? 1 : (float) stream.nextDouble();
        }
        return values;
    }

    private static float[] gaussians(Noise.Stream stream) {
        float[] values = new float[POINTS * FEATURES];
        stream.gaussians(values, 0, values.length);
        return values;
    }

    private static double[] radii(double radius) {
        double[] radii = new double[POINTS];
        Arrays.fill(radii, radius);
        return radii;
    }

    private static double norm(float[] a, float[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += Math.pow((double) a[i] - b[i], 2);
        }
        return Math.sqrt(sum);
    }

    @ParameterizedTest
    @ValueSource(doubles = {0.01, 0.5, 1, 2, 4})
    void a_retraction_keeps_ball_and_range_and_changes_nothing_twice(double radius) {
        try (PointerScope scope = new PointerScope()) {
            Noise.Stream stream = new Noise(1, "ball").stream(0, "test", 0);
            Tensor centers = TensorCopies.tensor(centers(stream), POINTS, FEATURES);
            Tensor points = centers.add(TensorCopies.tensor(gaussians(stream), POINTS, FEATURES));
            Ball ball = new Ball(centers, ValueRange.UNIT);
            double[] radii = radii(radius);
            float[][] once = Rows.arrays(ball.retract(points, radii));
            float[][] twice = Rows.arrays(ball.retract(ball.retract(points, radii), radii));
            float[][] from = Rows.arrays(centers);
            for (int i = 0; i < POINTS; i++) {
                assertThat(norm(once[i], from[i])).isLessThanOrEqualTo(radius * (1 + 1e-5));
                for (float value : once[i]) {
                    assertThat(value).isBetween(0f, 1f);
                }
                assertThat(norm(once[i], twice[i])).isLessThan(1e-5);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(doubles = {0.3, 1, 2})
    void a_point_inside_stays_and_one_outside_is_only_clipped_and_shortened(double radius) {
        try (PointerScope scope = new PointerScope()) {
            Noise.Stream stream = new Noise(2, "ball").stream(0, "test", 0);
            Tensor centers = TensorCopies.tensor(centers(stream), POINTS, FEATURES);
            Ball ball = new Ball(centers, ValueRange.UNIT);
            Tensor outside = centers.add(TensorCopies.tensor(gaussians(stream), POINTS, FEATURES));
            float[][] wanted = Rows.arrays(outside);
            float[][] retracted = Rows.arrays(ball.retract(outside, radii(radius)));
            float[][] again = Rows.arrays(ball.retract(Rows.stacked(List.of(retracted)), radii(radius)));
            float[][] from = Rows.arrays(centers);
            for (int i = 0; i < POINTS; i++) {
                assertThat(norm(again[i], retracted[i])).isLessThan(1e-5);
                double share = Double.NaN;
                for (int j = 0; j < FEATURES; j++) {
                    double clipped = Math.max(0, Math.min(1, wanted[i][j])) - from[i][j];
                    if (Math.abs(clipped) > 0.05) {
                        double here = ((double) retracted[i][j] - from[i][j]) / clipped;
                        assertThat(here).isBetween(0.0, 1.0 + 1e-5);
                        assertThat(Double.isNaN(share) || Math.abs(share - here) < 1e-4)
                                .isTrue();
                        share = here;
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(doubles = {0.1, 0.7, 1.5})
    void an_approach_keeps_ball_and_range_and_ends_near_the_surface(double radius) {
        try (PointerScope scope = new PointerScope()) {
            Noise.Stream stream = new Noise(4, "ball").stream(0, "test", 0);
            Tensor centers = TensorCopies.tensor(centers(stream), POINTS, FEATURES);
            Tensor directions = TensorCopies.tensor(gaussians(stream), POINTS, FEATURES);
            float[][] from = Rows.arrays(centers);
            float[][] near = Rows.arrays(new Ball(centers, ValueRange.UNIT).approach(directions, radii(radius)));
            for (int i = 0; i < POINTS; i++) {
                assertThat(norm(near[i], from[i])).isBetween(radius * 0.93, radius * (1 + 1e-5));
                for (float value : near[i]) {
                    assertThat(value).isBetween(0f, 1f);
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(doubles = {0.1, 0.7, 1.5})
    void a_reach_ends_on_the_surface_where_the_range_lets_it(double radius) {
        try (PointerScope scope = new PointerScope()) {
            Noise.Stream stream = new Noise(3, "ball").stream(0, "test", 0);
            Tensor centers = TensorCopies.tensor(centers(stream), POINTS, FEATURES);
            Tensor directions = TensorCopies.tensor(gaussians(stream), POINTS, FEATURES);
            float[][] from = Rows.arrays(centers);
            float[][] boxed = Rows.arrays(new Ball(centers, ValueRange.UNIT).reach(directions, radii(radius)));
            float[][] free = Rows.arrays(new Ball(centers, null).reach(directions, radii(radius)));
            for (int i = 0; i < POINTS; i++) {
                assertThat(norm(boxed[i], from[i])).isCloseTo(radius, within(1e-4));
                assertThat(norm(free[i], from[i])).isCloseTo(radius, within(1e-5));
            }
        }
    }

    @org.junit.jupiter.api.Test
    void an_unreachable_radius_ends_at_the_range() {
        try (PointerScope scope = new PointerScope()) {
            Tensor center = TensorCopies.tensor(new float[] {0.25f, 0.5f}, 1, 2);
            Tensor direction = TensorCopies.tensor(new float[] {-1, 2}, 1, 2);
            float[] reached = TensorCopies.floats(new Ball(center, ValueRange.UNIT).reach(direction, new double[] {5}));
            assertThat(reached).containsExactly(0f, 1f);
        }
    }
}
