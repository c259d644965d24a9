package io.margrave.cli;

import io.margrave.cli.experiment.ExperimentDocument;
import io.margrave.cli.progress.ConsoleProgress;
import io.margrave.data.BadInputException;
import io.margrave.results.experiment.ExperimentResults;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code margrave reproduce}: a paper's experiments from nothing but data. */
@Command(
        name = "reproduce",
        sortOptions = false,
        description = {
            "Reproduce the experiments of Camuto et al. (AISTATS 2021) from nothing but data, and say of each claim whether it"
                    + " holds.",
            "",
            "Trains the models of an experiment, audits and attacks them, and writes a page, figures (SVG and PDF) and tables"
                    + " (CSV). Stopped in the middle, or given a plan that grew, the same command goes on: models that are trained"
                    + " and points that are audited are not done again.",
            ""
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  margrave reproduce --scale smoke --out runs/smoke       everything once, on generated images, in minutes",
            "  margrave reproduce --out runs/camuto2021                MNIST, Fashion-MNIST and CIFAR-10: hours",
            "  margrave reproduce --print-plan > mine.yaml             an experiment to edit",
            "  margrave reproduce mine.yaml --estimate                 how long it would take",
            "  margrave reproduce --tables runs/camuto2021/tables --out runs/redrawn    page and figures from tables alone",
            "",
            "Exit codes: 0 done, whatever the claims come to; 2 bad input; 130 stopped (resumable)."
        })
final class ReproduceCommand implements Callable<Integer> {
    /** Of which nothing but its tables is known. */
    private static final String TABLES_ALONE = "# Not known: this page was made from tables alone.\n";

    private final Console console;

    @Parameters(
            index = "0",
            arity = "0..1",
            paramLabel = "PLAN",
            description = "An experiment as a YAML file. Default: the one of --scale.")
    private @Nullable Path planFile;

    @Option(
            names = "--scale",
            paramLabel = "S",
            description =
                    "smoke, default or paper: which of the experiments that come with Margrave. Default: default.")
    private @Nullable String scale;

    @Option(
            names = "--out",
            paramLabel = "DIR",
            description = "Folder of all that is made, or to go on in. Default: runs/camuto2021-SCALE.")
    private @Nullable Path out;

    @Option(
            names = "--tables",
            paramLabel = "DIR",
            description =
                    "Make page and figures from the tables of a finished reproduction instead: no data, no training.")
    private @Nullable Path tables;

    @Option(names = "--estimate", description = "Say how long it would take, and end.")
    private boolean estimate;

    @Option(names = "--print-plan", description = "Print the experiment, and end.")
    private boolean printPlan;

    @Option(
            names = "--figures",
            negatable = true,
            defaultValue = "true",
            fallbackValue = "true",
            description = "Draw figures/ as SVG and PDF files too (or not: the page has them anyway). Default: yes.")
    private boolean figures = true;

    @Mixin
    private GlobalOptions global = new GlobalOptions();

    ReproduceCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        if (global.seed != null) {
            throw new BadInputException(
                    "want no --seed: an experiment says its seeds; print it with --print-plan and edit it");
        }
        if (tables != null) {
            if (planFile != null || scale != null || estimate || printPlan) {
                throw new BadInputException("want --tables without a plan, --scale, --estimate or --print-plan");
            }
            ReproductionFolder folder = new ReproductionFolder(console.resolve(out == null ? tables : out));
            ExperimentResults results = ReproductionTables.read(console.resolve(tables));
            ReproductionPages.write(results, List.of(), TABLES_ALONE, folder, figures, global.quiet, console);
            return ExitCode.PASS;
        }
        ExperimentDocument document = document();
        if (printPlan) {
            console.say(document.text().lines().toList());
            return ExitCode.PASS;
        }
        Path root = console.resolve(out == null ? Path.of("runs", "camuto2021-" + document.name()) : out);
        try (ConsoleProgress progress = global.progress(console)) {
            Path dataDir = global.dataDir == null ? null : console.resolve(global.dataDir);
            Reproduction reproduction = new Reproduction(
                    document, new ReproductionFolder(root), dataDir, global.threads(), console, progress);
            ReproductionCost cost = ReproductionCost.of(reproduction, global.threads());
            console.say(cost.lines());
            if (estimate) {
                return ExitCode.PASS;
            }
            ReproductionTables.write(reproduction.run(), reproduction.folder().tables());
            progress.close();
            // As the tables have them, rounded: whoever draws from these alone sees the same.
            ExperimentResults results =
                    ReproductionTables.read(reproduction.folder().tables());
            ReproductionPages.write(
                    results,
                    reproduction.pictures(results),
                    document.text(),
                    reproduction.folder(),
                    figures,
                    global.quiet,
                    console);
        }
        return ExitCode.PASS;
    }

    private ExperimentDocument document() {
        if (planFile != null && scale != null) {
            throw new BadInputException("want a plan or --scale, not both");
        }
        return planFile == null
                ? ExperimentDocument.ofScale(scale == null ? "default" : scale)
                : ExperimentDocument.read(console.resolve(planFile));
    }
}
