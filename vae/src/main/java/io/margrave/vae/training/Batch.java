package io.margrave.vae.training;

import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * Some rows of a step of training, and its noise.
 *
 * @param images {@code [batch, channels, height, width]}
 * @param labels classes from 0, int64 {@code [batch]}; null where nothing is predicted
 * @param noise of the posterior, standard normal, {@code [batch, draws, latent]}
 * @param directions standard normal, {@code [batch, latent]}, to project a Jacobian on; null where none is penalised
 */
public record Batch(
        Tensor images,
        @Nullable Tensor labels,
        Tensor noise,
        @Nullable Tensor directions) {

    /** Rows without labels or directions. */
    public static Batch of(Tensor images, Tensor noise) {
        return new Batch(images, null, noise, null);
    }
}
