package io.margrave.vae.model;

import java.util.Locale;

/** p(z), the distribution that a model's latents are held against. */
public enum Prior {
    /** N(0, I). */
    STANDARD_NORMAL,
    /** Anything else, a mixture or a learned one: KL and ELBO can't be computed from the model alone. */
    OTHER;

    /** As model files spell it: {@code standard-normal}. */
    public String id() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
