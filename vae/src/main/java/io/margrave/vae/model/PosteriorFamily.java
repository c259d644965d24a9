package io.margrave.vae.model;

import java.util.Locale;

/** q(z|x), what an encoder makes of an image. */
public enum PosteriorFamily {
    /** A diagonal Gaussian over one latent vector. */
    GAUSSIAN,
    /** One latent vector, without noise: sigma is 0, and bounds that are measured in it say nothing. */
    DETERMINISTIC;

    /** As model files spell it. */
    public String id() {
        return name().toLowerCase(Locale.ROOT);
    }
}
