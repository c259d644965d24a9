package io.margrave.cli;

import io.margrave.data.BadInputException;
import io.margrave.data.DataRequest;
import io.margrave.data.DataSplits;
import io.margrave.data.Datasets;
import io.margrave.results.ModelCard;
import io.margrave.results.Progress;
import io.margrave.vae.model.LikelihoodSpec;
import io.margrave.vae.model.ModelFolder;
import io.margrave.vae.model.TrainingProvenance;
import io.margrave.vae.network.Architecture;
import io.margrave.vae.training.Trainer;
import io.margrave.vae.training.TrainingPlan;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** The two small models that {@code margrave audit} trains where it is given none. */
final class Demonstration {
    /** Generated: nothing to fetch. */
    static final String DATA = "sprites";

    private static final List<Double> BETAS = List.of(1.0, 4.0);
    private static final int EPOCHS = 25;

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

    /**
     * One thread a model: a network this small loses more to waiting for a second thread than it gains, and the two models
     * can be trained side by side. The limit keeps both within a minute on a slow machine, even one after the other.
     */
    private static TrainingPlan plan(double beta) {
        return TrainingPlan.defaults(DATA)
                .withModel(Architecture.mlp(256, 256), 10, LikelihoodSpec.bernoulli())
                .withBeta(beta)
                .withEpochs(EPOCHS)
                .withThreads(1)
                .withMaxSeconds(28.0);
    }

    /**
     * Trains what is not there yet.
     *
     * @throws BadInputException where another model is in the place of one
     */
    void train(Progress.Listener progress) {
        List<Double> missing = new ArrayList<>();
        for (double beta : BETAS) {
            Path folder = console.resolve(Path.of(folder(beta)));
            if (ModelFolder.holdsModel(folder)) {
                checkOwn(folder, plan(beta));
            } else {
                missing.add(beta);
            }
        }
        if (missing.isEmpty()) {
            return;
        }
        DataSplits data = Datasets.open(DataRequest.of(DATA, null));
        ExecutorService workers = Executors.newFixedThreadPool(Math.min(threads, missing.size()), work -> {
            Thread thread = new Thread(work, "train");
            thread.setDaemon(true);
            return thread;
        });
        try (StopGuard guard = new StopGuard(console, "give the same command again to go on from the last epoch")) {
            Together together = new Together(missing.size(), progress);
            List<Future<ModelCard>> trainings = new ArrayList<>();
            for (double beta : missing) {
                Path folder = console.resolve(Path.of(folder(beta)));
                trainings.add(workers.submit(() -> Trainer.train(plan(beta), data, folder, together)));
            }
            for (Future<ModelCard> training : trainings) {
                await(training);
            }
            together.finished();
        } finally {
            end(workers);
        }
    }

    /** Where one training failed the other still computes; the process must not end under native code. */
    private static void end(ExecutorService workers) {
        workers.shutdownNow();
        try {
            workers.awaitTermination(10, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void await(Future<ModelCard> training) {
        try {
            training.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException failure) {
                throw failure;
            }
            if (e.getCause() instanceof Error failure) {
                throw failure;
            }
            throw new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CancellationException("training stopped");
        }
    }

    /** One bar for trainings that run side by side. */
    private static final class Together implements Progress.Listener {
        private final Map<String, Progress> newest = new TreeMap<>();
        private final long total;
        private final Progress.Listener listener;

        Together(int trainings, Progress.Listener listener) {
            this.total = (long) trainings * EPOCHS;
            this.listener = listener;
        }

        @Override
        public synchronized void on(Progress progress) {
            newest.put(progress.stage(), progress);
            String detail = newest.values().stream()
                    .map(each -> each.stage().replaceFirst("^train ", "") + " " + each.done() + "/" + EPOCHS)
                    .collect(Collectors.joining(", "));
            tell(newest.values().stream().mapToLong(Progress::done).sum(), detail);
        }

        /** Early stopping may have left epochs out. */
        synchronized void finished() {
            tell(total, "");
        }

        private void tell(long done, String detail) {
            listener.on(new Progress("train demonstration models", done, total, "epochs", detail));
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
