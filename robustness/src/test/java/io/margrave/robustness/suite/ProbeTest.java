package io.margrave.robustness.suite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.margrave.data.ArrayImageSet;
import io.margrave.data.BadInputException;
import io.margrave.data.DataSplits;
import io.margrave.data.ImageSet;
import io.margrave.data.ImageShape;
import io.margrave.data.Noise;
import io.margrave.data.ValueRange;
import io.margrave.results.AttackSpec;
import io.margrave.results.Norm;
import io.margrave.results.SearchEffort;
import io.margrave.robustness.attack.Attack;
import io.margrave.robustness.attack.Ball;
import io.margrave.robustness.map.Reconstruction;
import io.margrave.robustness.map.Rows;
import io.margrave.vae.TensorCopies;
import io.margrave.vae.model.Vae;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProbeTest {
    private static final Path PROBES = Path.of("src", "test", "resources", "probe");
    private static final float[][] ENCODER = {{4, 0, 0}, {0, 4, 0}};
    private static final float[][] DECODER = {{1, 0}, {0, 1}, {0, 0}};

    private static Vae vae() {
        return LinearModel.open(ENCODER, DECODER, 0.1, 0.1);
    }

    /** Images whose first value says the class: below a half 0, above 1. */
    private static ImageSet images(String name, int size, boolean labelled) {
        Noise.Stream stream = new Noise(2, name).stream(0, "images", 0);
        float[] pixels = new float[3 * size];
        int[] labels = new int[size];
        for (int i = 0; i < size; i++) {
            for (int j = 0; j < 3; j++) {
                pixels[3 * i + j] = (float) stream.nextDouble();
            }
            labels[i] = !labelled ? -1 : pixels[3 * i] > 0.5 ? 1 : 0;
        }
        return ArrayImageSet.of(
                name,
                new ImageShape(1, 1, 3),
                ValueRange.UNIT,
                pixels,
                labels,
                labelled ? List.of("0", "1") : List.of());
    }

    @Test
    void a_logistic_probe_learns_a_linear_rule_and_says_how_well() {
        Probe probe = Probe.logistic(vae(), images("train", 2_000, true), images("validation", 500, true), 0);
        assertThat(probe.classes()).isEqualTo(2);
        assertThat(probe.heldOut().images()).isEqualTo(500);
        assertThat(probe.heldOut().share()).isGreaterThan(0.97);
        try (PointerScope scope = new PointerScope()) {
            assertThat(probe.predictions(TensorCopies.tensor(new float[] {0.4f, 2, 3.6f, 2}, 2, 2)))
                    .containsExactly(0, 1);
        }
    }

    @Test
    void the_same_seed_trains_the_same_probe() {
        try (PointerScope scope = new PointerScope()) {
            Tensor at = TensorCopies.tensor(new float[] {0.3f, -1}, 1, 2);
            float[] first = TensorCopies.floats(Probe.logistic(vae(), images("a", 300, true), images("b", 10, true), 3)
                    .logits(at));
            float[] second = TensorCopies.floats(Probe.logistic(vae(), images("a", 300, true), images("b", 10, true), 3)
                    .logits(at));
            assertThat(first).containsExactly(second);
        }
    }

    @Test
    void images_without_labels_train_no_probe() {
        assertThatThrownBy(() -> Probe.logistic(vae(), images("bare", 20, false), images("b", 10, true), 0))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("want labelled images")
                .hasMessageContaining("bare");
    }

    /** The attack of the catalogue against a probe, on the model and rule of above. */
    @Test
    void an_attack_on_the_probe_changes_its_predictions_by_the_way_to_the_boundary() {
        try (PointerScope scope = new PointerScope()) {
            Vae vae = vae();
            Probe probe = Probe.logistic(vae, images("train", 2_000, true), images("validation", 100, true), 0);
            Tensor inputs = TensorCopies.tensor(
                    new float[] {0.4f, 0.5f, 0.5f, 0.62f, 0.5f, 0.5f, 0.1f, 0.5f, 0.5f, 0.95f, 0.5f, 0.5f}, 4, 3);
            AttackSpec spec = new AttackSpec(
                    "flip",
                    "downstream",
                    AttackSpec.Variable.INPUT,
                    Norm.L2,
                    0.2,
                    List.of(),
                    AttackSpec.Method.GRADIENT,
                    SearchEffort.of(20, 2, 2),
                    0);
            Noise noise = new Noise(1, "linear");
            Attack.Attacked attacked = AttackCatalogue.of(spec, vae, probe, () -> images("none", 2, true), noise)
                    .perturb(new Attack.Request(
                            Reconstruction.of(vae, inputs, Reconstruction.Follows.MEAN_AND_VARIANCE),
                            new Ball(inputs, ValueRange.UNIT, Norm.L2),
                            new double[] {0.2, 0.2, 0.2, 0.2},
                            null,
                            null,
                            List.of(),
                            new int[] {0, 1, 2, 3},
                            noise,
                            "flip",
                            spec.effort(),
                            1));
            int[] before = probe.predictions(
                    vae.encode(Reconstruction.asImages(vae, inputs)).mean());
            int[] after = probe.predictions(vae.encode(Reconstruction.asImages(vae, attacked.perturbed()))
                    .mean());
            assertThat(before).containsExactly(0, 1, 0, 1);
            // 0.1 and 0.12 from the boundary are within reach; 0.4 and 0.45 are not.
            assertThat(after).containsExactly(1, 0, 0, 1);
            double[] objective = attacked.chosen();
            assertThat(objective[0]).isPositive();
            assertThat(objective[2]).isNegative();
            float[][] moved = Rows.arrays(attacked.perturbed());
            assertThat(moved[0][0]).isCloseTo(0.6f, within(0.01f));
        }
    }

    @Test
    void a_torchscript_probe_gives_its_logits_and_their_gradient() {
        Probe probe = Probe.torchScript(PROBES.resolve("linear.pt"), 2);
        assertThat(probe.classes()).isEqualTo(3);
        assertThat(probe.heldOut()).isNull();
        try (PointerScope scope = new PointerScope()) {
            Tensor at = TensorCopies.tensor(new float[] {1, 2, 0.5f, -1}, 2, 2);
            at.set_requires_grad(true);
            Tensor logits = probe.logits(at);
            // W = (-2 -1; 0 1; 2 3), b = (0.5, -1, 0.25)
            assertThat(TensorCopies.floats(logits))
                    .containsExactly(new float[] {-3.5f, 1, 8.25f, 0.5f, -2, -1.75f}, within(1e-6f));
            assertThat(TensorCopies.floats(torch.grad(
                                    new TensorVector(logits.select(1, 2).sum()),
                                    new TensorVector(at),
                                    new TensorVector(),
                                    new BoolOptional(false),
                                    false,
                                    false)
                            .get(0)))
                    .containsExactly(2, 3, 2, 3);
            assertThat(probe.predictions(at)).containsExactly(2, 0);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "argmax.pt, want float32 logits",
        "pair.pt, want one output",
        "wide.pt, wide.pt on an input of 2x2 fails",
        "missing.pt, want a TorchScript archive",
        "logistic.csv, want a TorchScript archive",
    })
    void what_is_no_classifier_on_these_latents_is_one_line(String file, String reason) {
        assertThatThrownBy(() -> Probe.torchScript(PROBES.resolve(file), 2))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining(reason)
                .hasMessageNotContaining("\n");
    }

    @Test
    void an_archive_is_checked_before_it_is_loaded(@TempDir Path folder) throws IOException {
        byte[] bytes = Files.readAllBytes(PROBES.resolve("linear.pt"));
        Path cut = Files.write(folder.resolve("cut.pt"), Arrays.copyOf(bytes, bytes.length - 200));
        assertThatThrownBy(() -> Probe.torchScript(cut, 2))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("not a usable TorchScript archive");
    }

    @Test
    void a_plan_names_a_probe_by_its_kind_or_its_file() {
        DataSplits data = new DataSplits(
                "toy", images("train", 200, true), images("validation", 50, true), images("test", 50, true));
        assertThat(Probe.open("logistic", vae(), data, 0).classes()).isEqualTo(2);
        Probe scripted = Probe.open(PROBES.resolve("linear.pt").toString(), vae(), data, 0);
        assertThat(scripted.classes()).isEqualTo(3);
        assertThat(scripted.heldOut().images()).isEqualTo(50);
    }
}
