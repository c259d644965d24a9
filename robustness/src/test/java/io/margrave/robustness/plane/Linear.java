package io.margrave.robustness.plane;

import io.margrave.data.ImageShape;
import io.margrave.data.Noise;
import io.margrave.data.ValueRange;
import io.margrave.results.Kind;
import io.margrave.results.experiment.Slice;
import io.margrave.vae.TensorCopies;
import io.margrave.vae.model.LikelihoodSpec;
import io.margrave.vae.model.NetworkSpec;
import io.margrave.vae.model.NetworkVae;
import io.margrave.vae.model.Vae;
import io.margrave.vae.network.Architecture;
import java.util.Map;

/** VAEs with mu(x) = J x, a constant sigma and g(z) = W z, of images in one row in [0, 1]: every plane through them is known. */
final class Linear {
    private Linear() {}

    /**
     * A model.
     *
     * @param jacobian J, {@code [latent][features]}
     * @param stdDev sigma, {@code [latent]}
     * @param decoder W, {@code [features][latent]}
     */
    static Vae open(float[][] jacobian, double[] stdDev, float[][] decoder) {
        int latent = jacobian.length;
        int features = decoder.length;
        float[] encoder = new float[2 * latent * features];
        float[] bias = new float[2 * latent];
        float[] weights = new float[features * latent];
        for (int k = 0; k < latent; k++) {
            System.arraycopy(jacobian[k], 0, encoder, k * features, features);
            // The inverse of the smooth bounds on log-variance, which GaussianPosterior.fromParameters applies.
            bias[latent + k] = (float) unbounded(2 * Math.log(stdDev[k]));
        }
        for (int i = 0; i < features; i++) {
            System.arraycopy(decoder[i], 0, weights, i * latent, latent);
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
                        "encoder.1.weight", TensorCopies.tensor(encoder, 2 * latent, features),
                        "encoder.1.bias", TensorCopies.tensor(bias, 2 * latent),
                        "decoder.0.weight", TensorCopies.tensor(weights, features, latent),
                        "decoder.0.bias", TensorCopies.tensor(new float[features], features)));
    }

    private static double unbounded(double logVariance) {
        double below = Math.log(Math.expm1(logVariance + 14)) - 14;
        return 6 - Math.log(Math.expm1(6 - below));
    }

    /** A full break of the grey image by {@code step}, searched without the value range. */
    static Subject subject(Vae vae, double r, double... step) {
        float[] input = new float[step.length];
        float[] perturbed = new float[step.length];
        for (int i = 0; i < step.length; i++) {
            input[i] = 0.5f;
            perturbed[i] = (float) (0.5 + step[i]);
        }
        return new Subject(vae, "linear", 7, input, perturbed, Kind.FULL, false, r, new Noise(1, "linear"));
    }

    /** The same, searched inside the value range or not, of a kind. */
    static Subject with(Subject subject, Kind kind, boolean boxed) {
        return new Subject(
                subject.vae(),
                subject.model(),
                subject.point(),
                subject.input(),
                subject.perturbed(),
                kind,
                boxed,
                subject.r(),
                subject.noise());
    }

    /** A named length of a slice. */
    static double length(Slice slice, String name) {
        return slice.lengths().stream()
                .filter(length -> length.name().equals(name))
                .findFirst()
                .orElseThrow()
                .value();
    }
}
