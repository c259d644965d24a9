package io.margrave.cli;

import io.margrave.cli.progress.ConsoleProgress;
import io.margrave.data.BadInputException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options that every command takes. */
final class GlobalOptions {
    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help and end.")
    boolean help;

    @Option(
            names = "--seed",
            paramLabel = "N",
            description = "Seed of all randomness: same seed, same numbers. Default: 0, or what the plan says.")
    @Nullable
    Long seed;

    @Option(names = "--threads", paramLabel = "N", description = "Processor cores to use. Default: all of them.")
    @Nullable
    Integer threads;

    @Option(names = "--quiet", description = "Print results and errors only.")
    boolean quiet;

    @Option(
            names = "--data-dir",
            paramLabel = "DIR",
            description = "Where data sets lie. Default: $$MARGRAVE_DATA, else the user's cache.")
    @Nullable
    Path dataDir;

    /** Cores to use, at least one. */
    int threads() {
        if (threads == null) {
            return Runtime.getRuntime().availableProcessors();
        }
        if (threads < 1) {
            throw new BadInputException("want --threads of at least 1, got " + threads);
        }
        return threads;
    }

    /** Where progress goes: nowhere under {@code --quiet}. */
    ConsoleProgress progress(Console console) {
        return quiet ? ConsoleProgress.silent() : console.progress();
    }

    /** The seed asked for, else 0. */
    long seedOrZero() {
        return seed == null ? 0 : seed;
    }
}
