package io.margrave.robustness.goal;

import io.margrave.vae.model.GaussianPosterior;
import org.bytedeco.pytorch.Tensor;

/** How far an attacked posterior q(z|x+d) is from another one, q'. Of one kind for all latent goals; differentiable in q. */
public enum Divergence {
    /** KL(q || q'), in nats. */
    KL("kl", "KL(q(z|x+d) || %s)", true) {
        @Override
        Tensor of(GaussianPosterior attacked, GaussianPosterior other) {
            return attacked.kl(other);
        }
    },
    /** KL(q' || q), in nats. */
    KL_REVERSE("kl-reverse", "KL(%s || q(z|x+d))", true) {
        @Override
        Tensor of(GaussianPosterior attacked, GaussianPosterior other) {
            return other.kl(attacked);
        }
    },
    /** KL(q || q') + KL(q' || q), in nats. */
    SYMMETRIC_KL("symmetric-kl", "the symmetric KL of q(z|x+d) and %s", true) {
        @Override
        Tensor of(GaussianPosterior attacked, GaussianPosterior other) {
            return attacked.symmetricKl(other);
        }
    },
    /** |mu - mu'|^2 + |sigma - sigma'|^2: the square of the 2-Wasserstein distance, in squared latent units. */
    WASSERSTEIN("wasserstein", "the squared 2-Wasserstein distance of q(z|x+d) from %s", false) {
        @Override
        Tensor of(GaussianPosterior attacked, GaussianPosterior other) {
            return attacked.squaredWasserstein(other);
        }
    },
    /** |mu - mu'|^2, in squared latent units: all that a deterministic encoder has. */
    MEAN("mean", "the squared distance of mu(x+d) from the mean of %s", false) {
        @Override
        Tensor of(GaussianPosterior attacked, GaussianPosterior other) {
            return attacked.mean().sub(other.mean()).square().sum(1);
        }
    };

    private final String id;
    private final String title;
    private final boolean wantsSpread;

    Divergence(String id, String title, boolean wantsSpread) {
        this.id = id;
        this.title = title;
        this.wantsSpread = wantsSpread;
    }

    /**
     * The divergence, row by row.
     *
     * @param attacked q, {@code [points, latent]}
     * @param other q', of the same shape
     * @return {@code [points]}, at least zero
     */
    abstract Tensor of(GaussianPosterior attacked, GaussianPosterior other);

    /** The end of the goals' ids. */
    String id() {
        return id;
    }

    /** In words, from a posterior of this name. */
    String title(String other) {
        return String.format(title, other);
    }

    /** Whether it divides by a standard deviation: infinite where an encoder is deterministic. */
    boolean wantsSpread() {
        return wantsSpread;
    }
}
