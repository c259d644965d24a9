package io.margrave.cli;

import io.margrave.cli.progress.ConsoleProgress;
import io.margrave.results.AuditPlan;
import io.margrave.results.EvaluationCheck;
import io.margrave.results.EvaluationCheck.Level;
import io.margrave.results.Gate;
import io.margrave.store.RunExport;
import io.margrave.store.RunStore;
import io.margrave.vae.Engine;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * From a run folder with work left to one that is finished: its tasks, its checks, its pages, and what is said of it.
 *
 * @param gate on the margins; null for none
 * @param level of checks that are made, though there be some; null for those of the plan, where there are none
 * @param strict whether a failed check is an exit code
 * @param figures whether figures are drawn as files too
 */
record RunEnd(@Nullable Gate gate, @Nullable Level level, boolean strict, boolean figures) {

    /** Name of the file with one row an attack, within the run folder. */
    static final String ATTACKS_FILE = "attacks.csv";

    /** Does what is left and prints what came of it. */
    int of(AuditRun run, RunStore store, ConsoleProgress progress, GlobalOptions global, Console console) {
        run.run(store, global.threads(), console, progress);
        progress.close();
        // What the searches' threads leave is of no use to the checks, nor what these leave to the report, which Java
        // makes.
        Engine.releaseMemory();
        check(run, store, progress, console);
        Engine.releaseMemory();
        if (!store.plan().suite().isEmpty()) {
            RunExport.write(
                    store,
                    RunExport.Format.CSV,
                    RunExport.Table.ATTACKS,
                    store.folder().resolve(ATTACKS_FILE));
        }
        RunPages pages = RunPages.write(store, RunPages.usual(store), figures, global.quiet, console);
        console.say(lines(pages, store.plan()));
        console.say(List.of("", "report: " + AuditRun.shortest(pages.report(), console)));
        int gated = gate == null ? ExitCode.PASS : Checks.say(gate.judge(pages.results()), console);
        boolean refused = strict && Checks.failed(pages.results().checks());
        return refused ? ExitCode.FAILED : gated;
    }

    private void check(AuditRun run, RunStore store, ConsoleProgress progress, Console console) {
        Level usual = store.checks().isEmpty() ? store.plan().checks() : Level.NONE;
        Level asked = level == null ? usual : level;
        if (asked == Level.NONE) {
            return;
        }
        try (StopGuard guard = new StopGuard(console, run.resumeHint(store, console))) {
            List<EvaluationCheck> checks = RunChecks.of(run, store, asked, progress);
            guard.whole(() -> store.checks(checks));
        }
        progress.close();
    }

    /** What a run came to: margins where they were searched, attacks where there were some, and checks. */
    static List<String> lines(RunPages pages, AuditPlan plan) {
        List<String> lines = new ArrayList<>();
        boolean suite = pages.summary().models().stream()
                .anyMatch(model -> !model.suite().isEmpty());
        if (plan.breaks() || !suite) {
            lines.addAll(SummaryTable.lines(pages.summary(), plan));
        }
        if (suite) {
            if (!lines.isEmpty()) {
                lines.add("");
            }
            lines.addAll(SuiteTable.summary(pages.summary(), plan));
        }
        if (!pages.results().checks().isEmpty()) {
            lines.add("");
            lines.addAll(Checks.lines(pages.results().checks()));
        }
        return lines;
    }
}
