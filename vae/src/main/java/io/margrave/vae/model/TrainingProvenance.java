package io.margrave.vae.model;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How a model was trained and how well. ELBOs are in nats an image, beta 1 whatever was trained with.
 * Of a deterministic encoder ELBO and KL are absent; of a classifier the likelihood is that of the class, E log q(y|z).
 *
 * @param data name of the data set
 * @param dataChecksum checksum of its training split
 * @param objective {@code elbo} where beta is 1, else {@code beta}; {@code reconstruction}, {@code vib} and {@code cross-entropy} of the
 *     other kinds; with {@code -jacobian} after it where the Jacobian is penalised
 * @param beta weight of the KL term, at least zero; 0 of a deterministic encoder
 * @param jacobianPenalty weight of |J|_F^2 in the objective, at least zero; 0 for none
 * @param seed of initialisation, order and noise
 * @param epochs trained, the ones after the best included
 * @param bestEpoch whose weights these are, from 1
 * @param seconds wall-clock seconds of training
 * @param plan the training plan, as text by key
 * @param versions of what computed, by name
 * @param validationObjective on the validation split at the best epoch, with the beta of training
 * @param testAccuracy share of the test split that a classifier gets right at z = mu(x); null of a model that reconstructs
 * @param testElbo on the whole test split; null where it was not computed, likewise the rest
 * @param testLogLikelihood its first part, E log p(x|z)
 * @param testKl its second part
 * @param activeUnits latent dimensions whose posterior mean varies by more than 0.01 over the test split (Burda et al. 2016)
 * @param klPerDimension mean KL of each latent dimension; empty where not computed
 * @param validationHistory the validation objective after each epoch, with the beta of training; empty where it was not kept
 */
public record TrainingProvenance(
        String data,
        String dataChecksum,
        String objective,
        double beta,
        double jacobianPenalty,
        long seed,
        int epochs,
        int bestEpoch,
        double seconds,
        Map<String, String> plan,
        Map<String, String> versions,
        double validationObjective,
        @Nullable Double testAccuracy,
        @Nullable Double testElbo,
        @Nullable Double testLogLikelihood,
        @Nullable Double testKl,
        @Nullable Integer activeUnits,
        List<Double> klPerDimension,
        List<Double> validationHistory) {

    public TrainingProvenance {
        plan = Collections.unmodifiableMap(new LinkedHashMap<>(plan));
        versions = Collections.unmodifiableMap(new LinkedHashMap<>(versions));
        klPerDimension = List.copyOf(klPerDimension);
        validationHistory = List.copyOf(validationHistory);
    }
}
