package io.margrave.robustness.attack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.margrave.data.ImageShape;
import io.margrave.data.Noise;
import io.margrave.data.ValueRange;
import io.margrave.results.AttackSpec.Method;
import io.margrave.results.Norm;
import io.margrave.results.SearchEffort;
import io.margrave.robustness.goal.MaximumDamageGoal;
import io.margrave.robustness.map.Reconstruction;
import io.margrave.robustness.map.Reconstruction.Follows;
import io.margrave.robustness.map.Rows;
import io.margrave.vae.Engine;
import io.margrave.vae.TensorCopies;
import io.margrave.vae.model.Vae;
import java.util.Arrays;
import java.util.List;
import java.util.function.BinaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarOptional;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Every method against objectives whose best perturbation is known in closed form. */
class AttackOracleTest {
    private static final int POINTS = 6;
    private static final int FEATURES = 36;
    private static final List<Method> ITERATED = List.of(Method.GRADIENT, Method.ADAM, Method.APGD);

    @BeforeAll
    static void oneThread() {
        Engine.singleThreaded();
    }

    /** A goal that asks nothing of the model: a function of perturbed inputs and of inputs. */
    private record Objective(BinaryOperator<Tensor> of) implements GoalKind {
        @Override
        public String id() {
            return "test";
        }

        @Override
        public String title() {
            return "a test's";
        }

        @Override
        public AttackGoal of(Scene scene) {
            return (inputs, step) -> of.apply(inputs, scene.inputs());
        }
    }

    private static Stream<Arguments> iteratedInEachNorm() {
        return Stream.of(Norm.values()).flatMap(norm -> ITERATED.stream().map(method -> Arguments.of(method, norm)));
    }

    private static Tensor row(double scale, String purpose) {
        float[] values = new float[FEATURES];
        new Noise(5, "oracle").stream(0, purpose, 0).gaussians(values, 0, FEATURES);
        return TensorCopies.tensor(values, 1, FEATURES).mul_(new Scalar(scale));
    }

    private static Tensor inputs() {
        float[] values = new float[POINTS * FEATURES];
        Noise.Stream stream = new Noise(5, "oracle").stream(0, "inputs", 0);
        for (int i = 0; i < values.length; i++) {
            double u = stream.nextDouble();
            values[i] = u < 0.3 ? 0 : u < 0.4 ? 1 : (float) stream.nextDouble();
        }
        return TensorCopies.tensor(values, POINTS, FEATURES);
    }

    private static Vae vae() {
        float[][] jacobian = new float[1][FEATURES];
        new Noise(5, "oracle").stream(0, "jacobian", 0).gaussians(jacobian[0], 0, FEATURES);
        return LinearModel.open(jacobian, 1e-3, new ImageShape(1, 6, 6));
    }

    private static Attack.Request request(Ball ball, double radius, @Nullable Double weight, SearchEffort effort) {
        double[] radii = new double[POINTS];
        Arrays.fill(radii, radius);
        return new Attack.Request(
                Reconstruction.of(vae(), ball.centers(), Follows.MEAN_AND_VARIANCE),
                ball,
                radii,
                weight,
                null,
                List.of(),
                IntStream.range(0, POINTS).toArray(),
                new Noise(3, "attacks"),
                "test",
                effort,
                1);
    }

    private static double radius(Norm norm) {
        return switch (norm) {
            case L1 -> 4;
            case L2 -> 1.2;
            case LINF -> 0.3;
        };
    }

    private static void assertInside(Ball ball, double radius, Tensor perturbed) {
        float[][] from = Rows.arrays(ball.centers());
        float[][] to = Rows.arrays(perturbed);
        for (int i = 0; i < POINTS; i++) {
            assertThat(ball.norm().distance(from[i], to[i])).isLessThanOrEqualTo(radius * (1 + 1e-6));
            for (float value : to[i]) {
                assertThat(value).isBetween(0f, 1f);
            }
        }
    }

    private static double[] gains(Tensor slope, Ball ball, Tensor perturbed) {
        return TensorCopies.doubles(perturbed.sub(ball.centers()).mul(slope).sum(1));
    }

    @ParameterizedTest
    @MethodSource("iteratedInEachNorm")
    void a_linear_objective_is_brought_to_its_largest_value_in_ball_and_range(Method method, Norm norm) {
        try (PointerScope scope = new PointerScope()) {
            Tensor slope = row(1, "slope");
            Ball ball = new Ball(inputs(), ValueRange.UNIT, norm);
            double radius = radius(norm);
            Attack.Request request = request(ball, radius, null, SearchEffort.of(150, 1, 1));
            Attack.Attacked attacked = Attacks.of(
                            method, new Objective((x, from) -> x.mul(slope).sum(1)))
                    .perturb(request);
            assertInside(ball, radius, attacked.perturbed());
            double[] most = gains(slope, ball, ball.furthest(slope.repeat(POINTS, 1), request.radii()));
            double[] reached = gains(slope, ball, attacked.perturbed());
            for (int i = 0; i < POINTS; i++) {
                assertThat(reached[i]).isCloseTo(most[i], within(0.005 * most[i]));
            }
        }
    }

    /** |w . d| is at most the dual norm of w times the radius. */
    @ParameterizedTest
    @MethodSource("iteratedInEachNorm")
    void a_linear_model_is_damaged_by_the_dual_norm_of_its_jacobian(Method method, Norm norm) {
        try (PointerScope scope = new PointerScope()) {
            float[] w = new float[FEATURES];
            new Noise(5, "oracle").stream(0, "jacobian", 0).gaussians(w, 0, FEATURES);
            float[] zero = new float[FEATURES];
            double dual = switch (norm) {
                case L1 -> Norm.LINF.distance(zero, w);
                case L2 -> Norm.L2.distance(zero, w);
                case LINF -> Norm.L1.distance(zero, w);
            };
            float[] grey = new float[POINTS * FEATURES];
            Arrays.fill(grey, 0.5f);
            Ball ball = new Ball(TensorCopies.tensor(grey, POINTS, FEATURES), ValueRange.UNIT, norm);
            Attack.Attacked attacked = Attacks.of(method, new MaximumDamageGoal(Follows.MEAN_AND_VARIANCE))
                    .perturb(request(ball, 0.2, null, SearchEffort.of(100, 2, 2)));
            for (double damage : attacked.chosen()) {
                assertThat(damage).isCloseTo(0.2 * dual, within(0.005 * 0.2 * dual));
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Norm.class)
    void random_noise_does_no_more_than_one_step_and_that_no_more_than_ascent(Norm norm) {
        try (PointerScope scope = new PointerScope()) {
            Ball ball = new Ball(inputs(), ValueRange.UNIT, norm);
            double radius = radius(norm);
            Attack.Request request = request(ball, radius, null, SearchEffort.of(100, 2, 2));
            MaximumDamageGoal goal = new MaximumDamageGoal(Follows.MEAN_AND_VARIANCE);
            Attack.Attacked random = Attacks.of(Method.RANDOM, goal).perturb(request);
            Attack.Attacked once = Attacks.of(Method.ONE_STEP, goal).perturb(request);
            Attack.Attacked ascent = Attacks.of(Method.GRADIENT, goal).perturb(request);
            assertInside(ball, radius, random.perturbed());
            assertInside(ball, radius, once.perturbed());
            for (int i = 0; i < POINTS; i++) {
                assertThat(random.chosen()[i]).isLessThan(once.chosen()[i]);
                assertThat(once.chosen()[i]).isLessThanOrEqualTo(ascent.chosen()[i] * 1.002);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Norm.class)
    void squares_come_near_to_the_largest_value_without_a_gradient(Norm norm) {
        try (PointerScope scope = new PointerScope()) {
            Tensor slope = row(1, "slope");
            Ball ball = new Ball(inputs(), ValueRange.UNIT, norm);
            double radius = radius(norm);
            Attack.Request request = request(ball, radius, null, SearchEffort.of(6_000, 1, 1));
            Attack.Attacked attacked = Attacks.of(
                            Method.SQUARE,
                            new Objective((x, from) -> x.mul(slope).sum(1)))
                    .perturb(request);
            assertInside(ball, radius, attacked.perturbed());
            assertThat(attacked.backwards()).isZero();
            double[] most = gains(slope, ball, ball.furthest(slope.repeat(POINTS, 1), request.radii()));
            double[] reached = gains(slope, ball, attacked.perturbed());
            for (int i = 0; i < POINTS; i++) {
                assertThat(reached[i] / most[i]).isGreaterThan(norm == Norm.LINF ? 0.99 : 0.8);
            }
        }
    }

    /** -|x - t|^2 / 2 - w |x - c| is largest at c plus the proximal map of w |.| at t - c. */
    @ParameterizedTest
    @MethodSource("iteratedInEachNorm")
    void a_penalised_quadratic_ends_at_the_proximal_map(Method method, Norm norm) {
        try (PointerScope scope = new PointerScope()) {
            float[] grey = new float[POINTS * FEATURES];
            Arrays.fill(grey, 0.5f);
            Ball ball = new Ball(TensorCopies.tensor(grey, POINTS, FEATURES), ValueRange.UNIT, norm);
            Tensor wanted = row(0.12, "target")
                    .clamp(new ScalarOptional(new Scalar(-0.45)), new ScalarOptional(new Scalar(0.45)));
            double weight = switch (norm) {
                case L1 -> 0.05;
                case L2 -> 0.3;
                case LINF -> 1.5;
            };
            Attack.Attacked attacked = Attacks.of(
                            method,
                            new Objective((x, from) ->
                                    x.sub(from).sub(wanted).square().sum(1).mul(new Scalar(-0.5))))
                    .perturb(request(
                            ball, Ball.diameter(FEATURES, ValueRange.UNIT, norm), weight, SearchEffort.of(300, 1, 2)));
            double[] best = proximal(norm, TensorCopies.doubles(wanted), weight);
            double optimum = penalised(norm, best, TensorCopies.doubles(wanted), weight);
            double still = penalised(norm, new double[FEATURES], TensorCopies.doubles(wanted), weight);
            for (int i = 0; i < POINTS; i++) {
                assertThat(attacked.chosen()[i]).isCloseTo(optimum, within(0.02 * (optimum - still)));
            }
            if (method == Method.GRADIENT) {
                for (float[] row : Rows.arrays(attacked.perturbed())) {
                    for (int j = 0; j < FEATURES; j++) {
                        assertThat(row[j] - 0.5).isCloseTo(best[j], within(2e-3));
                    }
                }
            }
        }
    }

    /** With as many values as a digit has, hundreds of them share the largest size at the optimum. */
    @ParameterizedTest
    @EnumSource(
            value = Method.class,
            names = {"GRADIENT", "ADAM", "APGD"})
    void many_values_are_brought_under_one_cap(Method method) {
        try (PointerScope scope = new PointerScope()) {
            int features = 784;
            float[] grey = new float[features];
            Arrays.fill(grey, 0.5f);
            float[] values = new float[features];
            new Noise(5, "oracle").stream(0, "many", 0).gaussians(values, 0, features);
            Tensor wanted = TensorCopies.tensor(values, 1, features)
                    .mul_(new Scalar(0.3))
                    .clamp(new ScalarOptional(new Scalar(-0.45)), new ScalarOptional(new Scalar(0.45)));
            Ball ball = new Ball(TensorCopies.tensor(grey, 1, features), ValueRange.UNIT, Norm.LINF);
            double weight = 100;
            Vae vae = LinearModel.open(new float[1][features], 1e-3, new ImageShape(1, 28, 28));
            Attack.Attacked attacked = Attacks.of(
                            method,
                            new Objective((x, from) ->
                                    x.sub(from).sub(wanted).square().sum(1).mul(new Scalar(-0.5))))
                    .perturb(new Attack.Request(
                            Reconstruction.of(vae, ball.centers(), Follows.MEAN_AND_VARIANCE),
                            ball,
                            new double[] {1},
                            weight,
                            null,
                            List.of(),
                            new int[] {0},
                            new Noise(3, "attacks"),
                            "test",
                            SearchEffort.of(200, 1, 1),
                            1));
            double[] target = TensorCopies.doubles(wanted);
            double optimum = penalised(Norm.LINF, proximal(Norm.LINF, target, weight), target, weight);
            double still = penalised(Norm.LINF, new double[features], target, weight);
            assertThat((attacked.chosen()[0] - still) / (optimum - still)).isBetween(0.97, 1.0001);
        }
    }

    /** A goal whose noise, ten times as large as its mean, is along a direction of its own. */
    private record Noisy(Tensor slope, Tensor luck) implements GoalKind {
        @Override
        public String id() {
            return "test-noisy";
        }

        @Override
        public String title() {
            return "a slope and a lot of luck";
        }

        @Override
        public AttackGoal of(Scene scene) {
            return (inputs, step) -> {
                Tensor moved = inputs.sub(scene.inputs());
                Tensor eta = scene.noise().get().select(2, 0).mean(1);
                return moved.mul(slope).sum(1).add(moved.mul(luck).sum(1).mul(eta));
            };
        }
    }

    @Test
    void the_best_of_random_perturbations_is_not_the_best_for_one_draw() {
        try (PointerScope scope = new PointerScope()) {
            Tensor slope = row(1, "slope");
            float[] grey = new float[POINTS * FEATURES];
            Arrays.fill(grey, 0.5f);
            Ball ball = new Ball(TensorCopies.tensor(grey, POINTS, FEATURES), ValueRange.UNIT);
            double radius = 0.3;
            Attack.Attacked attacked = Attacks.of(Method.RANDOM, new Noisy(slope, row(10, "luck")))
                    .perturb(request(ball, radius, null, SearchEffort.of(3_000, 1, 1)));
            double deviation = radius * slope.norm().item_double() / Math.sqrt(FEATURES);
            double mean = Arrays.stream(gains(slope, ball, attacked.perturbed()))
                    .average()
                    .orElseThrow();
            assertThat(mean / deviation).isGreaterThan(1.6);
        }
    }

    private static double penalised(Norm norm, double[] moved, double[] wanted, double weight) {
        double fit = 0;
        float[] floats = new float[moved.length];
        for (int j = 0; j < moved.length; j++) {
            fit += (moved[j] - wanted[j]) * (moved[j] - wanted[j]);
            floats[j] = (float) moved[j];
        }
        return -0.5 * fit - weight * norm.distance(new float[moved.length], floats);
    }

    /** In closed form: soft thresholds in L1, shortening in L2; in L-infinity a cap that takes off the weight in all. */
    private static double[] proximal(Norm norm, double[] v, double weight) {
        double length = Math.sqrt(Arrays.stream(v).map(a -> a * a).sum());
        double low = 0;
        double high = Arrays.stream(v).map(Math::abs).max().orElseThrow();
        for (int i = 0; i < 100; i++) {
            double cap = (low + high) / 2;
            double off =
                    Arrays.stream(v).map(a -> Math.max(0, Math.abs(a) - cap)).sum();
            if (off > weight) {
                low = cap;
            } else {
                high = cap;
            }
        }
        double cap = high;
        return Arrays.stream(v)
                .map(a -> switch (norm) {
                    case L1 -> Math.signum(a) * Math.max(0, Math.abs(a) - weight);
                    case L2 -> a * Math.max(0, 1 - weight / length);
                    case LINF -> Math.signum(a) * Math.min(Math.abs(a), cap);
                })
                .toArray();
    }

    @ParameterizedTest
    @EnumSource(names = "MINIMAL_NORM", mode = EnumSource.Mode.EXCLUDE)
    void a_penalty_that_outweighs_the_goal_leaves_the_input_as_it_is(Method method) {
        try (PointerScope scope = new PointerScope()) {
            Tensor slope = row(0.01, "slope");
            Ball ball = new Ball(inputs(), ValueRange.UNIT, Norm.L2);
            Attack.Attacked attacked = Attacks.of(
                            method,
                            new Objective((x, from) -> x.sub(from).mul(slope).sum(1)))
                    .perturb(request(ball, 6, 1.0, SearchEffort.of(50, 1, 2)));
            float[][] from = Rows.arrays(ball.centers());
            float[][] to = Rows.arrays(attacked.perturbed());
            for (int i = 0; i < POINTS; i++) {
                assertThat(Norm.L2.distance(from[i], to[i])).isLessThan(1e-3);
            }
        }
    }
}
