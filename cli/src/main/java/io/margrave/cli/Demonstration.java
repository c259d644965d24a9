package io.margrave.cli;

import io.margrave.cli.progress.ConsoleProgress;
import io.margrave.data.BadInputException;
import io.margrave.data.DataRequest;
import io.margrave.data.DataSplits;
import io.margrave.data.Datasets;
import io.margrave.vae.model.LikelihoodSpec;
import io.margrave.vae.model.ModelFolder;
import io.margrave.vae.model.TrainingProvenance;
import io.margrave.vae.network.Architecture;
import io.margrave.vae.training.Trainer;
import io.margrave.vae.training.TrainingPlan;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** The two small models that {@code margrave audit} trains where it is given none. */
final class Demonstration {
    /** Generated: nothing to fetch. */
    static final String DATA = "sprites";

    private static final List<Double> BETAS = List.of(1.0, 4.0);

    private final Console console;
    private final int threads;

    Demonstration(Console console, int threads) {
        this.console = console;
        this.threads = threads;
    }

    /** Where the models are or will be: in {@code models/} of the current folder. */
    List<String> folders() {
        return BETAS.stream().map(Demonstration::folder).toList();
    }

    private static String folder(double beta) {
        return String.format(Locale.ROOT, "models/sprites-b%.0f", beta);
    }

    static TrainingPlan plan(double beta, int threads) {
        return TrainingPlan.defaults(DATA)
                .withModel(Architecture.mlp(256, 256), 10, LikelihoodSpec.bernoulli())
                .withBeta(beta)
                .withEpochs(20)
                .withThreads(threads);
    }

    /**
     * Trains what is not there yet.
     *
     * @throws BadInputException where another model is in the place of one
     */
    void train(ConsoleProgress progress) {
        for (double beta : BETAS) {
            Path folder = console.resolve(Path.of(folder(beta)));
            TrainingPlan plan = plan(beta, threads);
            if (ModelFolder.holdsModel(folder)) {
                checkOwn(folder, plan);
                continue;
            }
            DataSplits data = Datasets.open(DataRequest.of(DATA, null));
            try (StopGuard guard = new StopGuard(console, "give the same command again to go on from the last epoch")) {
                Trainer.train(plan, data, folder, progress);
            }
            progress.close();
        }
    }

    private void checkOwn(Path folder, TrainingPlan plan) {
        TrainingProvenance provenance = ModelFolder.spec(folder).provenance();
        if (provenance == null || !provenance.plan().equals(plan.text())) {
            throw new BadInputException("want the demonstration's model in " + AuditRun.shortest(folder, console)
                    + ", got another; name models with --models, or move this one away");
        }
    }
}
