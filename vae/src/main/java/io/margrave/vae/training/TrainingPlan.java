package io.margrave.vae.training;

import io.margrave.vae.model.LikelihoodSpec;
import io.margrave.vae.network.Architecture;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What to train and how. Same plan, same data, same machine and threads: the same weights, to the last bit, resumed or not;
 * unless {@code maxSeconds} cuts in.
 *
 * @param data name of the data set
 * @param architecture of encoder and decoder
 * @param latent latent dimension, greater than zero
 * @param likelihood p(x|z)
 * @param beta weight of the KL term, finite, at least zero
 * @param warmUpEpochs over which that weight grows from 0, at least zero
 * @param epochs at most, greater than zero
 * @param batch images a step, greater than zero
 * @param learningRate of Adam, finite, greater than zero
 * @param patience epochs without a better validation objective before training stops, greater than zero
 * @param seed of first weights, order and noise
 * @param threads that share each batch, greater than zero
 * @param maxSeconds of wall-clock time after which the epoch is cut short and training ends; null for no limit
 */
public record TrainingPlan(
        String data,
        Architecture architecture,
        int latent,
        LikelihoodSpec likelihood,
        double beta,
        int warmUpEpochs,
        int epochs,
        int batch,
        double learningRate,
        int patience,
        long seed,
        int threads,
        @Nullable Double maxSeconds) {

    public TrainingPlan {
        require(latent > 0, "latent > 0", latent);
        require(beta >= 0 && beta < Double.POSITIVE_INFINITY, "beta >= 0", beta);
        require(warmUpEpochs >= 0, "warm-up epochs >= 0", warmUpEpochs);
        require(epochs > 0, "epochs > 0", epochs);
        require(batch > 0, "batch > 0", batch);
        require(
                learningRate > 0 && learningRate < Double.POSITIVE_INFINITY,
                "a finite learning rate > 0",
                learningRate);
        require(patience > 0, "patience > 0", patience);
        require(threads > 0, "threads > 0", threads);
        if (maxSeconds != null) {
            require(maxSeconds > 0, "max seconds > 0", maxSeconds);
        }
    }

    private static void require(boolean holds, String wanted, Object got) {
        if (!holds) {
            throw new IllegalArgumentException("want " + wanted + ", got " + got);
        }
    }

    /** An MLP of 512-512 with 20 latents and a Bernoulli likelihood: 20 epochs at most of batches of 128. */
    public static TrainingPlan defaults(String data) {
        return new TrainingPlan(
                data, Architecture.mlp(), 20, LikelihoodSpec.bernoulli(), 1, 0, 20, 128, 1e-3, 5, 0, 1, null);
    }

    /** The same plan with another weight of the KL term. */
    public TrainingPlan withBeta(double other) {
        return new TrainingPlan(
                data,
                architecture,
                latent,
                likelihood,
                other,
                warmUpEpochs,
                epochs,
                batch,
                learningRate,
                patience,
                seed,
                threads,
                maxSeconds);
    }

    /** The same plan with another number of epochs. */
    public TrainingPlan withEpochs(int other) {
        return new TrainingPlan(
                data,
                architecture,
                latent,
                likelihood,
                beta,
                warmUpEpochs,
                other,
                batch,
                learningRate,
                patience,
                seed,
                threads,
                maxSeconds);
    }

    /** The same plan for another model. */
    public TrainingPlan withModel(Architecture otherArchitecture, int otherLatent, LikelihoodSpec otherLikelihood) {
        return new TrainingPlan(
                data,
                otherArchitecture,
                otherLatent,
                otherLikelihood,
                beta,
                warmUpEpochs,
                epochs,
                batch,
                learningRate,
                patience,
                seed,
                threads,
                maxSeconds);
    }

    /** The same plan with another learning rate. */
    public TrainingPlan withLearningRate(double other) {
        return new TrainingPlan(
                data,
                architecture,
                latent,
                likelihood,
                beta,
                warmUpEpochs,
                epochs,
                batch,
                other,
                patience,
                seed,
                threads,
                maxSeconds);
    }

    /** The same plan on other threads: the same model but for the last digits. */
    public TrainingPlan withThreads(int other) {
        return new TrainingPlan(
                data,
                architecture,
                latent,
                likelihood,
                beta,
                warmUpEpochs,
                epochs,
                batch,
                learningRate,
                patience,
                seed,
                other,
                maxSeconds);
    }

    /** The same plan under a limit of wall-clock time. */
    public TrainingPlan withMaxSeconds(@Nullable Double other) {
        return new TrainingPlan(
                data,
                architecture,
                latent,
                likelihood,
                beta,
                warmUpEpochs,
                epochs,
                batch,
                learningRate,
                patience,
                seed,
                threads,
                other);
    }

    /** What is maximised. */
    public Objective objective() {
        return new Elbo(beta, warmUpEpochs);
    }

    /**
     * The plan by key, in text. Plans of equal text train the same model: threads are left out, so that a training may go on
     * with others.
     */
    public Map<String, String> text() {
        Map<String, String> text = new LinkedHashMap<>();
        text.put("data", data);
        text.put("arch", architecture.id());
        text.put("widths", architecture.widths().toString());
        text.put("activation", architecture.activation().id());
        text.put("latent", Integer.toString(latent));
        text.put("likelihood", likelihood.family().id());
        text.put("scale", Double.toString(likelihood.scale()));
        text.put("learned_scale", Boolean.toString(likelihood.learnedScale()));
        text.put("link", likelihood.link().id());
        text.put("beta", Double.toString(beta));
        text.put("warm_up_epochs", Integer.toString(warmUpEpochs));
        text.put("epochs", Integer.toString(epochs));
        text.put("batch", Integer.toString(batch));
        text.put("learning_rate", Double.toString(learningRate));
        text.put("patience", Integer.toString(patience));
        text.put("seed", Long.toString(seed));
        text.put("max_seconds", maxSeconds == null ? "none" : maxSeconds.toString());
        return text;
    }
}
