package io.margrave.robustness.margin;

import java.util.Arrays;
import java.util.List;
import org.bytedeco.pytorch.Tensor;

/**
 * Norms along a direction at which P is predicted to reach some values, on search noise.
 *
 * <p>Every draw's excess is taken to be linear in the norm between two nearby norms, on the same noise: the norm at which a
 * draw crosses follows, and the quantiles of those norms are the prediction. A second look looks where the first one pointed.
 */
final class NormPrediction {

    /** One look at a direction: from {@code 1 - width} to {@code 1 + width} times a norm. */
    private record Look(int draws, double width) {}

    private static final List<Look> LOOKS = List.of(new Look(64, 0.06), new Look(352, 0.03));

    private final SearchBatch batch;
    private final double limit;

    NormPrediction(SearchBatch batch, double limit) {
        this.batch = batch;
        this.limit = limit;
    }

    /**
     * Predicts.
     *
     * @param directions {@code [points, features]}
     * @param radii where to look first
     * @param levels values of P, each in (0, 1)
     * @param aimed which of them the second look is centred on
     * @return {@code [points][levels]}, none above the limit
     */
    double[][] norms(Tensor directions, double[] radii, double[] levels, int aimed) {
        double[] center = radii.clone();
        double[][] norms = new double[batch.size()][];
        for (Look look : LOOKS) {
            double[] near =
                    Arrays.stream(center).map(r -> r * (1 - look.width())).toArray();
            double[] far =
                    Arrays.stream(center).map(r -> r * (1 + look.width())).toArray();
            double[][] excessNear = batch.along(directions, near, "predict", look.draws());
            double[][] excessFar = batch.along(directions, far, "predict", look.draws());
            for (int i = 0; i < norms.length; i++) {
                norms[i] = quantiles(crossings(near[i], excessNear[i], far[i], excessFar[i]), levels);
                // A step of at most a factor of two: further away the line says nothing.
                center[i] = Math.min(
                        limit / (1 + look.width()), Math.max(center[i] / 2, Math.min(center[i] * 2, norms[i][aimed])));
            }
        }
        return norms;
    }

    /** Norm at which each draw crosses, ascending. */
    private static double[] crossings(double near, double[] excessNear, double far, double[] excessFar) {
        double[] crossing = new double[excessNear.length];
        for (int j = 0; j < crossing.length; j++) {
            double slope = (excessFar[j] - excessNear[j]) / (far - near);
            if (slope > 0) {
                crossing[j] = near - excessNear[j] / slope;
            } else {
                crossing[j] = excessNear[j] > 0 ? 0 : Double.POSITIVE_INFINITY;
            }
        }
        Arrays.sort(crossing);
        return crossing;
    }

    private double[] quantiles(double[] crossing, double[] levels) {
        double[] norms = new double[levels.length];
        for (int k = 0; k < norms.length; k++) {
            int broken = (int) Math.ceil((1 - levels[k]) * crossing.length);
            norms[k] = Math.max(0, Math.min(limit, crossing[broken - 1]));
        }
        return norms;
    }
}
