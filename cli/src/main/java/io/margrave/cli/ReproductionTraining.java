package io.margrave.cli;

import io.margrave.cli.experiment.ExperimentPlan.Group;
import io.margrave.cli.experiment.PlannedModel;
import io.margrave.data.BadInputException;
import io.margrave.data.DataSplits;
import io.margrave.results.Progress;
import io.margrave.robustness.audit.Workers;
import io.margrave.vae.model.LikelihoodSpec;
import io.margrave.vae.model.ModelFolder;
import io.margrave.vae.model.ModelKind;
import io.margrave.vae.network.Architecture;
import io.margrave.vae.network.Layer.Activation;
import io.margrave.vae.training.Trainer;
import io.margrave.vae.training.TrainingPlan;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Trains the models of an experiment: as many at a time as there are cores, one core each, which is faster than one after the other
 * on all of them. A model that is there is kept, one that was stopped goes on from its last epoch.
 *
 * @param folder of the experiment
 * @param data by name
 * @param threads models at a time
 */
record ReproductionTraining(ReproductionFolder folder, Map<String, DataSplits> data, int threads) {

    /** The training plan of a model. */
    static TrainingPlan plan(PlannedModel model) {
        Group group = model.group();
        try {
            // What classifies has no likelihood of images, and says the usual one.
            LikelihoodSpec likelihood = switch (model.classifies() ? "" : group.likelihood()) {
                case "gaussian" -> LikelihoodSpec.gaussian(group.scale());
                case "continuous-bernoulli" -> LikelihoodSpec.continuousBernoulli();
                default -> LikelihoodSpec.bernoulli();
            };
            ModelKind kind = ModelKind.of(model.kind());
            return new TrainingPlan(
                    group.data(),
                    Architecture.of(group.network(), group.widths(), Activation.RELU),
                    group.latent(),
                    likelihood,
                    model.beta(),
                    0,
                    group.epochs(),
                    group.batch(),
                    group.learningRate(),
                    group.patience(),
                    model.seed(),
                    1,
                    null,
                    new TrainingPlan.Variant(kind, model.jacobianPenalty(), model.sigmaFloor()));
        } catch (IllegalArgumentException e) {
            throw new BadInputException(model.name() + ": " + e.getMessage(), e);
        }
    }

    /** Trains what is not trained yet. */
    void run(List<PlannedModel> models, Progress.Listener progress) {
        Epochs epochs = new Epochs(models, progress);
        models.stream()
                .filter(model -> ModelFolder.holdsModel(folder.model(model.name())))
                .forEach(model -> epochs.trained(model.name(), model.group().epochs()));
        List<Workers.Job<String>> jobs = new ArrayList<>();
        for (PlannedModel model : models) {
            TrainingPlan plan = plan(model);
            DataSplits splits = Objects.requireNonNull(data.get(model.group().data()));
            jobs.add(() -> {
                Trainer.train(
                        plan,
                        splits,
                        folder.model(model.name()),
                        event -> epochs.on(model.name(), event.done(), event.detail()));
                return model.name();
            });
        }
        Workers.run(
                jobs,
                threads,
                (number, name) -> epochs.on(name, models.get(number).group().epochs(), "trained"));
    }

    /** Epochs of all models together. */
    private static final class Epochs {
        private final Map<String, Long> done = new ConcurrentHashMap<>();
        private final long total;
        private final Progress.Listener progress;

        Epochs(List<PlannedModel> models, Progress.Listener progress) {
            this.total =
                    models.stream().mapToLong(model -> model.group().epochs()).sum();
            this.progress = progress;
        }

        /** Before anything is told. */
        void trained(String model, long epochs) {
            done.put(model, epochs);
        }

        synchronized void on(String model, long epochs, String detail) {
            done.put(model, epochs);
            long sum = done.values().stream().mapToLong(Long::longValue).sum();
            progress.on(new Progress("train", sum, total, "epochs", model + ": " + detail));
        }
    }
}
