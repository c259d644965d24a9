package io.margrave.robustness.attack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.margrave.data.Noise;
import io.margrave.data.ValueRange;
import io.margrave.results.Norm;
import io.margrave.robustness.map.Rows;
import io.margrave.vae.TensorCopies;
import java.util.Arrays;
import java.util.stream.Stream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Laws of balls in every norm, and projections held against a solver that shares nothing with ours. */
class CutBallTest {
    private static final int POINTS = 40;
    private static final int FEATURES = 30;

    private static Stream<Arguments> normsAndRadii() {
        return Stream.of(
                Arguments.of(Norm.L1, 0.003),
                Arguments.of(Norm.L1, 0.5),
                Arguments.of(Norm.L1, 4.0),
                Arguments.of(Norm.L1, 12.0),
                Arguments.of(Norm.L2, 0.003),
                Arguments.of(Norm.L2, 0.5),
                Arguments.of(Norm.L2, 1.5),
                Arguments.of(Norm.L2, 4.0),
                Arguments.of(Norm.LINF, 0.003),
                Arguments.of(Norm.LINF, 0.1),
                Arguments.of(Norm.LINF, 0.7));
    }

    private static Noise.Stream stream(String purpose) {
        return new Noise(11, "cut ball").stream(0, purpose, 0);
    }

    /** A third of the pixels on the range's ends, as in real digits. */
    private static Tensor centers(Noise.Stream stream) {
        float[] values = new float[POINTS * FEATURES];
        for (int i = 0; i < values.length; i++) {
            double u = stream.nextDouble();
            values[i] = u < 1 / 3.0 ? 0 : u < 0.5 ? 1 : (float) stream.nextDouble();
        }
        return TensorCopies.tensor(values, POINTS, FEATURES);
    }

    private static Tensor gaussians(Noise.Stream stream) {
        float[] values = new float[POINTS * FEATURES];
        stream.gaussians(values, 0, values.length);
        return TensorCopies.tensor(values, POINTS, FEATURES);
    }

    private static double[] radii(double radius) {
        double[] radii = new double[POINTS];
        Arrays.fill(radii, radius);
        return radii;
    }

    /**
     * The projection by Dykstra's algorithm (Boyle and Dykstra 1986): projections onto ball and box by turns, with corrections. The
     * one onto the L1 ball sorts (Duchi et al. 2008).
     */
    private static double[] dykstra(Norm norm, double[] point, double[] low, double[] high, double radius) {
        int n = point.length;
        double[] x = point.clone();
        double[] p = new double[n];
        double[] q = new double[n];
        for (int round = 0; round < 2_000; round++) {
            double[] moved = new double[n];
            for (int j = 0; j < n; j++) {
                moved[j] = x[j] + p[j];
            }
            double[] y = ontoBall(norm, moved, radius);
            for (int j = 0; j < n; j++) {
                p[j] = moved[j] - y[j];
                double next = Math.max(low[j], Math.min(high[j], y[j] + q[j]));
                q[j] = y[j] + q[j] - next;
                x[j] = next;
            }
        }
        return x;
    }

    private static double[] ontoBall(Norm norm, double[] v, double radius) {
        double[] sizes = Arrays.stream(v).map(Math::abs).toArray();
        switch (norm) {
            case LINF -> {
                return Arrays.stream(v)
                        .map(a -> Math.max(-radius, Math.min(radius, a)))
                        .toArray();
            }
            case L2 -> {
                double length = Math.sqrt(Arrays.stream(v).map(a -> a * a).sum());
                return Arrays.stream(v)
                        .map(a -> length <= radius ? a : a * radius / length)
                        .toArray();
            }
            case L1 -> {
                if (Arrays.stream(sizes).sum() <= radius) {
                    return v.clone();
                }
                double[] sorted = sizes.clone();
                Arrays.sort(sorted);
                double sum = 0;
                double threshold = 0;
                for (int k = 1; k <= sorted.length; k++) {
                    double size = sorted[sorted.length - k];
                    sum += size;
                    if (size > (sum - radius) / k) {
                        threshold = (sum - radius) / k;
                    }
                }
                double soft = threshold;
                return Arrays.stream(v)
                        .map(a -> Math.signum(a) * Math.max(0, Math.abs(a) - soft))
                        .toArray();
            }
        }
        throw new AssertionError(norm);
    }

    /** Dykstra's algorithm stalls for about as many rounds as a point is radii away, so the smallest radii are left out. */
    @ParameterizedTest
    @MethodSource("normsAndRadii")
    void a_projection_agrees_with_dykstras_algorithm(Norm norm, double radius) {
        assumeTrue(radius >= 0.1);
        try (PointerScope scope = new PointerScope()) {
            Noise.Stream stream = stream("dykstra");
            Tensor centers = centers(stream);
            Tensor points = centers.add(gaussians(stream));
            float[][] projected = Rows.arrays(new Ball(centers, ValueRange.UNIT, norm).project(points, radii(radius)));
            float[][] from = Rows.arrays(centers);
            float[][] at = Rows.arrays(points);
            for (int i = 0; i < POINTS; i++) {
                double[] point = new double[FEATURES];
                double[] low = new double[FEATURES];
                double[] high = new double[FEATURES];
                for (int j = 0; j < FEATURES; j++) {
                    point[j] = (double) at[i][j] - from[i][j];
                    low[j] = -(double) from[i][j];
                    high[j] = 1 - (double) from[i][j];
                }
                double[] wanted = dykstra(norm, point, low, high, radius);
                for (int j = 0; j < FEATURES; j++) {
                    assertThat((double) projected[i][j] - from[i][j]).isCloseTo(wanted[j], within(2e-6));
                }
            }
        }
    }

    /** y is the projection of v onto a convex set exactly if no w in the set has (v - y) . (w - y) > 0. */
    @ParameterizedTest
    @MethodSource("normsAndRadii")
    void nothing_in_ball_and_range_lies_beyond_a_projection(Norm norm, double radius) {
        try (PointerScope scope = new PointerScope()) {
            Noise.Stream stream = stream("variational");
            Tensor centers = centers(stream);
            Tensor points = centers.add(gaussians(stream));
            Ball ball = new Ball(centers, ValueRange.UNIT, norm);
            Tensor projected = ball.project(points, radii(radius));
            Tensor left = points.sub(projected);
            for (double product :
                    products(left, ball.furthest(left, radii(radius)).sub(projected))) {
                assertThat(product).isLessThanOrEqualTo(2e-5);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("normsAndRadii")
    void a_projection_keeps_ball_and_range_when_measured_in_double_precision(Norm norm, double radius) {
        try (PointerScope scope = new PointerScope()) {
            Noise.Stream stream = stream("feasible");
            Tensor centers = centers(stream);
            Ball ball = new Ball(centers, ValueRange.UNIT, norm);
            float[][] from = Rows.arrays(centers);
            Tensor projected = ball.project(centers.add(gaussians(stream)), radii(radius));
            float[][] once = Rows.arrays(projected);
            for (int i = 0; i < POINTS; i++) {
                assertThat(norm.distance(from[i], once[i])).isLessThanOrEqualTo(radius * (1 + 1e-12));
                for (float value : once[i]) {
                    assertThat(value).isBetween(0f, 1f);
                }
            }
            assertThat(Rows.arrays(ball.project(projected, radii(radius)))).isDeepEqualTo(once);
        }
    }

    @ParameterizedTest
    @MethodSource("normsAndRadii")
    void a_projection_never_takes_two_points_further_apart(Norm norm, double radius) {
        try (PointerScope scope = new PointerScope()) {
            Noise.Stream stream = stream("nonexpansive");
            Tensor centers = centers(stream);
            Ball ball = new Ball(centers, ValueRange.UNIT, norm);
            Tensor a = centers.add(gaussians(stream));
            Tensor b = a.add(gaussians(stream).mul(new Scalar(0.1)));
            float[][] first = Rows.arrays(a);
            float[][] second = Rows.arrays(b);
            float[][] firstProjected = Rows.arrays(ball.project(a, radii(radius)));
            float[][] secondProjected = Rows.arrays(ball.project(b, radii(radius)));
            for (int i = 0; i < POINTS; i++) {
                assertThat(Rows.distance(firstProjected[i], secondProjected[i]))
                        .isLessThanOrEqualTo(Rows.distance(first[i], second[i]) + 1e-6);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("normsAndRadii")
    void a_reach_has_the_radius_as_its_norm_where_the_range_lets_it(Norm norm, double radius) {
        try (PointerScope scope = new PointerScope()) {
            Noise.Stream stream = stream("reach");
            Tensor centers = centers(stream);
            Tensor directions = gaussians(stream);
            float[][] from = Rows.arrays(centers);
            float[][] along = Rows.arrays(directions);
            float[][] reached = Rows.arrays(new Ball(centers, ValueRange.UNIT, norm).reach(directions, radii(radius)));
            for (int i = 0; i < POINTS; i++) {
                float[] corner = new float[FEATURES];
                for (int j = 0; j < FEATURES; j++) {
                    corner[j] = along[i][j] > 0 ? 1 : 0;
                    assertThat(reached[i][j]).isBetween(0f, 1f);
                }
                double most = norm.distance(from[i], corner);
                assertThat(norm.distance(from[i], reached[i]))
                        .isCloseTo(Math.min(radius, most), within(2e-4 * radius + 1e-6));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("normsAndRadii")
    void nothing_in_ball_and_range_is_further_along_a_direction_than_the_furthest(Norm norm, double radius) {
        try (PointerScope scope = new PointerScope()) {
            Noise.Stream stream = stream("furthest");
            Tensor centers = centers(stream);
            Tensor directions = gaussians(stream);
            Ball ball = new Ball(centers, ValueRange.UNIT, norm);
            double[] furthest =
                    products(ball.furthest(directions, radii(radius)).sub(centers), directions);
            for (double far : new double[] {0.1, 1, 10, 1_000}) {
                // Projections of points ever further along the direction, and of others.
                Tensor straight = centers.add(directions.mul(new Scalar(far)));
                Tensor aside = straight.add(gaussians(stream));
                double[] near = products(ball.project(straight, radii(radius)).sub(centers), directions);
                double[] other = products(ball.project(aside, radii(radius)).sub(centers), directions);
                for (int i = 0; i < POINTS; i++) {
                    assertThat(near[i]).isLessThanOrEqualTo(furthest[i] * (1 + 1e-4) + 1e-5);
                    assertThat(other[i]).isLessThanOrEqualTo(furthest[i] * (1 + 1e-4) + 1e-5);
                    if (far == 1_000) {
                        assertThat(near[i]).isCloseTo(furthest[i], within(1e-3 * furthest[i] + 1e-5));
                    }
                }
            }
        }
    }

    private static double[] products(Tensor a, Tensor b) {
        return TensorCopies.doubles(a.mul(b).sum(1));
    }

    @ParameterizedTest
    @EnumSource(Norm.class)
    void no_radius_and_directions_that_are_no_numbers_stay_at_the_centre(Norm norm) {
        try (PointerScope scope = new PointerScope()) {
            Tensor centers = centers(stream("still"));
            Ball ball = new Ball(centers, ValueRange.UNIT, norm);
            float[] wanted = TensorCopies.floats(centers);
            Tensor directions = gaussians(stream("still"));
            assertThat(TensorCopies.floats(ball.project(centers.add(directions), radii(0))))
                    .containsExactly(wanted);
            assertThat(TensorCopies.floats(ball.reach(directions, radii(0)))).containsExactly(wanted);
            assertThat(TensorCopies.floats(ball.furthest(directions, radii(0)))).containsExactly(wanted);
            Tensor nothing = directions.mul(new Scalar(Float.NaN));
            assertThat(TensorCopies.floats(ball.reach(nothing, radii(1)))).containsExactly(wanted);
            assertThat(TensorCopies.floats(ball.project(nothing, radii(1)))).containsExactly(wanted);
        }
    }

    @Test
    void the_diameter_is_the_norm_from_corner_to_corner() {
        for (Norm norm : Norm.values()) {
            assertThat(Ball.diameter(4, ValueRange.UNIT, norm))
                    .isEqualTo(norm.distance(new float[4], new float[] {1, 1, 1, 1}));
        }
    }
}
