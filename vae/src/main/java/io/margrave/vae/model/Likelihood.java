package io.margrave.vae.model;

import io.margrave.vae.network.Layer;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/** p(x|z), given what the decoder made of z. Log-probabilities are in nats, constants included, summed over pixels. */
public sealed interface Likelihood permits Bernoulli, MeanBernoulli, ContinuousBernoulli, Gaussian, PixelwiseGaussian {

    /**
     * log p(x|z).
     *
     * @param images {@code [batch, channels, height, width]}
     * @param parameters what the decoder gives: of the same shape, but for {@link PixelwiseGaussian}
     * @return {@code [batch]}
     */
    Tensor logProbability(Tensor images, Tensor parameters);

    /**
     * The mean of p(x|z).
     *
     * @param parameters what the decoder gives
     * @return {@code [batch, channels, height, width]}, in pixel units
     */
    Tensor mean(Tensor parameters);

    /** Where {@link #mean} is a function of each of the decoder's values alone, and the same for all: that function; null elsewhere. */
    default Layer.@Nullable Activation activation() {
        return null;
    }
}
