package io.margrave.robustness.margin;

import io.margrave.robustness.map.Rows;
import io.margrave.robustness.map.StochasticMap;
import org.apache.commons.statistics.distribution.NormalDistribution;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/** An output of 0 or 2, whatever the input: within 1 of the reference with a given probability. */
record CoinMap(Tensor anchors, double within) implements StochasticMap {

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
        double threshold = NormalDistribution.of(0, 1).inverseCumulativeProbability(within);
        return noise -> {
            Tensor tails =
                    noise.gt(new Scalar(threshold)).to(inputs.scalar_type()).mul(new Scalar(2));
            // The gradient exists and is zero.
            return tails.add(inputs.sum(1).mul(new Scalar(0)).unsqueeze(1).unsqueeze(2));
        };
    }

    @Override
    public Tensor reference() {
        return anchors.narrow(1, 0, 1).mul(new Scalar(0));
    }

    @Override
    public CoinMap select(int[] rows) {
        return new CoinMap(Rows.select(anchors, rows), within);
    }
}
