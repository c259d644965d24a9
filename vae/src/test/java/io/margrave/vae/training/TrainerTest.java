package io.margrave.vae.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.margrave.data.BadInputException;
import io.margrave.data.DataSplits;
import io.margrave.data.ImageSet;
import io.margrave.data.ImageShape;
import io.margrave.data.Safetensors;
import io.margrave.data.SafetensorsFile;
import io.margrave.data.TensorData;
import io.margrave.data.ValueRange;
import io.margrave.results.ModelCard;
import io.margrave.results.Progress;
import io.margrave.vae.model.LikelihoodSpec;
import io.margrave.vae.model.ModelFolder;
import io.margrave.vae.network.Architecture;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TrainerTest {
    private static final ImageShape SMALL = new ImageShape(1, 8, 8);
    private static final DataSplits DATA = Blobs.splits(SMALL, 400);
    private static final TrainingPlan PLAN = new TrainingPlan(
            "blobs", Architecture.mlp(32), 4, LikelihoodSpec.bernoulli(), 1, 0, 6, 32, 3e-3, 3, 5, 1, null);

    @TempDir
    private Path folder;

    private Path out(String name) {
        return folder.resolve(name);
    }

    private static final class Killed extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }

    @Test
    void the_elbo_grows_and_the_card_adds_up() {
        List<Progress> heard = new ArrayList<>();
        ModelCard first = Trainer.train(PLAN.withEpochs(1), DATA, out("one"), Progress.Listener.none());
        ModelCard sixth = Trainer.train(PLAN, DATA, out("six"), heard::add);
        assertThat(sixth.testElbo()).isGreaterThan(first.testElbo() + 1);
        assertThat(sixth.testElbo()).isCloseTo(sixth.testLogLikelihood() - sixth.testKl(), within(1e-9));
        assertThat(sixth.klPerDimension().stream()
                        .mapToDouble(Double::doubleValue)
                        .sum())
                .isCloseTo(sixth.testKl(), within(1e-9));
        assertThat(sixth.klPerDimension()).hasSize(4).allMatch(kl -> kl >= 0);
        assertThat(sixth.activeUnits()).isBetween(1, 4);
        assertThat(sixth.architecture()).isEqualTo("mlp 32");
        assertThat(sixth.dataChecksum()).isEqualTo(DATA.train().checksum());
        assertThat(heard.get(heard.size() - 1)).matches(last -> last.done() == 6 && last.total() == 6);
        assertThat(out("six").resolve(Trainer.CHECKPOINT)).doesNotExist();
    }

    @Test
    void a_training_killed_between_epochs_goes_on_to_the_same_bytes() throws IOException {
        Trainer.train(PLAN, DATA, out("unbroken"), Progress.Listener.none());
        assertThatThrownBy(() -> Trainer.train(PLAN, DATA, out("broken"), event -> {
                    if (event.done() == 3) {
                        throw new Killed();
                    }
                }))
                .isInstanceOf(Killed.class);
        assertThat(ModelFolder.holdsModel(out("broken"))).isFalse();
        List<Long> epochs = new ArrayList<>();
        Trainer.train(PLAN, DATA, out("broken"), event -> epochs.add(event.done()));
        assertThat(epochs.get(0)).isGreaterThanOrEqualTo(3);
        assertThat(out("broken").resolve("weights.safetensors"))
                .hasSameBinaryContentAs(out("unbroken").resolve("weights.safetensors"));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void a_training_killed_within_an_epoch_goes_on_to_the_same_bytes(int threads) {
        TrainingPlan plan = PLAN.withThreads(threads);
        Trainer.train(plan, DATA, out("unbroken"), Progress.Listener.none());
        ImageSet dying = new Dying(DATA.train(), new AtomicInteger(1_000));
        assertThatThrownBy(() -> Trainer.train(
                        plan,
                        new DataSplits("blobs", dying, DATA.validation(), DATA.test()),
                        out("broken"),
                        Progress.Listener.none()))
                .isInstanceOf(Killed.class);
        assertThat(out("broken").resolve(Trainer.CHECKPOINT)).exists();
        Trainer.train(plan, DATA, out("broken"), Progress.Listener.none());
        assertThat(out("broken").resolve("weights.safetensors"))
                .hasSameBinaryContentAs(out("unbroken").resolve("weights.safetensors"));
    }

    @Test
    void threads_share_a_batch_without_changing_what_is_learned() {
        ModelCard one = Trainer.train(PLAN, DATA, out("one"), Progress.Listener.none());
        ModelCard three = Trainer.train(PLAN.withThreads(3), DATA, out("three"), Progress.Listener.none());
        // Sums in another order differ in the last digits, which training then amplifies.
        assertThat(three.testElbo()).isCloseTo(one.testElbo(), within(0.02));
    }

    @Test
    void another_seed_gives_other_weights() throws IOException {
        TrainingPlan other = new TrainingPlan(
                "blobs", Architecture.mlp(32), 4, LikelihoodSpec.bernoulli(), 1, 0, 1, 32, 3e-3, 3, 6, 1, null);
        Trainer.train(PLAN.withEpochs(1), DATA, out("five"), Progress.Listener.none());
        Trainer.train(other, DATA, out("six"), Progress.Listener.none());
        assertThat(Files.mismatch(
                        out("five").resolve("weights.safetensors"), out("six").resolve("weights.safetensors")))
                .isNotEqualTo(-1);
    }

    @Test
    void a_finished_model_is_found_again_and_another_plan_is_refused() {
        ModelCard trained = Trainer.train(PLAN, DATA, out("model"), Progress.Listener.none());
        List<Progress> heard = new ArrayList<>();
        assertThat(Trainer.train(PLAN.withThreads(2), DATA, out("model"), heard::add))
                .isEqualTo(trained);
        assertThat(heard).isEmpty();
        assertThatThrownBy(() -> Trainer.train(PLAN.withBeta(4), DATA, out("model"), heard::add))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("beta 1.0 there, 4.0 wanted")
                .hasMessageNotContaining("\n");
        assertThatThrownBy(() -> Trainer.train(PLAN, Blobs.splits(SMALL, 399), out("model"), heard::add))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("other images");
    }

    @Test
    void a_second_training_in_the_same_folder_is_refused_and_the_first_goes_on() {
        List<String> refused = new ArrayList<>();
        ModelCard first = Trainer.train(PLAN, DATA, out("model"), event -> {
            if (event.done() == 1 && refused.isEmpty()) {
                assertThatThrownBy(() -> Trainer.train(PLAN, DATA, out("model"), Progress.Listener.none()))
                        .isInstanceOf(BadInputException.class)
                        .hasMessageContaining("in use by another training");
                refused.add("once");
            }
        });
        assertThat(refused).hasSize(1);
        assertThat(first.testElbo())
                .isEqualTo(Trainer.train(PLAN, DATA, out("alone"), Progress.Listener.none())
                        .testElbo());
        assertThat(out("model").resolve(".training.lock")).doesNotExist();
    }

    @Test
    void a_checkpoint_of_another_plan_is_refused() {
        assertThatThrownBy(() -> Trainer.train(PLAN, DATA, out("model"), event -> {
                    if (event.done() == 1) {
                        throw new Killed();
                    }
                }))
                .isInstanceOf(Killed.class);
        assertThatThrownBy(() -> Trainer.train(PLAN.withLearningRate(1), DATA, out("model"), Progress.Listener.none()))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("learning_rate 0.003 there, 1.0 wanted");
    }

    @Test
    void a_corrupt_checkpoint_is_refused_in_one_line() throws IOException {
        Files.createDirectories(out("model"));
        Files.write(out("model").resolve(Trainer.CHECKPOINT), new byte[] {1, 2, 3});
        assertThatThrownBy(() -> Trainer.train(PLAN, DATA, out("model"), Progress.Listener.none()))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining(Trainer.CHECKPOINT)
                .hasMessageNotContaining("\n");
    }

    @Test
    void divergence_stops_in_one_line_and_leaves_the_folder_free() {
        TrainingPlan wild = PLAN.withLearningRate(1e9);
        assertThatThrownBy(() -> Trainer.train(wild, DATA, out("model"), Progress.Listener.none()))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("diverged")
                .hasMessageContaining("learning rate")
                .hasMessageNotContaining("\n");
        Trainer.train(PLAN.withEpochs(1), DATA, out("model"), Progress.Listener.none());
        assertThat(ModelFolder.holdsModel(out("model"))).isTrue();
    }

    @Test
    void divergence_keeps_the_best_weights_beside_a_folder_that_is_free() {
        assertThatThrownBy(() -> Trainer.train(PLAN, DATA, out("model"), event -> {
                    if (event.done() == 3) {
                        throw new Killed();
                    }
                }))
                .isInstanceOf(Killed.class);
        Path checkpoint = out("model").resolve(Trainer.CHECKPOINT);
        SafetensorsFile kept = Safetensors.read(checkpoint, 1 << 24);
        Map<String, TensorData> broken = new TreeMap<>(kept.tensors());
        broken.replaceAll((name, data) -> name.startsWith("parameter.") ? nan(data) : data);
        Safetensors.write(checkpoint, broken, kept.metadata());
        assertThatThrownBy(() -> Trainer.train(PLAN, DATA, out("model"), Progress.Listener.none()))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("diverged: ")
                .hasMessageContaining(Trainer.DIVERGED)
                .hasMessageNotContaining("\n");
        assertThat(checkpoint).doesNotExist();
        SafetensorsFile aside = Safetensors.read(out("model").resolve(Trainer.DIVERGED), 1 << 24);
        kept.tensors().forEach((name, data) -> {
            if (name.startsWith("best.")) {
                assertThat(aside.tensors().get(name).values()).as(name).containsExactly(data.values());
            }
        });
        Trainer.train(PLAN.withEpochs(1), DATA, out("model"), Progress.Listener.none());
        assertThat(ModelFolder.holdsModel(out("model"))).isTrue();
    }

    private static TensorData nan(TensorData data) {
        float[] values = new float[data.values().length];
        Arrays.fill(values, Float.NaN);
        return new TensorData(data.shape(), values);
    }

    @Test
    void an_interrupted_training_ends_at_the_next_step() {
        assertThatThrownBy(() -> Trainer.train(
                        PLAN.withEpochs(100_000),
                        DATA,
                        out("model"),
                        event -> Thread.currentThread().interrupt()))
                .isInstanceOf(CancellationException.class);
        assertThat(Thread.interrupted()).isTrue();
        assertThat(ModelFolder.holdsModel(out("model"))).isFalse();
    }

    @Test
    void training_stops_when_patience_is_over_and_keeps_the_best() {
        TrainingPlan hasty = new TrainingPlan(
                "blobs", Architecture.mlp(32), 4, LikelihoodSpec.bernoulli(), 1, 0, 500, 32, 0.1, 2, 5, 1, null);
        ModelCard card = Trainer.train(hasty, DATA, out("model"), Progress.Listener.none());
        assertThat(card.epochs()).isLessThan(500);
        assertThat(ModelFolder.spec(out("model")).provenance().bestEpoch()).isEqualTo(card.epochs() - 2);
    }

    @Test
    void a_time_limit_ends_training_within_the_epoch() {
        ModelCard card = Trainer.train(
                PLAN.withEpochs(100_000).withMaxSeconds(0.2), DATA, out("model"), Progress.Listener.none());
        assertThat(card.epochs()).isBetween(1, 5_000);
        assertThat(card.trainSeconds()).isBetween(0.2, 20.0);
    }

    @Test
    void every_likelihood_and_architecture_trains() {
        int number = 0;
        for (LikelihoodSpec likelihood : List.of(
                LikelihoodSpec.continuousBernoulli(),
                LikelihoodSpec.gaussian(0.1),
                LikelihoodSpec.gaussianWithLearnedScale(0.3))) {
            for (Architecture architecture : List.of(Architecture.mlp(16), Architecture.conv(4, 8))) {
                TrainingPlan plan = PLAN.withModel(architecture, 4, likelihood);
                ModelCard one = Trainer.train(plan.withEpochs(1), DATA, out("one" + number), Progress.Listener.none());
                ModelCard four =
                        Trainer.train(plan.withEpochs(4), DATA, out("four" + number), Progress.Listener.none());
                assertThat(four.testElbo())
                        .as("%s %s", likelihood.family(), architecture.phrase())
                        .isGreaterThan(one.testElbo());
                number++;
            }
        }
    }

    @Test
    void images_that_the_architecture_can_not_take_are_refused_in_one_line() {
        TrainingPlan plan = PLAN.withModel(Architecture.conv(4, 4, 4, 4), 4, LikelihoodSpec.bernoulli());
        assertThatThrownBy(() -> Trainer.train(plan, DATA, out("model"), Progress.Listener.none()))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("conv 4-4-4-4")
                .hasMessageContaining("1x8x8");
    }

    @Test
    void warm_up_grows_in_a_straight_line() {
        Elbo elbo = new Elbo(4, 2);
        assertThat(elbo.betaAfter(0)).isZero();
        assertThat(elbo.betaAfter(0.5)).isEqualTo(1);
        assertThat(elbo.betaAfter(3)).isEqualTo(4);
        assertThat(new Elbo(4, 0).betaAfter(0)).isEqualTo(4);
    }

    @Test
    void a_larger_beta_spends_less_kl() {
        ModelCard one = Trainer.train(PLAN, DATA, out("one"), Progress.Listener.none());
        ModelCard eight = Trainer.train(PLAN.withBeta(8), DATA, out("eight"), Progress.Listener.none());
        assertThat(eight.testKl()).isLessThan(one.testKl());
        assertThat(eight.objective()).isEqualTo("beta");
    }

    /** The same images, until so many have been read. */
    private record Dying(ImageSet images, AtomicInteger left) implements ImageSet {
        @Override
        public String name() {
            return images.name();
        }

        @Override
        public ImageShape shape() {
            return images.shape();
        }

        @Override
        public ValueRange range() {
            return images.range();
        }

        @Override
        public int size() {
            return images.size();
        }

        @Override
        public void read(int index, float[] destination, int offset) {
            if (left.decrementAndGet() < 0) {
                throw new Killed();
            }
            images.read(index, destination, offset);
        }

        @Override
        public int label(int index) {
            return images.label(index);
        }

        @Override
        public List<String> classNames() {
            return images.classNames();
        }

        @Override
        public String checksum() {
            return images.checksum();
        }
    }
}
