package io.margrave.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Enumeration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/**
 * The distribution zip on a machine with Java and nothing else: an empty home, no Maven, no repository, no network asked for.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class DistributionIT {
    private static final String[] AUDIT = {
        "audit",
        "--models",
        "models/tiny",
        "--points",
        "12",
        "--chunk",
        "2",
        "--draws",
        "200",
        "--verdict-draws",
        "100",
        "--search-steps",
        "20",
        "--search-draws",
        "4",
        "--r",
        "3,6",
        "--no-mean-only",
        "--attack-steps",
        "5",
        "--curve-points",
        "2",
        "--threads",
        "1"
    };

    @TempDir
    private static Path folder;

    private static Path work = Path.of("");
    private static Path launcher = Path.of("");

    @BeforeAll
    static void unpack() throws IOException {
        Path zip = Path.of(System.getProperty("margrave.distribution", "unset"));
        try (ZipFile file = new ZipFile(zip.toFile())) {
            Enumeration<? extends ZipEntry> entries = file.entries();
            while (entries.hasMoreElements()) {
                ZipEntry entry = entries.nextElement();
                Path target = folder.resolve(entry.getName()).normalize();
                assertThat(target).startsWithRaw(folder);
                if (entry.isDirectory()) {
                    Files.createDirectories(target);
                } else {
                    Files.createDirectories(target.getParent());
                    try (InputStream in = file.getInputStream(entry)) {
                        Files.copy(in, target);
                    }
                }
            }
        }
        Path home = folder.resolve(zip.getFileName().toString().replaceFirst("\\.zip$", ""));
        launcher = home.resolve("bin/margrave");
        assertThat(launcher.toFile().setExecutable(true)).isTrue();
        work = Files.createDirectory(folder.resolve("work"));
        Files.createDirectory(folder.resolve("home"));
    }

    private static Process start(String... args) throws IOException {
        List<String> command = new ArrayList<>(List.of("bash", launcher.toString()));
        command.addAll(List.of(args));
        ProcessBuilder builder = new ProcessBuilder(command).directory(work.toFile());
        Map<String, String> environment = builder.environment();
        environment.clear();
        environment.put("PATH", "/usr/bin:/bin");
        environment.put("JAVA_HOME", System.getProperty("java.home"));
        environment.put("HOME", folder.resolve("home").toString());
        environment.put("MARGRAVE_JAVA_OPTS", "-Xmx1g -Duser.home=" + folder.resolve("home"));
        builder.redirectOutput(work.resolve("out.txt").toFile());
        builder.redirectError(work.resolve("err.txt").toFile());
        return builder.start();
    }

    private static Ran run(String... args) throws IOException, InterruptedException {
        Process process = start(args);
        assertThat(process.waitFor(5, TimeUnit.MINUTES)).isTrue();
        return new Ran(
                process.exitValue(),
                Files.readAllLines(work.resolve("out.txt")),
                Files.readAllLines(work.resolve("err.txt")));
    }

    @Test
    @Order(1)
    void it_carries_its_licence_and_documents_and_starts() throws Exception {
        Path home = launcher.getParent().getParent();
        assertThat(home).isDirectoryContaining("glob:**/LICENSE");
        assertThat(home).isDirectoryContaining("glob:**/THIRD-PARTY.md");
        assertThat(home.resolve("schema/plan.schema.json")).isRegularFile();
        assertThat(home.resolve("schema/summary.schema.json")).isRegularFile();
        assertThat(home.resolve("bin/margrave.cmd")).isRegularFile();
        assertThat(home.resolve("bin/environment.sh")).isRegularFile();
        assertThat(run("--version").out()).containsExactly("margrave " + Version.current());
        assertThat(run("datasets", "list").text())
                .contains(folder.resolve("home").toString())
                .contains("sprites64");
        assertThat(run("adit").exitCode()).isEqualTo(ExitCode.BAD_INPUT);
    }

    @Test
    @Order(2)
    void it_trains_and_audits() throws Exception {
        Ran trained = run(
                "train",
                "--data",
                "sprites",
                "--widths",
                "32",
                "--latent",
                "3",
                "--epochs",
                "1",
                "--threads",
                "1",
                "--out",
                "models/tiny");
        assertThat(trained.exitCode()).as(String.join("\n", trained.err())).isZero();
        Ran audited = run(audit("whole"));
        assertThat(audited.exitCode()).as(String.join("\n", audited.err())).isZero();
        assertThat(audited.out()).last().isEqualTo("report: runs/whole/report.html");
        assertThat(work.resolve("runs/whole/report.html")).isNotEmptyFile();
    }

    private static String[] audit(String name) {
        return Stream.concat(Stream.of(AUDIT), Stream.of("--out", "runs/" + name))
                .toArray(String[]::new);
    }

    /** The process that Java itself runs in: the launcher has become it. */
    private static void untilCommitted(Process process, Path run, int tasks) throws Exception {
        Path evidence = run.resolve("perturbations");
        while (process.isAlive()) {
            if (Files.isDirectory(evidence)) {
                try (Stream<Path> files = Files.list(evidence)) {
                    if (files.filter(file -> file.toString().endsWith(".safetensors"))
                                    .count()
                            >= tasks) {
                        return;
                    }
                }
            }
            Thread.sleep(20);
        }
        throw new AssertionError("ended before it could be stopped: " + Files.readString(work.resolve("err.txt")));
    }

    @Test
    @Order(3)
    void killed_at_any_moment_it_resumes_to_the_rows_of_an_unbroken_run() throws Exception {
        Process process = start(audit("killed"));
        untilCommitted(process, work.resolve("runs/killed"), 2);
        process.destroyForcibly();
        assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
        Ran resumed = run("audit", "--resume", "runs/killed", "--threads", "2", "--no-figures", "--quiet");
        assertThat(resumed.exitCode()).as(String.join("\n", resumed.err())).isZero();
        assertThat(run("export", "runs/killed").out())
                .hasSize(1 + 12 * 2)
                .isEqualTo(run("export", "runs/whole").out());
    }

    @Test
    @Order(4)
    void stopped_by_a_signal_it_says_how_to_go_on_and_ends_with_130() throws Exception {
        Process process = start(audit("stopped"));
        untilCommitted(process, work.resolve("runs/stopped"), 1);
        process.destroy();
        assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
        assertThat(process.exitValue()).isEqualTo(ExitCode.STOPPED);
        assertThat(Files.readAllLines(work.resolve("err.txt")))
                .last()
                .asString()
                .contains("go on with: margrave audit --resume runs/stopped");
        assertThat(run("audit", "--resume", "runs/stopped", "--no-figures", "--quiet")
                        .exitCode())
                .isZero();
    }
}
