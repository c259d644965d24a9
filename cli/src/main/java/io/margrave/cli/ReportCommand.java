package io.margrave.cli;

import io.margrave.store.RunStore;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code margrave report}: draws a run's report again. */
@Command(
        name = "report",
        sortOptions = false,
        description = {
            "Write the report of a run again: report.html, figures/ and summary.json, from its rows.",
            "A run that was stopped is reported as far as it came.",
            ""
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  margrave report runs/nightly",
            "  margrave report runs/nightly --out /tmp/nightly.html",
            "",
            "Exit codes: 0 done, 2 bad input."
        })
final class ReportCommand implements Callable<Integer> {
    private final Console console;

    @Parameters(paramLabel = "RUN", description = "A run folder.")
    private Path run = Path.of("");

    @Option(
            names = "--out",
            paramLabel = "FILE",
            description = "Where the HTML file goes. Default: report.html in the run folder.")
    private @Nullable Path out;

    @Option(
            names = "--figures",
            negatable = true,
            defaultValue = "true",
            fallbackValue = "true",
            description = "Draw figures/ as SVG files too (or not: the report has them anyway). Default: yes.")
    private boolean figures = true;

    @Mixin
    private GlobalOptions global = new GlobalOptions();

    ReportCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        try (RunStore store = RunStore.open(console.resolve(run))) {
            Path file = out == null ? RunPages.usual(store) : console.resolve(out);
            RunPages pages = RunPages.write(store, file, figures, global.quiet, console);
            console.say(RunEnd.lines(pages, store.plan()));
            console.say(List.of("", "report: " + AuditRun.shortest(pages.report(), console)));
            return ExitCode.PASS;
        }
    }
}
