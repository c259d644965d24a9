package io.margrave.vae.model;

import java.util.Locale;

/** q(z|x), what an encoder makes of an image. */
public enum PosteriorFamily {
    /** A diagonal Gaussian over one latent vector. */
    GAUSSIAN,
    /** One latent vector, without noise: sigma is 0, and bounds that are measured in it say nothing. */
    DETERMINISTIC;

    /** Numbers that an encoder's last layer gives for so many latents: mean and log-variance of each, or the mean alone. */
    public int parameters(int latent) {
        return this == GAUSSIAN ? Math.multiplyExact(2, latent) : latent;
    }

    /** As model files spell it. */
    public String id() {
        return name().toLowerCase(Locale.ROOT);
    }
}
