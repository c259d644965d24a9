package io.margrave.vae.training;

import io.margrave.data.BadInputException;
import io.margrave.data.DataSplits;
import io.margrave.results.ModelCard;
import io.margrave.results.Progress;
import io.margrave.vae.Engine;
import io.margrave.vae.model.ModelFolder;
import io.margrave.vae.model.ModelKind;
import io.margrave.vae.model.TrainingProvenance;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.bytedeco.javacpp.PointerScope;
import org.jspecify.annotations.Nullable;

/**
 * Trains a model into a folder. A checkpoint is kept there after each epoch: called again with the same plan, a stopped
 * training goes on, to the same weights; a finished one returns at once.
 */
public final class Trainer {
    /** Name of the checkpoint in the model's folder. */
    public static final String CHECKPOINT = "checkpoint.safetensors";

    /** What the checkpoint of a training that diverged is renamed to; its {@code best.} tensors are the best weights. */
    public static final String DIVERGED = "diverged.safetensors";

    private static final int TIMED_STEPS = 4;

    private Trainer() {}

    /**
     * Trains, or goes on, or finds the work done. Its threads are Java's; the engine's are
     * set to one.
     *
     * @param out folder of the model, made where there is none; its name is the model's
     * @param progress hears of each epoch, and a few times a second in between
     * @throws BadInputException where the data doesn't fit the plan, {@code out} holds another plan's work or can't be
     *     written, another training is at work there, or training diverged
     */
    public static ModelCard train(TrainingPlan plan, DataSplits data, Path out, Progress.Listener progress) {
        String name = name(out);
        if (ModelFolder.holdsModel(out)) {
            checkSame(plan, data, out);
            return ModelFolder.card(out, name);
        }
        Trainee.Blueprint blueprint = Trainee.of(plan, data);
        makeFolder(out);
        try (FolderLock lock = FolderLock.take(out)) {
            if (!ModelFolder.holdsModel(out)) {
                train(plan, data, blueprint, out, name, progress);
            }
        }
        return ModelFolder.card(out, name);
    }

    /**
     * What one image of a training step costs, from a few steps that train nothing: to tell how long a training will take.
     *
     * @return seconds on {@code plan.threads()} threads
     */
    @SuppressWarnings("try") // The scope acts by being open.
    public static double secondsAnImage(TrainingPlan plan, DataSplits data) {
        Engine.singleThreaded();
        try (PointerScope scope = new PointerScope()) {
            Path nowhere = Path.of("no-such-folder", CHECKPOINT);
            return new TrainingRun(plan, data, Trainee.of(plan, data), nowhere, "timing", Progress.Listener.none())
                    .secondsAnImage(TIMED_STEPS);
        }
    }

    private static void train(
            TrainingPlan plan,
            DataSplits data,
            Trainee.Blueprint blueprint,
            Path out,
            String name,
            Progress.Listener progress) {
        Engine.singleThreaded();
        Path checkpoint = out.resolve(CHECKPOINT);
        TrainingRun run = new TrainingRun(plan, data, blueprint, checkpoint, name, progress);
        TrainingRun.Outcome outcome;
        try {
            outcome = run.toTheEnd();
        } catch (TrainingRun.Diverged e) {
            throw new BadInputException(Engine.firstLine(e) + setAside(checkpoint), e);
        }
        outcome.trainee().write(out, provenance(plan, data, outcome));
        delete(checkpoint);
    }

    private static String name(Path out) {
        Path name = out.toAbsolutePath().normalize().getFileName();
        if (name == null) {
            throw new BadInputException("want a folder with a name for the model, got " + out);
        }
        return name.toString();
    }

    private static void checkSame(TrainingPlan plan, DataSplits data, Path out) {
        TrainingProvenance trained = ModelFolder.provenance(out);
        if (trained == null) {
            throw new BadInputException(out + " holds a model that was not trained here: choose another --out");
        }
        String difference = difference(trained.plan(), plan.text());
        if (difference == null && !trained.dataChecksum().equals(data.train().checksum())) {
            difference = "other images under the name " + trained.data();
        }
        if (difference != null) {
            throw new BadInputException(out + " holds a model of another plan (" + difference
                    + "): choose another --out or delete the folder");
        }
    }

    /** The first key that two plans differ in, in words; null where they are the same. */
    static @Nullable String difference(Map<String, String> there, Map<String, String> wanted) {
        Set<String> keys = new LinkedHashSet<>(wanted.keySet());
        keys.addAll(there.keySet());
        for (String key : keys) {
            String other = there.get(key);
            if (!Objects.equals(wanted.get(key), other)) {
                return key + " " + Objects.requireNonNullElse(other, "missing") + " there, "
                        + Objects.requireNonNullElse(wanted.get(key), "none") + " wanted";
            }
        }
        return null;
    }

    private static TrainingProvenance provenance(TrainingPlan plan, DataSplits data, TrainingRun.Outcome outcome) {
        HeldOut test = outcome.test();
        boolean random = !plan.variant().kind().deterministic();
        boolean hasElbo = plan.variant().kind() == ModelKind.VAE;
        return new TrainingProvenance(
                data.name(),
                data.train().checksum(),
                plan.objective().name(),
                plan.beta(),
                plan.variant().jacobianPenalty(),
                plan.seed(),
                outcome.epochs(),
                outcome.bestEpoch(),
                outcome.seconds(),
                plan.text(),
                Map.of("engine", Engine.version(), "java", System.getProperty("java.version", "unknown")),
                outcome.bestObjective(),
                test.accuracy(),
                hasElbo ? test.elbo() : null,
                test.logLikelihood(),
                random ? test.kl() : null,
                test.activeUnits(),
                test.klPerDimension(),
                outcome.history());
    }

    private static void makeFolder(Path out) {
        try {
            Files.createDirectories(out);
        } catch (IOException e) {
            throw new BadInputException(
                    "can't make the folder " + out + " (" + e.getClass().getSimpleName() + "): choose another --out",
                    e);
        }
    }

    /** Going on from the checkpoint would diverge again: the folder is free for another plan, and nothing is lost. */
    private static String setAside(Path checkpoint) {
        if (!Files.exists(checkpoint)) {
            return "";
        }
        Path aside = checkpoint.resolveSibling(DIVERGED);
        try {
            Files.move(checkpoint, aside, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new BadInputException(
                    "can't rename " + checkpoint + " (" + e.getClass().getSimpleName() + "): move it away by hand", e);
        }
        return "; the best weights so far are in " + aside;
    }

    private static void delete(Path checkpoint) {
        try {
            Files.deleteIfExists(checkpoint);
        } catch (IOException e) {
            throw new BadInputException(
                    "can't delete " + checkpoint + " (" + e.getClass().getSimpleName() + "): delete it by hand", e);
        }
    }
}
