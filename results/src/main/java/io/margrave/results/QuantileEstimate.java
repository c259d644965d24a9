package io.margrave.results;

import io.margrave.theory.QuantileInterval;

/**
 * A quantile over audited points, with a distribution-free interval for the same quantile over the whole split.
 *
 * <p>The estimate is the smallest value with at least a share {@code quantile} of the points at or below it: nothing is
 * interpolated, so an infinite value does no harm.
 *
 * @param quantile in (0, 1)
 * @param estimate of the sample
 * @param low the true quantile is at least this, at confidence 1 - alpha; negative infinity at too few points
 * @param high the true quantile is at most this, at confidence 1 - alpha; positive infinity at too few points
 */
public record QuantileEstimate(double quantile, double estimate, double low, double high) {

    /**
     * Estimates one quantile.
     *
     * @param sorted values in ascending order, at least one, no NaN
     * @param quantile in (0, 1)
     * @param alpha chance of error a side, in (0, 1)
     */
    public static QuantileEstimate of(double[] sorted, double quantile, double alpha) {
        QuantileInterval interval = QuantileInterval.ofQuantile(sorted, quantile, alpha);
        // The small step back keeps 0.1 * 10, which is slightly above 1 in some products, from skipping a value.
        int rank = (int) Math.ceil(quantile * sorted.length - 1e-9);
        return new QuantileEstimate(quantile, sorted[Math.max(rank, 1) - 1], interval.low(), interval.high());
    }
}
