package io.margrave.cli;

import io.margrave.cli.plan.PlanDocument;
import io.margrave.cli.progress.ConsoleProgress;
import io.margrave.data.BadInputException;
import io.margrave.results.AttackFinding;
import io.margrave.results.AttackRow;
import io.margrave.results.AttackSpec;
import io.margrave.results.AuditPlan;
import io.margrave.results.CleanQuality;
import io.margrave.results.EvaluationCheck;
import io.margrave.results.EvaluationCheck.Level;
import io.margrave.results.Norm;
import io.margrave.results.PointAudit;
import io.margrave.results.RunResults;
import io.margrave.results.RunSummary;
import io.margrave.results.Word;
import io.margrave.robustness.suite.AttackCatalogue;
import io.margrave.store.RunStore;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code margrave attack}: attacks of all kinds, without a search for margins around them. */
@Command(
        name = "attack",
        sortOptions = false,
        description = {
            "Attack models: what can a perturbation of a given norm do to their reconstructions?",
            "",
            "Each goal is one attack on each point, inside the value range, and what it reached is measured on fresh noise:"
                    + " damage E |g(mu(x+d) + eta sigma(x+d)) - g(mu(x))| (Camuto et al. 2021), P(|Delta| <= r), likelihood lost,"
                    + " and more in the rows. The evaluation itself is checked: a weak attack must not make a model look robust.",
            ""
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  margrave attack --list                                        all goals",
            "  margrave attack --model models/mnist-b4 --points 16",
            "  margrave attack --models models/mnist-b1,models/mnist-b4 --goal latent-kl,output --targets 3 --out runs/attack",
            "  margrave attack --model models/mnist-b4 --goal max-damage --norm linf --radius 0.1 --method apgd",
            "  margrave attack --model models/mnist-b4 --goal output --weights auto --out runs/sweep",
            "  margrave attack --resume runs/attack                          go on where it was stopped",
            "",
            "--out makes a run folder: report.html, figures/, attacks.csv, perturbations/ and all that 'margrave audit' makes.",
            "",
            "Exit codes: 0 done, 1 a check failed under --strict, 2 bad input, 130 stopped (resumable with --out)."
        })
final class AttackCommand implements Callable<Integer> {
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
            "--strict");

    private final Console console;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Option(names = "--list", description = "Show all goals, and end.")
    private boolean list;

    @Mixin
    private AttackOptions asked = new AttackOptions();

    @Option(names = "--out", paramLabel = "DIR", description = "The run folder to make. Default: none, only a table.")
    private @Nullable Path out;

    @Option(
            names = "--resume",
            paramLabel = "RUN",
            description =
                    "Finish a run that was stopped, as its own plan says. --models and --data-dir say where its models and data"
                            + " are now, if they moved.")
    private @Nullable Path resume;

    @Option(
            names = "--figures",
            negatable = true,
            defaultValue = "true",
            fallbackValue = "true",
            description = "Draw figures/ as SVG files too (or not: the report has them anyway). Default: yes.")
    private boolean figures = true;

    @Mixin
    private CheckOptions checkOptions = new CheckOptions();

    @Mixin
    private GlobalOptions global = new GlobalOptions();

    AttackCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        if (list) {
            return list();
        }
        return resume == null ? begin() : goOn(console.resolve(resume));
    }

    private int list() {
        List<String> lines = new ArrayList<>();
        int width = AttackCatalogue.list().stream()
                .mapToInt(entry -> entry.id().length())
                .max()
                .orElse(0);
        for (AttackCatalogue.Entry entry : AttackCatalogue.list()) {
            lines.add(entry.id()
                    + " ".repeat(width - entry.id().length())
                    + (entry.targeted() ? "  targeted  " : "            ")
                    + entry.title());
        }
        console.say(lines);
        return ExitCode.PASS;
    }

    private int begin() {
        asked.check();
        Level level = checkOptions.level();
        PlanDocument document = asked.document(global).with("checks", level == null ? null : Word.of(level));
        AuditPlan plan = Suites.checked(document.plan());
        Models models = Models.read(plan.models(), console);
        if (!document.says("data")) {
            plan = Suites.checked(document.with("data", models.trainedOn()).plan());
        }
        AuditRun prepared = AuditRun.prepare(plan, models, asked.indices, console);
        AuditRun run = prepared.withPlan(ownRadii(prepared.plan()));
        try (ConsoleProgress progress = global.progress(console)) {
            if (out == null) {
                return inMemory(run, progress);
            }
            try (RunStore store = run.create(console.resolve(out), console)) {
                return new RunEnd(null, null, checkOptions.strict, figures).of(run, store, progress, global, console);
            }
        }
    }

    /** The plan's own attack would be one more: its radius becomes that of the suite. */
    private static AuditPlan ownRadii(AuditPlan plan) {
        List<AttackSpec> suite = new ArrayList<>();
        for (AttackSpec spec : plan.suite()) {
            boolean own = spec.takesUsualRadius() && spec.norm() == Norm.L2;
            suite.add(own ? spec.withRadius(plan.attackRadius()) : spec);
        }
        return plan.withSuite(suite).withAttackRadius(0.0);
    }

    private int inMemory(AuditRun run, ConsoleProgress progress) {
        List<PointAudit> audits = run.run(global.threads(), progress);
        progress.close();
        RunResults without = results(run, audits, List.of());
        List<EvaluationCheck> checks = RunChecks.of(
                run, without, run.plan().checks(), model -> RunChecks.claims(run.plan(), audits, model), progress);
        progress.close();
        RunResults results = results(run, audits, checks);
        List<String> lines = new ArrayList<>(SuiteTable.rows(results, asked.indices != null));
        lines.add("");
        lines.addAll(SuiteTable.summary(RunSummary.of(results), run.plan()));
        if (!checks.isEmpty()) {
            lines.add("");
            lines.addAll(Checks.lines(checks));
        }
        console.say(lines);
        return checkOptions.strict && Checks.failed(checks) ? ExitCode.FAILED : ExitCode.PASS;
    }

    private static RunResults results(AuditRun run, List<PointAudit> audits, List<EvaluationCheck> checks) {
        List<AttackRow> attacks = new ArrayList<>();
        for (PointAudit audit : audits) {
            CleanQuality clean = audit.clean();
            for (AttackFinding found : audit.suite()) {
                if (clean != null) {
                    attacks.add(new AttackRow(audit.model(), audit.point(), audit.label(), clean, found));
                }
            }
        }
        return new RunResults(
                run.plan(),
                run.info("attack"),
                run.models().cards(),
                List.of(),
                List.of(),
                List.of(),
                attacks,
                List.of(),
                checks);
    }

    private int goOn(Path folder) {
        for (OptionSpec option : spec.commandLine().getParseResult().matchedOptions()) {
            if (!WITH_RESUME.contains(option.longestName())) {
                throw new BadInputException("want --resume without " + option.longestName()
                        + ": a run goes on with its own plan, in its own folder; leave " + option.longestName()
                        + " out, or begin a new run");
            }
        }
        try (RunStore store = RunStore.resume(folder);
                ConsoleProgress progress = global.progress(console)) {
            AuditRun run = AuditRun.reopen(store, asked.models, global.dataDir, console);
            return new RunEnd(null, checkOptions.level(), checkOptions.strict, figures)
                    .of(run, store, progress, global, console);
        }
    }
}
