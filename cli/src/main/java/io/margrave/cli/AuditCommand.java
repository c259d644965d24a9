package io.margrave.cli;

import io.margrave.cli.plan.PlanDocument;
import io.margrave.cli.progress.ConsoleProgress;
import io.margrave.data.BadInputException;
import io.margrave.results.AuditPlan;
import io.margrave.results.EvaluationCheck.Level;
import io.margrave.results.Gate;
import io.margrave.results.Word;
import io.margrave.store.RunStore;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code margrave audit}: models x points x radii, into a run folder. */
@Command(
        name = "audit",
        sortOptions = false,
        description = {
            "Measure how robust models are, point by point.",
            "",
            "For each audited point and radius r: P(|Delta| <= r) with confidence bounds; first-order lower bounds on the"
                    + " margin (Frobenius, as Camuto et al. 2021 give it, spectral, whitened); and the smallest perturbation found that breaks"
                    + " r-robustness, verified on fresh noise. The run folder holds the rows (audit.duckdb), the"
                    + " evidence (perturbations/), plan.yaml, summary.json, figures/ and report.html.",
            "",
            "Without models, two small demonstration models (beta 1 and 4) are trained on generated sprites first, into"
                    + " models/ of the current folder; the next call uses them again.",
            ""
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  margrave audit",
            "  margrave audit --models models/mnist-b1,models/mnist-b4 --data mnist --points 500 --r 4,6,8",
            "  margrave audit plan.yaml --out runs/nightly",
            "  margrave audit plan.yaml --points 32 --print-plan   what would be done",
            "  margrave audit --resume runs/nightly                go on where it was stopped",
            "  margrave audit plan.yaml --fail-below 0.4 --at 6 --quantile 0.1 --method bound_whitened",
            "  margrave audit plan.yaml --suite latent-kl,output --thorough --strict",
            "",
            "A plan is YAML whose keys are the options' names with _ for -: points: 500, r: [4, 6, 8],",
            "search: {steps: 100}, suite: [{goal: latent-kl, norm: linf}]. Its JSON schema is schema/plan.schema.json of the distribution.",
            "",
            "Exit codes: 0 done, 1 --fail-below or a check under --strict failed, 2 bad input, 130 stopped (resumable)."
        })
final class AuditCommand implements Callable<Integer> {
    /** Options that say nothing about what is measured. */
    private static final Set<String> WITH_RESUME = Set.of(
            "--resume",
            "--models",
            "--data-dir",
            "--threads",
            "--quiet",
            "--figures",
            "--checks",
            "--thorough",
            "--strict",
            "--fail-below",
            "--at",
            "--quantile",
            "--method");

    private final Console console;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Parameters(arity = "0..1", paramLabel = "PLAN", description = "A plan in YAML. Options win over it.")
    private @Nullable Path planFile;

    @Mixin
    private AuditOptions asked = new AuditOptions();

    @Option(
            names = "--out",
            paramLabel = "DIR",
            description = "The run folder to make. Default: runs/ and the time, in the current folder.")
    private @Nullable Path out;

    @Option(
            names = "--resume",
            paramLabel = "RUN",
            description =
                    "Finish a run that was stopped, as its own plan says. --models and --data-dir say where its models and data"
                            + " are now, if they moved.")
    private @Nullable Path resume;

    @Option(
            names = {"--print-plan", "--dry-run"},
            description = "Print the plan, resolved from the data, and end.")
    private boolean printPlan;

    @Option(
            names = "--figures",
            negatable = true,
            defaultValue = "true",
            fallbackValue = "true",
            description = "Draw figures/ as SVG files too (or not: the report has them anyway). Default: yes.")
    private boolean figures = true;

    @Mixin
    private CheckOptions checkOptions = new CheckOptions();

    @ArgGroup(exclusive = false, heading = "%nGate, for continuous integration:%n")
    private @Nullable GateOptions gateOptions;

    @Mixin
    private GlobalOptions global = new GlobalOptions();

    AuditCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        return resume == null ? begin() : goOn(console.resolve(resume));
    }

    private int begin() {
        PlanDocument document = planFile == null ? PlanDocument.empty() : PlanDocument.read(console.resolve(planFile));
        asked.applyTo(document, global);
        Level level = checkOptions.level();
        document.with("checks", level == null ? null : Word.of(level));
        AuditPlan plan = Suites.checked(document.plan());
        if (checkOptions.strict && plan.checks() == Level.NONE) {
            throw new BadInputException("want checks with --strict, got checks: none in the plan; add --checks quick");
        }
        boolean demonstration = plan.models().isEmpty();
        if (demonstration && !plan.data().equals(Demonstration.DATA)) {
            throw new BadInputException("want models to audit on " + plan.data()
                    + ": train one with 'margrave train --data " + plan.data()
                    + " --out models/NAME' and name it with --models");
        }
        try (ConsoleProgress progress = global.progress(console)) {
            if (demonstration) {
                Demonstration models = new Demonstration(console, global.threads());
                plan = plan.withModels(models.folders());
                if (printPlan) {
                    return print(AuditRun.resolve(plan, AuditRun.open(plan, console)));
                }
                models.train(progress);
                progress.close();
            }
            Models models = Models.read(plan.models(), console);
            if (!demonstration && !document.says("data")) {
                plan = Suites.checked(document.with("data", models.trainedOn()).plan());
            }
            AuditRun run = AuditRun.prepare(plan, models, console);
            Gate gate = gateOptions == null ? null : gateOptions.gate(run.plan());
            if (printPlan) {
                return print(run.plan());
            }
            Path folder = out == null
                    ? AuditRun.fresh(console.resolve(Path.of("runs")), LocalDateTime.now(ZoneId.systemDefault()))
                    : console.resolve(out);
            try (RunStore store = run.create(folder, console)) {
                return new RunEnd(gate, null, checkOptions.strict, figures).of(run, store, progress, global, console);
            }
        }
    }

    private int goOn(Path folder) {
        if (planFile != null) {
            throw alone(planFile.toString());
        }
        for (OptionSpec option : spec.commandLine().getParseResult().matchedOptions()) {
            if (!WITH_RESUME.contains(option.longestName())) {
                throw alone(option.longestName());
            }
        }
        try (RunStore store = RunStore.resume(folder);
                ConsoleProgress progress = global.progress(console)) {
            AuditRun run = AuditRun.reopen(store, asked.models, global.dataDir, console);
            Gate gate = gateOptions == null ? null : gateOptions.gate(run.plan());
            return new RunEnd(gate, checkOptions.level(), checkOptions.strict, figures)
                    .of(run, store, progress, global, console);
        }
    }

    private static BadInputException alone(String given) {
        return new BadInputException("want --resume without " + given
                + ": a run goes on with its own plan, in its own folder; leave " + given + " out, or begin a new run");
    }

    private int print(AuditPlan plan) {
        console.say(PlanDocument.yaml(plan).lines().toList());
        return ExitCode.PASS;
    }
}
