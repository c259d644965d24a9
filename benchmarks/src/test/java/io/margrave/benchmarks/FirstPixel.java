package io.margrave.benchmarks;

import io.margrave.robustness.map.Rows;
import io.margrave.robustness.map.StochasticMap;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/** The first pixel with noise: a model whose margins are known in closed form. */
record FirstPixel(Tensor anchors, double sigma) implements StochasticMap {

    @Override
    public int points() {
        return (int) anchors.size(0);
    }

    @Override
    public int noiseSize() {
        return 1;
    }

    @Override
    public Sampler at(Tensor inputs) {
        return noise -> inputs.narrow(1, 0, 1).unsqueeze(1).add(noise.mul(new Scalar(sigma)));
    }

    @Override
    public Tensor reference() {
        return anchors.narrow(1, 0, 1);
    }

    @Override
    public FirstPixel select(int[] rows) {
        return new FirstPixel(Rows.select(anchors, rows), sigma);
    }
}
