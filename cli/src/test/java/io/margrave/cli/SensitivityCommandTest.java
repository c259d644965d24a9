package io.margrave.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two tiny classifiers of sprites, trained and measured by commands. */
class SensitivityCommandTest {
    private static final String[] MEASURE = {
        "sensitivity",
        "--models",
        "models/vib,models/det",
        "--points",
        "8",
        "--draws",
        "200",
        "--verdict-draws",
        "100",
        "--search-steps",
        "10",
        "--search-restarts",
        "2"
    };

    @TempDir
    private static Path folder;

    private static Ran train(String kind, String out) {
        return Ran.margrave(
                folder,
                "train",
                "--data",
                "sprites",
                "--kind",
                kind,
                "--widths",
                "32",
                "--latent",
                "4",
                "--epochs",
                "1",
                "--threads",
                "1",
                "--out",
                out);
    }

    @BeforeAll
    static void train() {
        for (Ran ran :
                List.of(train("vib", "models/vib"), train("classifier", "models/det"), train("vae", "models/vae"))) {
            assertThat(ran.exitCode()).as(String.join("\n", ran.err())).isZero();
        }
    }

    private static Ran measure(String... more) {
        return Ran.margrave(
                folder, Stream.concat(Stream.of(MEASURE), Stream.of(more)).toArray(String[]::new));
    }

    @Test
    void a_table_and_a_file_have_a_row_a_model_and_point_whatever_the_threads() throws IOException {
        Ran ran = measure("--threads", "1", "--out", "one.csv");
        assertThat(ran.exitCode()).as(String.join("\n", ran.err())).isZero();
        assertThat(ran.out().get(0)).startsWith("model").contains("accuracy", "verified break [95 %]", "none found");
        assertThat(ran.out().get(1)).startsWith("vib").contains("whitened", "of 8");
        assertThat(ran.out().get(2)).startsWith("det").contains("linear", "of 8");
        assertThat(ran.err()).anyMatch(line -> line.startsWith("sensitivity vib: 16 of 16 searches"));
        assertThat(ran.err()).anyMatch(line -> line.startsWith("sensitivity det: 8 of 8 searches"));
        List<String> lines = Files.readAllLines(folder.resolve("one.csv"));
        assertThat(lines).hasSize(17);
        assertThat(lines.get(0))
                .isEqualTo("model,point,label,predicted,p_clean,p_clean_lower,clean,bound_frobenius,bound_whitened,"
                        + "bound_linear,margin,margin_mean_only");
        assertThat(lines.subList(1, 9)).allMatch(line -> line.startsWith("vib,"));
        assertThat(lines.subList(9, 17)).allMatch(line -> line.startsWith("det,"));
        assertThat(measure("--threads", "2", "--quiet", "--out", "two.csv").err())
                .isEmpty();
        assertThat(Files.readAllLines(folder.resolve("two.csv"))).isEqualTo(lines);
    }

    @Test
    void another_kind_of_model_and_another_shape_of_data_are_one_line_each() {
        Ran vae = Ran.margrave(folder, "sensitivity", "--models", "models/vae", "--data", "sprites");
        assertThat(vae.exitCode()).isEqualTo(ExitCode.BAD_INPUT);
        assertThat(vae.err()).hasSize(1).first().asString().contains("models/vae");
        Ran data = Ran.margrave(folder, "sensitivity", "--models", "models/det", "--data", "sprites64");
        assertThat(data.exitCode()).isEqualTo(ExitCode.BAD_INPUT);
        assertThat(data.err()).hasSize(1).first().asString().contains("model det takes images of", "--data");
        Ran points = Ran.margrave(folder, "sensitivity", "--models", "models/det", "--points", "0");
        assertThat(points.exitCode()).isEqualTo(ExitCode.BAD_INPUT);
        assertThat(points.err()).hasSize(1).first().asString().contains("want --points from 1 to");
    }
}
