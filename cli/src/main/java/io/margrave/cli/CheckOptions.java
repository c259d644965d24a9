package io.margrave.cli;

import io.margrave.data.BadInputException;
import io.margrave.results.EvaluationCheck.Level;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How much the evaluation itself is checked, and what a failed check comes to. */
final class CheckOptions {
    @Option(
            names = "--checks",
            paramLabel = "LEVEL",
            converter = Words.OfLevel.class,
            completionCandidates = Words.OfLevel.class,
            description =
                    "Check the evaluation itself: ${COMPLETION-CANDIDATES}; thorough looks at up to 64 points a model."
                            + " Default: quick.")
    @Nullable
    Level checks;

    @Option(names = "--thorough", description = "Short for --checks thorough.")
    boolean thorough;

    @Option(names = "--strict", description = "Exit 1 where a check fails: the figures are not to be relied on.")
    boolean strict;

    /** The level that was asked for; null where none was. */
    @Nullable
    Level level() {
        if (thorough && checks != null && checks != Level.THOROUGH) {
            throw new BadInputException("want --thorough or --checks, got both: leave one out");
        }
        Level level = thorough ? Level.THOROUGH : checks;
        if (strict && level == Level.NONE) {
            throw new BadInputException("want --checks quick or thorough with --strict, got none: leave one out");
        }
        return level;
    }
}
