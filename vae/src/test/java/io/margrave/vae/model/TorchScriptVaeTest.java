package io.margrave.vae.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.margrave.data.BadInputException;
import io.margrave.results.Check;
import io.margrave.vae.TensorCopies;
import io.margrave.vae.inspection.Inspection;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** On models that PyTorch and pythae made; see {@code src/test/resources/imported/README.md}. */
class TorchScriptVaeTest {
    private static final Path IMPORTED = Path.of("src", "test", "resources", "imported");

    @TempDir
    private Path folder;

    static Stream<Path> models() throws IOException {
        try (Stream<Path> folders = Files.list(IMPORTED)) {
            return folders.filter(Files::isDirectory).sorted().toList().stream();
        }
    }

    private void copy(String model) throws IOException {
        try (Stream<Path> files = Files.list(IMPORTED.resolve(model))) {
            for (Path file : files.toList()) {
                Files.copy(file, folder.resolve(file.getFileName()), StandardCopyOption.REPLACE_EXISTING);
            }
        }
    }

    private void edit(String from, String to) throws IOException {
        Path yaml = folder.resolve("model.yaml");
        String text = Files.readString(yaml).replaceAll(", sha256: [0-9a-f]+|  sha256: [0-9a-f]+\n", "");
        String edited = text.replaceFirst(from, to);
        assertThat(edited).isNotEqualTo(Files.readString(yaml));
        Files.writeString(yaml, edited);
    }

    @ParameterizedTest
    @MethodSource("models")
    void an_import_gives_the_numbers_that_its_exporter_saw(Path model) {
        Vae vae = ModelFolder.read(model);
        ModelReference reference = Objects.requireNonNull(ModelReference.read(model, vae.spec()));
        Inspection found = Inspection.of(vae, reference, null, new int[0], 0);
        assertThat(found.checks()).noneMatch(check -> check.outcome() == Check.Outcome.FAIL);
        assertThat(found.checks())
                .filteredOn(check -> check.name().equals("reference"))
                .singleElement()
                .matches(check -> check.outcome() == Check.Outcome.PASS);
    }

    @Test
    void a_deterministic_encoder_has_sigma_zero_that_still_has_a_gradient() {
        Path model = IMPORTED.resolve("pythae-ae");
        Vae vae = ModelFolder.read(model);
        assertThat(vae.spec().posterior()).isEqualTo(PosteriorFamily.DETERMINISTIC);
        assertThat(ModelFolder.card(model, "ae").deterministic()).isTrue();
        try (PointerScope scope = new PointerScope()) {
            Tensor x = inputs(model, vae);
            x.set_requires_grad(true);
            Tensor stdDev = vae.encode(x).stdDev();
            assertThat(stdDev.abs().max().item_double()).isZero();
            assertThat(gradient(stdDev.sum(), x).abs().max().item_double()).isZero();
        }
    }

    private static Tensor inputs(Path model, Vae vae) {
        ModelReference reference = Objects.requireNonNull(ModelReference.read(model, vae.spec()));
        return TensorCopies.images(reference.inputs().values(), vae.spec().shape());
    }

    private static Tensor gradient(Tensor value, Tensor input) {
        return torch.grad(
                        new TensorVector(value),
                        new TensorVector(input),
                        new TensorVector(),
                        new BoolOptional(false),
                        false,
                        false)
                .get(0);
    }

    @ParameterizedTest
    @MethodSource("models")
    void threads_that_share_a_model_get_the_numbers_of_one(Path model) throws Exception {
        Vae vae = ModelFolder.read(model);
        float[] alone = gradientOfReconstruction(model, vae);
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            List<Callable<Boolean>> tasks = new ArrayList<>();
            for (int i = 0; i < 24; i++) {
                tasks.add(() -> Arrays.equals(alone, gradientOfReconstruction(model, vae)));
            }
            for (Future<Boolean> same : threads.invokeAll(tasks)) {
                assertThat(same.get()).isTrue();
            }
        } finally {
            threads.shutdownNow();
        }
    }

    private static float[] gradientOfReconstruction(Path model, Vae vae) {
        try (PointerScope scope = new PointerScope()) {
            Tensor x = inputs(model, vae);
            x.set_requires_grad(true);
            return TensorCopies.floats(
                    gradient(vae.decode(vae.encode(x).mean()).square().sum(), x));
        }
    }

    @Test
    void a_scale_from_the_decoder_is_in_pixel_units_and_positive() {
        Path model = IMPORTED.resolve("plain-conv");
        Vae vae = ModelFolder.read(model);
        try (PointerScope scope = new PointerScope()) {
            Tensor x = inputs(model, vae);
            Tensor parameters = vae.decodeParameters(vae.encode(x).mean());
            assertThat(TensorCopies.sizes(parameters)).containsExactly(16, 2, 3, 12, 12);
            float[] values = TensorCopies.floats(parameters);
            float[] images = TensorCopies.floats(x);
            double[] logProbability = TensorCopies.doubles(vae.likelihood().logProbability(x, parameters));
            int pixels = 3 * 12 * 12;
            double sum = 0;
            for (int i = 0; i < pixels; i++) {
                double scale = values[pixels + i];
                assertThat(scale).isPositive();
                double standardised = (images[i] - values[i]) / scale;
                sum -= 0.5 * standardised * standardised + Math.log(scale) + 0.5 * Math.log(2 * Math.PI);
            }
            assertThat(logProbability[0]).isCloseTo(sum, within(1e-4 * Math.abs(sum)));
        }
    }

    @Test
    void the_checksum_stands_for_both_archives_and_for_what_is_said_of_them() throws IOException {
        copy("plain-mlp");
        String before = ModelFolder.card(folder, "m").weightsChecksum();
        assertThat(before)
                .isEqualTo(ModelFolder.card(IMPORTED.resolve("plain-mlp"), "m").weightsChecksum());
        edit("latent: 6", "latent: 7");
        assertThat(ModelFolder.card(folder, "m").weightsChecksum()).isNotEqualTo(before);
    }

    @Test
    void an_archive_that_was_changed_is_refused() throws IOException {
        copy("plain-mlp");
        Files.copy(folder.resolve("decoder.pt"), folder.resolve("encoder.pt"), StandardCopyOption.REPLACE_EXISTING);
        assertRefused("encoder.pt: want the checksum that model.yaml names, got another");
    }

    @ParameterizedTest
    @ValueSource(strings = {"encoder.pt", "decoder.pt", "model.yaml"})
    void a_missing_file_is_named(String file) throws IOException {
        copy("plain-mlp");
        Files.delete(folder.resolve(file));
        assertRefused(file);
    }

    @Test
    void a_truncated_archive_is_refused_in_one_line() throws IOException {
        copy("plain-mlp");
        edit("latent: 6", "latent: 6\n");
        byte[] bytes = Files.readAllBytes(folder.resolve("encoder.pt"));
        Files.write(folder.resolve("encoder.pt"), Arrays.copyOf(bytes, bytes.length / 2));
        assertRefused("encoder.pt");
    }

    private void assertRefused(String message) {
        assertThatThrownBy(() -> {
                    Vae vae = ModelFolder.read(folder);
                    ModelReference reference = ModelReference.read(folder, vae.spec());
                    Inspection.of(vae, reference, null, new int[0], 0);
                })
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining(message)
                .satisfies(thrown -> assertThat(thrown.getMessage().lines()).hasSize(1));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "latent: 6                  | latent: 7                       | reference.safetensors: want tensor mean of shape",
                "latent: 6                  | latent: 0                       | want latent to be a whole number from 1",
                "latent: 6                  | latent: six                     | want latent to be a whole number from 1",
                "takes: flat                | takes: image                    | encoder.pt on an input of 8x1x16x16 fails: ",
                "takes: flat                | takes: pictures                 | want encoder.takes to be image or flat",
                "mean, log-variance         | mean                            | want encoder.gives with a log-variance",
                "mean, log-variance         | mean, log-variance, mean        | several stochastic layers are not supported",
                "mean, log-variance         | mean, entropy                   | want encoder.gives to be [mean] or [mean, X]",
                "posterior: gaussian        | posterior: deterministic        | want encoder.gives: [mean] of a deterministic posterior",
                "posterior: gaussian        | posterior: categorical          | discrete latents and several stochastic layers",
                "prior: standard-normal     | prior: vamp                     | want prior to be standard-normal or other",
                "logits                     | mean, scale                     | want decoder.gives: [mean] or [logits] of likelihood bernoulli",
                "logits                     | pixels                          | want decoder.gives to be [mean], [logits] or [mean, scale]",
                "likelihood: .name: bernoulli. | likelihood: {name: gaussian} | want decoder.gives: [mean] or [mean, scale] of a gaussian",
                "likelihood: .name: bernoulli. | likelihood: {name: poisson}  | want likelihood.name to be bernoulli or continuous-bernoulli",
                "height: 16                 | height: 17                      | want tensor inputs of shape",
                "height: 16                 | height: 4097                    | want image.height to be a whole number from 1 to 4096",
                "high: 1.0                  | high: 2.0                       | want values in [0, 1] for likelihood bernoulli",
                "high: 1.0                  | high: .inf                      | not YAML that can be read",
                "shape: flat                | shape: image                    | decoder.pt: want an output of 8x1x16x16",
                "prior: standard-normal     | prior: standard-normal, mood: x | not YAML that can be read",
                "latent: 6                  | `latent: 6\nsecrets: 1`         | unknown field",
                "format: margrave-torchscript-1 | format: margrave-torchscript-2 | want format to be margrave-model-1",
            })
    void what_is_wrong_in_the_yaml_is_one_line(String from, String to, String message) throws IOException {
        copy("plain-mlp");
        edit(from, to);
        assertRefused(message);
    }

    @Test
    void absurd_image_sizes_are_refused_before_memory_is_taken() throws IOException {
        copy("plain-mlp");
        Files.delete(folder.resolve("reference.safetensors"));
        edit("channels: 1, height: 16, width: 16", "channels: 1024, height: 4096, width: 4096");
        assertRefused("of an image of at most");
    }

    @Test
    void logits_read_as_means_are_caught_by_the_range() throws IOException {
        copy("plain-mlp");
        Files.delete(folder.resolve("reference.safetensors"));
        edit("logits", "mean");
        Inspection found = Inspection.of(ModelFolder.read(folder), null, null, new int[0], 0);
        assertThat(found.usable()).isFalse();
        assertThat(found.checks())
                .filteredOn(check -> check.outcome() == Check.Outcome.FAIL)
                .anySatisfy(check -> assertThat(check.evidence()).contains("does the decoder give logits"));
    }

    @Test
    void a_wrong_spread_does_not_agree_with_the_reference() throws IOException {
        copy("pythae-betavae");
        edit("mean, log-variance", "mean, variance");
        ModelReference reference =
                ModelReference.read(folder, ModelFolder.read(folder).spec());
        Inspection found = Inspection.of(ModelFolder.read(folder), reference, null, new int[0], 0);
        assertThat(found.usable()).isFalse();
    }
}
