package io.margrave.vae.training;

import io.margrave.data.ImageShape;
import io.margrave.vae.model.GaussianPosterior;
import io.margrave.vae.model.ImageClassifier;
import io.margrave.vae.model.PosteriorFamily;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** A classifier in training: log q(y|z) is the logarithm of the softmax of its logits. */
record Predicting(ImageClassifier classifier) implements Learner {

    @Override
    public ImageShape shape() {
        return classifier.shape();
    }

    @Override
    public int latent() {
        return classifier.latent();
    }

    @Override
    public PosteriorFamily posterior() {
        return classifier.posterior();
    }

    @Override
    public GaussianPosterior encode(Tensor images) {
        return classifier.encode(images);
    }

    @Override
    public Tensor logProbability(Batch batch, Tensor latents) {
        return classifier
                .logits(latents)
                .log_softmax(1)
                .gather(1, labels(batch, latents).unsqueeze(1))
                .squeeze(1);
    }

    @Override
    public Tensor right(Batch batch, Tensor latents) {
        return classifier
                .logits(latents)
                .argmax(new LongOptional(1), false)
                .eq(labels(batch, latents))
                .toType(torch.ScalarType.Float);
    }

    private static Tensor labels(Batch batch, Tensor latents) {
        Tensor labels = batch.labels();
        if (labels == null) {
            throw new IllegalArgumentException("want images with labels for a classifier, got none");
        }
        long draws = latents.size(0) / labels.size(0);
        return draws == 1 ? labels : labels.repeat_interleave(draws, new LongOptional(0), new LongOptional());
    }
}
