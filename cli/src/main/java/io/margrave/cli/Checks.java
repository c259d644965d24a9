package io.margrave.cli;

import io.margrave.results.Check;
import io.margrave.results.EvaluationCheck;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Checks on standard output, and the exit code that they come to. */
final class Checks {
    private Checks() {}

    /** Prints one line a check; 1 where any failed. */
    static int say(List<Check> checks, Console console) {
        console.say(checks.stream().map(Check::evidence).toList());
        boolean failed = checks.stream().anyMatch(check -> check.outcome() == Check.Outcome.FAIL);
        return failed ? ExitCode.FAILED : ExitCode.PASS;
    }

    /** One line a check of the evaluation that did not pass, and one for all of them. */
    static List<String> lines(List<EvaluationCheck> checks) {
        List<String> lines = new ArrayList<>();
        for (EvaluationCheck check : checks) {
            if (check.outcome() != Check.Outcome.PASS) {
                lines.add(check.outcome().name().toLowerCase(Locale.ROOT) + " " + check.model() + ", check "
                        + check.number() + ", " + check.name() + ": " + check.evidence());
            }
        }
        long failed = count(checks, Check.Outcome.FAIL);
        lines.add("checks: " + count(checks, Check.Outcome.PASS) + " passed, " + count(checks, Check.Outcome.WARN)
                + " warned, " + failed + " failed"
                + (failed == 0 ? "" : "; these figures are NOT TO BE RELIED ON"));
        return lines;
    }

    /** Whether one failed. */
    static boolean failed(List<EvaluationCheck> checks) {
        return count(checks, Check.Outcome.FAIL) > 0;
    }

    private static long count(List<EvaluationCheck> checks, Check.Outcome outcome) {
        return checks.stream().filter(check -> check.outcome() == outcome).count();
    }
}
