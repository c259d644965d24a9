package io.margrave.robustness.sensitivity;

import io.margrave.robustness.map.Reconstruction;
import io.margrave.robustness.map.Reconstruction.Follows;
import io.margrave.robustness.map.Rows;
import io.margrave.robustness.map.StochasticMap;
import io.margrave.vae.model.GaussianPosterior;
import io.margrave.vae.model.ImageClassifier;
import io.margrave.vae.model.PosteriorFamily;
import org.bytedeco.pytorch.Tensor;

/**
 * The logits of a classifier through a latent: f(mu + sigma eta), beside f(mu(x)) of the anchor x, whose largest is the prediction.
 *
 * <p>Without noise in the encoder all draws of an input are one, and are computed once.
 */
public final class Classification implements StochasticMap {
    private final ImageClassifier classifier;
    private final Follows follows;
    private final GaussianPosterior anchor;
    private final Tensor reference;

    private Classification(ImageClassifier classifier, Follows follows, GaussianPosterior anchor, Tensor reference) {
        this.classifier = classifier;
        this.follows = follows;
        this.anchor = anchor;
        this.reference = reference;
    }

    /**
     * The logits around some anchors.
     *
     * @param classifier the model
     * @param anchors unperturbed images, {@code [points, features]}
     * @param follows which parameters of the posterior an attack moves
     */
    public static Classification of(ImageClassifier classifier, Tensor anchors, Follows follows) {
        GaussianPosterior posterior = classifier.encode(Reconstruction.asImages(classifier.shape(), anchors));
        GaussianPosterior anchor = new GaussianPosterior(
                posterior.mean().detach(), posterior.stdDev().detach());
        Tensor reference = classifier.logits(anchor.mean()).detach();
        return new Classification(classifier, follows, anchor, reference);
    }

    /** The same anchors with other parameters following; nothing is computed again. */
    public Classification following(Follows other) {
        return new Classification(classifier, other, anchor, reference);
    }

    private boolean deterministic() {
        return classifier.posterior() == PosteriorFamily.DETERMINISTIC;
    }

    @Override
    public int points() {
        return (int) reference.size(0);
    }

    /** The latent dimension; one number, of which nothing comes, where the encoder is deterministic. */
    @Override
    public int noiseSize() {
        return deterministic() ? 1 : classifier.latent();
    }

    @Override
    public Sampler at(Tensor inputs) {
        GaussianPosterior posterior =
                follows.of(anchor, classifier.encode(Reconstruction.asImages(classifier.shape(), inputs)));
        int classes = classifier.classes();
        if (deterministic()) {
            Tensor logits = classifier.logits(posterior.mean()).unsqueeze(1);
            return noise -> logits.expand(noise.size(0), noise.size(1), classes);
        }
        return noise -> {
            long points = noise.size(0);
            long draws = noise.size(1);
            Tensor latents = posterior.sample(noise).view(points * draws, noiseSize());
            return classifier.logits(latents).view(points, draws, classes);
        };
    }

    /**
     * Logits at the anchors' posterior means.
     *
     * @return {@code [points, classes]}
     */
    @Override
    public Tensor reference() {
        return reference;
    }

    @Override
    public Classification select(int[] rows) {
        return new Classification(
                classifier,
                follows,
                new GaussianPosterior(Rows.select(anchor.mean(), rows), Rows.select(anchor.stdDev(), rows)),
                Rows.select(reference, rows));
    }
}
