package io.margrave.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.margrave.cli.plan.PlanDocument;
import io.margrave.data.BadInputException;
import io.margrave.results.AttackSpec;
import io.margrave.results.AuditPlan;
import io.margrave.results.EvaluationCheck;
import io.margrave.results.Radii;
import io.margrave.vae.EngineException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.stream.Stream;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

class MainTest {
    @TempDir
    private Path folder;

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "audit --pionts 3                       | unknown option '--pionts'; did you mean '--points'?",
                "audit --pionts=3                       | unknown option '--pionts=3'; did you mean '--points'?",
                "audti                                  | unknown command 'audti'; did you mean 'audit'?",
                "''                                     | want a command, as in 'margrave audit'",
                "datasets                               | want list, fetch or verify",
                "datasets fetch mnits --quiet           | want a data set of ",
                "datasets verify mnits                  | want a data set of ",
                "train --data mnits --out m             | want a data set of ",
                "train --data sprites                   | missing required option: '--out",
                "train --data sprites --out m --arch x  | want architecture mlp or conv, got 'x'",
                "train --data sprites --out m --latent 0| want latent > 0, got 0",
                "train --data sprites --out m --likelihood x | want --likelihood bernoulli",
                "train --data sprites --out m --epochs -1    | want epochs > 0, got -1",
                "train --data sprites --out m --threads 0    | want --threads of at least 1, got 0",
                "sensitivity --data mnist               | missing required option: '--models",
                "sensitivity --models nowhere --data mnist | no model in ",
                "sensitivity --models nowhere --split all  | want --split test, validation or train, got 'all'",
                "sensitivity --models nowhere --alpha 0.6  | want alpha in (0, 0.5), got 0.6",
                "sensitivity --models nowhere --draws 5    | want draws > log2(1/alpha), got 5",
                "sensitivity --models nowhere --search-steps 0 | want steps, draws and restarts > 0, got 0",
                "sensitivity --models nowhere --out no/such.csv | want --out to name a file in a folder that exists",
                "audit --points 0                       | want points to be a whole number",
                "audit --points many                    | Invalid value for option '--points'",
                "audit --r 4,x                          | --r: want auto or numbers between commas, such as 4,6,8, got '4,x'",
                "audit --r 4,3                          | ",
                "audit --alpha 0.7                      | want alpha to be a number between 0 and 0.5",
                "audit --data mnist                     | want models to audit on mnist: train one with",
                "audit --models none                    | no model in ",
                "audit none.yaml                        | want a plan, got ",
                "audit --resume none                    | no run in ",
                "audit --resume none --out there        | want --resume without --out",
                "audit --resume none --points 3         | want --resume without --points",
                "audit --resume none --r 3              | want --resume without --r",
                "audit --resume none --alpha 0.01       | want --resume without --alpha",
                "audit --resume none --seed 3           | want --resume without --seed",
                "audit --resume none --no-mean-only     | want --resume without --mean-only",
                "audit --resume none --dry-run          | want --resume without --print-plan",
                "audit none.yaml --resume none          | want --resume without none.yaml",
                "audit --resume none --models m --data-dir d --threads 1 --quiet --no-figures --fail-below 1 | no run in ",
                "audit --attack-radius x                | want auto or a number for --attack-radius, got 'x'",
                "audit --fail-below 1 --method best     | Invalid value for option '--method': want one of bound_frob",
                "audit --at 3                           | ",
                "check --model none --input a --perturbed b --r -1 | want a finite --r",
                "check --model none --input a --perturbed b --r 1 --alpha 1 | want --alpha in (0, 0.5)",
                "check --model none --input a --perturbed b --r 1   | want a model folder with model.yaml",
                "attack --model none                    | no model in ",
                "attack                                 | want --model with the folder of a model, got none",
                "attack --model none --out no/such/x    | no model in ",
                "attack --model none --radius -1        | want a finite --radius of at least 0, got -1.0",
                "attack --model none --radius 1 --weights auto | want --radius or --weights, got both",
                "attack --model none --weights 1,x      | want auto or numbers for --weights, got 'x'",
                "attack --model none --weights 1,0      | want finite --weights greater than 0, got 0.0",
                "attack --model none --weights 1,1      | want different --weights, got one twice",
                "attack --model none --goal latent-lk   | unknown goal 'latent-lk' of --goal; did you mean 'latent-kl'?",
                "attack --model none --goal output,output | want different --goal, got one twice",
                "attack --model none --targets 2        | want --targets with a targeted goal, got max-damage, max-damage-mean",
                "attack --model none --goal output --targets 0 | want --targets of at least 1, got 0",
                "attack --model none --norm l3          | Invalid value for option '--norm': want one of l1, l2, linf, got l3",
                "attack --model none --norm l1          | want --radius with --norm l1, got none",
                "attack --model none --method pgd       | Invalid value for option '--method': want one of gradient, adam, apgd",
                "attack --model none --variable latent  | want --radius with --variable latent, in latent units, got none",
                "attack --model none --variable universal --goal output | attack output: want an untargeted goal",
                "attack --model none --goal first-order-whitened --weights 1 | attack first-order-whitened: want a radius, got weights",
                "attack --model none --points 3 --indices 1 | want --points or --indices, got both",
                "attack --model none --indices 1,1      | want different --indices, got one twice",
                "attack --model none --precision half   | want attack.precision to be auto",
                "attack --model none --strict --checks none | want --checks quick or thorough with --strict, got none",
                "attack --model none --thorough --checks quick | want --thorough or --checks, got both",
                "attack --resume none                   | no run in ",
                "attack --resume none --goal output     | want --resume without --goal",
                "audit --suite latent-lk                | attack latent-lk: want a goal of ",
                "audit --suite max-damage --attack-radius 0 | attack max-damage: want a radius in its norm, l2, got none",
                "audit --suite downstream               | attack downstream: want a probe, got none",
                "audit --strict --checks none           | want --checks quick or thorough with --strict, got none",
                "export none --long --table checks      | want --long or --table, got both",
                "attack --model none --steps 0          | want --steps, --draws and --restarts of at least 1",
                "import none                            | no model in ",
                "import none --points 3                 | no model in ",
                "export-model none --out there          | want a model folder with model.yaml",
                "export-model none                      | missing required option: '--out",
                "verify none                            | no run in ",
                "compare none none                      | no run in ",
                "report none                            | no run in ",
                "export none                            | no run in ",
                "export none --format xml               | Invalid value for option '--format'",
            })
    void bad_input_is_told_in_one_line_and_ends_with_2(String line, String told) {
        String[] args = line.isEmpty() ? new String[0] : line.split(" +");
        Ran ran = Ran.margrave(folder, args);
        assertThat(ran.err()).hasSize(1);
        assertThat(ran.err().get(0)).startsWith("margrave: " + (told == null ? "" : told));
        assertThat(ran.out()).isEmpty();
        assertThat(ran.exitCode()).isEqualTo(ExitCode.BAD_INPUT);
    }

    @Test
    void a_wrong_plan_names_file_line_and_the_closest_key() throws IOException {
        Files.writeString(folder.resolve("plan.yaml"), "seed: 1\npoint: 3\n");
        Ran ran = Ran.margrave(folder, "audit", "plan.yaml");
        assertThat(ran.exitCode()).isEqualTo(ExitCode.BAD_INPUT);
        assertThat(ran.err())
                .containsExactly("margrave: " + folder.resolve("plan.yaml")
                        + " line 2: unknown key 'point'; did you mean 'points'?");
    }

    @Test
    void the_printed_plan_is_a_plan_and_options_win() throws IOException {
        Files.writeString(folder.resolve("plan.yaml"), "points: 7\nr: [4, 6]\nattack_radius: 1\n");
        Ran ran = Ran.margrave(
                folder, "audit", "plan.yaml", "--points", "9", "--no-mean-only", "--seed", "5", "--dry-run");
        assertThat(ran.exitCode()).isZero();
        AuditPlan plan = PlanDocument.parse(ran.text(), "test").plan();
        assertThat(plan.points()).isEqualTo(9);
        assertThat(plan.r()).isEqualTo(Radii.of(List.of(4.0, 6.0)));
        assertThat(plan.meanOnly()).isFalse();
        assertThat(plan.seed()).isEqualTo(5);
        assertThat(plan.models()).containsExactly("models/sprites-b1", "models/sprites-b4");
        assertThat(folder.toFile().list()).containsExactly("plan.yaml");
    }

    @Test
    void a_suite_is_printed_whole_and_targeted_goals_have_a_target() throws IOException {
        Files.writeString(
                folder.resolve("plan.yaml"),
                "checks: none\nsuite:\n- {goal: latent-kl, norm: linf}\n- {goal: max-damage, effort: {steps: 3}}\n");
        Ran ran = Ran.margrave(folder, "audit", "plan.yaml", "--thorough", "--no-breaks", "--print-plan");
        assertThat(ran.exitCode()).as(ran.text()).isZero();
        AuditPlan plan = PlanDocument.parse(ran.text(), "test").plan();
        assertThat(plan.breaks()).isFalse();
        assertThat(plan.checks()).isEqualTo(EvaluationCheck.Level.THOROUGH);
        assertThat(plan.concrete()).isTrue();
        assertThat(plan.suite().stream().map(AttackSpec::targets)).containsExactly(1, 0);
        assertThat(plan.suite().get(1).effort().steps()).isEqualTo(3);
    }

    @Test
    void all_goals_are_listed_with_those_that_take_targets() {
        Ran ran = Ran.margrave(folder, "attack", "--list");
        assertThat(ran.exitCode()).isZero();
        assertThat(ran.out()).anyMatch(line -> line.startsWith("max-damage ") && !line.contains("targeted"));
        assertThat(ran.out()).anyMatch(line -> line.matches("latent-kl +targeted +KL.*"));
        assertThat(ran.out()).allMatch(line -> line.length() <= 120);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--kind ae --beta 4|want no --beta with --kind ae",
                "--kind ae --warm-up 3|want no --warm-up with --kind ae",
                "--kind ae --sigma-floor 0.1|want no --sigma-floor with --kind ae",
                "--kind classifier --beta 1|want no --beta with --kind classifier",
                "--kind classifier --likelihood gaussian|want no --likelihood with --kind classifier",
                "--kind vib --scale 0.2|want no --scale with --kind vib",
                "--kind vib --learned-scale|want no --learned-scale with --kind vib",
                "--kind gan|want kind vae, ae, vib, classifier, got 'gan'",
                "--jacobian-penalty -1|want a finite jacobian penalty",
                "--sigma-floor NaN|want a finite sigma floor",
            })
    void options_that_mean_nothing_together_are_refused_in_one_line(String line) {
        String[] parts = line.split("\\|", -1);
        Ran ran = Ran.margrave(
                folder,
                Stream.concat(
                                Stream.of("train", "--data", "sprites", "--out", "models/m"),
                                Stream.of(parts[0].split(" ", -1)))
                        .toArray(String[]::new));
        assertThat(ran.exitCode()).isEqualTo(ExitCode.BAD_INPUT);
        assertThat(ran.err()).hasSize(1).first().asString().contains(parts[1]);
        assertThat(folder.resolve("models/m")).doesNotExist();
    }

    @Test
    void every_command_teaches() {
        CommandLine line = Main.commandLine(Console.ofProcess());
        assertThat(line.getSubcommands().keySet())
                .containsExactlyInAnyOrder(
                        "train",
                        "attack",
                        "audit",
                        "sensitivity",
                        "reproduce",
                        "check",
                        "verify",
                        "compare",
                        "report",
                        "export",
                        "import",
                        "export-model",
                        "datasets",
                        "generate-completion");
        for (CommandLine command : line.getSubcommands().values()) {
            CommandSpec spec = command.getCommandSpec();
            if (spec.name().equals("generate-completion")) {
                continue;
            }
            String help = command.getUsageMessage(CommandLine.Help.Ansi.OFF);
            assertThat(help).as(spec.name()).contains("Examples:", "margrave " + spec.name(), "Exit codes");
            for (OptionSpec option : spec.options()) {
                assertThat(String.join("", option.description()))
                        .as(spec.name() + " " + option.longestName())
                        .isNotBlank();
                if (!option.required() && option.arity().max() > 0) {
                    assertThat(String.join("", option.description()))
                            .as("the default of " + spec.name() + " " + option.longestName())
                            .containsAnyOf("Default", "instead", "Write", "Finish", "Resize", "if they moved");
                }
            }
        }
    }

    @Test
    void defaults_that_help_tells_are_those_of_the_plan() {
        AuditPlan plain = AuditPlan.defaults();
        Map<String, Object> defaults = Map.of(
                "--points", plain.points(),
                "--draws", plain.draws(),
                "--verdict-draws", plain.verdictDraws(),
                "--attack-steps", plain.attack().steps(),
                "--attack-draws", plain.attack().draws(),
                "--attack-restarts", plain.attack().restarts(),
                "--search-steps", plain.search().steps(),
                "--search-draws", plain.search().draws(),
                "--search-restarts", plain.search().restarts(),
                "--chunk", plain.chunk());
        CommandSpec audit = Main.commandLine(Console.ofProcess())
                .getSubcommands()
                .get("audit")
                .getCommandSpec();
        defaults.forEach((option, value) -> assertThat(
                        String.join(" ", audit.findOption(option).description()))
                .as(option)
                .contains("Default: " + value + "."));
        assertThat(String.join(" ", audit.findOption("--alpha").description())).contains("Default: 0.001.");
        assertThat(String.join(" ", audit.findOption("--curve-points").description()))
                .contains("Default: " + plain.curvePoints() + ".");
    }

    @ParameterizedTest
    @ValueSource(strings = {"--help", "--version", "audit --help", "datasets list --help", "generate-completion"})
    void asking_for_help_is_no_error(String line) {
        Ran ran = Ran.margrave(folder, line.split(" "));
        assertThat(ran.exitCode()).isZero();
        assertThat(ran.out()).isNotEmpty();
        assertThat(ran.err()).isEmpty();
    }

    @Test
    void the_version_is_the_builds() {
        assertThat(Ran.margrave(folder, "--version").text()).matches("margrave \\d+\\.\\d+\\.\\d+");
    }

    @Test
    void completion_knows_the_commands() {
        assertThat(Ran.margrave(folder, "generate-completion").text())
                .contains("--fail-below", "bound_whitened", "verify");
    }

    @Test
    void data_sets_are_listed_and_an_empty_folder_has_none_to_verify() {
        Ran list = Ran.margrave(folder, "datasets", "list", "--data-dir", "here");
        assertThat(list.exitCode()).isZero();
        assertThat(list.text()).contains(folder.resolve("here").toString(), "sprites", "celeba");
        Ran all = Ran.margrave(folder, "datasets", "verify", "--data-dir", ".");
        assertThat(all.exitCode()).isZero();
        assertThat(all.text()).contains("no files with a pinned checksum");
        Ran named = Ran.margrave(folder, "datasets", "verify", "mnist", "--data-dir", ".");
        assertThat(named.exitCode()).isEqualTo(ExitCode.FAILED);
        assertThat(named.out()).allMatch(line -> line.startsWith("missing "));
    }

    @Test
    void a_wrong_file_is_told_and_fails_the_verification() throws IOException {
        Path mnist = Files.createDirectory(folder.resolve("mnist"));
        Files.write(mnist.resolve("t10k-labels-idx1-ubyte.gz"), new byte[] {1, 2, 3});
        Ran ran = Ran.margrave(folder, "datasets", "verify", "--data-dir", folder.toString());
        assertThat(ran.exitCode()).isEqualTo(ExitCode.FAILED);
        assertThat(ran.out()).anyMatch(line -> line.startsWith("wrong ") && line.endsWith("t10k-labels-idx1-ubyte.gz"));
    }

    @Test
    void whatever_goes_wrong_has_a_line_and_a_code() {
        assertThat(Failure.of(new BadInputException("want a, got b\nmore"))).isEqualTo(new Failure("want a, got b", 2));
        assertThat(Failure.of(new UncheckedIOException(new NoSuchFileException("x"))))
                .isEqualTo(new Failure("x: no such file or folder", 2));
        assertThat(Failure.of(new AccessDeniedException("/x"))).isEqualTo(new Failure("/x: permission denied", 2));
        assertThat(Failure.of(new IOException("No space left on device")).line())
                .contains("free some space");
        assertThat(Failure.of(new FileNotFoundException("y")).exitCode()).isEqualTo(2);
        assertThat(Failure.of(new OutOfMemoryError("Java heap space")).line()).contains("out of memory");
        assertThat(Failure.of(new IllegalStateException("wrapped", new BadInputException("want c"))))
                .isEqualTo(new Failure("want c", 2));
        assertThat(Failure.of(new IllegalStateException(new ExecutionException(new BadInputException("want d")))))
                .isEqualTo(new Failure("want d", 2));
    }

    @Test
    void memory_that_the_engine_lacks_is_told_in_one_line() {
        Throwable real = catchThrowable(() -> torch.zeros(1L << 46));
        assertThat(Failure.of(real))
                .isEqualTo(new Failure(
                        "not enough memory for " + (1L << 48)
                                + " bytes more: fewer --threads or a smaller --chunk (in training, --batch) take less",
                        2));
        assertThat(Failure.of(EngineException.of("layer 2 on an input of 8x784", (RuntimeException) real)))
                .isEqualTo(Failure.of(real));
        for (String message : List.of("std::bad_alloc", "can't allocate memory", "not enough memory: got 3")) {
            assertThat(Failure.of(new RuntimeException(message)))
                    .isEqualTo(new Failure(
                            "not enough memory for the native engine: fewer --threads or a smaller --chunk (in training,"
                                    + " --batch) take less",
                            2));
        }
    }

    @Test
    void a_defect_says_so_and_keeps_its_trace() throws IOException {
        Failure failure = Failure.of(new IllegalStateException("never\nhappens"));
        assertThat(failure.exitCode()).isEqualTo(ExitCode.BUG);
        assertThat(failure.line()).startsWith("this is a bug in margrave: IllegalStateException: never; please report");
        Path trace = Path.of(failure.line().replaceFirst(".* with ", ""));
        assertThat(Files.readString(trace)).contains("at io.margrave.cli.MainTest");
        Files.delete(trace);
    }

    @Test
    void traces_are_shown_where_they_are_asked_for() {
        assertThat(Ran.margrave(folder, Map.of("MARGRAVE_DEBUG", "1"), "report", "none")
                        .err())
                .hasSizeGreaterThan(2)
                .anyMatch(line -> line.contains("at io.margrave.cli.ReportCommand"));
        assertThat(Ran.margrave(folder, Map.of("MARGRAVE_DEBUG", "0"), "report", "none")
                        .err())
                .hasSize(1);
    }
}
