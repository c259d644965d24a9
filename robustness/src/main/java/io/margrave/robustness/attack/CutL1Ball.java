package io.margrave.robustness.attack;

import java.util.Comparator;
import java.util.stream.IntStream;

/** A cross-polytope cut with a box. */
record CutL1Ball() implements CutBall {

    private static final int MOST_STEPS = 100;

    @Override
    public void reach(double[] sizes, double[] limits, int count, double radius) {
        double sum = 0;
        for (int j = 0; j < count; j++) {
            sum += sizes[j];
        }
        double factor = sum == 0 ? 0 : radius / sum;
        for (int step = 0; step < MOST_STEPS; step++) {
            double free = 0;
            double cut = 0;
            for (int j = 0; j < count; j++) {
                if (factor * sizes[j] < limits[j]) {
                    free += sizes[j];
                } else {
                    cut += limits[j];
                }
            }
            double next = free == 0 ? factor : Math.max(0, radius - cut) / free;
            if (next <= factor * (1 + CLOSE_ENOUGH)) {
                break;
            }
            factor = next;
        }
        CutBall.scale(sizes, limits, count, factor);
    }

    /**
     * All sizes lowered by one threshold, not below 0, and cut at their limits: the sum falls with the threshold, along straight
     * pieces, so Newton's steps, kept inside a bracket, end on the right one.
     */
    @Override
    public void project(double[] sizes, double[] limits, int count, double radius) {
        double low = 0;
        double high = 0;
        for (int j = 0; j < count; j++) {
            high = Math.max(high, sizes[j]);
        }
        double threshold = 0;
        for (int step = 0; step < MOST_STEPS; step++) {
            double sum = 0;
            int falling = 0;
            for (int j = 0; j < count; j++) {
                double lowered = sizes[j] - threshold;
                if (lowered > 0) {
                    sum += Math.min(lowered, limits[j]);
                    falling += lowered < limits[j] ? 1 : 0;
                }
            }
            double excess = sum - radius;
            if (excess <= 0) {
                high = threshold;
                if (threshold == 0 || excess >= -EXACT * radius) {
                    break;
                }
            } else {
                low = threshold;
            }
            if (high - low <= EXACT * high) {
                break;
            }
            double newton = falling == 0 ? low : threshold + excess / falling;
            threshold = newton > low && newton < high ? newton : (low + high) / 2;
        }
        // The upper end: inside the ball.
        for (int j = 0; j < count; j++) {
            sizes[j] = Math.min(Math.max(0, sizes[j] - high), limits[j]);
        }
    }

    /** The largest first, each up to its limit, until the radius is spent. */
    @Override
    public void furthest(double[] sizes, double[] limits, int count, double radius) {
        int[] order = IntStream.range(0, count)
                .boxed()
                .sorted(Comparator.comparingDouble(j -> -sizes[j]))
                .mapToInt(Integer::intValue)
                .toArray();
        double left = radius;
        for (int j : order) {
            sizes[j] = sizes[j] > 0 ? Math.min(limits[j], left) : 0;
            left -= sizes[j];
        }
    }
}
