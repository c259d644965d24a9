package io.margrave.cli;

import io.margrave.data.BadInputException;
import io.margrave.results.Comparison;
import io.margrave.results.MarginMethod;
import io.margrave.results.RunResults;
import io.margrave.store.RunStore;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code margrave compare}: did the margins become smaller? */
@Command(
        name = "compare",
        sortOptions = false,
        description = {
            "Compare two runs over the same points: did the margins become smaller?",
            "",
            "Points are paired; each model and radius is tested by an exact one-sided sign test. The chance of any false"
                    + " alarm among all the tests is at most --alpha. Models are paired by name; where each run has a"
                    + " single model, those two.",
            ""
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  margrave compare runs/release-1 runs/nightly",
            "  margrave compare runs/old runs/new --method margin_upper --alpha 0.01",
            "",
            "Exit codes: 0 no significant loss, 1 a significant loss, 2 bad input."
        })
final class CompareCommand implements Callable<Integer> {
    private final Console console;

    @Parameters(index = "0", paramLabel = "OLD", description = "The run folder to compare with.")
    private Path before = Path.of("");

    @Parameters(index = "1", paramLabel = "NEW", description = "The run folder that may have lost.")
    private Path after = Path.of("");

    @Option(
            names = "--method",
            paramLabel = "M",
            defaultValue = "bound_whitened",
            converter = MethodName.class,
            completionCandidates = MethodName.Names.class,
            description = "Which margin: ${COMPLETION-CANDIDATES}. Default: ${DEFAULT-VALUE}.")
    private MarginMethod method = MarginMethod.BOUND_WHITENED;

    @Option(
            names = "--alpha",
            paramLabel = "P",
            defaultValue = "0.05",
            description = "Chance of any false alarm, in (0, 0.5). Default: ${DEFAULT-VALUE}.")
    private double alpha;

    @Mixin
    private GlobalOptions global = new GlobalOptions();

    CompareCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        try {
            Comparison comparison = Comparison.of(read(before), read(after), method, alpha);
            console.say(comparison.tests().stream().map(Comparison.Paired::line).toList());
            if (!global.quiet) {
                console.say(List.of(
                        comparison.regression()
                                ? "a significant loss of " + method.column()
                                : "no significant loss of " + method.column()));
            }
            return comparison.regression() ? ExitCode.FAILED : ExitCode.PASS;
        } catch (IllegalArgumentException e) {
            throw new BadInputException(String.valueOf(e.getMessage()), e);
        }
    }

    private RunResults read(Path run) {
        try (RunStore store = RunStore.open(console.resolve(run))) {
            return store.results(0);
        }
    }
}
