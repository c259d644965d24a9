package io.margrave.cli;

import io.margrave.results.Check;
import java.util.List;

/** Checks on standard output, and the exit code that they come to. */
final class Checks {
    private Checks() {}

    /** Prints one line a check; 1 where any failed. */
    static int say(List<Check> checks, Console console) {
        console.say(checks.stream().map(Check::evidence).toList());
        boolean failed = checks.stream().anyMatch(check -> check.outcome() == Check.Outcome.FAIL);
        return failed ? ExitCode.FAILED : ExitCode.PASS;
    }
}
