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
import io.margrave.vae.model.GaussianPosterior;
import io.margrave.vae.model.Likelihood;
import io.margrave.vae.model.LikelihoodSpec;
import io.margrave.vae.model.NetworkSpec;
import io.margrave.vae.model.NetworkVae;
import io.margrave.vae.model.Vae;
import io.margrave.vae.model.VaeSpec;
import io.margrave.vae.network.Architecture;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What holds of every method, on a model that is not linear. */
class AttackLawsTest {
    private static final int POINTS = 6;
    private static final int FEATURES = 64;
    private static final GoalKind DAMAGE = new MaximumDamageGoal(Follows.MEAN_AND_VARIANCE);
    private static final SearchEffort EFFORT = SearchEffort.of(12, 2, 3);

    @BeforeAll
    static void oneThread() {
        Engine.singleThreaded();
    }

    private static Stream<Arguments> everything() {
        return Stream.of(Norm.values())
                .flatMap(norm -> Arrays.stream(Method.values())
                        .filter(method -> method != Method.MINIMAL_NORM)
                        .flatMap(method ->
                                Stream.of(Arguments.of(method, norm, false), Arguments.of(method, norm, true))));
    }

    private static Vae vae() {
        return NetworkVae.initialised(
                NetworkSpec.untrained(
                        new ImageShape(1, 8, 8), ValueRange.UNIT, 2, Architecture.mlp(16), LikelihoodSpec.bernoulli()),
                1);
    }

    private static Tensor inputs(int points) {
        float[] values = new float[points * FEATURES];
        for (int i = 0; i < points; i++) {
            Noise.Stream stream = new Noise(9, "laws").stream(i, "inputs", 0);
            for (int j = 0; j < FEATURES; j++) {
                double u = stream.nextDouble();
                values[i * FEATURES + j] = u < 0.4 ? 0 : (float) stream.nextDouble();
            }
        }
        return TensorCopies.tensor(values, points, FEATURES);
    }

    private static Attack.Request request(Vae vae, Tensor inputs, Norm norm, @Nullable Double weight) {
        double radius = weight != null
                ? Ball.diameter(FEATURES, ValueRange.UNIT, norm)
                : switch (norm) {
                    case L1 -> 3;
                    case L2 -> 0.8;
                    case LINF -> 0.1;
                };
        return request(vae, inputs, norm, weight, radius, EFFORT);
    }

    private static Attack.Request request(
            Vae vae, Tensor inputs, Norm norm, @Nullable Double weight, double radius, SearchEffort effort) {
        double[] radii = new double[(int) inputs.size(0)];
        Arrays.fill(radii, radius);
        return new Attack.Request(
                Reconstruction.of(vae, inputs, Follows.MEAN_AND_VARIANCE),
                new Ball(inputs, ValueRange.UNIT, norm),
                radii,
                weight,
                null,
                List.of(),
                IntStream.range(0, radii.length).toArray(),
                new Noise(3, "laws"),
                "test",
                effort,
                1);
    }

    @ParameterizedTest
    @MethodSource("everything")
    void norm_and_range_are_kept_and_the_same_seed_gives_the_same(Method method, Norm norm, boolean penalised) {
        try (PointerScope scope = new PointerScope()) {
            Tensor inputs = inputs(POINTS);
            Attack.Request request = request(vae(), inputs, norm, penalised ? Double.valueOf(0.01) : null);
            Attack.Attacked attacked = Attacks.of(method, DAMAGE).perturb(request);
            float[][] from = Rows.arrays(inputs);
            float[][] to = Rows.arrays(attacked.perturbed());
            for (int i = 0; i < POINTS; i++) {
                assertThat(norm.distance(from[i], to[i])).isLessThanOrEqualTo(request.radii()[i] * (1 + 1e-6));
                for (float value : to[i]) {
                    assertThat(value).isBetween(0f, 1f);
                }
            }
            Attack.Attacked again = Attacks.of(method, DAMAGE).perturb(request);
            assertThat(Rows.arrays(again.perturbed())).isDeepEqualTo(to);
            assertThat(again.chosen()).containsExactly(attacked.chosen());
        }
    }

    /** Row by row the two runs do the same sums in another order. */
    @ParameterizedTest
    @MethodSource("everything")
    void a_point_fares_alone_as_it_does_in_a_batch(Method method, Norm norm, boolean penalised) {
        try (PointerScope scope = new PointerScope()) {
            Double weight = penalised ? Double.valueOf(0.01) : null;
            Attack.Attacked all = Attacks.of(method, DAMAGE).perturb(request(vae(), inputs(POINTS), norm, weight));
            Attack.Attacked first = Attacks.of(method, DAMAGE).perturb(request(vae(), inputs(1), norm, weight));
            assertThat(first.chosen()[0]).isCloseTo(all.chosen()[0], within(1e-5 * Math.abs(all.chosen()[0])));
            float[][] alone = Rows.arrays(first.perturbed());
            float[][] together = Rows.arrays(all.perturbed());
            assertThat(Rows.distance(alone[0], together[0])).isLessThan(1e-3);
        }
    }

    /** Counts at the model, on its own: rows encoded, decoded, and rows whose gradient a batch asks for. */
    private static final class Counting implements Vae {
        private final Vae vae;
        private long forwards;
        private long differentiated;

        Counting(Vae vae) {
            this.vae = vae;
        }

        @Override
        public VaeSpec spec() {
            return vae.spec();
        }

        @Override
        public GaussianPosterior encode(Tensor images) {
            forwards += images.size(0);
            differentiated += images.requires_grad() ? images.size(0) : 0;
            return vae.encode(images);
        }

        @Override
        public Tensor decodeParameters(Tensor latents) {
            forwards += latents.size(0);
            return vae.decodeParameters(latents);
        }

        @Override
        public Likelihood likelihood() {
            return vae.likelihood();
        }
    }

    @ParameterizedTest
    @MethodSource("everything")
    void forwards_and_backwards_are_those_that_the_model_saw(Method method, Norm norm, boolean penalised) {
        try (PointerScope scope = new PointerScope()) {
            Counting counting = new Counting(vae());
            Attack.Request request = request(counting, inputs(POINTS), norm, penalised ? Double.valueOf(0.01) : null);
            counting.forwards = 0;
            Attack.Attacked attacked = Attacks.of(method, DAMAGE).perturb(request);
            assertThat(attacked.forwards() * POINTS).isEqualTo(counting.forwards);
            assertThat(attacked.backwards() * POINTS).isEqualTo(counting.differentiated);
            int steps = EFFORT.steps() * EFFORT.restarts();
            assertThat(attacked.backwards())
                    .isEqualTo(
                            switch (method) {
                                case GRADIENT, ADAM, APGD -> steps;
                                case ONE_STEP -> EFFORT.restarts();
                                case SQUARE, RANDOM, MINIMAL_NORM -> 0;
                            });
            assertThat(attacked.forwards()).isGreaterThan(0);
        }
    }

    /** Untargeted KL: its gradient is 0 at the input, where every attack that began there would stay. */
    private record UntargetedKl() implements GoalKind {
        @Override
        public String id() {
            return "test-kl";
        }

        @Override
        public String title() {
            return "away from the posterior";
        }

        @Override
        public AttackGoal of(Scene scene) {
            return (inputs, step) -> scene.map()
                    .vae()
                    .encode(Reconstruction.asImages(scene.map().vae(), inputs))
                    .kl(scene.map().anchor());
        }
    }

    @ParameterizedTest
    @EnumSource(names = "MINIMAL_NORM", mode = EnumSource.Mode.EXCLUDE)
    void a_goal_whose_gradient_vanishes_at_the_input_is_climbed_all_the_same(Method method) {
        try (PointerScope scope = new PointerScope()) {
            Attack.Attacked attacked =
                    Attacks.of(method, new UntargetedKl()).perturb(request(vae(), inputs(POINTS), Norm.L2, null));
            Attack.Attacked random = Attacks.of(Method.RANDOM, new UntargetedKl())
                    .perturb(request(vae(), inputs(POINTS), Norm.L2, null));
            boolean gradient = method != Method.RANDOM && method != Method.SQUARE;
            for (int i = 0; i < POINTS; i++) {
                assertThat(attacked.chosen()[i]).isGreaterThan(gradient ? random.chosen()[i] : 0);
            }
        }
    }

    /** Damage, but for a point that has neither value nor gradient. */
    private record Broken(int point) implements GoalKind {
        @Override
        public String id() {
            return "test-broken";
        }

        @Override
        public String title() {
            return "no number for one point";
        }

        @Override
        public AttackGoal of(Scene scene) {
            boolean[] broken = new boolean[(int) scene.inputs().size(0)];
            for (int row = 0; row < broken.length; row++) {
                broken[row] = row % POINTS == point;
            }
            Tensor factor = torch.where(
                            Rows.flags(broken),
                            torch.full_like(scene.inputs(), new Scalar(Double.NaN)),
                            torch.ones_like(scene.inputs()))
                    .select(1, 0);
            AttackGoal goal = DAMAGE.of(scene);
            return (inputs, step) -> goal.objective(inputs, step).mul(factor);
        }
    }

    @ParameterizedTest
    @MethodSource("everything")
    void a_point_without_numbers_stays_and_stops_no_other(Method method, Norm norm, boolean penalised) {
        try (PointerScope scope = new PointerScope()) {
            Tensor inputs = inputs(POINTS);
            Double weight = penalised ? Double.valueOf(0.01) : null;
            Attack.Attacked whole = Attacks.of(method, DAMAGE).perturb(request(vae(), inputs, norm, weight));
            Attack.Attacked attacked = Attacks.of(method, new Broken(2)).perturb(request(vae(), inputs, norm, weight));
            float[][] from = Rows.arrays(inputs);
            float[][] to = Rows.arrays(attacked.perturbed());
            assertThat(to[2]).containsExactly(from[2]);
            for (int i = 0; i < POINTS; i++) {
                if (i != 2) {
                    assertThat(attacked.chosen()[i])
                            .isCloseTo(whole.chosen()[i], within(1e-4 * Math.abs(whole.chosen()[i])));
                }
            }
            assertThat(attacked.trace()).hasSameSizeAs(whole.trace());
        }
    }

    @Test
    void a_trace_ends_where_the_search_ended() {
        try (PointerScope scope = new PointerScope()) {
            Attack.Attacked attacked = Attacks.of(Method.GRADIENT, DAMAGE)
                    .perturb(request(vae(), inputs(POINTS), Norm.L2, null, 0.8, SearchEffort.of(40, 128, 2)));
            double chosen = Arrays.stream(attacked.chosen()).average().orElseThrow();
            assertThat(attacked.trace()).hasSize(40);
            assertThat(attacked.trace()[39]).isCloseTo(chosen, within(0.05 * chosen));
            assertThat(attacked.trace()[0]).isLessThan(attacked.trace()[39]);
        }
    }

    @ParameterizedTest
    @EnumSource(names = "MINIMAL_NORM", mode = EnumSource.Mode.EXCLUDE)
    void no_radius_is_no_perturbation(Method method) {
        try (PointerScope scope = new PointerScope()) {
            Tensor inputs = inputs(POINTS);
            Attack.Attacked attacked =
                    Attacks.of(method, DAMAGE).perturb(request(vae(), inputs, Norm.L2, null, 0, EFFORT));
            assertThat(Rows.arrays(attacked.perturbed())).isDeepEqualTo(Rows.arrays(inputs));
        }
    }

    @ParameterizedTest
    @EnumSource(Norm.class)
    void named_starts_come_first_along_the_better_sign(Norm norm) {
        try (PointerScope scope = new PointerScope()) {
            Tensor slope = inputs(1).sub(new Scalar(0.3));
            GoalKind goal = new Sided(slope);
            Attack.Request request = request(vae(), inputs(POINTS), norm, null, 0.3, SearchEffort.of(1, 1, 1));
            Attack.Request against = new Attack.Request(
                    request.clean(),
                    request.ball(),
                    request.radii(),
                    null,
                    null,
                    List.of(slope.neg().repeat(POINTS, 1)),
                    request.points(),
                    request.noise(),
                    request.name(),
                    request.effort(),
                    1e-6);
            double[] gains = TensorCopies.doubles(Attacks.of(Method.GRADIENT, goal)
                    .perturb(against)
                    .perturbed()
                    .sub(request.ball().centers())
                    .mul(slope)
                    .sum(1));
            for (double gain : gains) {
                assertThat(gain).isPositive();
            }
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Method.class,
            names = {"SQUARE", "RANDOM"})
    void what_asks_for_no_gradient_is_given_none_as_a_start(Method method) {
        try (PointerScope scope = new PointerScope()) {
            for (Norm norm : Norm.values()) {
                for (Double weight : new Double[] {null, 0.01}) {
                    Attack.Request request = request(vae(), inputs(POINTS), norm, weight);
                    Attack.Request directed = new Attack.Request(
                            request.clean(),
                            request.ball(),
                            request.radii(),
                            weight,
                            null,
                            List.of(inputs(POINTS).sub(new Scalar(0.3))),
                            request.points(),
                            request.noise(),
                            request.name(),
                            request.effort(),
                            1);
                    assertThat(Rows.arrays(
                                    Attacks.of(method, DAMAGE).perturb(directed).perturbed()))
                            .isDeepEqualTo(Rows.arrays(
                                    Attacks.of(method, DAMAGE).perturb(request).perturbed()));
                }
            }
        }
    }

    private record Sided(Tensor slope) implements GoalKind {
        @Override
        public String id() {
            return "test-sided";
        }

        @Override
        public String title() {
            return "along a slope";
        }

        @Override
        public AttackGoal of(Scene scene) {
            return (inputs, step) -> inputs.sub(scene.inputs()).mul(slope).sum(1);
        }
    }
}
