package io.margrave.cli;

import io.margrave.store.RunExport;
import io.margrave.store.RunExport.Format;
import io.margrave.store.RunStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code margrave export}: a run's rows for other programs. */
@Command(
        name = "export",
        sortOptions = false,
        description = {
            "Write a run's rows for other programs.",
            "",
            "The default is one row a model x point x r; --long gives one row a bound, with its method, side, kind, norm,"
                    + " box, guarantee and alpha. What was not asked for is empty.",
            ""
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  margrave export runs/nightly > rows.csv",
            "  margrave export runs/nightly --format parquet --out rows.parquet",
            "  margrave export runs/nightly --long --format json --out bounds.json",
            "",
            "Exit codes: 0 done, 2 bad input."
        })
final class ExportCommand implements Callable<Integer> {
    private final Console console;

    @Parameters(paramLabel = "RUN", description = "A run folder.")
    private Path run = Path.of("");

    @Option(
            names = "--format",
            paramLabel = "F",
            defaultValue = "csv",
            description = "One of ${COMPLETION-CANDIDATES}. Default: ${DEFAULT-VALUE}.")
    private Format format = Format.CSV;

    @Option(names = "--long", description = "One row a bound.")
    private boolean longRows;

    @Option(names = "--out", paramLabel = "FILE", description = "The file to write. Default: standard output.")
    private @Nullable Path out;

    @Mixin
    private GlobalOptions global = new GlobalOptions();

    ExportCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        try (RunStore store = RunStore.open(console.resolve(run))) {
            if (out == null) {
                toStandardOutput(store);
                return ExitCode.PASS;
            }
            Path file = console.resolve(out);
            RunExport.write(store, format, longRows, file);
            if (!global.quiet) {
                console.say(List.of("export: " + AuditRun.shortest(file, console)));
            }
            return ExitCode.PASS;
        }
    }

    private void toStandardOutput(RunStore store) {
        try {
            Path file =
                    Files.createTempFile("margrave-export-", "." + format.name().toLowerCase(Locale.ROOT));
            try {
                RunExport.write(store, format, longRows, file);
                Files.copy(file, console.out());
                console.out().flush();
            } finally {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
