package io.margrave.vae.model;

import io.margrave.vae.TensorCopies;
import java.util.Arrays;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * q(z|x) = N(mean, diag stdDev^2), one a row. Divergences are in nats and keep the gradient of both tensors.
 *
 * @param mean {@code [batch, latent]}, in latent units
 * @param stdDev {@code [batch, latent]}, in latent units, greater than zero; 0 of a deterministic encoder, where divergences are
 *     infinite
 */
public record GaussianPosterior(Tensor mean, Tensor stdDev) {
    /** What {@link #fromParameters} keeps log-variance above: a standard deviation of about 0.0009. */
    public static final double MIN_LOG_VARIANCE = -14;
    /** What {@link #fromParameters} keeps log-variance below: a standard deviation of about 20. */
    public static final double MAX_LOG_VARIANCE = 6;

    public GaussianPosterior {
        if (mean.dim() != 2 || !Arrays.equals(TensorCopies.sizes(mean), TensorCopies.sizes(stdDev))) {
            throw new IllegalArgumentException("want mean and standard deviation of one shape [batch, latent], got "
                    + TensorCopies.shape(mean) + " and " + TensorCopies.shape(stdDev));
        }
    }

    /**
     * The posterior that an encoder's last layer stands for: means, then log-variances. Log-variance v is bounded smoothly,
     * with a gradient everywhere: first {@code u = 6 - softplus(6 - v)}, then {@code -14 + softplus(u + 14)}. Between -10
     * and 2 this moves it by less than 0.02.
     *
     * @param parameters {@code [batch, 2 * latent]}
     */
    public static GaussianPosterior fromParameters(Tensor parameters) {
        return fromParameters(parameters, 0);
    }

    /**
     * The same with a floor under sigma: the standard deviation is sqrt(sigma^2 + floor^2), as if noise of that size were added
     * to every latent.
     *
     * @param parameters {@code [batch, 2 * latent]}
     * @param floor in latent units, at least zero; 0 for none
     */
    public static GaussianPosterior fromParameters(Tensor parameters, double floor) {
        long latent = parameters.size(1) / 2;
        Tensor mean = parameters.narrow(1, 0, latent);
        Tensor logVariance = bounded(parameters.narrow(1, latent, latent));
        return new GaussianPosterior(
                mean,
                floor == 0
                        ? logVariance.mul(new Scalar(0.5)).exp()
                        : logVariance.exp().add(new Scalar(floor * floor)).sqrt());
    }

    /**
     * The posterior of an encoder without noise: sigma is 0, but of a graph, so that its gradient exists and is zero.
     *
     * @param mean {@code [batch, latent]}
     */
    public static GaussianPosterior deterministic(Tensor mean) {
        // Squared, so that no zero is a negative one.
        return new GaussianPosterior(mean, mean.mul(new Scalar(0.0)).square());
    }

    private static Tensor bounded(Tensor logVariance) {
        Tensor below = torch.softplus(logVariance.neg().add(new Scalar(MAX_LOG_VARIANCE)))
                .neg()
                .add(new Scalar(MAX_LOG_VARIANCE));
        return torch.softplus(below.sub(new Scalar(MIN_LOG_VARIANCE))).add(new Scalar(MIN_LOG_VARIANCE));
    }

    /**
     * Reparameterised draws: mean + stdDev * noise.
     *
     * @param noise standard normal, {@code [batch, draws, latent]}
     * @return {@code [batch, draws, latent]}
     */
    public Tensor sample(Tensor noise) {
        return stdDev.unsqueeze(1).mul(noise).add(mean.unsqueeze(1));
    }

    /**
     * KL(q || N(0, I)), in closed form.
     *
     * @return {@code [batch]}, at least zero
     */
    public Tensor klToStandardNormal() {
        return klToStandardNormalPerDimension().sum(1);
    }

    /**
     * The share of each latent dimension in {@link #klToStandardNormal()}.
     *
     * @return {@code [batch, latent]}, at least zero
     */
    public Tensor klToStandardNormalPerDimension() {
        // With u = log sigma^2: (mean^2 + (e^u - 1 - u)) / 2. expm1(u) - u doesn't go below zero where sigma is near 1.
        Tensor logVariance = stdDev.log().mul(new Scalar(2));
        return mean.square().add(logVariance.expm1().sub(logVariance)).mul(new Scalar(0.5));
    }

    /**
     * KL(q || N(0, I)) as the mean of log q(z|x) - log p(z) over draws.
     *
     * @param noise standard normal, {@code [batch, draws, latent]}
     * @return {@code [batch]}, of either sign
     */
    public Tensor klToStandardNormalByMonteCarlo(Tensor noise) {
        Tensor latents = sample(noise);
        // The constants of the two densities cancel.
        Tensor logRatio = latents.square()
                .sub(noise.square())
                .mul(new Scalar(0.5))
                .sub(stdDev.log().unsqueeze(1));
        return logRatio.sum(2).mean(1);
    }

    /**
     * KL(this || other), row by row.
     *
     * @param other of the same shape, or of one row that stands against all
     * @return {@code [batch]}, at least zero
     */
    public Tensor kl(GaussianPosterior other) {
        Tensor logVarianceRatio = stdDev.log().sub(other.stdDev.log()).mul(new Scalar(2));
        Tensor standardised = mean.sub(other.mean).div(other.stdDev);
        return standardised
                .square()
                .add(logVarianceRatio.expm1().sub(logVarianceRatio))
                .mul(new Scalar(0.5))
                .sum(1);
    }

    /**
     * KL(this || other) + KL(other || this), row by row (Jeffreys 1946).
     *
     * @param other of the same shape, or of one row that stands against all
     * @return {@code [batch]}, at least zero
     */
    public Tensor symmetricKl(GaussianPosterior other) {
        return kl(other).add(other.kl(this));
    }

    /**
     * The square of the 2-Wasserstein distance, row by row: |mean - mean'|^2 + |stdDev - stdDev'|^2.
     *
     * @param other of the same shape, or of one row that stands against all
     * @return {@code [batch]}, in squared latent units, at least zero
     */
    public Tensor squaredWasserstein(GaussianPosterior other) {
        Tensor means = mean.sub(other.mean).square();
        return means.add(stdDev.sub(other.stdDev).square()).sum(1);
    }
}
