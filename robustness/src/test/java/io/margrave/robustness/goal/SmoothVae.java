package io.margrave.robustness.goal;

import io.margrave.data.ImageShape;
import io.margrave.data.Noise;
import io.margrave.data.ValueRange;
import io.margrave.vae.TensorCopies;
import io.margrave.vae.model.Bernoulli;
import io.margrave.vae.model.GaussianPosterior;
import io.margrave.vae.model.Likelihood;
import io.margrave.vae.model.LikelihoodSpec;
import io.margrave.vae.model.NetworkSpec;
import io.margrave.vae.model.Vae;
import io.margrave.vae.model.VaeSpec;
import io.margrave.vae.network.Architecture;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/** A small nonlinear VAE in float64, where finite differences are good to many digits. Its tensors belong to the maker's scope. */
record SmoothVae(Tensor first, Tensor toMean, Tensor toLogVariance, Tensor decoded, Tensor toLogits) implements Vae {
    static final ImageShape SHAPE = new ImageShape(1, 2, 3);
    static final int LATENT = 3;
    private static final int HIDDEN = 7;

    static SmoothVae open(long seed) {
        int features = SHAPE.size();
        return new SmoothVae(
                matrix(seed, "first", features, HIDDEN),
                matrix(seed, "mean", HIDDEN, LATENT),
                matrix(seed, "variance", HIDDEN, LATENT),
                matrix(seed, "decoded", LATENT, HIDDEN),
                matrix(seed, "logits", HIDDEN, features));
    }

    /** Standard normal numbers in float64. */
    static Tensor matrix(long seed, String name, int rows, int columns) {
        Noise.Stream stream = new Noise(seed, "smooth").stream(0, name, 0);
        double[] values = new double[rows * columns];
        for (int i = 0; i < values.length; i++) {
            values[i] = stream.nextGaussian();
        }
        return TensorCopies.tensor(values, rows, columns);
    }

    @Override
    public VaeSpec spec() {
        return NetworkSpec.untrained(
                SHAPE, ValueRange.UNIT, LATENT, Architecture.mlp(new Integer[0]), LikelihoodSpec.bernoulli());
    }

    @Override
    public GaussianPosterior encode(Tensor images) {
        Tensor hidden = images.flatten(1, -1).matmul(first).tanh();
        return new GaussianPosterior(
                hidden.matmul(toMean),
                hidden.matmul(toLogVariance).mul(new Scalar(0.3)).exp());
    }

    @Override
    public Tensor decodeParameters(Tensor latents) {
        return latents.matmul(decoded)
                .tanh()
                .matmul(toLogits)
                .view(latents.size(0), SHAPE.channels(), SHAPE.height(), SHAPE.width());
    }

    @Override
    public Likelihood likelihood() {
        return new Bernoulli();
    }
}
