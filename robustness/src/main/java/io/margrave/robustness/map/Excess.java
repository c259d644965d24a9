package io.margrave.robustness.map;

import io.margrave.vae.TensorCopies;
import java.util.Arrays;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;

/** Draws of a criterion's excess, without gradients and in blocks that fit the cache. */
public final class Excess {

    /** Rows decoded at once: large enough for the matrix product, small enough for the cache. */
    private static final int ROWS = 512;
    /** Values decoded at once: bounds the memory of large images. */
    private static final int VALUES = 1 << 21;

    private Excess() {}

    /**
     * The excess of every draw, as {@link Criterion#excess} tells it.
     *
     * @param map the model around its anchors
     * @param inputs perturbed inputs, {@code [points, features]}
     * @param criterion what broken means
     * @param noise a stream a point
     * @param draws a point
     * @return {@code [points][draws]}
     */
    public static double[][] sample(
            StochasticMap map, Tensor inputs, Criterion criterion, PointNoise noise, int draws) {
        int points = map.points();
        double[][] all = new double[points][draws];
        int rows = Math.min(ROWS, VALUES / (int) map.reference().size(1));
        int block = Math.max(1, rows / points);
        try (PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard()) {
            StochasticMap.Sampler sampler = map.at(inputs);
            for (int first = 0; first < draws; first += block) {
                int count = Math.min(block, draws - first);
                double[] excess = excess(map, sampler, criterion, noise.next(count, map.noiseSize()));
                for (int i = 0; i < points; i++) {
                    System.arraycopy(excess, i * count, all[i], first, count);
                }
            }
        }
        return all;
    }

    /** Mean of a point's draws, over those that are finite; NaN where none is. */
    public static double mean(double[] draws) {
        return Arrays.stream(draws).filter(Double::isFinite).average().orElse(Double.NaN);
    }

    private static double[] excess(
            StochasticMap map, StochasticMap.Sampler sampler, Criterion criterion, Tensor noise) {
        try (PointerScope scope = new PointerScope()) {
            scope.attach(noise);
            return TensorCopies.doubles(criterion.excess(sampler.outputs(noise), map.reference()));
        }
    }
}
