package io.margrave.robustness.suite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.margrave.data.BadInputException;
import io.margrave.data.DataRequest;
import io.margrave.data.DataSplits;
import io.margrave.data.Datasets;
import io.margrave.data.ImageSet;
import io.margrave.data.Noise;
import io.margrave.results.AttackSpec;
import io.margrave.results.AttackSpec.Method;
import io.margrave.results.AttackSpec.Variable;
import io.margrave.results.Norm;
import io.margrave.results.Progress;
import io.margrave.results.SearchEffort;
import io.margrave.robustness.attack.Attack;
import io.margrave.robustness.attack.MaximumDamage;
import io.margrave.robustness.map.PointNoise;
import io.margrave.robustness.map.Reconstruction;
import io.margrave.robustness.map.Rows;
import io.margrave.vae.Engine;
import io.margrave.vae.model.LikelihoodSpec;
import io.margrave.vae.model.ModelFolder;
import io.margrave.vae.model.Vae;
import io.margrave.vae.network.Architecture;
import io.margrave.vae.training.Trainer;
import io.margrave.vae.training.TrainingPlan;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The catalogue's attacks on a small model that was trained on sprites. */
class AttackCatalogueTest {
    private static final Noise NOISE = new Noise(9, "sprites");
    private static final int POINTS = 24;

    @TempDir
    static Path folder;

    private static Vae vae;
    private static DataSplits data;
    private static Probe probe;

    @BeforeAll
    static void train() {
        Engine.singleThreaded();
        data = Datasets.open(DataRequest.of("sprites", null));
        TrainingPlan plan = TrainingPlan.defaults("sprites")
                .withModel(Architecture.mlp(32), 3, LikelihoodSpec.bernoulli())
                .withEpochs(1);
        Trainer.train(plan, data, folder.resolve("model"), Progress.Listener.none());
        vae = ModelFolder.read(folder.resolve("model"));
        probe = Probe.logistic(vae, data.train(), data.validation(), 0);
    }

    private static AttackSpec spec(
            String goal, Variable variable, Norm norm, @Nullable Double radius, Method method, int targets) {
        return new AttackSpec(
                "test", goal, variable, norm, radius, List.of(), method, SearchEffort.of(3, 2, 1), targets);
    }

    private static Attack.Request request(AttackSpec spec, Tensor inputs, @Nullable Tensor targets, double radius) {
        Reconstruction clean = Reconstruction.of(vae, inputs, Reconstruction.Follows.MEAN_AND_VARIANCE);
        double[] radii = new double[(int) inputs.size(0)];
        Arrays.fill(radii, radius);
        return new Attack.Request(
                clean,
                AttackCatalogue.ball(spec, clean, inputs, vae.spec().range()),
                radii,
                null,
                targets,
                List.of(),
                IntStream.range(0, radii.length).toArray(),
                NOISE,
                spec.name(),
                spec.effort(),
                1);
    }

    private static Tensor images(ImageSet set, int first, int count) {
        return Rows.stacked(
                IntStream.range(first, first + count).mapToObj(set::image).toList());
    }

    static List<AttackCatalogue.Entry> entries() {
        return AttackCatalogue.list();
    }

    @ParameterizedTest
    @MethodSource("entries")
    void each_goal_that_is_listed_runs_and_keeps_ball_and_range(AttackCatalogue.Entry entry) {
        AttackSpec spec = spec(entry.id(), Variable.INPUT, Norm.L2, 0.8, Method.GRADIENT, entry.targeted() ? 1 : 0);
        try (PointerScope scope = new PointerScope()) {
            Tensor inputs = images(data.test(), 0, 6);
            Tensor targets = entry.targeted() ? images(data.test(), 6, 6) : null;
            Attack.Attacked attacked = AttackCatalogue.of(spec, vae, probe, data::train, NOISE)
                    .perturb(request(spec, inputs, targets, 0.8));
            float[][] moved = Rows.arrays(attacked.perturbed());
            for (int i = 0; i < moved.length; i++) {
                assertThat(Norm.L2.distance(data.test().image(i), moved[i])).isBetween(1e-3, 0.8 * (1 + 1e-5));
                for (float value : moved[i]) {
                    assertThat(value)
                            .isBetween(
                                    vae.spec().range().low(), vae.spec().range().high());
                }
                assertThat(attacked.chosen()[i]).isFinite();
            }
            assertThat(attacked.forwards()).isPositive();
        }
    }

    @ParameterizedTest
    @CsvSource({"l-vae, INPUT, 1", "downstream, INPUT, 0", "untargeted-kl, UNIVERSAL, 0", "max-damage, LATENT, 0"})
    void a_search_may_be_in_bfloat16(String goal, Variable variable, int targets) {
        AttackSpec spec = new AttackSpec(
                "rough",
                goal,
                variable,
                Norm.L2,
                0.8,
                List.of(),
                Method.GRADIENT,
                new SearchEffort(3, 2, 1, SearchEffort.BFLOAT16),
                targets);
        try (PointerScope scope = new PointerScope()) {
            Tensor targeted = targets == 0 ? null : images(data.test(), 4, 4);
            Attack.Request request = request(spec, images(data.test(), 0, 4), targeted, 0.8);
            Attack.Attacked attacked =
                    AttackCatalogue.of(spec, vae, probe, data::train, NOISE).perturb(request);
            float[][] centres = Rows.arrays(request.ball().centers());
            float[][] moved = Rows.arrays(attacked.perturbed());
            for (int i = 0; i < moved.length; i++) {
                assertThat(Norm.L2.distance(centres[i], moved[i])).isBetween(0.1, 0.8 * (1 + 1e-5));
                assertThat(attacked.chosen()[i]).isFinite();
            }
        }
    }

    @Test
    void every_goal_is_listed_once_with_a_title() {
        assertThat(AttackCatalogue.list())
                .extracting(AttackCatalogue.Entry::id)
                .contains("max-damage", "l-vae", "first-order-whitened", "first-order-pullback")
                .doesNotHaveDuplicates();
        assertThat(AttackCatalogue.list()).allMatch(entry -> !entry.title().isBlank());
    }

    @Test
    void a_universal_perturbation_is_one_within_its_norm_and_beats_random_ones_on_unseen_points() {
        AttackSpec spec = new AttackSpec(
                "uap",
                "max-damage",
                Variable.UNIVERSAL,
                Norm.L2,
                2.0,
                List.of(),
                Method.GRADIENT,
                SearchEffort.of(30, 2, 2),
                0);
        try (PointerScope scope = new PointerScope()) {
            Tensor inputs = images(data.test(), 0, POINTS);
            Attack.Request request = request(spec, inputs, null, 2.0);
            UniversalAttack attack = (UniversalAttack) AttackCatalogue.of(spec, vae, null, data::train, NOISE);
            Attack.Attacked attacked = attack.perturb(request);
            float[] delta = attack.perturbation(2.0, Norm.L2, spec.effort(), 1);
            assertThat(Norm.L2.distance(new float[delta.length], delta)).isBetween(1.0, 2.0 * (1 + 1e-5));
            float[][] moved = Rows.arrays(attacked.perturbed());
            for (int i = 0; i < POINTS; i++) {
                float[] clean = data.test().image(i);
                for (int j = 0; j < clean.length; j++) {
                    float cut = Math.max(0, Math.min(1, clean[j] + delta[j]));
                    assertThat(moved[i][j]).isCloseTo(cut, within(1e-5f));
                }
            }
            double fitted = damage(request, attacked.perturbed());
            double most = 0;
            for (int k = 0; k < 20; k++) {
                Tensor direction = new PointNoise(NOISE, new int[] {k}, "random", 0)
                        .next(1, delta.length)
                        .squeeze(1)
                        .repeat(POINTS, 1);
                most = Math.max(most, damage(request, request.ball().reach(direction, request.radii())));
            }
            assertThat(fitted).isGreaterThan(1.5 * most);

            // The fit is named by its noise: another batch, another object, the same perturbation.
            UniversalAttack again = (UniversalAttack) AttackCatalogue.of(spec, vae, null, data::train, NOISE);
            again.perturb(request(spec, images(data.test(), 40, 3), null, 2.0));
            assertThat(again.perturbation(2.0, Norm.L2, spec.effort(), 1)).containsExactly(delta);
        }
    }

    private static double damage(Attack.Request request, Tensor perturbed) {
        return Arrays.stream(MaximumDamage.means(
                        request.clean(), perturbed, new PointNoise(NOISE, request.points(), "measure", 0), 64))
                .average()
                .orElseThrow();
    }

    @ParameterizedTest
    @EnumSource(names = "MINIMAL_NORM", mode = EnumSource.Mode.EXCLUDE)
    void each_method_that_keeps_a_radius_attacks_inputs_in_each_norm(Method method) {
        try (PointerScope scope = new PointerScope()) {
            Tensor inputs = images(data.test(), 0, 3);
            for (Norm norm : Norm.values()) {
                double radius = switch (norm) {
                    case L1 -> 5;
                    case L2 -> 0.8;
                    case LINF -> 0.05;
                };
                AttackSpec spec = spec("untargeted-symmetric-kl", Variable.INPUT, norm, radius, method, 0);
                float[][] moved = Rows.arrays(AttackCatalogue.of(spec, vae, probe, data::train, NOISE)
                        .perturb(request(spec, inputs, null, radius))
                        .perturbed());
                for (int i = 0; i < moved.length; i++) {
                    assertThat(norm.distance(data.test().image(i), moved[i]))
                            .as("%s in %s", method, norm)
                            .isBetween(0.1 * radius, radius * (1 + 1e-5));
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource(
            names = {"SQUARE", "MINIMAL_NORM"},
            mode = EnumSource.Mode.EXCLUDE)
    void each_method_but_square_attacks_latents(Method method) {
        AttackSpec spec = spec("max-damage", Variable.LATENT, Norm.L2, 0.5, method, 0);
        try (PointerScope scope = new PointerScope()) {
            Attack.Request request = request(spec, images(data.test(), 0, 3), null, 0.5);
            Attack.Attacked attacked =
                    AttackCatalogue.of(spec, vae, null, data::train, NOISE).perturb(request);
            float[][] clean = Rows.arrays(request.clean().anchor().mean());
            float[][] moved = Rows.arrays(attacked.perturbed());
            for (int i = 0; i < moved.length; i++) {
                assertThat(Norm.L2.distance(clean[i], moved[i])).isBetween(0.05, 0.5 * (1 + 1e-5));
                assertThat(attacked.chosen()[i]).isPositive();
            }
        }
    }

    @Test
    void a_universal_perturbation_may_be_searched_by_adam_in_another_norm_and_for_another_goal() {
        AttackSpec spec = spec("downstream", Variable.UNIVERSAL, Norm.LINF, 0.1, Method.ADAM, 0);
        try (PointerScope scope = new PointerScope()) {
            Attack attack = AttackCatalogue.of(spec, vae, probe, data::train, NOISE);
            Tensor inputs = images(data.test(), 0, 3);
            for (double radius : new double[] {0.0, 0.1}) {
                float[][] moved = Rows.arrays(
                        attack.perturb(request(spec, inputs, null, radius)).perturbed());
                for (int i = 0; i < moved.length; i++) {
                    assertThat(Norm.LINF.distance(data.test().image(i), moved[i]))
                            .isBetween(0.5 * radius, radius * (1 + 1e-5));
                }
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"max-damage, 0", "output-reconstruction, 1"})
    void latents_are_attacked_within_their_ball(String goal, int targets) {
        AttackSpec spec = spec(goal, Variable.LATENT, Norm.L2, 0.5, Method.GRADIENT, targets);
        try (PointerScope scope = new PointerScope()) {
            Tensor inputs = images(data.test(), 0, 5);
            Attack.Request request = request(spec, inputs, targets == 0 ? null : images(data.test(), 9, 5), 0.5);
            Attack.Attacked attacked =
                    AttackCatalogue.of(spec, vae, null, data::train, NOISE).perturb(request);
            float[][] clean = Rows.arrays(request.clean().anchor().mean());
            float[][] moved = Rows.arrays(attacked.perturbed());
            for (int i = 0; i < moved.length; i++) {
                assertThat(moved[i]).hasSize(3);
                assertThat(Norm.L2.distance(clean[i], moved[i])).isBetween(0.01, 0.5 * (1 + 1e-5));
            }
        }
    }

    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {
                "nonsense, INPUT, 1, GRADIENT, 0, want a goal of first-order-whitened",
                "latent-kl, INPUT, 1, GRADIENT, 0, want targets of 1 or more",
                "max-damage, INPUT, 1, GRADIENT, 2, want targets 0",
                "untargeted-kl, INPUT, 1, GRADIENT, 2, want targets 0",
                "first-order-whitened, INPUT, 1, GRADIENT, 1, want targets 0",
                "first-order-pullback, UNIVERSAL, 1, GRADIENT, 0, want variable input",
                "first-order-pullback, LATENT, 1, GRADIENT, 0, want variable input",
                "output, UNIVERSAL, 1, GRADIENT, 1, want an untargeted goal",
                "max-damage, UNIVERSAL, 1, APGD, 0, want method gradient or adam",
                "max-damage, UNIVERSAL, 1, RANDOM, 0, want method gradient or adam",
                "latent-kl, LATENT, 1, GRADIENT, 1, want goal max-damage or output-reconstruction",
                "max-damage-mean, LATENT, 1, GRADIENT, 0, want goal max-damage or output-reconstruction",
                "max-damage, LATENT, -, GRADIENT, 0, want a radius",
                "max-damage, LATENT, 1, SQUARE, 0, want another method",
                "downstream, INPUT, 1, GRADIENT, 0, want a probe",
            })
    void what_makes_no_sense_is_refused_in_one_line(
            String goal, Variable variable, @Nullable Double radius, Method method, int targets, String message) {
        assertThatThrownBy(() -> AttackCatalogue.check(spec(goal, variable, Norm.L2, radius, method, targets), false))
                .isInstanceOf(BadInputException.class)
                .hasMessageStartingWith("attack test: " + message)
                .hasMessageContaining("got ")
                .hasMessageNotContaining("\n");
    }

    @ParameterizedTest
    @CsvSource({
        "max-damage, UNIVERSAL, GRADIENT",
        "max-damage, LATENT, GRADIENT",
        "first-order-whitened, INPUT, GRADIENT",
    })
    void a_penalty_needs_a_search_that_can_trade_and_a_range_that_bounds_it(
            String goal, Variable variable, Method method) {
        AttackSpec spec = new AttackSpec(
                "test", goal, variable, Norm.L2, null, List.of(0.1, 1.0), method, SearchEffort.of(3, 2, 1), 0);
        assertThatThrownBy(() -> AttackCatalogue.check(spec, false))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("want a radius, got weights");
    }

    @Test
    void with_a_probe_a_prediction_can_be_attacked() {
        AttackCatalogue.check(spec("downstream", Variable.INPUT, Norm.L2, 1.0, Method.GRADIENT, 0), true);
        AttackCatalogue.check(spec("downstream", Variable.UNIVERSAL, Norm.LINF, 1.0, Method.ADAM, 0), true);
        assertThat(probe.heldOut().share())
                .isGreaterThan(1.2 / data.train().classNames().size());
    }

    @Test
    void a_goal_that_makes_no_sense_of_the_model_is_refused() {
        Vae deterministic = ModelFolder.read(Path.of("..", "vae", "src", "test", "resources", "imported", "pythae-ae"));
        assertThatThrownBy(() -> AttackCatalogue.of(
                        spec("latent-kl", Variable.INPUT, Norm.L2, 1.0, Method.GRADIENT, 1),
                        deterministic,
                        null,
                        data::train,
                        NOISE))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("want a Gaussian posterior for goal latent-kl")
                .hasMessageContaining("use latent-mean");
    }
}
