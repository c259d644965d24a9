package io.margrave.vae.model;

import io.margrave.data.ImageShape;
import io.margrave.data.ValueRange;
import org.bytedeco.pytorch.Tensor;

/**
 * A classifier through a latent vector: a variational information bottleneck (Alemi et al. 2017), or its deterministic counterpart, whose
 * posterior has a standard deviation of 0. Safe for use by several threads as long as nobody trains it.
 *
 * <p>Images are float32 {@code [batch, channels, height, width]} in the value range.
 */
public interface ImageClassifier {

    /** Shape of one image. */
    ImageShape shape();

    /** Range of its values, as the data set has them. */
    ValueRange range();

    /** Latent dimension, greater than zero. */
    int latent();

    /** Number of classes, at least two. */
    int classes();

    /** q(z|x). */
    PosteriorFamily posterior();

    /**
     * The posterior q(z|x).
     *
     * @param images {@code [batch, channels, height, width]}
     * @return mean and standard deviation, {@code [batch, latent]}; the latter is 0 where the posterior is deterministic
     */
    GaussianPosterior encode(Tensor images);

    /**
     * Scores, differentiable in the latents.
     *
     * @param latents {@code [batch, latent]}
     * @return {@code [batch, classes]}; the largest is predicted
     */
    Tensor logits(Tensor latents);
}
