package io.margrave.vae.model;

import io.margrave.data.ImageShape;
import io.margrave.data.ValueRange;
import io.margrave.vae.network.Architecture;
import org.jspecify.annotations.Nullable;

/**
 * Everything about a model of our own layers but its weights. The prior is N(0, I).
 *
 * @param shape of one image
 * @param range of its values; [0, 1] for a Bernoulli or continuous Bernoulli likelihood
 * @param latent latent dimension, greater than zero
 * @param architecture of encoder and decoder
 * @param likelihood p(x|z)
 * @param posterior a diagonal Gaussian, or deterministic: an autoencoder
 * @param sigmaFloor S where the posterior's standard deviation is sqrt(sigma^2 + S^2), at least zero; 0 for none
 * @param provenance how it was trained; null where it was not
 */
public record NetworkSpec(
        ImageShape shape,
        ValueRange range,
        int latent,
        Architecture architecture,
        LikelihoodSpec likelihood,
        PosteriorFamily posterior,
        double sigmaFloor,
        @Nullable TrainingProvenance provenance)
        implements VaeSpec {

    public NetworkSpec {
        ImageEncoder.check(latent, posterior, sigmaFloor);
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

    /** A VAE that nobody has trained. */
    public static NetworkSpec untrained(
            ImageShape shape, ValueRange range, int latent, Architecture architecture, LikelihoodSpec likelihood) {
        return new NetworkSpec(shape, range, latent, architecture, likelihood, PosteriorFamily.GAUSSIAN, 0, null);
    }

    /** The same model with another posterior. */
    public NetworkSpec withPosterior(PosteriorFamily other, double otherFloor) {
        return new NetworkSpec(shape, range, latent, architecture, likelihood, other, otherFloor, provenance);
    }

    /** The same model, trained. */
    public NetworkSpec trained(TrainingProvenance trained) {
        return new NetworkSpec(shape, range, latent, architecture, likelihood, posterior, sigmaFloor, trained);
    }

    @Override
    public Prior prior() {
        return Prior.STANDARD_NORMAL;
    }

    @Override
    public LikelihoodSpec.Family family() {
        return likelihood.family();
    }
}
