package io.margrave.robustness.suite;

import io.margrave.data.ImageShape;
import io.margrave.data.ValueRange;
import io.margrave.vae.TensorCopies;
import io.margrave.vae.model.LikelihoodSpec;
import io.margrave.vae.model.NetworkSpec;
import io.margrave.vae.model.NetworkVae;
import io.margrave.vae.model.Vae;
import io.margrave.vae.network.Architecture;
import java.util.Map;

/** VAEs with mu(x) = J x, constant sigma and g(z) = A z: what attacks can reach is known in closed form. */
final class LinearModel {
    private LinearModel() {}

    /**
     * A model of images in one row.
     *
     * @param encoder J, {@code [latent][features]}
     * @param decoder A, {@code [features][latent]}
     * @param stdDev sigma, one a latent dimension
     */
    static Vae open(float[][] encoder, float[][] decoder, double... stdDev) {
        int latent = encoder.length;
        int features = decoder.length;
        float[] weights = new float[2 * latent * features];
        float[] bias = new float[2 * latent];
        float[] out = new float[features * latent];
        for (int k = 0; k < latent; k++) {
            System.arraycopy(encoder[k], 0, weights, k * features, features);
            bias[latent + k] = (float) (2 * Math.log(stdDev[k]));
            for (int j = 0; j < features; j++) {
                out[j * latent + k] = decoder[j][k];
            }
        }
        NetworkSpec spec = NetworkSpec.untrained(
                new ImageShape(1, 1, features),
                ValueRange.UNIT,
                latent,
                Architecture.mlp(new Integer[0]),
                new LikelihoodSpec(LikelihoodSpec.Family.GAUSSIAN, 1.0, false, LikelihoodSpec.Link.IDENTITY));
        return NetworkVae.of(
                spec,
                Map.of(
                        "encoder.1.weight", TensorCopies.tensor(weights, 2 * latent, features),
                        "encoder.1.bias", TensorCopies.tensor(bias, 2 * latent),
                        "decoder.0.weight", TensorCopies.tensor(out, features, latent),
                        "decoder.0.bias", TensorCopies.tensor(new float[features], features)));
    }
}
