package io.margrave.vae.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.margrave.data.BadInputException;
import io.margrave.data.ImageShape;
import io.margrave.data.Safetensors;
import io.margrave.data.SafetensorsFile;
import io.margrave.data.TensorData;
import io.margrave.data.ValueRange;
import io.margrave.results.ModelCard;
import io.margrave.vae.TensorCopies;
import io.margrave.vae.network.Architecture;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.bytedeco.javacpp.PointerScope;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ModelFolderTest {
    private static final NetworkSpec SPEC = NetworkSpec.untrained(
                    new ImageShape(1, 8, 8),
                    ValueRange.UNIT,
                    3,
                    Architecture.conv(4, 8),
                    LikelihoodSpec.gaussianWithLearnedScale(0.2))
            .trained(new TrainingProvenance(
                    "sprites: \"quoted\"\n",
                    "abc",
                    "beta",
                    4.0,
                    0,
                    -7L,
                    12,
                    9,
                    3.25,
                    Map.of("latent", "3", "arch", "no"),
                    Map.of("engine", "LibTorch"),
                    -101.5,
                    null,
                    -99.25,
                    -80.0,
                    19.25,
                    2,
                    List.of(1.5, 0.0, 17.75),
                    List.of(-130.0, -101.5)));

    @TempDir
    private Path folder;

    @BeforeEach
    void write() {
        ModelFolder.write(folder, NetworkVae.initialised(SPEC, 1));
    }

    private Path yaml() {
        return folder.resolve("model.yaml");
    }

    private Path weights() {
        return folder.resolve("weights.safetensors");
    }

    private void edit(UnaryOperator<String> edit) throws IOException {
        String text = Files.readString(yaml());
        String edited = edit.apply(text);
        assertThat(edited).isNotEqualTo(text);
        Files.writeString(yaml(), edited);
    }

    private void trustWeights() throws IOException {
        edit(text -> text.replaceAll("weights_sha256: .*\n", ""));
    }

    private void refused(String... parts) {
        assertThatThrownBy(() -> ModelFolder.read(folder))
                .isInstanceOf(BadInputException.class)
                .hasMessageContainingAll(parts)
                .hasMessageNotContaining("\n");
    }

    @Test
    @SuppressWarnings("try")
    void what_is_written_is_read_back() {
        try (PointerScope scope = new PointerScope()) {
            NetworkVae vae = NetworkVae.initialised(SPEC, 1);
            NetworkVae back = ModelFolder.readNetworks(folder);
            assertThat(back.spec()).isEqualTo(SPEC);
            assertThat(back.parameters().keySet()).isEqualTo(vae.parameters().keySet());
            vae.parameters()
                    .forEach((name, tensor) -> assertThat(
                                    TensorCopies.floats(back.parameters().get(name)))
                            .isEqualTo(TensorCopies.floats(tensor)));
        }
    }

    @Test
    void an_untrained_model_is_read_back_too() {
        NetworkSpec spec = NetworkSpec.untrained(
                new ImageShape(3, 4, 4),
                ValueRange.UNIT,
                2,
                Architecture.mlp(5, 6),
                LikelihoodSpec.continuousBernoulli());
        ModelFolder.write(folder, NetworkVae.initialised(spec, 2));
        assertThat(ModelFolder.read(folder).spec()).isEqualTo(spec);
        assertThat(ModelFolder.card(folder, "m").architecture()).isEqualTo("mlp 5-6");
    }

    @Test
    void posterior_and_floor_are_read_back_and_stand_in_the_file_only_where_they_say_something() throws IOException {
        assertThat(Files.readString(yaml())).contains("posterior: gaussian").doesNotContain("sigma_floor", "kind");
        NetworkSpec floor = SPEC.withPosterior(PosteriorFamily.GAUSSIAN, 0.25);
        ModelFolder.write(folder, NetworkVae.initialised(floor, 2));
        assertThat(ModelFolder.spec(folder)).isEqualTo(floor);
        assertThat(ModelFolder.kind(folder)).isEqualTo(ModelKind.VAE);
        NetworkSpec without = SPEC.withPosterior(PosteriorFamily.DETERMINISTIC, 0);
        ModelFolder.write(folder, NetworkVae.initialised(without, 2));
        assertThat(ModelFolder.read(folder).spec()).isEqualTo(without);
        assertThat(ModelFolder.kind(folder)).isEqualTo(ModelKind.AE);
        edit(text -> text.replace("posterior: deterministic", "posterior: deterministic\nsigma_floor: 0.1"));
        refused("sigma floor", "deterministic");
        edit(text -> text.replace("sigma_floor: 0.1", "sigma_floor: -0.1"));
        refused("sigma_floor");
        edit(text -> text.replace("deterministic\nsigma_floor: -0.1", "gaussian"));
        trustWeights();
        refused("encoder.5.weight");
    }

    @Test
    void a_vae_is_no_classifier() {
        assertThatThrownBy(() -> ModelFolder.readClassifier(folder))
                .isInstanceOf(BadInputException.class)
                .hasMessageContainingAll("want a classifier", "--kind vib")
                .hasMessageNotContaining("\n");
    }

    @Test
    void the_card_says_what_the_file_says() {
        ModelCard card = ModelFolder.card(folder, "sprites-b4");
        assertThat(card.name()).isEqualTo("sprites-b4");
        assertThat(card.beta()).isEqualTo(4);
        assertThat(card.testKl()).isEqualTo(19.25);
        assertThat(card.activeUnits()).isEqualTo(2);
        assertThat(card.klPerDimension()).containsExactly(1.5, 0.0, 17.75);
        assertThat(card.weightsChecksum()).matches("[0-9a-f]{64}");
        assertThat(card.architecture()).isEqualTo("conv 4-8");
    }

    @Test
    void a_folder_without_a_model_is_refused() {
        assertThatThrownBy(() -> ModelFolder.read(folder.resolve("nothing")))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("want a model folder with model.yaml");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "latent: 3|latent: 0|latent",
                "latent: 3|latent: 3.5|latent",
                "latent: 3|latent: 99999999999|latent",
                "latent: 3|latent: 4|encoder.5.weight",
                "height: 8|height: 9|architecture.name",
                "height: 8|height: 1000000|image.height",
                "channels: 1|channels: -1|image.channels",
                "name: conv|name: transformer|architecture.name",
                "name: gaussian|name: laplace|likelihood.name",
                "scale: 0.2|scale: 1e999|model.yaml",
                "scale: 0.2|scale: -1|likelihood.scale",
                "scale: 0.2|scale: 0.0005|likelihood scale",
                "scale: 0.2|scale: .inf|model.yaml",
                "learned_scale: true|learned_scale: 3|likelihood.learned_scale",
                "learned_scale: true|learned_scale: false|likelihood.log_scale",
                "high: 1.0|high: -1.0|range.low",
                "prior: standard-normal|prior: mixture|prior",
                "posterior: gaussian|posterior: flow|posterior",
                "format: margrave-model-1|format: margrave-model-9|format",
                "prior: standard-normal|priors: standard-normal|prior",
                "latent: 3|'latent: 3\nsurprise: 1'|surprise",
                "latent: 3|'latent: 3\nlatent: 3'|latent",
                "activation: relu|activation: gelu|gelu",
            })
    void a_field_that_does_not_fit_is_refused_by_name(String from, String to, String named) throws IOException {
        trustWeights();
        edit(text -> text.replaceFirst("(?m)^( *)" + from, "$1" + to));
        refused(named);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "just text",
                "[1, 2, 3]",
                "a: &a [1]\nb: *a",
                "x: !!java.net.URL http://localhost",
                "{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{",
                "a: [",
                "\u0000"
            })
    void what_is_no_model_yaml_is_refused_in_one_line(String text) throws IOException {
        Files.writeString(yaml(), text);
        refused("model.yaml");
    }

    @Test
    void a_huge_model_yaml_is_refused() throws IOException {
        Files.writeString(yaml(), "#".repeat(2 << 20));
        refused("want at most");
    }

    @Test
    void an_absurd_architecture_is_refused_before_memory_is_taken() throws IOException {
        NetworkSpec spec = NetworkSpec.untrained(
                new ImageShape(1, 8, 8), ValueRange.UNIT, 3, Architecture.mlp(5, 6), LikelihoodSpec.bernoulli());
        ModelFolder.write(folder, NetworkVae.initialised(spec, 2));
        edit(text -> text.replace("- 5", "- 65536").replace("- 6\n", "- 65536\n"));
        refused("model.yaml", "parameters");
    }

    @Test
    void weights_that_do_not_fit_are_refused_by_name() throws IOException {
        trustWeights();
        SafetensorsFile file = Safetensors.read(weights(), 1 << 20);
        change(file, tensors -> tensors.remove("decoder.0.bias"));
        refused("weights.safetensors", "want tensor decoder.0.bias of shape [32], got none");
        change(file, tensors -> tensors.put("decoder.0.bias", new TensorData(List.of(4L, 8L), new float[32])));
        refused("want tensor decoder.0.bias of shape [32], got [4, 8]");
        change(file, tensors -> tensors.put("stranger", new TensorData(List.of(1L), new float[1])));
        refused("stranger");
        change(file, tensors -> {
            float[] values = new float[32];
            values[31] = Float.NaN;
            tensors.put("decoder.0.bias", new TensorData(List.of(32L), values));
        });
        refused("finite", "decoder.0.bias", "NaN");
        change(file, tensors -> tensors.put("stranger", new TensorData(List.of(1L << 20), new float[1 << 20])));
        refused("want at most");
    }

    private void change(SafetensorsFile file, Consumer<Map<String, TensorData>> change) {
        Map<String, TensorData> tensors = new LinkedHashMap<>(file.tensors());
        change.accept(tensors);
        Safetensors.write(weights(), tensors, Map.of());
    }

    @Test
    void weights_of_another_training_are_refused() {
        SafetensorsFile file = Safetensors.read(weights(), 1 << 20);
        change(file, tensors -> tensors.put("decoder.0.bias", new TensorData(List.of(32L), new float[32])));
        refused("weights.safetensors", "checksum");
    }

    @Test
    void truncated_weights_are_refused() throws IOException {
        byte[] bytes = Files.readAllBytes(weights());
        Files.write(weights(), Arrays.copyOf(bytes, bytes.length - 5));
        refused("weights.safetensors");
    }
}
