package io.margrave.vae.training;

import io.margrave.data.BadInputException;
import io.margrave.data.DataSplits;
import io.margrave.data.ImageSet;
import io.margrave.data.Noise;
import io.margrave.data.TensorData;
import io.margrave.results.Progress;
import io.margrave.vae.TensorCopies;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * One training, from the start or from its checkpoint to the best weights. Order and noise of an epoch come from streams
 * named by it, so an epoch is the same whatever came before in this process.
 */
final class TrainingRun {
    private static final long NANOS_BETWEEN_EVENTS = 300_000_000L;

    private final TrainingPlan plan;
    private final Objective objective;
    private final DataSplits data;
    private final Path checkpoint;
    private final String stage;
    private final Progress.Listener progress;
    private final Noise noise;
    private final Trainee trainee;
    private final Learner learner;
    private final List<String> names;
    private final List<Tensor> parameters;
    private final Adam adam;
    private final float[] images;
    private final float[] posteriorNoise;
    private final float @Nullable [] directions;
    private final boolean predicts;

    private final double secondsBefore;
    private final long startNanos;
    private int epochs;
    private int bestEpoch;
    private double bestObjective = Double.NEGATIVE_INFINITY;
    private Map<String, TensorData> best;
    private double lastObjective = Double.NEGATIVE_INFINITY;
    private long lastEvent;
    private final List<Double> history = new ArrayList<>();

    /** Training came to no good; the message says at which epoch and what to do. */
    static final class Diverged extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Diverged(String message) {
            super(message);
        }
    }

    /**
     * What a training came to.
     *
     * @param trainee with the weights of the best epoch
     * @param epochs trained
     * @param bestEpoch from 1
     * @param bestObjective on the validation split
     * @param seconds of wall-clock time, earlier sittings included
     * @param test the best weights on the test split
     * @param history the validation objective after each epoch
     */
    record Outcome(
            Trainee trainee,
            int epochs,
            int bestEpoch,
            double bestObjective,
            double seconds,
            HeldOut test,
            List<Double> history) {}

    TrainingRun(
            TrainingPlan plan,
            DataSplits data,
            Trainee.Blueprint blueprint,
            Path checkpoint,
            String name,
            Progress.Listener progress) {
        this.plan = plan;
        this.objective = plan.objective();
        this.data = data;
        this.checkpoint = checkpoint;
        this.stage = "train " + name;
        this.progress = progress;
        this.noise = new Noise(plan.seed(), "training");
        this.images =
                new float[Math.multiplyExact(plan.batch(), data.train().shape().size())];
        this.posteriorNoise = new float[Math.multiplyExact(plan.batch(), plan.latent())];
        directions = objective.penalisesJacobian() ? new float[posteriorNoise.length] : null;
        predicts = !plan.variant().kind().reconstructs();
        trainee = blueprint.initialised(plan.seed());
        learner = trainee.learner();
        names = List.copyOf(trainee.parameters().keySet());
        parameters = List.copyOf(trainee.parameters().values());
        adam = new Adam(parameters, plan.learningRate(), plan.threads());
        startNanos = System.nanoTime();
        if (Files.exists(checkpoint)) {
            Checkpoint kept = read(plan, data, checkpoint, trainee.parameters());
            putBack(kept.parameters(), parameters);
            putBack(kept.first(), adam.first());
            putBack(kept.second(), adam.second());
            adam.resumeAfter(kept.steps());
            best = kept.best();
            epochs = kept.epochs();
            bestEpoch = kept.bestEpoch();
            bestObjective = kept.bestObjective();
            history.addAll(kept.history());
            secondsBefore = kept.seconds();
        } else {
            best = copies(parameters);
            secondsBefore = 0;
        }
    }

    private static Checkpoint read(
            TrainingPlan plan, DataSplits data, Path checkpoint, Map<String, Tensor> parameters) {
        Map<String, List<Long>> shapes = new LinkedHashMap<>();
        parameters.forEach((name, tensor) -> shapes.put(name, shape(tensor)));
        Checkpoint kept = Checkpoint.read(checkpoint, shapes);
        String difference = Trainer.difference(kept.plan(), plan.text());
        if (difference == null && !kept.dataChecksum().equals(data.train().checksum())) {
            difference = "other images under the same name";
        }
        if (difference != null) {
            throw new BadInputException(
                    checkpoint + " is of another plan (" + difference + "): choose another --out or delete it");
        }
        return kept;
    }

    /** Trains what is left to train and measures the best weights on the test split. */
    Outcome toTheEnd() {
        parameters.forEach(parameter -> parameter.set_requires_grad(true));
        try (ParallelGradient gradient = new ParallelGradient(objective, learner, parameters, plan.threads())) {
            while (epochs < plan.epochs() && !isPatienceOver() && !isTimeOver()) {
                trainEpoch(gradient);
                epochs++;
                validate();
                checkpoint().write(checkpoint);
                tell(describe());
            }
        }
        parameters.forEach(parameter -> parameter.set_requires_grad(false));
        putBack(best, parameters);
        double seconds = seconds();
        HeldOut test = measure(data.test(), "test");
        return new Outcome(trainee, epochs, bestEpoch, bestObjective, seconds, test, history);
    }

    /** Seconds that one image takes in a step, from {@code steps} of them after one that is not timed; the run is not to be used again. */
    double secondsAnImage(int steps) {
        parameters.forEach(parameter -> parameter.set_requires_grad(true));
        int[] batch =
                IntStream.range(0, Math.min(plan.batch(), data.train().size())).toArray();
        Noise.Stream draws = noise.stream(0, "timing", 0);
        long start = 0;
        try (ParallelGradient gradient = new ParallelGradient(objective, learner, parameters, plan.threads())) {
            for (int i = 0; i <= steps; i++) {
                start = i == 1 ? System.nanoTime() : start;
                step(gradient, batch, draws, draws, 0);
            }
        }
        return (System.nanoTime() - start) * 1e-9 / (steps * batch.length);
    }

    private boolean isPatienceOver() {
        // While the KL term grows, scores at full weight may fall and rise again.
        return epochs - Math.max(bestEpoch, objective.warmUpEpochs()) >= plan.patience();
    }

    private boolean isTimeOver() {
        return plan.maxSeconds() != null && seconds() >= plan.maxSeconds();
    }

    private double seconds() {
        return secondsBefore + (System.nanoTime() - startNanos) * 1e-9;
    }

    private void trainEpoch(ParallelGradient gradient) {
        int size = data.train().size();
        int[] order = noise.stream(epochs, "order", 0).sample(size, size);
        Noise.Stream draws = noise.stream(epochs, "posterior", 0);
        Noise.Stream projections = noise.stream(epochs, "jacobian", 0);
        for (int from = 0; from < order.length && !(from > 0 && isTimeOver()); from += plan.batch()) {
            if (Thread.currentThread().isInterrupted()) {
                throw new CancellationException("training stopped");
            }
            int[] batch = Arrays.copyOfRange(order, from, Math.min(order.length, from + plan.batch()));
            double share = (double) from / order.length;
            step(gradient, batch, draws, projections, share);
        }
    }

    @SuppressWarnings("try") // The scope acts by being open.
    private void step(
            ParallelGradient gradient, int[] batch, Noise.Stream draws, Noise.Stream projections, double share) {
        read(data.train(), batch);
        draws.gaussians(posteriorNoise, 0, batch.length * plan.latent());
        if (directions != null) {
            projections.gaussians(directions, 0, batch.length * plan.latent());
        }
        float[] labels = predicts ? Rows.labels(data.train(), batch) : null;
        Rows rows = new Rows(batch.length, images, labels, posteriorNoise, directions);
        try (PointerScope scope = new PointerScope()) {
            ParallelGradient.Result result = gradient.of(rows, epochs + share);
            if (!Double.isFinite(result.objective())) {
                throw diverged(result.objective(), share);
            }
            gradient.descend(adam, result);
            long now = System.nanoTime();
            if (now - lastEvent >= NANOS_BETWEEN_EVENTS) {
                lastEvent = now;
                tell(describe(result, share));
            }
        }
    }

    private void read(ImageSet train, int[] batch) {
        int size = train.shape().size();
        for (int i = 0; i < batch.length; i++) {
            train.read(batch[i], images, i * size);
        }
    }

    private void validate() {
        double reached = objective.heldOut(measure(data.validation(), "validation"));
        if (!Double.isFinite(reached)) {
            throw diverged(reached, 0);
        }
        lastObjective = reached;
        history.add(reached);
        if (reached > bestObjective) {
            bestObjective = reached;
            bestEpoch = epochs;
            best = copies(parameters);
        }
    }

    private HeldOut measure(ImageSet split, String purpose) {
        Noise.Stream projections = directions == null ? null : noise.stream(0, purpose + " jacobian", 0);
        return HeldOut.measure(learner, split, new HeldOut.Draws(noise.stream(0, purpose, 0), projections));
    }

    private Diverged diverged(double reached, double share) {
        return new Diverged(String.format(
                Locale.ROOT,
                "%s diverged: the objective became %s after %.2f epochs at learning rate %s; lower it, say to %s",
                stage,
                reached,
                epochs + share,
                plan.learningRate(),
                plan.learningRate() / 10));
    }

    private Checkpoint checkpoint() {
        return new Checkpoint(
                plan.text(),
                data.train().checksum(),
                copies(parameters),
                copies(adam.first()),
                copies(adam.second()),
                best,
                adam.steps(),
                epochs,
                bestEpoch,
                bestObjective,
                seconds(),
                history);
    }

    private void tell(String detail) {
        progress.on(new Progress(stage, epochs, plan.epochs(), "epochs", detail));
    }

    private String describe() {
        return String.format(
                Locale.ROOT,
                "validation %s %s, best %s at epoch %d",
                objective.name(),
                nats(lastObjective),
                nats(bestObjective),
                bestEpoch);
    }

    private String describe(ParallelGradient.Result result, double share) {
        StringBuilder detail = new StringBuilder(String.format(
                Locale.ROOT,
                "epoch %d, %.0f %%: %s %s",
                epochs + 1,
                100 * share,
                objective.name(),
                nats(result.objective())));
        result.terms()
                .forEach((term, value) -> detail.append(String.format(Locale.ROOT, ", %s %s", term, nats(value))));
        return detail.toString();
    }

    /** What a pixel costs adds up to tens of nats, what a class costs to hundredths. */
    private String nats(double value) {
        return String.format(Locale.ROOT, predicts ? "%.4f" : "%.2f", value);
    }

    private Map<String, TensorData> copies(List<Tensor> tensors) {
        Map<String, TensorData> copies = new LinkedHashMap<>();
        for (int i = 0; i < names.size(); i++) {
            Tensor tensor = tensors.get(i);
            copies.put(names.get(i), new TensorData(shape(tensor), TensorCopies.floats(tensor)));
        }
        return copies;
    }

    private static List<Long> shape(Tensor tensor) {
        return Arrays.stream(TensorCopies.sizes(tensor)).boxed().toList();
    }

    @SuppressWarnings("try") // The guard acts by being open.
    private void putBack(Map<String, TensorData> from, List<Tensor> to) {
        try (NoGradGuard guard = new NoGradGuard()) {
            for (int i = 0; i < names.size(); i++) {
                TensorCopies.copy(Objects.requireNonNull(from.get(names.get(i))).values(), to.get(i));
            }
        }
    }
}
