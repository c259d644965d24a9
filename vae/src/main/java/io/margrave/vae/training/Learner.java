package io.margrave.vae.training;

import io.margrave.data.ImageShape;
import io.margrave.vae.model.GaussianPosterior;
import io.margrave.vae.model.ImageClassifier;
import io.margrave.vae.model.PosteriorFamily;
import io.margrave.vae.model.Vae;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/** A model as its objective sees it: images are encoded, and what is to be explained has a probability given the latent. */
public interface Learner {

    /** Shape of one image. */
    ImageShape shape();

    /** Latent dimension. */
    int latent();

    /** Family of q(z|x): where it is deterministic there is no noise and no KL term. */
    PosteriorFamily posterior();

    /**
     * q(z|x).
     *
     * @param images {@code [batch, channels, height, width]}
     */
    GaussianPosterior encode(Tensor images);

    /**
     * log p(x|z) of a model that reconstructs, log q(y|z) of a classifier.
     *
     * @param batch whose noise has one draw a row
     * @param latents {@code [batch, latent]}
     * @return {@code [batch]}, nats
     */
    Tensor logProbability(Batch batch, Tensor latents);

    /**
     * Which rows are predicted right.
     *
     * @param batch with labels
     * @param latents {@code [batch, latent]}
     * @return {@code [batch]}, 1 where right and 0 where wrong; null of a model that predicts nothing
     */
    @Nullable
    Tensor right(Batch batch, Tensor latents);

    /** A model that reconstructs. */
    static Learner of(Vae vae) {
        return new Reconstructing(vae);
    }

    /** A model that predicts a class. */
    static Learner of(ImageClassifier classifier) {
        return new Predicting(classifier);
    }
}
