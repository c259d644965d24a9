package io.margrave.benchmarks;

import io.margrave.data.ImageShape;
import io.margrave.data.ValueRange;
import io.margrave.vae.model.LikelihoodSpec;
import io.margrave.vae.model.NetworkSpec;
import io.margrave.vae.network.Architecture;

/** The two models that steps are timed on. */
public enum Specs {
    /** 784-512-512-20. */
    MLP,
    /** 3x32x32, channels 32-64-128, 64 latents. */
    CONV;

    /** Shapes and layers. */
    public NetworkSpec spec() {
        return switch (this) {
            case MLP -> spec(new ImageShape(1, 28, 28), 20, Architecture.mlp());
            case CONV -> spec(new ImageShape(3, 32, 32), 64, Architecture.conv());
        };
    }

    private static NetworkSpec spec(ImageShape shape, int latent, Architecture architecture) {
        return NetworkSpec.untrained(shape, ValueRange.UNIT, latent, architecture, LikelihoodSpec.bernoulli());
    }
}
