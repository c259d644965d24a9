package io.margrave.robustness.margin;

import io.margrave.robustness.map.Criterion;
import io.margrave.robustness.map.Excess;
import io.margrave.robustness.map.PointNoise;
import io.margrave.robustness.map.StochasticMap;
import io.margrave.theory.Proportion;
import org.bytedeco.pytorch.Tensor;

/** P(|Delta| &lt;= r) by batched Monte Carlo: counts, to be used through their confidence bounds. */
public final class RobustnessEstimator {

    private RobustnessEstimator() {}

    /**
     * How many draws are not broken, a point.
     *
     * @param map the model around its anchors
     * @param inputs perturbed inputs, {@code [points, features]}
     * @param criterion what broken means
     * @param noise a stream a point, fresh: used for nothing that led to {@code inputs}
     * @param draws a point, fixed before looking
     * @return one a point
     */
    public static Proportion[] within(
            StochasticMap map, Tensor inputs, Criterion criterion, PointNoise noise, int draws) {
        double[][] excess = Excess.sample(map, inputs, criterion, noise, draws);
        Proportion[] proportions = new Proportion[excess.length];
        for (int i = 0; i < excess.length; i++) {
            proportions[i] = within(excess[i], 0);
        }
        return proportions;
    }

    /** How many of some excesses are at most {@code limit}; one that isn't a number counts as broken. */
    public static Proportion within(double[] excess, double limit) {
        int within = 0;
        for (double value : excess) {
            if (value <= limit) {
                within++;
            }
        }
        return new Proportion(within, excess.length);
    }
}
