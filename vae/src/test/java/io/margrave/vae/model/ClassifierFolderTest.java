package io.margrave.vae.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.margrave.data.BadInputException;
import io.margrave.data.ImageShape;
import io.margrave.data.ValueRange;
import io.margrave.vae.TensorCopies;
import io.margrave.vae.network.Architecture;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.bytedeco.javacpp.PointerScope;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ClassifierFolderTest {
    private static final ClassifierSpec SPEC = new ClassifierSpec(
                    ModelKind.VIB,
                    new ImageShape(1, 8, 8),
                    ValueRange.UNIT,
                    3,
                    10,
                    Architecture.conv(4, 8),
                    0.125,
                    null)
            .trained(new TrainingProvenance(
                    "digits",
                    "abc",
                    "vib-jacobian",
                    0.001,
                    0.5,
                    3,
                    12,
                    9,
                    3.25,
                    Map.of("kind", "vib"),
                    Map.of("engine", "LibTorch"),
                    -0.15,
                    0.96875,
                    null,
                    -0.125,
                    19.25,
                    2,
                    List.of(1.5, 0.0, 17.75),
                    List.of(-0.3, -0.15)));

    @TempDir
    private Path folder;

    @BeforeEach
    void write() {
        ModelFolder.write(folder, NetworkClassifier.initialised(SPEC, 1));
    }

    private void edit(UnaryOperator<String> edit) throws IOException {
        Path yaml = folder.resolve("model.yaml");
        String text = Files.readString(yaml);
        String edited = edit.apply(text);
        assertThat(edited).isNotEqualTo(text);
        Files.writeString(yaml, edited);
    }

    private void refused(String... parts) {
        assertThatThrownBy(() -> ModelFolder.readClassifier(folder))
                .isInstanceOf(BadInputException.class)
                .hasMessageContainingAll(parts)
                .hasMessageNotContaining("\n");
    }

    @Test
    @SuppressWarnings("try")
    void what_is_written_is_read_back() {
        try (PointerScope scope = new PointerScope()) {
            NetworkClassifier classifier = NetworkClassifier.initialised(SPEC, 1);
            NetworkClassifier back = ModelFolder.readClassifier(folder);
            assertThat(back.spec()).isEqualTo(SPEC);
            assertThat(back.parameters().keySet())
                    .isEqualTo(classifier.parameters().keySet());
            classifier
                    .parameters()
                    .forEach((name, tensor) -> assertThat(
                                    TensorCopies.floats(back.parameters().get(name)))
                            .isEqualTo(TensorCopies.floats(tensor)));
        }
        assertThat(ModelFolder.kind(folder)).isEqualTo(ModelKind.VIB);
        assertThat(ModelFolder.provenance(folder)).isEqualTo(SPEC.provenance());
        assertThat(ModelFolder.experimentModel(folder, "m", 7).testAccuracy()).isEqualTo(0.96875);
        assertThat(ModelFolder.card(folder, "m").told())
                .containsEntry(ModelFolder.TEST_ACCURACY, "0.96875")
                .containsEntry("kind", "vib");
    }

    @Test
    void a_classifier_is_no_vae() {
        for (UnaryOperator<Path> read : List.<UnaryOperator<Path>>of(
                path -> {
                    ModelFolder.read(path);
                    return path;
                },
                path -> {
                    ModelFolder.spec(path);
                    return path;
                })) {
            assertThatThrownBy(() -> read.apply(folder))
                    .isInstanceOf(BadInputException.class)
                    .hasMessageContainingAll("holds a classifier (kind vib)", "want a model that reconstructs")
                    .hasMessageNotContaining("\n");
        }
    }

    @Test
    void a_model_that_nobody_trained_is_in_no_experiment() {
        ClassifierSpec untrained = new ClassifierSpec(
                ModelKind.CLASSIFIER, SPEC.shape(), SPEC.range(), 3, 2, SPEC.architecture(), 0, null);
        ModelFolder.write(folder, NetworkClassifier.initialised(untrained, 1));
        assertThat(ModelFolder.readClassifier(folder).spec()).isEqualTo(untrained);
        assertThatThrownBy(() -> ModelFolder.experimentModel(folder, "m", 7))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("nobody trained");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "kind: vib|kind: vae|kind",
                "kind: vib|kind: classifier|sigma floor",
                "kind: vib|kinds: vib|kind",
                "classes: 10|classes: 1|classes",
                "classes: 10|classes: 2000000000|classes",
                "classes: 10|classes: 11|head.0.weight",
                "latent: 3|latent: 0|latent",
                "latent: 3|latent: 4|encoder.5.weight",
                "height: 8|height: 1000000|image.height",
                "name: conv|name: transformer|architecture.name",
                "sigma_floor: 0.125|sigma_floor: -1|sigma_floor",
                "sigma_floor: 0.125|sigma_floor: .inf|model.yaml",
                "high: 1.0|high: -1.0|range.low",
                "format: margrave-classifier-1|format: margrave-classifier-9|format",
                "latent: 3|'latent: 3\nsurprise: 1'|surprise",
                "weights_sha256: .*|weights_sha256: 12|weights_sha256",
                "test_accuracy: .*|test_accuracy: high|training.test_accuracy",
            })
    void a_field_that_does_not_fit_is_refused_by_name(String from, String to, String named) throws IOException {
        edit(text -> text.replaceFirst("(?m)^( *)" + from, "$1" + to));
        refused(named);
    }

    @Test
    void an_absurd_architecture_is_refused_before_memory_is_taken() throws IOException {
        ClassifierSpec wide = new ClassifierSpec(
                ModelKind.CLASSIFIER, SPEC.shape(), SPEC.range(), 3, 2, Architecture.mlp(5, 6), 0, null);
        ModelFolder.write(folder, NetworkClassifier.initialised(wide, 1));
        edit(text -> text.replace("- 5", "- 65536").replace("- 6\n", "- 65536\n"));
        refused("model.yaml", "parameters");
    }

    @Test
    void a_truncated_file_is_refused() throws IOException {
        Path weights = folder.resolve("weights.safetensors");
        byte[] bytes = Files.readAllBytes(weights);
        Files.write(weights, Arrays.copyOf(bytes, bytes.length - 5));
        refused("weights.safetensors");
        String text = Files.readString(folder.resolve("model.yaml"));
        for (int cut = 0; cut < text.indexOf("activation: "); cut += 7) {
            Files.writeString(folder.resolve("model.yaml"), text.substring(0, cut));
            refused("model.yaml");
        }
    }
}
