package io.margrave.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.withinPercentage;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.margrave.data.Safetensors;
import io.margrave.data.SafetensorsFile;
import io.margrave.data.TensorData;
import io.margrave.store.RunStore;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Every command on one tiny model of sprites. */
class EndToEndTest {
    private static final int POINTS = 12;
    /** Columns of what a search or an attack found. */
    private static final List<String> SEARCHED = List.of(
            "margin_upper",
            "margin_upper_unboxed",
            "margin_upper_mean_only",
            "margin_upper_mean_only_unboxed",
            "margin_censored",
            "damage",
            "damage_mean_only",
            "damage_variance_only",
            "log_lik_attacked",
            "degradation");

    private static final String[] AUDIT = {
        "audit",
        "--models",
        "models/tiny",
        "--points",
        "" + POINTS,
        "--draws",
        "200",
        "--verdict-draws",
        "100",
        "--search-steps",
        "12",
        "--search-draws",
        "4",
        // Imported models have no bfloat16 form, and their rows are to be compared.
        "--search-precision",
        "float32",
        "--attack-steps",
        "5",
        "--attack-draws",
        "4",
        "--chunk",
        "4",
        "--curve-points",
        "4",
        "--checks",
        "none"
    };

    @TempDir
    private static Path folder;

    private static Ran trained = new Ran(-1, List.of(), List.of());
    private static Ran audited = new Ran(-1, List.of(), List.of());

    private static String[] audit(String... more) {
        return Stream.concat(Stream.of(AUDIT), Stream.of(more)).toArray(String[]::new);
    }

    @BeforeAll
    static void train_and_audit() {
        trained = Ran.margrave(
                folder,
                "train",
                "--data",
                "sprites",
                "--widths",
                "48",
                "--latent",
                "4",
                "--epochs",
                "2",
                "--threads",
                "1",
                "--learning-rate",
                "0.003",
                "--out",
                "models/tiny");
        audited = Ran.margrave(folder, audit("--out", "runs/first"));
    }

    @Test
    void training_tells_its_progress_and_its_end() {
        assertThat(trained.exitCode()).as(String.join("\n", trained.err())).isZero();
        assertThat(trained.out().get(0)).startsWith("models/tiny: mlp 48, 4 latent, beta 1.000, 2 epochs in ");
        assertThat(trained.out().get(1)).startsWith("test ELBO -");
        assertThat(trained.err()).first().asString().startsWith("train tiny: 0 of 2 epochs");
        assertThat(trained.err()).last().asString().startsWith("train tiny: 2 of 2 epochs");
    }

    @Test
    void training_again_finds_the_work_done_and_another_plan_is_refused() {
        Ran again = Ran.margrave(
                folder,
                "train",
                "--data",
                "sprites",
                "--widths",
                "48",
                "--latent",
                "4",
                "--epochs",
                "2",
                "--threads",
                "1",
                "--learning-rate",
                "0.003",
                "--out",
                "models/tiny",
                "--quiet");
        assertThat(again.exitCode()).isZero();
        assertThat(again.out()).isEqualTo(trained.out());
        assertThat(again.err()).isEmpty();
        Ran other = Ran.margrave(folder, "train", "--data", "sprites", "--latent", "5", "--out", "models/tiny");
        assertThat(other.exitCode()).isEqualTo(ExitCode.BAD_INPUT);
        assertThat(other.err()).hasSize(1);
    }

    @Test
    void an_audit_leaves_a_whole_run_folder_and_prints_a_summary() throws IOException {
        assertThat(audited.exitCode()).as(String.join("\n", audited.err())).isZero();
        Path run = folder.resolve("runs/first");
        assertThat(run).isDirectoryContaining("glob:**/report.html");
        assertThat(run).isDirectoryContaining("glob:**/audit.duckdb");
        assertThat(run).isDirectoryContaining("glob:**/plan.yaml");
        assertThat(run.resolve("perturbations")).isNotEmptyDirectory();
        assertThat(run.resolve("figures")).isDirectoryContaining("glob:**.svg");
        JsonNode summary =
                new ObjectMapper().readTree(run.resolve("summary.json").toFile());
        assertThat(summary.path("points").asInt()).isEqualTo(POINTS);
        assertThat(audited.out().get(0)).startsWith("sprites test, 12 points, alpha 0.001");
        assertThat(audited.out()).filteredOn(line -> line.startsWith("tiny ")).hasSize(3);
        assertThat(audited.out()).last().isEqualTo("report: runs/first/report.html");
    }

    @Test
    void the_same_audit_on_other_threads_has_the_same_rows_in_silence() throws IOException {
        Ran again = Ran.margrave(
                folder,
                audit("--out", "runs/again", "--threads", "1", "--data-dir", "sets", "--no-figures", "--quiet"));
        assertThat(again.exitCode()).isZero();
        assertThat(again.err()).isEmpty();
        assertThat(rows("runs/again")).hasSize(1 + 3 * POINTS).isEqualTo(rows("runs/first"));
        assertThat(Files.readString(folder.resolve("runs/again/plan.yaml")))
                .contains(folder.resolve("sets").toString());
    }

    private static List<String> rows(String run) {
        return Ran.margrave(folder, "export", run).out();
    }

    @Test
    void a_runs_own_plan_gives_the_same_rows_from_any_folder() throws IOException {
        Path elsewhere = Files.createDirectory(folder.resolve("elsewhere"));
        assertThat(Ran.margrave(
                                elsewhere,
                                "audit",
                                "../runs/first/plan.yaml",
                                "--out",
                                "../runs/from-plan",
                                "--no-figures",
                                "--quiet")
                        .exitCode())
                .isZero();
        assertThat(rows("runs/from-plan")).isEqualTo(rows("runs/first"));
    }

    @Test
    void a_finished_run_resumes_to_itself_and_a_second_run_in_its_place_is_refused() {
        Ran resumed = Ran.margrave(folder, "audit", "--resume", "runs/first", "--no-figures", "--quiet");
        assertThat(resumed.exitCode()).isZero();
        assertThat(resumed.out()).isEqualTo(audited.out());
        Ran second = Ran.margrave(folder, audit("--out", "runs/first"));
        assertThat(second.exitCode()).isEqualTo(ExitCode.BAD_INPUT);
        assertThat(second.err()).last().asString().startsWith("margrave: ").contains("runs/first");
    }

    @Test
    void a_gate_passes_or_fails_with_its_numbers_and_is_checked_before_the_work() {
        Ran printed = Ran.margrave(folder, audit("--print-plan", "--r", "3"));
        assertThat(printed.exitCode()).isZero();
        Ran wrong = Ran.margrave(folder, audit("--r", "3", "--fail-below", "0.1", "--at", "4", "--out", "runs/never"));
        assertThat(wrong.exitCode()).isEqualTo(ExitCode.BAD_INPUT);
        assertThat(folder.resolve("runs/never")).doesNotExist();
        Ran without = Ran.margrave(folder, audit("--fail-below", "0.1", "--out", "runs/never"));
        assertThat(without.err()).singleElement().asString().contains("want --at with one of the radii");
        String[] resume = {"audit", "--resume", "runs/first", "--no-figures", "--quiet", "--fail-below"};
        assertThat(gate(resume, "0").exitCode()).isZero();
        Ran failed = gate(resume, "1000");
        assertThat(failed.exitCode()).isEqualTo(ExitCode.FAILED);
        assertThat(failed.out()).last().asString().startsWith("fail tiny: ");
    }

    private static Ran gate(String[] resume, String threshold) {
        double middle = Double.parseDouble(
                Ran.margrave(folder, "export", "runs/first").out().get(2).split(",")[6]);
        return Ran.margrave(
                folder,
                Stream.concat(
                                Stream.of(resume),
                                Stream.of(threshold, "--at", Double.toString(middle), "--quantile", "0.5"))
                        .toArray(String[]::new));
    }

    @Test
    void stored_breaks_hold_and_changed_ones_do_not() throws IOException, SQLException {
        Ran verified = Ran.margrave(folder, "verify", "runs/first", "--draws", "400");
        assertThat(verified.exitCode()).as(verified.text()).isZero();
        assertThat(verified.out()).last().asString().startsWith("verified: ").doesNotStartWith("verified: 0 breaks");

        Path changed = copy("runs/first", "runs/changed");
        try (Connection database = DriverManager.getConnection("jdbc:duckdb:" + changed.resolve("audit.duckdb"))) {
            database.createStatement().execute("UPDATE breaks SET norm = norm / 2");
        }
        Ran refused = Ran.margrave(folder, "verify", "runs/changed");
        assertThat(refused.exitCode()).isEqualTo(ExitCode.FAILED);
        assertThat(refused.out()).last().asString().startsWith("NOT VERIFIED: ");
        assertThat(refused.out()).anyMatch(line -> line.contains(": norm "));
    }

    private static Path copy(String from, String to) throws IOException {
        Path source = folder.resolve(from);
        try (Stream<Path> files = Files.walk(source)) {
            for (Path file : (Iterable<Path>) files::iterator) {
                Files.copy(file, folder.resolve(to).resolve(source.relativize(file)));
            }
        }
        return folder.resolve(to);
    }

    @Test
    void a_run_compared_with_itself_has_lost_nothing_and_runs_apart_are_not_compared() {
        Ran same = Ran.margrave(folder, "compare", "runs/first", "runs/first");
        assertThat(same.exitCode()).isZero();
        assertThat(same.out()).hasSize(4).last().isEqualTo("no significant loss of bound_whitened");
        assertThat(Ran.margrave(
                                folder,
                                audit("--seed", "9", "--r", "3", "--out", "runs/other", "--no-figures", "--quiet"))
                        .exitCode())
                .isZero();
        Ran other = Ran.margrave(folder, "compare", "runs/first", "runs/other");
        assertThat(other.exitCode()).isEqualTo(ExitCode.BAD_INPUT);
        assertThat(other.err()).singleElement().asString().contains("can't be paired");
    }

    @Test
    void rows_are_exported_in_every_format() throws IOException {
        Ran csv = Ran.margrave(folder, "export", "runs/first", "--long");
        assertThat(csv.out().get(0)).startsWith("model,point,r,method,side,kind,norm");
        for (String format : List.of("csv", "parquet", "json")) {
            Ran ran = Ran.margrave(folder, "export", "runs/first", "--format", format, "--out", "rows." + format);
            assertThat(ran.exitCode()).isZero();
            assertThat(ran.out()).containsExactly("export: rows." + format);
        }
        assertThat(new ObjectMapper().readTree(folder.resolve("rows.json").toFile()))
                .hasSize(3 * POINTS);
        Ran nowhere = Ran.margrave(folder, "export", "runs/first", "--out", "none/rows.csv");
        assertThat(nowhere.exitCode()).isEqualTo(ExitCode.BAD_INPUT);
        assertThat(nowhere.err()).hasSize(1);
    }

    @Test
    void a_report_is_written_again_from_the_rows() throws IOException {
        Ran ran = Ran.margrave(folder, "report", "runs/first", "--out", "again.html", "--no-figures", "--quiet");
        assertThat(ran.exitCode()).isZero();
        assertThat(Files.readString(folder.resolve("again.html"))).contains("<html", "tiny");
    }

    @Test
    void attacks_are_stored_and_their_inputs_can_be_judged() throws IOException {
        Ran attacked = Ran.margrave(
                folder,
                "attack",
                "--model",
                "models/tiny",
                "--indices",
                "3,17",
                "--goal",
                "max-damage,untargeted-kl,latent-kl,output",
                "--targets",
                "2",
                "--radius",
                "2",
                "--steps",
                "5",
                "--out",
                "runs/attack",
                "--strict",
                "--no-figures",
                "--quiet");
        assertThat(attacked.exitCode()).as(String.join("\n", attacked.err())).isZero();
        assertThat(attacked.out()).allMatch(line -> line.length() <= 120);
        for (String goal : List.of("max-damage", "untargeted-kl", "latent-kl", "output")) {
            assertThat(attacked.out()).anyMatch(line -> line.startsWith(goal + " "));
        }
        assertThat(attacked.out()).anyMatch(line -> line.matches("checks: \\d+ passed, \\d+ warned, 0 failed"));
        assertThat(attacked.out()).last().isEqualTo("report: runs/attack/report.html");
        Path run = folder.resolve("runs/attack");
        List<String> rows = Files.readAllLines(run.resolve("attacks.csv"));
        assertThat(rows).hasSize(1 + 2 * (2 + 2 * 2));
        assertThat(Ran.margrave(folder, "export", "runs/attack", "--table", "attacks")
                        .out())
                .isEqualTo(rows);
        String images = "runs/attack/perturbations/tiny-0.safetensors";
        assertThat(Safetensors.read(folder.resolve(images), 1 << 20)
                        .tensors()
                        .get("suite/latent-kl/perturbed")
                        .shape())
                .containsExactly(4L, 1L, 28L, 28L);
        Ran verified = Ran.margrave(folder, "verify", "runs/attack");
        assertThat(verified.text()).startsWith("verified: 12 perturbations of attacks and 0 breaks");

        String[] pair = {
            "check",
            "--model",
            "models/tiny",
            "--input",
            "test:17",
            "--perturbed",
            images + "#suite/max-damage/perturbed#1",
            "--r"
        };
        Ran holds = Ran.margrave(
                folder, Stream.concat(Stream.of(pair), Stream.of("1000")).toArray(String[]::new));
        assertThat(holds.exitCode()).isZero();
        assertThat(holds.out().get(0)).isEqualTo("verdict     HOLDS");
        assertThat(holds.out().get(3)).contains("|delta|     2.000, inside the value range");
        Ran fails = Ran.margrave(
                folder, Stream.concat(Stream.of(pair), Stream.of("0")).toArray(String[]::new));
        assertThat(fails.exitCode()).isEqualTo(ExitCode.FAILED);
        assertThat(fails.out().get(0)).isEqualTo("verdict     FAILS");
        Ran clean = Ran.margrave(
                folder,
                "check",
                "--model",
                "models/tiny",
                "--input",
                "test:17",
                "--perturbed",
                images + "#inputs#1",
                "--r",
                "3");
        assertThat(clean.out().get(3)).isEqualTo("|delta|     0, inside the value range");
        Ran missing = Ran.margrave(
                folder,
                "check",
                "--model",
                "models/tiny",
                "--input",
                "test:17",
                "--perturbed",
                images + "#none",
                "--r",
                "3");
        assertThat(missing.exitCode()).isEqualTo(ExitCode.BAD_INPUT);
    }

    @Test
    void the_smallest_norm_is_an_attack_of_one_r() {
        List<String> command = List.of(
                "attack",
                "--model",
                "models/tiny",
                "--points",
                "2",
                "--goal",
                "max-damage",
                "--method",
                "minimal-norm",
                "--steps",
                "10",
                "--checks",
                "none",
                "--quiet",
                "--r");
        Ran ran = Ran.margrave(folder, with(command, "1"));
        assertThat(ran.exitCode()).as(String.join("\n", ran.err())).isZero();
        assertThat(ran.out()).anyMatch(line -> line.contains("max-damage"));
        Ran several = Ran.margrave(folder, with(command, "1,2"));
        assertThat(several.exitCode()).isEqualTo(2);
        assertThat(several.err()).singleElement().asString().contains("want one radius r, got 2");
    }

    private static String[] with(List<String> command, String last) {
        return Stream.concat(command.stream(), Stream.of(last)).toArray(String[]::new);
    }

    @Test
    void an_attack_without_a_folder_is_a_table_and_leaves_nothing() {
        Ran ran = Ran.margrave(
                folder,
                "attack",
                "--model",
                "models/tiny",
                "--points",
                "2",
                "--goal",
                "downstream,output",
                "--weights",
                "0.1,10",
                "--steps",
                "3",
                "--checks",
                "none",
                "--quiet");
        assertThat(ran.exitCode()).as(String.join("\n", ran.err())).isZero();
        assertThat(ran.err()).isEmpty();
        assertThat(ran.out().get(0)).matches("point +label +probe +attack +target +weight +norm .*");
        assertThat(ran.out().subList(1, 9))
                .allMatch(line -> line.matches("\\d+ +\\d +\\d>\\d +(downstream|output) .*"));
        assertThat(ran.out()).allMatch(line -> line.length() <= 120);
        assertThat(ran.out()).noneMatch(line -> line.startsWith("checks"));
        assertThat(folder.resolve("runs/attack-none")).doesNotExist();
        assertThat(ran.out())
                .anyMatch(
                        line -> line.matches("tiny untouched: ELBO -[\\d.]+, reconstruction error [\\d.]+, damage .*"));
    }

    /** A plan of attacks only, in chunks of 4. */
    private static Ran suite(String out) throws IOException {
        Files.writeString(
                folder.resolve("suite.yaml"),
                "models: [models/tiny]\npoints: 8\nchunk: 4\nbreaks: false\ndraws: 200\nattack_radius: 1\n"
                        + "attack: {steps: 5, precision: float32}\n"
                        + "suite:\n- {goal: max-damage, norm: linf}\n- {goal: latent-mean, targets: 2}\n"
                        + "- {goal: untargeted-mean, variable: universal, radius: 2}\n"
                        + "- {goal: max-damage, variable: latent, radius: 0.5}\n");
        return Ran.margrave(folder, "audit", "suite.yaml", "--out", out, "--no-figures", "--quiet");
    }

    @Test
    void a_stopped_run_of_attacks_goes_on_to_the_rows_of_an_unbroken_one() throws IOException, SQLException {
        Ran whole = suite("runs/suite");
        assertThat(whole.exitCode()).as(String.join("\n", whole.err())).isZero();
        assertThat(whole.out()).noneMatch(line -> line.contains("verified break"));
        Path stopped = copy("runs/suite", "runs/suite-stopped");
        Files.delete(stopped.resolve("attacks.csv"));
        Files.delete(stopped.resolve("perturbations/tiny-1.safetensors"));
        try (Connection database = DriverManager.getConnection("jdbc:duckdb:" + stopped.resolve("audit.duckdb"))) {
            database.createStatement().execute("DELETE FROM tasks WHERE chunk = 1; DELETE FROM checks");
            for (String table : List.of("points", "attacks", "suite", "suite_within", "quality")) {
                if (!table.equals("attacks")) {
                    database.createStatement().execute("DELETE FROM " + table + " WHERE position >= 4");
                }
            }
            for (String table : List.of("clean", "margins", "attacks")) {
                database.createStatement()
                        .execute("DELETE FROM " + table + " WHERE point NOT IN (SELECT point FROM points)");
            }
        }
        Ran resumed = Ran.margrave(folder, "attack", "--resume", "runs/suite-stopped", "--no-figures", "--quiet");
        assertThat(resumed.exitCode()).as(String.join("\n", resumed.err())).isZero();
        assertThat(resumed.out().subList(0, resumed.out().size() - 1))
                .isEqualTo(whole.out().subList(0, whole.out().size() - 1));
        assertThat(stopped.resolve("attacks.csv")).hasSameTextualContentAs(folder.resolve("runs/suite/attacks.csv"));
        assertThat(Files.readAllLines(stopped.resolve("attacks.csv"))).hasSize(1 + 8 * 5);
        assertThat(Ran.margrave(folder, "verify", "runs/suite-stopped").exitCode())
                .isZero();
    }

    @Test
    void a_failed_check_is_told_and_under_strict_an_exit_code() throws IOException, SQLException {
        suite("runs/doubted");
        Path run = folder.resolve("runs/doubted");
        try (Connection database = DriverManager.getConnection("jdbc:duckdb:" + run.resolve("audit.duckdb"))) {
            database.createStatement().execute("UPDATE checks SET outcome = 'FAIL' WHERE number = 3");
        }
        Ran told = Ran.margrave(folder, "audit", "--resume", "runs/doubted", "--no-figures", "--quiet");
        assertThat(told.exitCode()).isZero();
        assertThat(told.out()).anyMatch(line -> line.startsWith("fail tiny, check 3, "));
        assertThat(told.out()).anyMatch(line -> line.endsWith(" 1 failed; these figures are NOT TO BE RELIED ON"));
        assertThat(new ObjectMapper()
                        .readTree(run.resolve("summary.json").toFile())
                        .path("verdict")
                        .asText())
                .isEqualTo("NOT_TO_BE_RELIED_ON");
        for (String command : List.of("audit", "attack")) {
            Ran strict =
                    Ran.margrave(folder, command, "--resume", "runs/doubted", "--strict", "--no-figures", "--quiet");
            assertThat(strict.exitCode()).as(command).isEqualTo(ExitCode.FAILED);
        }
        // Checks that are asked for are made again, and this evaluation is sound.
        Ran again = Ran.margrave(
                folder,
                "audit",
                "--resume",
                "runs/doubted",
                "--strict",
                "--checks",
                "quick",
                "--no-figures",
                "--quiet");
        assertThat(again.exitCode()).as(again.text()).isZero();
    }

    @Test
    void a_probe_that_is_no_file_is_told_before_the_run_is_made() {
        Ran ran = Ran.margrave(folder, audit("--probe", "none.pt", "--out", "runs/unprobed"));
        assertThat(ran.exitCode()).isEqualTo(ExitCode.BAD_INPUT);
        assertThat(ran.err()).singleElement().asString().contains("want a probe: logistic", "none.pt");
        assertThat(folder.resolve("runs/unprobed")).doesNotExist();
    }

    @Test
    void an_attack_with_no_place_to_go_is_refused_before_the_work() throws IOException {
        Files.writeString(folder.resolve("no-folder"), "in the way");
        for (String out : List.of("no-folder/attack", "runs/first")) {
            Ran ran = Ran.margrave(folder, "attack", "--model", "models/tiny", "--out", out);
            assertThat(ran.exitCode()).as(out).isEqualTo(ExitCode.BAD_INPUT);
            assertThat(ran.err()).as(out).singleElement().asString().contains(out.split("/")[0]);
            assertThat(ran.out()).as(out).isEmpty();
        }
    }

    @Test
    void images_of_another_shape_are_refused_before_any_work() {
        Ran ran = Ran.margrave(folder, audit("--data", "sprites64", "--out", "runs/shape"));
        assertThat(ran.exitCode()).isEqualTo(ExitCode.BAD_INPUT);
        assertThat(ran.err()).singleElement().asString().contains("takes images of 1x28x28", "has 1x64x64");
        assertThat(folder.resolve("runs/shape")).doesNotExist();
    }

    @Test
    void changed_weights_are_refused() throws IOException {
        Path moved = copy("models/tiny", "models/changed");
        Path weights = moved.resolve("weights.safetensors");
        byte[] bytes = Files.readAllBytes(weights);
        bytes[bytes.length - 3] ^= 1;
        Files.write(weights, bytes);
        Ran ran = Ran.margrave(folder, "verify", "runs/first", "--models", "models/changed");
        assertThat(ran.exitCode()).isEqualTo(ExitCode.BAD_INPUT);
        assertThat(ran.err()).singleElement().asString().contains("are not those of the run");
    }

    @Test
    void a_model_that_overflows_is_told_in_one_line() throws IOException {
        Path weights = copy("models/tiny", "models/overflowing").resolve("weights.safetensors");
        SafetensorsFile sound = Safetensors.read(weights, 1 << 24);
        Map<String, TensorData> huge = new TreeMap<>(sound.tensors());
        huge.replaceAll((name, data) -> {
            float[] values = new float[data.values().length];
            Arrays.fill(values, 1e30f);
            return new TensorData(data.shape(), values);
        });
        Safetensors.write(weights, huge, sound.metadata());
        Path yaml = weights.resolveSibling("model.yaml");
        Files.writeString(yaml, Files.readString(yaml).replaceAll("(?m)^weights_sha256:.*\\R", ""));
        String[] audit = audit("--out", "runs/overflowing", "--quiet");
        audit[2] = "models/overflowing";
        Ran ran = Ran.margrave(folder, audit);
        assertThat(ran.exitCode()).as(String.join("\n", ran.err())).isEqualTo(ExitCode.BAD_INPUT);
        assertThat(ran.err())
                .singleElement()
                .asString()
                .startsWith("margrave: want finite numbers from model overflowing, got others at image ");
        Ran attacked = Ran.margrave(folder, "attack", "--model", "models/overflowing", "--points", "2", "--quiet");
        assertThat(attacked.exitCode()).as(String.join("\n", attacked.err())).isNotEqualTo(ExitCode.BUG);
        Ran checked = Ran.margrave(
                folder,
                "check",
                "--model",
                "models/overflowing",
                "--input",
                "test:1",
                "--perturbed",
                "test:2",
                "--r",
                "3");
        assertThat(checked.exitCode()).as(String.join("\n", checked.err())).isNotEqualTo(ExitCode.BUG);
    }

    @Test
    void a_place_that_cant_be_written_is_told_before_the_work() throws IOException {
        Files.writeString(folder.resolve("file"), "in the way");
        Ran ran = Ran.margrave(folder, audit("--out", "file/run"));
        assertThat(ran.exitCode()).isEqualTo(ExitCode.BAD_INPUT);
        assertThat(ran.err()).hasSize(1);
    }

    @Test
    void a_run_that_is_being_written_is_left_alone() {
        try (RunStore writer = RunStore.resume(folder.resolve("runs/first"))) {
            for (String command : List.of("verify", "report", "export")) {
                Ran ran = Ran.margrave(folder, command, "runs/first");
                assertThat(ran.exitCode()).as(command).isEqualTo(ExitCode.BAD_INPUT);
                assertThat(ran.err()).as(command).hasSize(1);
            }
            Ran second = Ran.margrave(folder, "audit", "--resume", "runs/first");
            assertThat(second.exitCode()).isEqualTo(ExitCode.BAD_INPUT);
            assertThat(second.err()).singleElement().asString().contains("use");
            assertThat(writer.done()).hasSize(3);
        }
    }

    @Test
    void pixels_that_are_no_numbers_are_refused() {
        float[] values = new float[28 * 28];
        values[5] = Float.NaN;
        Safetensors.write(folder.resolve("nan.safetensors"), Map.of("x", TensorData.of(values, 1, 28, 28)), Map.of());
        for (String input : List.of("nan.safetensors", "nan.safetensors#x#0")) {
            Ran ran = Ran.margrave(
                    folder, "check", "--model", "models/tiny", "--input", input, "--perturbed", "test:1", "--r", "3");
            assertThat(ran.exitCode()).isEqualTo(ExitCode.BAD_INPUT);
            assertThat(ran.err()).singleElement().asString().contains("want finite");
        }
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void a_full_disk_is_told_in_one_line() {
        Ran ran = Ran.margrave(folder, "export", "runs/first", "--out", "/dev/full");
        assertThat(ran.exitCode()).isEqualTo(ExitCode.BAD_INPUT);
        assertThat(ran.err()).hasSize(1);
    }

    /**
     * Its linear layers are multiplied by other kernels, so all that is measured without a search is the same but for rounding, and
     * breaks are as good: each is verified again. A search follows last digits to other places.
     */
    @Test
    void a_model_that_went_out_as_torchscript_and_came_back_is_measured_as_it_was() {
        Ran exported = Ran.margrave(folder, "export-model", "models/tiny", "--out", "torchscript/tiny");
        assertThat(exported.exitCode()).as(String.join("\n", exported.err())).isZero();
        assertThat(exported.out()).containsExactly("exported: torchscript/tiny");
        Ran imported = Ran.margrave(
                folder, "import", "torchscript/tiny", "--data", "sprites", "--points", "100", "--json", "found.json");
        assertThat(imported.exitCode()).as(String.join("\n", imported.err())).isZero();
        assertThat(imported.out()).noneMatch(line -> line.startsWith("warn") || line.startsWith("fail"));
        assertThat(imported.out()).anyMatch(line -> line.startsWith("      ELBO            -"));
        assertThat(imported.out()).last().isEqualTo("usable");
        assertThat(folder.resolve("found.json")).content().contains("\"usable\" : true", "\"active_units\"");
        String[] args = audit("--out", "runs/back");
        args[2] = "torchscript/tiny";
        Ran again = Ran.margrave(folder, args);
        assertThat(again.exitCode()).as(String.join("\n", again.err())).isZero();
        assertSameButForSearches(
                Ran.margrave(folder, "export", "runs/back").out(),
                Ran.margrave(folder, "export", "runs/first").out());
        assertThat(Ran.margrave(folder, "verify", "runs/back").exitCode()).isZero();
        assertThat(Ran.margrave(folder, "export-model", "models/tiny", "--out", "torchscript/tiny")
                        .err())
                .singleElement()
                .asString()
                .contains("want an --out without a model in it");
    }

    private static void assertSameButForSearches(List<String> got, List<String> wanted) {
        assertThat(got).hasSameSizeAs(wanted).hasSizeGreaterThan(POINTS);
        List<String> columns = List.of(wanted.get(0).split(",", -1));
        assertThat(columns).containsAll(SEARCHED);
        for (int row = 0; row < wanted.size(); row++) {
            String[] there = got.get(row).split(",", -1);
            String[] here = wanted.get(row).split(",", -1);
            for (int i = 0; i < here.length; i++) {
                if (here[i].matches("-?\\d+\\.\\d+(E-?\\d+)?") && !SEARCHED.contains(columns.get(i))) {
                    assertThat(Double.parseDouble(there[i]))
                            .as(columns.get(i) + " of row " + row)
                            .isCloseTo(Double.parseDouble(here[i]), withinPercentage(0.01));
                } else if (!SEARCHED.contains(columns.get(i)) || row == 0) {
                    assertThat(there[i]).as(columns.get(i) + " of row " + row).isEqualTo(here[i]);
                }
            }
        }
    }

    /** Models of 16 x 16 images that pythae made. */
    @Test
    void models_from_elsewhere_go_through_every_command_without_the_bounds_that_they_can_not_have() throws IOException {
        Path fixtures =
                Path.of("..", "vae", "src", "test", "resources", "imported").toAbsolutePath();
        Files.createDirectories(folder.resolve("pictures"));
        for (int i = 0; i < 40; i++) {
            BufferedImage picture = new BufferedImage(16, 16, BufferedImage.TYPE_BYTE_GRAY);
            picture.getRaster().setSample(i % 16, i / 3, 0, 200);
            picture.getRaster().setSample(i / 3, i % 16, 0, 90);
            ImageIO.write(
                    picture, "png", folder.resolve("pictures/" + i + ".png").toFile());
        }
        String ae = fixtures.resolve("pythae-ae").toString();
        String vamp = fixtures.resolve("pythae-vamp").toString();
        Ran imported = Ran.margrave(folder, "import", vamp, "--data", "images", "--data-dir", "pictures");
        assertThat(imported.out())
                .anyMatch(line -> line.startsWith("      KL and ELBO     withheld: the prior is other"));
        assertThat(imported.exitCode()).isZero();
        String[] args = audit("--out", "runs/elsewhere", "--data", "images", "--data-dir", "pictures");
        args[2] = ae + "," + vamp;
        args[4] = "3";
        Ran ran = Ran.margrave(folder, args);
        assertThat(ran.exitCode()).as(String.join("\n", ran.err())).isZero();
        assertThat(ran.out())
                .filteredOn(line -> line.startsWith("pythae-ae "))
                .allMatch(line -> line.contains("withheld"));
        assertThat(ran.out()).anyMatch(line -> line.startsWith("Bounds are withheld from pythae-ae: "));
        assertThat(Ran.margrave(folder, "verify", "runs/elsewhere").exitCode()).isZero();
        assertThat(folder.resolve("runs/elsewhere/report.html"))
                .content()
                .contains("the posterior is deterministic", "imported pythae.models.VAMP");
        assertThat(Ran.margrave(folder, "compare", "runs/elsewhere", "runs/elsewhere")
                        .err())
                .singleElement()
                .asString()
                .contains("bound_whitened is withheld from model pythae-ae");
        Ran attacked = Ran.margrave(
                folder,
                "attack",
                "--model",
                ae,
                "--data",
                "images",
                "--data-dir",
                "pictures",
                "--points",
                "2",
                "--radius",
                "0.5",
                "--steps",
                "3",
                "--out",
                "attacks.safetensors");
        assertThat(attacked.exitCode()).as(String.join("\n", attacked.err())).isZero();
        Ran checked = Ran.margrave(
                folder,
                "check",
                "--model",
                ae,
                "--input",
                "pictures/1.png",
                "--perturbed",
                "pictures/2.png",
                "--r",
                "1e6");
        assertThat(checked.exitCode()).as(String.join("\n", checked.err())).isZero();
        assertThat(Ran.margrave(folder, "audit", "--models", ae).err())
                .singleElement()
                .asString()
                .contains("want a data set of ");
    }
}
