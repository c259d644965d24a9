package io.margrave.robustness.audit;

import io.margrave.data.ImageShape;
import io.margrave.data.ValueRange;
import io.margrave.vae.TensorCopies;
import io.margrave.vae.model.LikelihoodSpec;
import io.margrave.vae.model.NetworkSpec;
import io.margrave.vae.model.NetworkVae;
import io.margrave.vae.model.Vae;
import io.margrave.vae.network.Architecture;
import java.util.Map;

/**
 * A VAE whose every number is known: images of four pixels, two latents, mean (2 x0, 2 x1), log-variance 2 x2 - 3 for both,
 * g(z) = 1.5 (z0, z1, 0, 0), a Gaussian likelihood.
 */
public final class LinearVae {
    public static final ImageShape SHAPE = new ImageShape(1, 2, 2);
    public static final double SCALE = 0.5;

    private LinearVae() {}

    public static Vae open() {
        NetworkSpec spec = NetworkSpec.untrained(
                SHAPE,
                ValueRange.UNIT,
                2,
                Architecture.mlp(new Integer[0]),
                new LikelihoodSpec(LikelihoodSpec.Family.GAUSSIAN, SCALE, false, LikelihoodSpec.Link.IDENTITY));
        return NetworkVae.of(
                spec,
                Map.of(
                        "encoder.1.weight",
                        TensorCopies.tensor(
                                new float[] {
                                    2, 0, 0, 0,
                                    0, 2, 0, 0,
                                    0, 0, 2, 0,
                                    0, 0, 2, 0
                                },
                                4,
                                4),
                        "encoder.1.bias",
                        TensorCopies.tensor(new float[] {0, 0, -3, -3}, 4),
                        "decoder.0.weight",
                        TensorCopies.tensor(new float[] {1.5f, 0, 0, 1.5f, 0, 0, 0, 0}, 4, 2),
                        "decoder.0.bias",
                        TensorCopies.tensor(new float[4], 4)));
    }
}
