package io.margrave.robustness.map;

import io.margrave.data.ImageShape;
import io.margrave.vae.model.GaussianPosterior;
import io.margrave.vae.model.Vae;
import java.util.function.UnaryOperator;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;

/**
 * The reconstructions of a VAE: g(mu + sigma eta), compared with g(mu(x)) of the anchor x.
 *
 * <p>The reference is always the deterministic reconstruction of the anchor, never a second draw.
 */
public final class Reconstruction implements StochasticMap {

    /** Which of the posterior's parameters follow the perturbed input; the other stays at the anchor's. */
    public enum Follows {
        /** Both: the model as it is used. */
        MEAN_AND_VARIANCE,
        /** The mean alone. */
        MEAN,
        /** The standard deviation alone. */
        VARIANCE;

        /** The posterior of a perturbed input, of which what does not follow stays at the anchor's. */
        public GaussianPosterior of(GaussianPosterior anchor, GaussianPosterior moved) {
            return switch (this) {
                case MEAN_AND_VARIANCE -> moved;
                case MEAN -> new GaussianPosterior(moved.mean(), anchor.stdDev());
                case VARIANCE -> new GaussianPosterior(anchor.mean(), moved.stdDev());
            };
        }
    }

    private final Vae vae;
    private final Vae searched;
    private final Follows follows;
    private final GaussianPosterior anchor;
    private final Tensor reference;

    private Reconstruction(Vae vae, Vae searched, Follows follows, GaussianPosterior anchor, Tensor reference) {
        this.vae = vae;
        this.searched = searched;
        this.follows = follows;
        this.anchor = anchor;
        this.reference = reference;
    }

    /**
     * The reconstructions around some anchors.
     *
     * @param vae the model
     * @param anchors unperturbed images, {@code [points, features]}
     * @param follows which parameters an attack moves
     */
    public static Reconstruction of(Vae vae, Tensor anchors, Follows follows) {
        GaussianPosterior posterior = vae.encode(asImages(vae, anchors));
        GaussianPosterior anchor = new GaussianPosterior(
                posterior.mean().detach(), posterior.stdDev().detach());
        Tensor reference = vae.decode(anchor.mean()).detach().flatten(1, -1);
        return new Reconstruction(vae, vae, follows, anchor, reference);
    }

    /** The same anchors with other parameters following; nothing is computed again. */
    public Reconstruction following(Follows other) {
        return new Reconstruction(vae, searched, other, anchor, reference);
    }

    /** The same map, searched in bfloat16 where the model has such a form, or not. */
    public Reconstruction searched(boolean inBfloat16) {
        return new Reconstruction(vae, inBfloat16 ? vae.inBfloat16() : vae, follows, anchor, reference);
    }

    /**
     * The same map with its models replaced: by ones that count, for instance. Nothing is computed again.
     *
     * @param replacement of the exact model and of the one that is searched on; gives the same numbers as what it replaces
     */
    public Reconstruction through(UnaryOperator<Vae> replacement) {
        Vae exact = replacement.apply(vae);
        return new Reconstruction(
                exact, searched == vae ? exact : replacement.apply(searched), follows, anchor, reference);
    }

    @Override
    public Reconstruction forSearch() {
        return new Reconstruction(searched, searched, follows, anchor, reference);
    }

    /** The model that is sampled. */
    public Vae vae() {
        return vae;
    }

    /** Posterior of the anchors, {@code [points, latent]}. */
    public GaussianPosterior anchor() {
        return anchor;
    }

    @Override
    public int points() {
        return (int) reference.size(0);
    }

    @Override
    public int noiseSize() {
        return vae.spec().latent();
    }

    /**
     * The posterior of some inputs near the anchors, of which what does not follow stays at the anchors'.
     *
     * @param inputs {@code [points, features]}
     */
    public GaussianPosterior posterior(Tensor inputs) {
        return follows.of(anchor, vae.encode(asImages(vae, inputs)));
    }

    @Override
    public Sampler at(Tensor inputs) {
        GaussianPosterior posterior = posterior(inputs);
        return noise -> {
            long points = noise.size(0);
            long draws = noise.size(1);
            Tensor latents = posterior.sample(noise);
            return vae.decode(latents.view(points * draws, noiseSize())).view(points, draws, -1);
        };
    }

    @Override
    public Tensor reference() {
        return reference;
    }

    @Override
    public Reconstruction select(int[] rows) {
        return new Reconstruction(
                vae,
                searched,
                follows,
                new GaussianPosterior(Rows.select(anchor.mean(), rows), Rows.select(anchor.stdDev(), rows)),
                Rows.select(reference, rows));
    }

    /**
     * g(mu(x)), the deterministic reconstructions.
     *
     * @param inputs {@code [points, features]}
     * @return {@code [points][features]}
     */
    public static float[][] ofMeans(Vae vae, Tensor inputs) {
        try (PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard()) {
            return Rows.arrays(vae.decode(vae.encode(asImages(vae, inputs)).mean()));
        }
    }

    /** Flat inputs {@code [points, features]} as images {@code [points, channels, height, width]}. */
    public static Tensor asImages(Vae vae, Tensor inputs) {
        return asImages(vae.spec().shape(), inputs);
    }

    /** Flat inputs {@code [points, features]} as images {@code [points, channels, height, width]}. */
    public static Tensor asImages(ImageShape shape, Tensor inputs) {
        return inputs.view(inputs.size(0), shape.channels(), shape.height(), shape.width());
    }
}
