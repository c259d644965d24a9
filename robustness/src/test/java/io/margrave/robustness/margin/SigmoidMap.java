package io.margrave.robustness.margin;

import io.margrave.robustness.map.Rows;
import io.margrave.robustness.map.StochasticMap;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/** One latent, mu(x) = x0, constant sigma, g(z) = sigmoid(2 (z - 1)): leaving a ball around g(0) means passing a threshold. */
record SigmoidMap(Tensor anchors, double sigma) implements StochasticMap {

    @Override
    public int points() {
        return (int) anchors.size(0);
    }

    @Override
    public int noiseSize() {
        return 1;
    }

    private static Tensor decode(Tensor latents) {
        return latents.sub(new Scalar(1)).mul(new Scalar(2)).sigmoid();
    }

    @Override
    public Sampler at(Tensor inputs) {
        return noise -> decode(inputs.narrow(1, 0, 1).unsqueeze(1).add(noise.mul(new Scalar(sigma))));
    }

    @Override
    public Tensor reference() {
        return decode(anchors.narrow(1, 0, 1));
    }

    @Override
    public SigmoidMap select(int[] rows) {
        return new SigmoidMap(Rows.select(anchors, rows), sigma);
    }
}
