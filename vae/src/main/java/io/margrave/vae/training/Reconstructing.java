package io.margrave.vae.training;

import io.margrave.data.ImageShape;
import io.margrave.vae.model.GaussianPosterior;
import io.margrave.vae.model.PosteriorFamily;
import io.margrave.vae.model.Vae;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/** A VAE or an autoencoder in training. */
record Reconstructing(Vae vae) implements Learner {

    @Override
    public ImageShape shape() {
        return vae.spec().shape();
    }

    @Override
    public int latent() {
        return vae.spec().latent();
    }

    @Override
    public PosteriorFamily posterior() {
        return vae.spec().posterior();
    }

    @Override
    public GaussianPosterior encode(Tensor images) {
        return vae.encode(images);
    }

    @Override
    public Tensor logProbability(Batch batch, Tensor latents) {
        long draws = latents.size(0) / batch.images().size(0);
        Tensor repeated = draws == 1
                ? batch.images()
                : batch.images().repeat_interleave(draws, new LongOptional(0), new LongOptional());
        return vae.likelihood().logProbability(repeated, vae.decodeParameters(latents));
    }

    @Override
    public @Nullable Tensor right(Batch batch, Tensor latents) {
        return null;
    }
}
