package io.margrave.vae.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.margrave.data.BadInputException;
import io.margrave.data.DataSplits;
import io.margrave.data.ImageShape;
import io.margrave.results.ModelCard;
import io.margrave.results.Progress;
import io.margrave.results.experiment.ExperimentModel;
import io.margrave.vae.TensorCopies;
import io.margrave.vae.model.LikelihoodSpec;
import io.margrave.vae.model.ModelFolder;
import io.margrave.vae.model.ModelKind;
import io.margrave.vae.model.NetworkClassifier;
import io.margrave.vae.model.NetworkVae;
import io.margrave.vae.model.PosteriorFamily;
import io.margrave.vae.model.Vae;
import io.margrave.vae.network.Architecture;
import io.margrave.vae.network.Layer.Activation;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

@SuppressWarnings("try")
class KindsTest {
    private static final DataSplits DATA = Sides.splits(new ImageShape(1, 8, 8), 400);
    private static final TrainingPlan PLAN = new TrainingPlan(
            "sides", Architecture.mlp(32), 4, LikelihoodSpec.bernoulli(), 1, 0, 6, 32, 3e-3, 3, 5, 1, null);

    @TempDir
    private Path folder;

    private Path out(String name) {
        return folder.resolve(name);
    }

    private ModelCard train(TrainingPlan plan, String name) {
        return Trainer.train(plan, DATA, out(name), Progress.Listener.none());
    }

    @Test
    void an_autoencoder_of_linear_layers_reaches_the_error_of_principal_components() {
        DataSplits plane = Plane.splits(300);
        LikelihoodSpec likelihood =
                new LikelihoodSpec(LikelihoodSpec.Family.GAUSSIAN, 0.1, false, LikelihoodSpec.Link.IDENTITY);
        Architecture linear = new Architecture.Mlp(List.of(), Activation.RELU);
        TrainingPlan plan = new TrainingPlan("plane", linear, 2, likelihood, 1, 0, 120, 25, 3e-3, 120, 5, 1, null)
                .withKind(ModelKind.AE);
        Trainer.train(plan, plane, out("plane"), Progress.Listener.none());
        Vae vae = ModelFolder.read(out("plane"));
        int n = plane.train().size();
        float[] values = plane.train().images(IntStream.range(0, n).toArray());
        try (PointerScope scope = new PointerScope()) {
            Tensor images = TensorCopies.images(values, plane.train().shape());
            Tensor rows = images.flatten(1, -1);
            double[] singular = TensorCopies.doubles(torch.linalg_svdvals(rows.sub(rows.mean(0))));
            double best = Arrays.stream(singular).skip(2).map(s -> s * s).sum() / n;
            double reached = TensorCopies.doubles(vae.decode(vae.encode(images).mean())
                            .sub(images)
                            .square()
                            .sum())[0]
                    / n;
            // Nothing linear through two latents is below; where training stops it is within a twentieth.
            assertThat(reached).isBetween(best * (1 - 1e-5), best * 1.05);
        }
    }

    @Test
    void an_autoencoder_has_a_likelihood_and_active_units_but_no_elbo_and_no_kl() {
        ModelCard card = train(PLAN.withKind(ModelKind.AE), "ae");
        assertThat(card.deterministic()).isTrue();
        assertThat(card.objective()).isEqualTo("reconstruction");
        assertThat(card.beta()).isZero();
        assertThat(card.testElbo()).isNull();
        assertThat(card.testKl()).isNull();
        assertThat(card.klPerDimension()).isEmpty();
        assertThat(card.testLogLikelihood()).isLessThan(0);
        assertThat(card.activeUnits()).isBetween(1, 4);
        NetworkVae vae = ModelFolder.readNetworks(out("ae"));
        assertThat(vae.spec().posterior()).isEqualTo(PosteriorFamily.DETERMINISTIC);
        assertThat(vae.encoder().output()).containsExactly(4L);
        assertThat(ModelFolder.kind(out("ae"))).isEqualTo(ModelKind.AE);
        // Without noise and without a KL term more is reconstructed.
        assertThat(card.testLogLikelihood()).isGreaterThan(train(PLAN, "vae").testLogLikelihood());
        assertThat(ModelFolder.kind(out("vae"))).isEqualTo(ModelKind.VAE);
    }

    @Test
    void an_autoencoder_is_scored_by_its_likelihood_at_mu_alone() {
        train(PLAN.withKind(ModelKind.AE), "ae");
        NetworkVae vae = ModelFolder.readNetworks(out("ae"));
        int[] all = IntStream.range(0, DATA.test().size()).toArray();
        try (PointerScope scope = new PointerScope()) {
            Tensor images =
                    TensorCopies.images(DATA.test().images(all), DATA.test().shape());
            Tensor parameters = vae.decodeParameters(vae.encode(images).mean());
            double wanted = TensorCopies.doubles(
                    vae.likelihood().logProbability(images, parameters).mean())[0];
            assertThat(ModelFolder.card(out("ae"), "ae").testLogLikelihood()).isCloseTo(wanted, within(1e-3));
        }
    }

    @ParameterizedTest
    @MethodSource("classifiers")
    void a_classifier_learns_to_tell_left_from_right(ModelKind kind) {
        ModelCard card = train(PLAN.withKind(kind).withBeta(kind == ModelKind.VIB ? 1e-3 : 0), "model");
        NetworkClassifier classifier = ModelFolder.readClassifier(out("model"));
        assertThat(classifier.classes()).isEqualTo(2);
        assertThat(classifier.posterior()).isEqualTo(kind.posterior());
        assertThat(ModelFolder.kind(out("model"))).isEqualTo(kind);
        double accuracy = Double.parseDouble(card.told().get(ModelFolder.TEST_ACCURACY));
        assertThat(accuracy).isGreaterThan(0.9);
        assertThat(accuracy).isEqualTo(share(classifier));
        assertThat(card.likelihood()).isEqualTo("categorical");
        assertThat(card.testElbo()).isNull();
        assertThat(card.testKl() == null).isEqualTo(kind == ModelKind.CLASSIFIER);
        ExperimentModel model = ModelFolder.experimentModel(out("model"), "m", 400);
        assertThat(model.kind()).isEqualTo(kind.id());
        assertThat(model.testAccuracy()).isEqualTo(accuracy);
        assertThat(model.history()).hasSize(card.epochs());
        // What was kept is the best of the history, scored as the objective says.
        assertThat(model.history().get(model.bestEpoch() - 1))
                .isEqualTo(model.history().stream().mapToDouble(d -> d).max().orElseThrow());
    }

    static Stream<ModelKind> classifiers() {
        return Stream.of(ModelKind.VIB, ModelKind.CLASSIFIER);
    }

    /** Predicted right at mu(x), counted one by one. */
    private static double share(NetworkClassifier classifier) {
        int right = 0;
        for (int i = 0; i < DATA.test().size(); i++) {
            try (PointerScope scope = new PointerScope()) {
                Tensor image =
                        TensorCopies.images(DATA.test().image(i), DATA.test().shape());
                double[] logits = TensorCopies.doubles(
                        classifier.logits(classifier.encode(image).mean()));
                right += (logits[1] > logits[0] ? 1 : 0) == DATA.test().label(i) ? 1 : 0;
            }
        }
        return (double) right / DATA.test().size();
    }

    @Test
    void images_without_labels_teach_no_classifier() {
        DataSplits blobs = Blobs.splits(new ImageShape(1, 8, 8), 50);
        assertThatThrownBy(() -> Trainer.train(
                        PLAN.withKind(ModelKind.CLASSIFIER), blobs, out("model"), Progress.Listener.none()))
                .isInstanceOf(BadInputException.class)
                .hasMessageContainingAll("labels", "--kind classifier", "blobs/train")
                .hasMessageNotContaining("\n");
        assertThat(out("model")).doesNotExist();
    }

    static Stream<Arguments> variants() {
        List<UnaryOperator<TrainingPlan>> variants = List.of(
                plan -> plan.withKind(ModelKind.AE).withJacobianPenalty(0.1),
                plan -> plan.withSigmaFloor(0.2).withJacobianPenalty(0.1),
                plan -> plan.withKind(ModelKind.VIB).withBeta(0.01).withSigmaFloor(0.2),
                plan -> plan.withKind(ModelKind.CLASSIFIER).withJacobianPenalty(0.1));
        return variants.stream()
                .flatMap(variant -> Stream.of(1, 3)
                        .map(threads ->
                                Arguments.of(variant.apply(PLAN).withEpochs(4).withThreads(threads), threads)));
    }

    @ParameterizedTest
    @MethodSource("variants")
    void a_training_that_was_killed_goes_on_to_the_same_bytes(TrainingPlan plan, int threads) {
        Trainer.train(plan, DATA, out("unbroken"), Progress.Listener.none());
        assertThatThrownBy(() -> Trainer.train(plan, DATA, out("broken"), event -> {
                    if (event.done() == 2) {
                        throw new IllegalStateException("killed");
                    }
                }))
                .hasMessage("killed");
        assertThat(out("broken").resolve(Trainer.CHECKPOINT)).exists();
        Trainer.train(plan, DATA, out("broken"), Progress.Listener.none());
        assertThat(out("broken").resolve("weights.safetensors"))
                .hasSameBinaryContentAs(out("unbroken").resolve("weights.safetensors"));
    }

    @Test
    void threads_share_the_projections_too() {
        TrainingPlan plan = PLAN.withJacobianPenalty(0.3);
        assertThat(train(plan.withThreads(3), "three").testElbo())
                .isCloseTo(train(plan, "one").testElbo(), within(0.05));
    }

    @Test
    void a_penalty_on_the_jacobian_makes_it_smaller() {
        train(PLAN, "plain");
        ModelCard card = train(PLAN.withJacobianPenalty(1), "flat");
        assertThat(card.objective()).isEqualTo("elbo-jacobian");
        assertThat(card.told()).containsEntry("jacobian_penalty", "1.0");
        assertThat(squaredJacobian("flat")).isLessThan(0.5 * squaredJacobian("plain"));
    }

    private double squaredJacobian(String name) {
        NetworkVae vae = ModelFolder.readNetworks(out(name));
        return Jacobians.exact(
                        Learner.of(vae),
                        DATA.test().images(IntStream.range(0, 50).toArray()),
                        false)
                .stream()
                .mapToDouble(d -> d)
                .average()
                .orElseThrow();
    }

    @Test
    void a_floor_is_kept_with_the_model() {
        ModelCard card = train(PLAN.withSigmaFloor(0.4), "floor");
        assertThat(card.told()).containsEntry("sigma_floor", "0.4");
        NetworkVae vae = ModelFolder.readNetworks(out("floor"));
        assertThat(vae.spec().sigmaFloor()).isEqualTo(0.4);
        try (PointerScope scope = new PointerScope()) {
            Tensor images = TensorCopies.images(
                    DATA.test().images(new int[] {0, 1, 2}), DATA.test().shape());
            assertThat(Arrays.stream(TensorCopies.doubles(vae.encode(images).stdDev()))
                            .min()
                            .orElseThrow())
                    .isGreaterThanOrEqualTo(0.4f);
        }
    }

    @Test
    void a_plain_vae_is_planned_in_the_words_of_before() {
        assertThat(PLAN.text())
                .isEqualTo(Map.ofEntries(
                        Map.entry("data", "sides"),
                        Map.entry("arch", "mlp"),
                        Map.entry("widths", "[32]"),
                        Map.entry("activation", "relu"),
                        Map.entry("latent", "4"),
                        Map.entry("likelihood", "bernoulli"),
                        Map.entry("scale", "1.0"),
                        Map.entry("learned_scale", "false"),
                        Map.entry("link", "sigmoid"),
                        Map.entry("beta", "1.0"),
                        Map.entry("warm_up_epochs", "0"),
                        Map.entry("epochs", "6"),
                        Map.entry("batch", "32"),
                        Map.entry("learning_rate", "0.003"),
                        Map.entry("patience", "3"),
                        Map.entry("seed", "5"),
                        Map.entry("max_seconds", "none")));
        assertThat(PLAN.withKind(ModelKind.VAE).withSigmaFloor(0)).isEqualTo(PLAN);
    }

    static Stream<TrainingPlan> others() {
        return Stream.of(
                PLAN.withBeta(0).withKind(ModelKind.AE),
                PLAN.withKind(ModelKind.VIB),
                PLAN.withJacobianPenalty(0.1),
                PLAN.withSigmaFloor(0.1));
    }

    @ParameterizedTest
    @MethodSource("others")
    void a_model_of_another_variant_is_another_plan_whichever_came_first(TrainingPlan other) {
        TrainingPlan plain = PLAN.withBeta(other.beta()).withEpochs(1);
        train(plain, "plain");
        train(other.withEpochs(1), "other");
        assertThatThrownBy(() -> train(plain, "other"))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("another plan");
        assertThatThrownBy(() -> train(other.withEpochs(1), "plain"))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("another plan");
    }

    @Test
    void plans_that_mean_nothing_are_refused() {
        assertThatThrownBy(() -> PLAN.withKind(ModelKind.AE).withBeta(4))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("no beta for kind ae");
        assertThatThrownBy(() -> PLAN.withKind(ModelKind.CLASSIFIER).withSigmaFloor(0.1))
                .hasMessageContaining("no sigma floor for kind classifier");
        assertThatThrownBy(() ->
                        PLAN.withKind(ModelKind.VIB).withModel(Architecture.mlp(4), 2, LikelihoodSpec.gaussian(0.1)))
                .hasMessageContaining("no likelihood for kind vib");
        assertThatThrownBy(() -> PLAN.withJacobianPenalty(Double.NaN)).hasMessageContaining("jacobian penalty");
        assertThatThrownBy(() -> PLAN.withSigmaFloor(-1)).hasMessageContaining("sigma floor");
    }

    @Test
    void an_experiment_reads_all_of_a_model_from_its_folder() {
        train(PLAN.withBeta(2).withJacobianPenalty(0.1).withSigmaFloor(0.2), "model");
        ExperimentModel model = ModelFolder.experimentModel(out("model"), "sides-b2", 400);
        ModelCard card = ModelFolder.card(out("model"), "sides-b2");
        assertThat(model.plainVae()).isFalse();
        assertThat(List.of(model.name(), model.data(), model.network(), model.kind(), model.likelihood()))
                .containsExactly("sides-b2", "sides", "mlp", "vae", "bernoulli");
        assertThat(List.of(model.beta(), model.jacobianPenalty(), model.sigmaFloor()))
                .containsExactly(2.0, 0.1, 0.2);
        assertThat(model.testElbo()).isEqualTo(card.testElbo());
        assertThat(model.trainImages()).isEqualTo(400);
        assertThat(Objects.requireNonNull(model.testLogLikelihood()) - Objects.requireNonNull(model.testKl()))
                .isCloseTo(Objects.requireNonNull(model.testElbo()), within(1e-9));
        assertThat(model.testAccuracy()).isNull();
    }
}
