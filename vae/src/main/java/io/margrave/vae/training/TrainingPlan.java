package io.margrave.vae.training;

import io.margrave.vae.model.LikelihoodSpec;
import io.margrave.vae.model.ModelKind;
import io.margrave.vae.network.Architecture;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What to train and how. Same plan, same data, same machine and threads: the same weights, to the last bit, resumed or not;
 * unless {@code maxSeconds} cuts in.
 *
 * @param data name of the data set
 * @param architecture of encoder and decoder
 * @param latent latent dimension, greater than zero
 * @param likelihood p(x|z); of a classifier, which has none, {@link LikelihoodSpec#bernoulli()} stands here and says nothing
 * @param beta weight of the KL term, finite, at least zero; 0 where the variant is deterministic
 * @param warmUpEpochs over which that weight grows from 0, at least zero; 0 where the variant is deterministic
 * @param epochs at most, greater than zero
 * @param batch images a step, greater than zero
 * @param learningRate of Adam, finite, greater than zero
 * @param patience epochs without a better validation objective before training stops, greater than zero
 * @param seed of first weights, order and noise
 * @param threads that share each batch, greater than zero
 * @param maxSeconds of wall-clock time after which the epoch is cut short and training ends; null for no limit
 * @param variant what sets it apart from a plain VAE
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
        @Nullable Double maxSeconds,
        Variant variant) {

    /**
     * What sets a model apart from a plain VAE.
     *
     * @param kind of model
     * @param jacobianPenalty weight of |J|_F^2 of the posterior mean in the objective, finite, at least zero; 0 for none
     * @param sigmaFloor S where the posterior's standard deviation is sqrt(sigma^2 + S^2), finite, at least zero; 0 for none, and where
     *     the kind is deterministic
     */
    public record Variant(ModelKind kind, double jacobianPenalty, double sigmaFloor) {
        /** A plain VAE. */
        public static final Variant PLAIN = new Variant(ModelKind.VAE, 0, 0);

        public Variant {
            require(
                    jacobianPenalty >= 0 && jacobianPenalty < Double.POSITIVE_INFINITY,
                    "a finite jacobian penalty >= 0",
                    jacobianPenalty);
            require(sigmaFloor >= 0 && sigmaFloor < Double.POSITIVE_INFINITY, "a finite sigma floor >= 0", sigmaFloor);
            require(
                    sigmaFloor == 0 || !kind.deterministic(),
                    "no sigma floor for kind " + kind.id() + ", whose sigma is 0",
                    sigmaFloor);
        }
    }

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
        String kind = variant.kind().id();
        if (variant.kind().deterministic()) {
            require(beta == 0, "no beta for kind " + kind + ", which has no KL term", beta);
            require(warmUpEpochs == 0, "no warm-up for kind " + kind + ", which has no KL term", warmUpEpochs);
        }
        require(
                variant.kind().reconstructs() || likelihood.equals(LikelihoodSpec.bernoulli()),
                "no likelihood for kind " + kind + ", which reconstructs nothing",
                likelihood.family().id());
    }

    /** A plain VAE. */
    public TrainingPlan(
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
        this(
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
                maxSeconds,
                Variant.PLAIN);
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
        return with(draft -> draft.beta = other);
    }

    /** The same plan with another number of epochs. */
    public TrainingPlan withEpochs(int other) {
        return with(draft -> draft.epochs = other);
    }

    /** The same plan for another model. */
    public TrainingPlan withModel(Architecture otherArchitecture, int otherLatent, LikelihoodSpec otherLikelihood) {
        return with(draft -> {
            draft.architecture = otherArchitecture;
            draft.latent = otherLatent;
            draft.likelihood = otherLikelihood;
        });
    }

    /** The same plan with another learning rate. */
    public TrainingPlan withLearningRate(double other) {
        return with(draft -> draft.learningRate = other);
    }

    /** The same plan from other first weights, in another order, with other noise. */
    public TrainingPlan withSeed(long other) {
        return with(draft -> draft.seed = other);
    }

    /** The same plan on other threads: the same model but for the last digits. */
    public TrainingPlan withThreads(int other) {
        return with(draft -> draft.threads = other);
    }

    /** The same plan under a limit of wall-clock time. */
    public TrainingPlan withMaxSeconds(@Nullable Double other) {
        return with(draft -> draft.maxSeconds = other);
    }

    /**
     * The same plan for another kind of model. A deterministic kind takes beta and warm-up away, one that predicts a class the
     * likelihood: what is left means something.
     */
    public TrainingPlan withKind(ModelKind other) {
        return with(draft -> {
            draft.beta = other.deterministic() ? 0 : beta;
            draft.warmUpEpochs = other.deterministic() ? 0 : warmUpEpochs;
            draft.likelihood = other.reconstructs() ? likelihood : LikelihoodSpec.bernoulli();
            draft.variant = new Variant(other, variant.jacobianPenalty(), variant.sigmaFloor());
        });
    }

    /** The same plan with another weight of |J|_F^2. */
    public TrainingPlan withJacobianPenalty(double other) {
        return with(draft -> draft.variant = new Variant(variant.kind(), other, variant.sigmaFloor()));
    }

    /** The same plan with another floor under the posterior's standard deviation. */
    public TrainingPlan withSigmaFloor(double other) {
        return with(draft -> draft.variant = new Variant(variant.kind(), variant.jacobianPenalty(), other));
    }

    private TrainingPlan with(Consumer<Draft> change) {
        Draft draft = new Draft(this);
        change.accept(draft);
        return draft.plan();
    }

    /** What is maximised. */
    public Objective objective() {
        String name = switch (variant.kind()) {
            case VAE -> beta == 1 ? "elbo" : "beta";
            case AE -> "reconstruction";
            case VIB -> "vib";
            case CLASSIFIER -> "cross-entropy";
        };
        double penalty = variant.jacobianPenalty();
        return new Elbo(penalty == 0 ? name : name + "-jacobian", beta, warmUpEpochs, penalty);
    }

    /**
     * The plan by key, in text. Plans of equal text train the same model: threads are left out, so that a training may go on
     * with others. Keys that came later are there only where they differ from a plain VAE, so that older models are known again.
     */
    public Map<String, String> text() {
        Map<String, String> text = new LinkedHashMap<>();
        text.put("data", data);
        if (variant.kind() != ModelKind.VAE) {
            text.put("kind", variant.kind().id());
        }
        text.put("arch", architecture.id());
        text.put("widths", architecture.widths().toString());
        text.put("activation", architecture.activation().id());
        text.put("latent", Integer.toString(latent));
        if (variant.kind().reconstructs()) {
            text.put("likelihood", likelihood.family().id());
            text.put("scale", Double.toString(likelihood.scale()));
            text.put("learned_scale", Boolean.toString(likelihood.learnedScale()));
            text.put("link", likelihood.link().id());
        }
        text.put("beta", Double.toString(beta));
        text.put("warm_up_epochs", Integer.toString(warmUpEpochs));
        if (variant.jacobianPenalty() != 0) {
            text.put("jacobian_penalty", Double.toString(variant.jacobianPenalty()));
        }
        if (variant.sigmaFloor() != 0) {
            text.put("sigma_floor", Double.toString(variant.sigmaFloor()));
        }
        text.put("epochs", Integer.toString(epochs));
        text.put("batch", Integer.toString(batch));
        text.put("learning_rate", Double.toString(learningRate));
        text.put("patience", Integer.toString(patience));
        text.put("seed", Long.toString(seed));
        text.put("max_seconds", maxSeconds == null ? "none" : maxSeconds.toString());
        return text;
    }

    /** A plan while it is being changed. */
    private static final class Draft {
        private final String data;
        private Architecture architecture;
        private int latent;
        private LikelihoodSpec likelihood;
        private double beta;
        private int warmUpEpochs;
        private int epochs;
        private final int batch;
        private double learningRate;
        private final int patience;
        private long seed;
        private int threads;
        private @Nullable Double maxSeconds;
        private Variant variant;

        private Draft(TrainingPlan plan) {
            data = plan.data;
            architecture = plan.architecture;
            latent = plan.latent;
            likelihood = plan.likelihood;
            beta = plan.beta;
            warmUpEpochs = plan.warmUpEpochs;
            epochs = plan.epochs;
            batch = plan.batch;
            learningRate = plan.learningRate;
            patience = plan.patience;
            seed = plan.seed;
            threads = plan.threads;
            maxSeconds = plan.maxSeconds;
            variant = plan.variant;
        }

        private TrainingPlan plan() {
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
                    maxSeconds,
                    variant);
        }
    }
}
