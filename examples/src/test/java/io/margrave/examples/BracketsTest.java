package io.margrave.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.margrave.data.DataRequest;
import io.margrave.data.Datasets;
import io.margrave.results.Progress;
import io.margrave.vae.model.LikelihoodSpec;
import io.margrave.vae.network.Architecture;
import io.margrave.vae.training.Trainer;
import io.margrave.vae.training.TrainingPlan;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BracketsTest {
    @Test
    void sixteen_points_have_a_bracket_at_each_of_three_radii(@TempDir Path folder) {
        TrainingPlan plan = TrainingPlan.defaults("sprites")
                .withModel(Architecture.mlp(32), 3, LikelihoodSpec.bernoulli())
                .withEpochs(1);
        Path model = folder.resolve("model");
        Trainer.train(plan, Datasets.open(DataRequest.of("sprites", null)), model, Progress.Listener.none());

        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        PrintStream before = System.out;
        System.setOut(new PrintStream(bytes, true, StandardCharsets.UTF_8));
        try {
            Brackets.main(new String[] {model.toString()});
        } finally {
            System.setOut(before);
        }
        List<String> lines = bytes.toString(StandardCharsets.UTF_8).lines().toList();
        assertThat(lines).hasSize(16 * 3);
        assertThat(lines)
                .allMatch(
                        line -> line.matches("point \\d+, r = \\S+: estimate \\S+ \\(whitened, lower, mean-only, FIRST_ORDER\\); (margin <= |no break found up to ).*"));
    }

    @Test
    void the_program_is_at_most_25_lines_long() throws IOException {
        Path source = Path.of("src/main/java/io/margrave/examples/Brackets.java");
        try (Stream<String> lines = Files.lines(source)) {
            assertThat(lines.count()).isLessThanOrEqualTo(25);
        }
    }

    @Test
    void the_readme_shows_the_program_as_it_is_compiled() throws IOException {
        assertThat(Files.readString(Path.of("../README.md")))
                .contains(Files.readString(Path.of("src/main/java/io/margrave/examples/Brackets.java"))
                        .strip());
    }
}
