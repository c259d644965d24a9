package io.margrave.robustness.goal;

import org.bytedeco.pytorch.Tensor;

/** What tells classes apart by their latents: the task downstream of a VAE. Safe for use by several threads. */
@FunctionalInterface
public interface Classifier {
    /**
     * Scores, differentiable in the latents.
     *
     * @param latents {@code [points, latent]}
     * @return {@code [points, classes]}, two classes or more; the largest is predicted
     */
    Tensor logits(Tensor latents);
}
