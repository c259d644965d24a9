package io.margrave.cli;

import io.margrave.data.BadInputException;
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
            "The default is one row a model x point x r; --table bounds gives one row a bound, with its method, side, kind,"
                    + " norm, box, guarantee and alpha; --table attacks one row an attack of the suite on a point, with every"
                    + " measure; --table checks the checks of the evaluation. What was not asked for is empty.",
            ""
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  margrave export runs/nightly > rows.csv",
            "  margrave export runs/nightly --format parquet --out rows.parquet",
            "  margrave export runs/nightly --table bounds --format json --out bounds.json",
            "  margrave export runs/nightly --table attacks --out attacks.csv",
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

    @Option(names = "--table", paramLabel = "T", description = "One of ${COMPLETION-CANDIDATES}. Default: rows.")
    private RunExport.@Nullable Table table;

    @Option(names = "--long", description = "Short for --table bounds.")
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
        RunExport.Table asked = asked();
        try (RunStore store = RunStore.open(console.resolve(run))) {
            if (out == null) {
                toStandardOutput(store, asked);
                return ExitCode.PASS;
            }
            Path file = console.resolve(out);
            RunExport.write(store, format, asked, file);
            if (!global.quiet) {
                console.say(List.of("export: " + AuditRun.shortest(file, console)));
            }
            return ExitCode.PASS;
        }
    }

    private RunExport.Table asked() {
        if (longRows && table != null && table != RunExport.Table.BOUNDS) {
            throw new BadInputException("want --long or --table, got both: --long stands for --table bounds");
        }
        if (table == null) {
            return longRows ? RunExport.Table.BOUNDS : RunExport.Table.ROWS;
        }
        return table;
    }

    private void toStandardOutput(RunStore store, RunExport.Table asked) {
        try {
            Path file =
                    Files.createTempFile("margrave-export-", "." + format.name().toLowerCase(Locale.ROOT));
            try {
                RunExport.write(store, format, asked, file);
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
