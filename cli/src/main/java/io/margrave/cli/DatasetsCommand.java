package io.margrave.cli;

import io.margrave.cli.progress.ConsoleProgress;
import io.margrave.data.DataLocation;
import io.margrave.data.DatasetCatalog;
import io.margrave.data.DatasetCatalog.Entry;
import io.margrave.data.DatasetCatalog.FileStatus;
import io.margrave.data.DatasetCatalog.State;
import io.margrave.data.Downloader;
import io.margrave.results.Progress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code margrave datasets}: which data sets there are, and whether they are here. */
@Command(
        name = "datasets",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        synopsisSubcommandLabel = "list|fetch|verify",
        description = {
            "List data sets, fetch them, and verify their files.",
            "",
            "Data sets lie in folders of their name under --data-dir, $$MARGRAVE_DATA or the user's cache. sprites are"
                    + " generated and need no files.",
            ""
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  margrave datasets list",
            "  margrave datasets fetch mnist                 resumes a download that was cut off",
            "  margrave datasets verify --data-dir ~/data    every file against its pinned SHA-256",
            "",
            "Exit codes: 0 all is well, 1 a file is missing or wrong (verify), 2 bad input."
        })
final class DatasetsCommand implements Runnable {
    private final Console console;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    DatasetsCommand(Console console) {
        this.console = console;
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "want list, fetch or verify, as in 'margrave datasets list'");
    }

    private static Path folder(GlobalOptions global, Console console) {
        return DataLocation.resolve(global.dataDir == null ? null : console.resolve(global.dataDir));
    }

    @Command(name = "list", description = "Every data set, and whether its files are here.")
    int list(@Mixin GlobalOptions options) {
        Path folder = folder(options, console);
        int width = DatasetCatalog.entries().stream()
                .mapToInt(entry -> entry.name().length())
                .max()
                .orElse(0);
        List<String> lines = new ArrayList<>();
        lines.add("data sets under " + folder + ":");
        for (Entry entry : DatasetCatalog.entries()) {
            String name = entry.name() + " ".repeat(width - entry.name().length());
            lines.add("  " + name + "  " + entry.description() + "; " + whereabouts(entry, folder));
        }
        console.say(lines);
        return ExitCode.PASS;
    }

    private static String whereabouts(Entry entry, Path folder) {
        if (entry.files().isEmpty()) {
            return entry.howToGet();
        }
        long here = entry.files().stream()
                .filter(file -> Files.isRegularFile(folder.resolve(entry.name()).resolve(file.name())))
                .count();
        return here == entry.files().size() ? "here" : entry.howToGet();
    }

    @Command(
            name = "fetch",
            description = "Download a data set's files; what is here already is left alone, a cut download goes on.")
    int fetch(
            @Parameters(arity = "1..*", paramLabel = "NAME", description = "Data sets.") List<String> names,
            @Mixin GlobalOptions options) {
        Path folder = folder(options, console);
        try (ConsoleProgress progress = options.progress(console)) {
            for (String name : names) {
                List<Path> files = DatasetCatalog.fetch(
                        name,
                        folder,
                        Downloader.standard(),
                        (file, done, total) -> progress.on(new Progress("fetch " + file, done, total, "bytes", "")));
                progress.close();
                console.say(files.stream().map(file -> "ok " + file).toList());
            }
        }
        return ExitCode.PASS;
    }

    @Command(
            name = "verify",
            description = "Compare files with their pinned SHA-256; exit 1 where one is missing or wrong.")
    int verify(
            @Parameters(
                            arity = "0..*",
                            paramLabel = "NAME",
                            description = "Data sets. Default: those of which any file is here.")
                    @Nullable
                    List<String> names,
            @Mixin GlobalOptions options) {
        Path folder = folder(options, console);
        boolean chosen = names != null && !names.isEmpty();
        List<String> checked = chosen && names != null
                ? names
                : DatasetCatalog.entries().stream().map(Entry::name).toList();
        boolean wrong = false;
        List<String> lines = new ArrayList<>();
        for (String name : checked) {
            List<FileStatus> files = DatasetCatalog.verify(name, folder);
            boolean any = files.stream().anyMatch(file -> file.state() != State.MISSING);
            if (chosen && files.isEmpty()) {
                lines.add(name + ": nothing to verify, no checksum is pinned");
            }
            if (chosen || any) {
                for (FileStatus file : files) {
                    wrong |= file.state() != State.OK;
                    lines.add(file.state().name().toLowerCase(Locale.ROOT) + " " + file.file());
                }
            }
        }
        console.say(lines.isEmpty() ? List.of("no files with a pinned checksum under " + folder) : lines);
        return wrong ? ExitCode.FAILED : ExitCode.PASS;
    }
}
