package io.margrave.theory;

import org.apache.commons.statistics.distribution.BinomialDistribution;

/**
 * Distribution-free interval for a quantile of a continuous or discrete distribution, from order statistics of independent
 * draws.
 *
 * <p>Each side errs with a chance of at most alpha, so both hold with confidence 1 - 2 alpha. A side that does not exist at
 * this sample size is unbounded: negative or positive infinity.
 *
 * @param low every true quantile is at least this, at confidence 1 - alpha
 * @param high every true quantile is at most this, at confidence 1 - alpha
 */
public record QuantileInterval(double low, double high) {

    /**
     * The interval for the median.
     *
     * @param sorted independent draws in ascending order, at least one, no NaN
     * @param alpha chance of error a side, in (0, 1)
     */
    public static QuantileInterval ofMedian(double[] sorted, double alpha) {
        return ofQuantile(sorted, 0.5, alpha);
    }

    /**
     * The interval for any quantile (David and Nagaraja 2003, section 7.1).
     *
     * @param sorted independent draws in ascending order, at least one, no NaN
     * @param quantile in (0, 1)
     * @param alpha chance of error a side, in (0, 1)
     */
    public static QuantileInterval ofQuantile(double[] sorted, double quantile, double alpha) {
        if (sorted.length == 0 || !(alpha > 0 && alpha < 1) || !(quantile > 0 && quantile < 1)) {
            throw new IllegalArgumentException("want at least one draw, a quantile and alpha in (0, 1), got "
                    + sorted.length + " draws, " + quantile + " and " + alpha);
        }
        if (Double.isNaN(sorted[0])) {
            throw new IllegalArgumentException("want draws without NaN, got " + sorted[0]);
        }
        for (int i = 1; i < sorted.length; i++) {
            if (!(sorted[i - 1] <= sorted[i])) {
                throw new IllegalArgumentException("want draws in ascending order without NaN, got " + sorted[i - 1]
                        + " before " + sorted[i] + " at " + i);
            }
        }
        int n = sorted.length;
        BinomialDistribution below = BinomialDistribution.of(n, quantile);
        // low = X_(l) with P(X_(l) > q) <= P(B < l) <= alpha: the largest such l. high = X_(h) with P(X_(h) < q) <= P(B
        // >= h)
        // <= alpha: the smallest such h.
        int l = below.inverseCumulativeProbability(alpha);
        if (below.cumulativeProbability(l) <= alpha) {
            l++;
        }
        int h = below.inverseSurvivalProbability(alpha) + 1;
        return new QuantileInterval(
                l == 0 ? Double.NEGATIVE_INFINITY : sorted[l - 1],
                h == n + 1 ? Double.POSITIVE_INFINITY : sorted[h - 1]);
    }
}
