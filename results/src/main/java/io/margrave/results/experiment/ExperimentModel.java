package io.margrave.results.experiment;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One trained model of an experiment.
 *
 * @param name unique within the experiment: {@code mnist-mlp-b4-s0}
 * @param data name of the data set
 * @param network {@code mlp} or {@code conv}
 * @param kind {@code vae}, {@code ae}, {@code vib} or {@code classifier}
 * @param beta weight of the KL term; 0 of a deterministic kind
 * @param seed of its training
 * @param jacobianPenalty weight of |J|_F^2 in its objective; 0 for none
 * @param sigmaFloor smallest posterior standard deviation that it can have; 0 for none
 * @param likelihood {@code bernoulli}, {@code gaussian}, ...; {@code categorical} of a classifier
 * @param latent latent dimension
 * @param trainImages images that it was fitted on
 * @param epochs trained
 * @param bestEpoch whose weights it has, from 1
 * @param seconds of training
 * @param testElbo nats an image over the whole test split, beta 1; likewise its two parts; null where the kind has none
 * @param testLogLikelihood E log p(x|z), or E log p(y|z) of a classifier
 * @param testKl the KL term
 * @param activeUnits latent dimensions whose posterior mean varies by more than 0.01 over the test split
 * @param testAccuracy share of the test split that a classifier gets right; null of a model that reconstructs
 * @param history validation objective after each epoch
 */
public record ExperimentModel(
        String name,
        String data,
        String network,
        String kind,
        double beta,
        long seed,
        double jacobianPenalty,
        double sigmaFloor,
        String likelihood,
        int latent,
        int trainImages,
        int epochs,
        int bestEpoch,
        double seconds,
        @Nullable Double testElbo,
        @Nullable Double testLogLikelihood,
        @Nullable Double testKl,
        @Nullable Integer activeUnits,
        @Nullable Double testAccuracy,
        List<Double> history) {

    public ExperimentModel {
        history = List.copyOf(history);
    }

    /** Whether it is one of the family that varies beta alone: a VAE without penalty or floor. */
    public boolean plainVae() {
        return kind.equals("vae") && jacobianPenalty == 0 && sigmaFloor == 0;
    }
}
