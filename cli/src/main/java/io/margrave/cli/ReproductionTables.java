package io.margrave.cli;

import io.margrave.data.BadInputException;
import io.margrave.results.experiment.ExperimentResults;
import io.margrave.results.experiment.ExperimentTables;
import java.nio.file.Path;

/** Tables of an experiment as files of the user's: what is wrong with them is theirs to mend. */
final class ReproductionTables {
    private ReproductionTables() {}

    static ExperimentResults read(Path folder) {
        try {
            return ExperimentTables.read(folder);
        } catch (IllegalArgumentException e) {
            throw new BadInputException(String.valueOf(e.getMessage()), e);
        }
    }

    static void write(ExperimentResults results, Path folder) {
        try {
            ExperimentTables.write(results, folder);
        } catch (IllegalArgumentException e) {
            throw new BadInputException(String.valueOf(e.getMessage()), e);
        }
    }
}
