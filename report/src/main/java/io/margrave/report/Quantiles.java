package io.margrave.report;

/** Sample quantiles. */
public final class Quantiles {
    private Quantiles() {}

    /**
     * Linear interpolation between order statistics (Hyndman and Fan 1996, type 7); beside an infinite order statistic it is
     * infinite.
     *
     * @param sorted ascending, no NaN, possibly infinite at its upper end
     * @param quantile in [0, 1]
     * @return NaN for no values
     */
    public static double of(double[] sorted, double quantile) {
        if (sorted.length == 0) {
            return Double.NaN;
        }
        double position = quantile * (sorted.length - 1);
        int below = (int) Math.floor(position);
        double share = position - below;
        if (share == 0) {
            return sorted[below];
        }
        if (Double.isInfinite(sorted[below + 1])) {
            return sorted[below + 1];
        }
        return sorted[below] + share * (sorted[below + 1] - sorted[below]);
    }
}
