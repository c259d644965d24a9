package io.margrave.robustness.goal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.margrave.data.BadInputException;
import io.margrave.robustness.attack.AttackGoal;
import io.margrave.robustness.attack.GoalKind;
import io.margrave.robustness.map.Reconstruction;
import io.margrave.robustness.map.Reconstruction.Follows;
import io.margrave.vae.TensorCopies;
import io.margrave.vae.model.GaussianPosterior;
import io.margrave.vae.model.ModelFolder;
import io.margrave.vae.model.Vae;
import io.margrave.vae.training.Batch;
import io.margrave.vae.training.Elbo;
import io.margrave.vae.training.Learner;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class GoalKindsTest {
    private static final int POINTS = 4;
    private static final int DRAWS = 3;

    /** Images in [0, 1], {@code [POINTS, features]}, float64. */
    private static Tensor images(String name) {
        return SmoothVae.matrix(8, name, POINTS, SmoothVae.SHAPE.size()).sigmoid();
    }

    private static Tensor noise() {
        return SmoothVae.matrix(8, "noise", POINTS * DRAWS, SmoothVae.LATENT).view(POINTS, DRAWS, SmoothVae.LATENT);
    }

    private static GoalKind.Scene scene(Vae vae, Tensor inputs, Tensor targets) {
        return new GoalKind.Scene(
                Reconstruction.of(vae, inputs, Follows.MEAN_AND_VARIANCE), inputs, targets, GoalKindsTest::noise);
    }

    /** Classes by the signs and sizes of three latents. */
    private static final Classifier CLASSIFIER = latents -> latents.mul(new Scalar(2.0));

    static Stream<GoalKind> kinds() {
        return GoalKinds.all().stream()
                .map(kind -> kind.id().equals("downstream") ? new DownstreamGoal(CLASSIFIER) : kind);
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void gradients_are_those_of_finite_differences(GoalKind kind) {
        try (PointerScope scope = new PointerScope()) {
            SmoothVae vae = SmoothVae.open(3);
            Tensor inputs = images("inputs");
            AttackGoal goal = kind.of(scene(vae, inputs, kind.targeted() ? images("targets") : null));
            Tensor at = images("elsewhere").detach();
            at.set_requires_grad(true);
            double[] slopes = TensorCopies.doubles(torch.grad(
                            new TensorVector(goal.objective(at, 0).sum()),
                            new TensorVector(at),
                            new TensorVector(),
                            new BoolOptional(false),
                            false,
                            false)
                    .get(0));
            int features = SmoothVae.SHAPE.size();
            double step = 1e-5;
            for (int j = 0; j < features; j++) {
                Tensor axis = torch.zeros_like(at);
                axis.select(1, j).fill_(new Scalar(step));
                double[] above = TensorCopies.doubles(goal.objective(at.detach().add(axis), 0));
                double[] below = TensorCopies.doubles(goal.objective(at.detach().sub(axis), 0));
                for (int i = 0; i < POINTS; i++) {
                    assertThat(slopes[i * features + j])
                            .isCloseTo(
                                    (above[i] - below[i]) / (2 * step),
                                    within(1e-7 * Math.max(1, Math.abs(slopes[i * features + j]))));
                }
            }
            assertThat(Arrays.stream(slopes).map(Math::abs).max().orElseThrow()).isGreaterThan(1e-3);
        }
    }

    /** torch.distributions.kl_divergence; the Wasserstein distance from its general formula by SciPy's sqrtm. */
    @ParameterizedTest
    @CsvSource({
        "KL, 8.572567357975196",
        "KL_REVERSE, 2.807992469441613",
        "SYMMETRIC_KL, 11.380559827416809",
        "WASSERSTEIN, 5.86",
        "MEAN, 4.49",
    })
    void divergences_are_those_of_independent_libraries(Divergence divergence, double value) {
        try (PointerScope scope = new PointerScope()) {
            GaussianPosterior attacked = new GaussianPosterior(
                    TensorCopies.tensor(new double[] {0.3, -1.2}, 1, 2),
                    TensorCopies.tensor(new double[] {0.5, 1.7}, 1, 2));
            GaussianPosterior other = new GaussianPosterior(
                    TensorCopies.tensor(new double[] {-0.4, 0.8}, 1, 2),
                    TensorCopies.tensor(new double[] {0.9, 0.6}, 1, 2));
            assertThat(TensorCopies.doubles(divergence.of(attacked, other))[0]).isCloseTo(value, within(1e-12));
        }
    }

    @ParameterizedTest
    @EnumSource
    void a_targeted_divergence_is_negated_and_vanishes_at_the_target(Divergence divergence) {
        try (PointerScope scope = new PointerScope()) {
            Tensor inputs = images("inputs");
            Tensor targets = images("targets");
            SmoothVae vae = SmoothVae.open(3);
            AttackGoal targeted = new LatentGoal(divergence, true).of(scene(vae, inputs, targets));
            AttackGoal backwards = new LatentGoal(divergence, false).of(scene(vae, targets, null));
            double[] wanted = TensorCopies.doubles(targeted.objective(inputs, 0));
            // Away from the target and towards it are the same divergence.
            double[] negated =
                    TensorCopies.doubles(backwards.objective(inputs, 0).neg());
            for (int i = 0; i < POINTS; i++) {
                assertThat(wanted[i]).isNegative().isCloseTo(negated[i], within(1e-12));
            }
            for (double at : TensorCopies.doubles(targeted.objective(targets, 0))) {
                assertThat(at).isCloseTo(0, within(1e-12));
            }
        }
    }

    @Test
    void l_vae_is_the_elbo_of_what_is_encoded_as_training_computes_it() {
        try (PointerScope scope = new PointerScope()) {
            SmoothVae vae = SmoothVae.open(3);
            Tensor inputs = images("inputs");
            AttackGoal goal = new LikelihoodGoal().of(scene(vae, inputs, inputs));
            Tensor elbo = new Elbo(1, 0)
                    .value(Learner.of(vae), Batch.of(Reconstruction.asImages(vae, inputs), noise()), 0)
                    .objective();
            assertThat(TensorCopies.doubles(goal.objective(inputs, 0).mean())[0])
                    .isCloseTo(TensorCopies.doubles(elbo)[0], within(1e-10));
        }
    }

    @Test
    void l_vae_weighs_the_targets_cross_entropy_against_the_kl_of_the_attacked_posterior() {
        try (PointerScope scope = new PointerScope()) {
            SmoothVae vae = SmoothVae.open(3);
            Tensor inputs = images("inputs");
            Tensor targets = images("targets");
            AttackGoal goal = new LikelihoodGoal().of(scene(vae, inputs, targets));
            GaussianPosterior posterior = vae.encode(Reconstruction.asImages(vae, inputs));
            Tensor parameters = vae.decodeParameters(posterior.sample(noise()).flatten(0, 1));
            double[] kl = TensorCopies.doubles(posterior.klToStandardNormal());
            double[] logits = TensorCopies.doubles(parameters);
            double[] wanted = TensorCopies.doubles(targets);
            double[] objective = TensorCopies.doubles(goal.objective(inputs, 0));
            int features = SmoothVae.SHAPE.size();
            for (int i = 0; i < POINTS; i++) {
                double sum = 0;
                for (int draw = 0; draw < DRAWS; draw++) {
                    for (int j = 0; j < features; j++) {
                        double logit = logits[(i * DRAWS + draw) * features + j];
                        sum += wanted[i * features + j] * logit - Math.log1p(Math.exp(logit));
                    }
                }
                assertThat(objective[i]).isCloseTo(sum / DRAWS - kl[i], within(1e-10));
            }
        }
    }

    @Test
    void outputs_are_compared_with_the_target_or_its_reconstruction() {
        try (PointerScope scope = new PointerScope()) {
            SmoothVae vae = SmoothVae.open(3);
            Tensor inputs = images("inputs");
            Tensor targets = images("targets");
            double[] toImage = TensorCopies.doubles(
                    new OutputGoal(false).of(scene(vae, inputs, targets)).objective(inputs, 0));
            double[] toReconstruction = TensorCopies.doubles(
                    new OutputGoal(true).of(scene(vae, inputs, targets)).objective(inputs, 0));
            float[][] from = Reconstruction.ofMeans(vae, inputs);
            float[][] reached = Reconstruction.ofMeans(vae, targets);
            double[] images = TensorCopies.doubles(targets);
            for (int i = 0; i < POINTS; i++) {
                double image = 0;
                double reconstruction = 0;
                for (int j = 0; j < from[i].length; j++) {
                    image -= Math.pow(from[i][j] - images[i * from[i].length + j], 2);
                    reconstruction -= Math.pow((double) from[i][j] - reached[i][j], 2);
                }
                assertThat(toImage[i]).isCloseTo(image, within(1e-6));
                assertThat(toReconstruction[i]).isCloseTo(reconstruction, within(1e-6));
            }
        }
    }

    @Test
    void downstream_is_above_zero_exactly_where_the_prediction_has_changed() {
        try (PointerScope scope = new PointerScope()) {
            SmoothVae vae = SmoothVae.open(3);
            Tensor inputs = images("inputs");
            Tensor moved = images("elsewhere");
            double[] objective = TensorCopies.doubles(
                    new DownstreamGoal(CLASSIFIER).of(scene(vae, inputs, null)).objective(moved, 0));
            double[] means = TensorCopies.doubles(
                    vae.encode(Reconstruction.asImages(vae, inputs)).mean());
            double[] movedMeans = TensorCopies.doubles(
                    vae.encode(Reconstruction.asImages(vae, moved)).mean());
            int changed = 0;
            for (int i = 0; i < POINTS; i++) {
                int clean = largest(means, i);
                int now = largest(movedMeans, i);
                assertThat(objective[i] > 0).isEqualTo(clean != now);
                changed += clean != now ? 1 : 0;
            }
            assertThat(changed).isBetween(1, POINTS - 1);
        }
    }

    private static int largest(double[] values, int row) {
        int best = 0;
        for (int j = 1; j < SmoothVae.LATENT; j++) {
            if (values[row * SmoothVae.LATENT + j] > values[row * SmoothVae.LATENT + best]) {
                best = j;
            }
        }
        return best;
    }

    @Test
    void every_goal_of_the_literature_has_its_name() {
        assertThat(GoalKinds.all())
                .extracting(GoalKind::id)
                .contains(
                        "max-damage",
                        "max-damage-mean",
                        "max-damage-variance",
                        "latent-kl",
                        "latent-kl-reverse",
                        "latent-symmetric-kl",
                        "latent-wasserstein",
                        "latent-mean",
                        "output",
                        "output-reconstruction",
                        "l-vae",
                        "untargeted-kl",
                        "untargeted-kl-reverse",
                        "untargeted-symmetric-kl",
                        "untargeted-wasserstein",
                        "untargeted-mean",
                        "downstream")
                .doesNotHaveDuplicates();
        for (GoalKind kind : GoalKinds.all()) {
            assertThat(GoalKinds.named(kind.id())).hasSameClassAs(kind);
            assertThat(kind.title()).isNotBlank().doesNotContain("%");
        }
    }

    @Test
    void an_unknown_name_is_answered_with_the_known_ones() {
        assertThatThrownBy(() -> GoalKinds.named("latent-l1"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("latent-kl-reverse")
                .hasMessageEndingWith("got 'latent-l1'");
    }

    @Test
    void a_deterministic_encoder_has_no_divergence_that_divides_by_its_spread() {
        Vae vae = ModelFolder.read(Path.of("..", "vae", "src", "test", "resources", "imported", "pythae-ae"));
        for (String refused :
                List.of("latent-kl", "latent-kl-reverse", "latent-symmetric-kl", "untargeted-kl", "l-vae")) {
            assertThatThrownBy(() -> GoalKinds.named(refused).check(vae.spec()))
                    .isInstanceOf(BadInputException.class)
                    .hasMessageStartingWith("want a Gaussian posterior for goal " + refused)
                    .hasMessageContaining(": use ")
                    .hasMessageNotContaining("\n");
        }
        for (String taken : List.of("latent-mean", "untargeted-wasserstein", "output", "max-damage")) {
            GoalKinds.named(taken).check(vae.spec());
        }
    }

    @Test
    void another_prior_has_no_l_vae() {
        Vae vae = ModelFolder.read(Path.of("..", "vae", "src", "test", "resources", "imported", "pythae-vamp"));
        assertThatThrownBy(() -> new LikelihoodGoal().check(vae.spec()))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("standard normal prior");
    }

    /** A goal as a stranger would write it. */
    public static final class Stranger implements GoalKind {
        @Override
        public String id() {
            return "strange";
        }

        @Override
        public String title() {
            return "something strange";
        }

        @Override
        public AttackGoal of(Scene scene) {
            return (inputs, step) -> inputs.sum(1);
        }
    }

    /** A goal that takes the name of another. */
    public static final class Impostor implements GoalKind {
        @Override
        public String id() {
            return "output";
        }

        @Override
        public String title() {
            return "not what it says";
        }

        @Override
        public AttackGoal of(Scene scene) {
            return (inputs, step) -> inputs.sum(1);
        }
    }

    /** A goal that can't be made. */
    public static final class Broken implements GoalKind {
        /** Fails. */
        public Broken() {
            throw new IllegalStateException("no licence\nfound");
        }

        @Override
        public String id() {
            return "broken";
        }

        @Override
        public String title() {
            return "broken";
        }

        @Override
        public AttackGoal of(Scene scene) {
            return (inputs, step) -> inputs.sum(1);
        }
    }

    /** Runs with a service file on the class path. */
    private static void registered(Path folder, String className, Runnable then) throws IOException {
        Path services = Files.createDirectories(folder.resolve("META-INF/services"));
        Files.writeString(services.resolve(GoalKind.class.getName()), className + "\n");
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        try (URLClassLoader loader =
                new URLClassLoader(new URL[] {folder.toUri().toURL()}, before)) {
            thread.setContextClassLoader(loader);
            then.run();
        } finally {
            thread.setContextClassLoader(before);
        }
    }

    @Test
    void a_registered_goal_has_a_name_like_ours(@TempDir Path folder) throws IOException {
        registered(folder, Stranger.class.getName(), () -> {
            assertThat(GoalKinds.named("strange").title()).isEqualTo("something strange");
            assertThat(GoalKinds.all()).last().isInstanceOf(Stranger.class);
        });
    }

    @ParameterizedTest
    @CsvSource({
        "io.margrave.robustness.goal.GoalKindsTest$Broken, no licence",
        "com.example.Missing, com.example.Missing not found",
        "io.margrave.robustness.goal.GoalKindsTest$Impostor, want goals of different ids",
    })
    void one_that_fails_to_load_is_one_line(String className, String reason, @TempDir Path folder) throws IOException {
        registered(
                folder,
                className,
                () -> assertThatThrownBy(GoalKinds::all)
                        .isInstanceOf(BadInputException.class)
                        .hasMessageContaining(reason)
                        .hasMessageNotContaining("\n"));
    }
}
