package io.margrave.robustness.attack;

import io.margrave.data.ImageShape;
import io.margrave.data.ValueRange;
import io.margrave.vae.TensorCopies;
import io.margrave.vae.model.LikelihoodSpec;
import io.margrave.vae.model.NetworkSpec;
import io.margrave.vae.model.NetworkVae;
import io.margrave.vae.model.Vae;
import io.margrave.vae.network.Architecture;
import java.util.Map;

/** VAEs with mu(x) = J x, a constant sigma and g(z) = (z, 0, ...): what an attack can do to them is known in closed form. */
final class LinearModel {
    private LinearModel() {}

    /**
     * A model of images in one row.
     *
     * @param jacobian J, {@code [latent][features]}, with no more rows than columns
     * @param stdDev sigma, the same in each dimension
     */
    static Vae open(float[][] jacobian, double stdDev) {
        return open(jacobian, stdDev, new ImageShape(1, 1, jacobian[0].length));
    }

    /** The same for images of some shape. */
    static Vae open(float[][] jacobian, double stdDev, ImageShape shape) {
        int latent = jacobian.length;
        int features = jacobian[0].length;
        float[] encoder = new float[2 * latent * features];
        float[] bias = new float[2 * latent];
        float[] decoder = new float[features * latent];
        for (int k = 0; k < latent; k++) {
            System.arraycopy(jacobian[k], 0, encoder, k * features, features);
            bias[latent + k] = (float) (2 * Math.log(stdDev));
            decoder[k * latent + k] = 1;
        }
        NetworkSpec spec = NetworkSpec.untrained(
                shape,
                ValueRange.UNIT,
                latent,
                Architecture.mlp(new Integer[0]),
                new LikelihoodSpec(LikelihoodSpec.Family.GAUSSIAN, 1.0, false, LikelihoodSpec.Link.IDENTITY));
        return NetworkVae.of(
                spec,
                Map.of(
                        "encoder.1.weight", TensorCopies.tensor(encoder, 2 * latent, features),
                        "encoder.1.bias", TensorCopies.tensor(bias, 2 * latent),
                        "decoder.0.weight", TensorCopies.tensor(decoder, features, latent),
                        "decoder.0.bias", TensorCopies.tensor(new float[features], features)));
    }
}
