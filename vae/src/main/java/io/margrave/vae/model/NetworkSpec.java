package io.margrave.vae.model;

import io.margrave.data.ImageShape;
import io.margrave.data.ValueRange;
import io.margrave.vae.network.Architecture;
import org.jspecify.annotations.Nullable;

/**
 * Everything about a model of our own layers but its weights. The prior is N(0, I), the posterior a diagonal Gaussian.
 *
 * @param shape of one image
 * @param range of its values; [0, 1] for a Bernoulli or continuous Bernoulli likelihood
 * @param latent latent dimension, greater than zero
 * @param architecture of encoder and decoder
 * @param likelihood p(x|z)
 * @param provenance how it was trained; null where it was not
 */
public record NetworkSpec(
        ImageShape shape,
        ValueRange range,
        int latent,
        Architecture architecture,
        LikelihoodSpec likelihood,
        @Nullable TrainingProvenance provenance)
        implements VaeSpec {

    public NetworkSpec {
        if (latent <= 0) {
            throw new IllegalArgumentException("want a latent dimension > 0, got " + latent);
        }
        if (likelihood.family() != LikelihoodSpec.Family.GAUSSIAN && !range.equals(ValueRange.UNIT)) {
            throw new IllegalArgumentException("want values in [0, 1] for likelihood "
                    + likelihood.family().id() + ", got [" + range.low() + ", " + range.high()
                    + "]: choose gaussian or rescale the data");
        }
        if (likelihood.family() == LikelihoodSpec.Family.GAUSSIAN
                && likelihood.scale() <= Gaussian.smallestScale(range)) {
            throw new IllegalArgumentException("want a likelihood scale > " + Gaussian.smallestScale(range)
                    + " for this value range, got " + likelihood.scale());
        }
    }

    /** A model that nobody has trained. */
    public static NetworkSpec untrained(
            ImageShape shape, ValueRange range, int latent, Architecture architecture, LikelihoodSpec likelihood) {
        return new NetworkSpec(shape, range, latent, architecture, likelihood, null);
    }

    /** The same model, trained. */
    public NetworkSpec trained(TrainingProvenance trained) {
        return new NetworkSpec(shape, range, latent, architecture, likelihood, trained);
    }

    @Override
    public Prior prior() {
        return Prior.STANDARD_NORMAL;
    }

    @Override
    public PosteriorFamily posterior() {
        return PosteriorFamily.GAUSSIAN;
    }

    @Override
    public LikelihoodSpec.Family family() {
        return likelihood.family();
    }
}
