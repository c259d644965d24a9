package io.margrave.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.margrave.results.experiment.ExperimentResults;
import io.margrave.results.experiment.ExperimentTables;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The whole of {@code margrave reproduce} at its smallest scale. */
class ReproduceIT {
    @TempDir
    private static Path folder;

    private static Ran first = new Ran(-1, List.of(), List.of());

    @BeforeAll
    static void reproduce() {
        first = run();
    }

    private static Ran run(String... more) {
        return Ran.margrave(
                folder,
                Stream.concat(
                                Stream.of("reproduce", "--scale", "smoke", "--out", "all", "--no-figures"),
                                Stream.of(more))
                        .toArray(String[]::new));
    }

    private static Map<String, FileTime> models() throws IOException {
        Map<String, FileTime> times = new TreeMap<>();
        try (Stream<Path> files = Files.walk(folder.resolve("all/models"))) {
            for (Path file : files.filter(each -> each.endsWith("model.yaml")).toList()) {
                times.put(folder.relativize(file).toString(), Files.getLastModifiedTime(file));
            }
        }
        return times;
    }

    @Test
    void it_says_what_each_of_eight_claims_comes_to_and_how_long_it_will_take() {
        assertThat(first.exitCode()).as("%s", first.err()).isZero();
        assertThat(first.out().get(0)).matches("about .* on this machine: 9 models to train .*");
        for (int claim = 1; claim <= 8; claim++) {
            String number = claim + ". ";
            assertThat(first.out())
                    .anyMatch(line -> line.startsWith(number)
                            && line.matches(".*: (holds|holds in part|does not hold|not shown)"));
        }
        assertThat(folder.resolve("all/reproduction.html")).isNotEmptyFile();
        assertThat(folder.resolve("all/reproduction.md")).isNotEmptyFile();
    }

    @Test
    void its_tables_have_every_model_point_and_attack() {
        ExperimentResults results = ExperimentTables.read(folder.resolve("all/tables"));
        assertThat(results.models()).hasSize(9);
        // 4 VAEs, one with a penalty, one with a floor, and the autoencoder; 32 points, 3 radii.
        assertThat(results.margins()).hasSize(7 * 32 * 3);
        // Two radii, through both parameters and either; the autoencoder has the one.
        assertThat(results.damage()).hasSize(6 * 32 * 6 + 32 * 2);
        assertThat(results.sensitivity()).hasSize(2 * 32);
        assertThat(results.targeted()).hasSize((2 + 2 + 1) * 8);
        assertThat(results.slices()).isNotEmpty();
    }

    @Test
    void done_again_it_trains_and_audits_nothing_and_says_the_same() throws IOException {
        Map<String, FileTime> before = models();
        Ran again = run();
        assertThat(again.out().get(0)).isEqualTo("all models are trained and audited");
        assertThat(again.out().subList(1, again.out().size()))
                .isEqualTo(first.out().subList(1, first.out().size()));
        assertThat(models()).isEqualTo(before);
    }

    @Test
    void its_tables_alone_draw_the_same_claims() {
        Ran drawn = Ran.margrave(folder, "reproduce", "--tables", "all/tables", "--out", "drawn", "--no-figures");
        assertThat(drawn.exitCode()).isZero();
        assertThat(claims(drawn)).isEqualTo(claims(first));
        assertThat(folder.resolve("drawn/reproduction.html")).isNotEmptyFile();
    }

    private static List<String> claims(Ran ran) {
        return ran.out().stream().filter(line -> line.matches("[1-8]\\. .*")).toList();
    }

    @Test
    void a_run_of_another_plan_is_left_alone() throws IOException {
        String text = Ran.margrave(folder, "reproduce", "--scale", "smoke", "--print-plan")
                .text();
        Files.writeString(folder.resolve("other.yaml"), text.replace("draws: 500", "draws: 400"));
        Files.createDirectories(folder.resolve("elsewhere"));
        Files.createSymbolicLink(folder.resolve("elsewhere/models"), folder.resolve("all/models"));
        Files.createSymbolicLink(folder.resolve("elsewhere/audits"), folder.resolve("all/audits"));
        Ran other = Ran.margrave(folder, "reproduce", "other.yaml", "--out", "elsewhere", "--no-figures");
        assertThat(other.exitCode()).isEqualTo(ExitCode.BAD_INPUT);
        assertThat(other.err()).last().asString().contains("holds a run of another plan");
    }

    @Test
    void what_can_t_be_reproduced_is_refused_in_one_line_before_anything_is_begun() {
        Ran missing = Ran.margrave(folder, Map.of(), "reproduce", "--data-dir", "nowhere", "--out", "none");
        assertThat(missing.exitCode()).isEqualTo(ExitCode.BAD_INPUT);
        assertThat(missing.err()).hasSize(1);
        assertThat(folder.resolve("none")).doesNotExist();
        Ran both = Ran.margrave(folder, "reproduce", "other.yaml", "--scale", "smoke");
        assertThat(both.exitCode()).isEqualTo(ExitCode.BAD_INPUT);
        assertThat(both.err()).hasSize(1);
    }
}
