package io.margrave.results;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a report says of a model: where it came from and how good it is.
 *
 * @param name within the run; unique
 * @param path folder it was read from
 * @param weightsChecksum SHA-256 of its weights
 * @param data name of the set it was trained on
 * @param dataChecksum checksum of that set
 * @param architecture a phrase: {@code mlp 512-512}
 * @param latent latent dimension
 * @param likelihood {@code bernoulli}, {@code continuous-bernoulli}, {@code gaussian}
 * @param objective {@code elbo}, {@code beta}
 * @param beta weight of the KL term
 * @param seed of its training
 * @param epochs trained
 * @param trainSeconds wall-clock seconds of training
 * @param testElbo nats an image on the whole test split; likewise the two parts
 * @param testLogLikelihood expected log-likelihood, nats an image
 * @param testKl KL term, nats an image
 * @param activeUnits latent dimensions whose posterior mean varies by more than 0.01 over the test split
 * @param klPerDimension mean KL of each latent dimension, nats
 */
public record ModelCard(
        String name,
        String path,
        String weightsChecksum,
        String data,
        String dataChecksum,
        String architecture,
        int latent,
        String likelihood,
        String objective,
        double beta,
        long seed,
        int epochs,
        double trainSeconds,
        @Nullable Double testElbo,
        @Nullable Double testLogLikelihood,
        @Nullable Double testKl,
        @Nullable Integer activeUnits,
        List<Double> klPerDimension) {}
