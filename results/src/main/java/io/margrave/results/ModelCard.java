package io.margrave.results;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
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
 * @param prior {@code standard-normal} or {@code other}, where KL and ELBO are not measured
 * @param posterior {@code gaussian} or {@code deterministic}, where sigma is 0 and bounds that are measured in it are withheld
 * @param told what else the owner of an imported model says of it, by key; nobody checked it
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
        List<Double> klPerDimension,
        String prior,
        String posterior,
        Map<String, String> told) {

    private static final String STANDARD_NORMAL = "standard-normal";
    private static final String GAUSSIAN = "gaussian";

    /** A card that was stored before models could be imported says nothing of these: they were the same for all. */
    public ModelCard {
        prior = Objects.requireNonNullElse(prior, STANDARD_NORMAL);
        posterior = Objects.requireNonNullElse(posterior, GAUSSIAN);
        told = Collections.unmodifiableMap(new LinkedHashMap<>(Objects.requireNonNullElse(told, Map.of())));
    }

    /** A model with a standard normal prior and a Gaussian posterior, as all are that are trained here. */
    public ModelCard(
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
            List<Double> klPerDimension) {
        this(
                name,
                path,
                weightsChecksum,
                data,
                dataChecksum,
                architecture,
                latent,
                likelihood,
                objective,
                beta,
                seed,
                epochs,
                trainSeconds,
                testElbo,
                testLogLikelihood,
                testKl,
                activeUnits,
                klPerDimension,
                STANDARD_NORMAL,
                GAUSSIAN,
                Map.of());
    }

    /** Whether sigma is 0: bounds that are measured in it would be, too, and are withheld. */
    public boolean deterministic() {
        return !posterior.equals(GAUSSIAN);
    }
}
