package io.margrave.vae.model;

import org.bytedeco.pytorch.Tensor;

/**
 * A variational autoencoder: encoder, decoder, likelihood and what is known of it. Safe for use by several threads as long
 * as nobody trains it.
 *
 * <p>Images are float32 {@code [batch, channels, height, width]} in the value range of {@link #spec()}.
 */
public interface Vae {

    /** Shapes, value range, prior, posterior and likelihood. */
    VaeSpec spec();

    /**
     * The posterior q(z|x); its standard deviation is 0, and still depends on the images, where it is deterministic.
     *
     * @param images {@code [batch, channels, height, width]}
     * @return mean and standard deviation, {@code [batch, latent]}
     */
    GaussianPosterior encode(Tensor images);

    /**
     * The parameters that the likelihood takes, before its mean is formed (logits, the mean itself, or mean and scale).
     *
     * @param latents {@code [batch, latent]}
     * @return what {@link #likelihood()} says, {@code [batch, channels, height, width]} for most
     */
    Tensor decodeParameters(Tensor latents);

    /** log p(x|z) and its mean. */
    Likelihood likelihood();

    /**
     * g(z), the mean of p(x|z).
     *
     * @param latents {@code [batch, latent]}
     * @return {@code [batch, channels, height, width]}
     */
    default Tensor decode(Tensor latents) {
        return likelihood().mean(decodeParameters(latents));
    }

    /**
     * The same model with matrix products in bfloat16, where it has such a form: several times faster on processors that
     * multiply bfloat16 (AMX, AVX-512 BF16), good to about three digits. For searching, never for a verdict. Takes and gives float32.
     */
    default Vae inBfloat16() {
        return this;
    }
}
