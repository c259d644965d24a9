package io.margrave.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.margrave.data.DataRequest;
import io.margrave.data.Datasets;
import io.margrave.results.Progress;
import io.margrave.robustness.attack.GoalKind;
import io.margrave.robustness.goal.GoalKinds;
import io.margrave.robustness.map.Reconstruction;
import io.margrave.robustness.map.Rows;
import io.margrave.robustness.suite.AttackCatalogue;
import io.margrave.vae.TensorCopies;
import io.margrave.vae.model.LikelihoodSpec;
import io.margrave.vae.model.ModelFolder;
import io.margrave.vae.model.Vae;
import io.margrave.vae.network.Architecture;
import io.margrave.vae.training.Trainer;
import io.margrave.vae.training.TrainingPlan;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WorstPixelTest {
    private static final Path GUIDE = Path.of("..", "docs", "guides", "your-own-attack.md");
    private static final Path MAIN = Path.of("src", "main");

    @TempDir
    static Path folder;

    private static Path model;

    @BeforeAll
    static void train() {
        model = folder.resolve("model");
        TrainingPlan plan = TrainingPlan.defaults("sprites")
                .withModel(Architecture.mlp(32), 3, LikelihoodSpec.bernoulli())
                .withEpochs(1);
        Trainer.train(plan, Datasets.open(DataRequest.of("sprites", null)), model, Progress.Listener.none());
    }

    private static List<String> printed(String... arguments) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        PrintStream before = System.out;
        System.setOut(new PrintStream(bytes, true, StandardCharsets.UTF_8));
        try {
            AttackSprites.main(arguments);
        } finally {
            System.setOut(before);
        }
        return bytes.toString(StandardCharsets.UTF_8).lines().toList();
    }

    @Test
    void the_program_attacks_with_the_goal_that_the_service_file_registers() {
        List<String> lines = printed(model.toString(), "worst-pixel");
        assertThat(lines).hasSize(8).allMatch(line -> line.matches("point \\d: \\d\\.\\d+"));
        double attacked = lines.stream()
                .mapToDouble(line -> Double.parseDouble(line.split(": ", -1)[1]))
                .average()
                .orElseThrow();
        assertThat(attacked).isGreaterThan(1.2 * untouched());
    }

    /** The mean over the same 8 images of what the goal comes to where nobody touches them. */
    private static double untouched() {
        try (PointerScope scope = new PointerScope()) {
            Vae vae = ModelFolder.read(model);
            var images = Datasets.open(DataRequest.of("sprites", null)).test();
            Tensor inputs = Rows.stacked(
                    List.of(0, 1, 2, 3, 4, 5, 6, 7).stream().map(images::image).toList());
            GoalKind.Scene scene = new GoalKind.Scene(
                    Reconstruction.of(vae, inputs, Reconstruction.Follows.MEAN_AND_VARIANCE),
                    inputs,
                    null,
                    () -> torch.randn(8, 64, 3));
            return Arrays.stream(TensorCopies.doubles(
                            GoalKinds.named("worst-pixel").of(scene).objective(inputs, 0)))
                    .average()
                    .orElseThrow();
        }
    }

    @Test
    void the_goal_is_under_30_lines_long() throws IOException {
        assertThat(Files.readAllLines(MAIN.resolve("java/io/margrave/examples/WorstPixel.java")))
                .hasSizeLessThan(30);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "java/io/margrave/examples/WorstPixel.java",
                "java/io/margrave/examples/AttackSprites.java",
                "resources/META-INF/services/io.margrave.robustness.attack.GoalKind"
            })
    void the_guide_shows_each_file_as_it_is_compiled(String file) throws IOException {
        assertThat(Files.readString(GUIDE))
                .contains(Files.readString(MAIN.resolve(file)).strip());
    }

    @Test
    void the_guide_names_every_goal_of_ours() throws IOException {
        String guide = Files.readString(GUIDE);
        assertThat(AttackCatalogue.list())
                .extracting(AttackCatalogue.Entry::id)
                .filteredOn(id -> !id.equals("worst-pixel"))
                .hasSizeGreaterThan(18)
                .allSatisfy(id -> assertThat(guide).contains("`" + id + "`"));
    }
}
