package io.margrave.vae.model;

import io.margrave.data.ImageShape;
import io.margrave.data.ValueRange;

/**
 * What attacks, audits and reports have to know of a model, wherever it was made: {@link NetworkSpec} describes one of our own
 * layers, {@link ScriptSpec} one that was imported.
 */
public interface VaeSpec {

    /** Shape of one image. */
    ImageShape shape();

    /** Range of its values, as the data set has them. */
    ValueRange range();

    /** Latent dimension, greater than zero. */
    int latent();

    /** p(z). */
    Prior prior();

    /** q(z|x). */
    PosteriorFamily posterior();

    /** Family of p(x|z). */
    LikelihoodSpec.Family family();
}
