package io.margrave.robustness.audit;

import io.margrave.data.Noise;
import io.margrave.robustness.map.Criterion;
import io.margrave.robustness.map.Excess;
import io.margrave.robustness.map.PointNoise;
import io.margrave.robustness.map.Reconstruction;
import io.margrave.robustness.map.Reconstruction.Follows;
import io.margrave.robustness.map.Rows;
import io.margrave.robustness.margin.RobustnessEstimator;
import io.margrave.theory.Proportion;
import io.margrave.theory.QuantileInterval;
import io.margrave.vae.Engine;
import io.margrave.vae.model.Vae;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;

/**
 * Whether one input is r-robust to one given perturbation (Camuto et al. 2021, definition 1).
 *
 * @param norm L2 norm of {@code perturbed - input}, in input units
 * @param within draws of |Delta(x, delta)| &lt;= r
 * @param smallestR interval for the smallest r for which the criterion holds, in output units
 */
public record PairCheck(double norm, Proportion within, QuantileInterval smallestR) {

    /**
     * Judges a pair.
     *
     * @param vae the model
     * @param input channels x height x width, of the model's shape and range
     * @param perturbed of the same shape; may leave the range
     * @param r radius, in output units, at least 0
     * @param draws posterior draws
     * @param alpha chance of error a side, in (0, 0.5)
     * @param seed of the noise
     */
    public static PairCheck of(
            Vae vae, float[] input, float[] perturbed, double r, int draws, double alpha, long seed) {
        Engine.singleThreaded();
        try (PointerScope scope = new PointerScope()) {
            Tensor inputs = Rows.stacked(List.of(input));
            double[] distances = Excess.sample(
                    Reconstruction.of(vae, inputs, Follows.MEAN_AND_VARIANCE),
                    Rows.stacked(List.of(perturbed)),
                    Criterion.leavesBall(0),
                    new PointNoise(new Noise(seed, "pair"), new int[] {0}, "check", 0),
                    draws)[0];
            FiniteCheck.of(distances);
            double[] sorted = distances.clone();
            Arrays.sort(sorted);
            return new PairCheck(
                    Rows.distance(perturbed, input),
                    RobustnessEstimator.within(distances, r),
                    QuantileInterval.ofMedian(sorted, alpha));
        }
    }
}
