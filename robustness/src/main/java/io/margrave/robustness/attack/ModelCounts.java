package io.margrave.robustness.attack;

import io.margrave.vae.model.GaussianPosterior;
import io.margrave.vae.model.Likelihood;
import io.margrave.vae.model.Vae;
import io.margrave.vae.model.VaeSpec;
import org.bytedeco.pytorch.Tensor;

/**
 * What an attack asked of a model, counted at the model and not by the attack, so that budgets are compared fairly (Cina et al.
 * 2024). For one thread.
 */
public final class ModelCounts {
    private long forwards;
    private long backwards;

    private long traced;

    /** The same model, counted. */
    public Vae watch(Vae vae) {
        return new Watched(vae);
    }

    /** Counts gradients, one a row. */
    void gradients(long rows) {
        backwards += rows;
    }

    /** Images encoded and latents decoded. */
    public long forwards() {
        return forwards;
    }

    /** Images encoded with a gradient to follow: gradients taken by whoever takes one of each. */
    public long traced() {
        return traced;
    }

    /** Gradients taken, as told. */
    long backwards() {
        return backwards;
    }

    private final class Watched implements Vae {
        private final Vae vae;

        Watched(Vae vae) {
            this.vae = vae;
        }

        @Override
        public VaeSpec spec() {
            return vae.spec();
        }

        @Override
        public GaussianPosterior encode(Tensor images) {
            forwards += images.size(0);
            traced += images.requires_grad() ? images.size(0) : 0;
            return vae.encode(images);
        }

        @Override
        public Tensor decodeParameters(Tensor latents) {
            forwards += latents.size(0);
            return vae.decodeParameters(latents);
        }

        @Override
        public Tensor decode(Tensor latents) {
            forwards += latents.size(0);
            return vae.decode(latents);
        }

        @Override
        public Likelihood likelihood() {
            return vae.likelihood();
        }

        @Override
        public Vae inBfloat16() {
            return new Watched(vae.inBfloat16());
        }
    }
}
