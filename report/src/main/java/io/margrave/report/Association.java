package io.margrave.report;

import io.margrave.data.Noise;
import io.margrave.theory.Proportion;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How two measurements of the same points go together. What is undefined (too few points, no variation) is NaN.
 *
 * @param count pairs
 * @param pearson linear correlation, in [-1, 1]
 * @param spearman rank correlation with mid-ranks for ties, in [-1, 1]
 * @param slope of the least-squares line of y on x
 * @param intercept of that line
 * @param above pairs with y at least x, of all; null where there are none
 */
public record Association(
        int count,
        Estimate pearson,
        Estimate spearman,
        double slope,
        double intercept,
        @Nullable Proportion above) {

    /** Resamples of the bootstrap. */
    public static final int RESAMPLES = 1_000;

    /** Chance of error of both sides of a bootstrap interval together. */
    public static final double ALPHA = 0.05;

    /**
     * A value with its interval.
     *
     * @param value from the points as they are
     * @param low lower end of the percentile bootstrap interval over images (Efron 1979) at 1 - {@link #ALPHA}
     * @param high upper end
     */
    public record Estimate(double value, double low, double high) {
        /** With two decimals: {@code 0.84 [0.80, 0.88]}. */
        public String text() {
            if (Double.isNaN(value)) {
                return Text.NONE;
            }
            return Double.isNaN(low) ? fixed(value) : fixed(value) + " [" + fixed(low) + ", " + fixed(high) + "]";
        }

        private static String fixed(double value) {
            return String.format(Locale.ROOT, "%.2f", value).replace('-', '\u2212');
        }

        private static Estimate of(double value, double[] resampled) {
            double[] defined = Arrays.stream(resampled)
                    .filter(v -> !Double.isNaN(v))
                    .sorted()
                    .toArray();
            return new Estimate(value, Quantiles.of(defined, ALPHA / 2), Quantiles.of(defined, 1 - ALPHA / 2));
        }
    }

    /**
     * Measures finite pairs.
     *
     * <p>The bootstrap draws images, each with all of its pairs (Davison and Hinkley 1997, section 3.8): pairs of one image
     * from several models are not independent, and drawn one by one they would feign more images than there are.
     *
     * @param x finite values
     * @param y finite values, as many
     * @param images which image each pair is of, as many
     * @param seed of the bootstrap
     */
    public static Association of(double[] x, double[] y, int[] images, long seed) {
        int n = x.length;
        if (y.length != n || images.length != n) {
            throw new IllegalArgumentException(
                    "want as many y and images as x, got " + y.length + ", " + images.length + " and " + n);
        }
        int[] image = numbered(images);
        int different = Arrays.stream(image).max().orElse(-1) + 1;
        Ranking rankX = Ranking.of(x);
        Ranking rankY = Ranking.of(y);
        int[] once = new int[n];
        Arrays.fill(once, 1);
        double pearson = correlation(x, y, once);
        double spearman = correlation(rankX.midRanks(once), rankY.midRanks(once), once);
        double[] pearsons = new double[different < 3 ? 0 : RESAMPLES];
        double[] spearmans = new double[pearsons.length];
        Noise.Stream stream = new Noise(seed, "report").stream(n, "bootstrap", 0);
        int[] drawn = new int[different];
        int[] weights = new int[n];
        for (int b = 0; b < pearsons.length; b++) {
            Arrays.fill(drawn, 0);
            for (int i = 0; i < different; i++) {
                drawn[stream.nextInt(different)]++;
            }
            for (int i = 0; i < n; i++) {
                weights[i] = drawn[image[i]];
            }
            pearsons[b] = correlation(x, y, weights);
            spearmans[b] = correlation(rankX.midRanks(weights), rankY.midRanks(weights), weights);
        }
        double[] line = line(x, y);
        return new Association(
                n, Estimate.of(pearson, pearsons), Estimate.of(spearman, spearmans), line[0], line[1], above(x, y));
    }

    /** Measures finite pairs without a bootstrap: the ends of the intervals are NaN. */
    public static Association withoutIntervals(double[] x, double[] y) {
        // Fewer than three different images have no interval.
        return of(x, y, new int[x.length], 0);
    }

    /** The same images numbered from 0 in the order in which they come. */
    private static int[] numbered(int[] images) {
        Map<Integer, Integer> numbers = new HashMap<>();
        return Arrays.stream(images)
                .map(image -> numbers.computeIfAbsent(image, unseen -> numbers.size()))
                .toArray();
    }

    private static @Nullable Proportion above(double[] x, double[] y) {
        int above = 0;
        for (int i = 0; i < x.length; i++) {
            if (y[i] >= x[i]) {
                above++;
            }
        }
        return x.length == 0 ? null : new Proportion(above, x.length);
    }

    /** Slope and intercept of least squares, NaN where x does not vary. */
    private static double[] line(double[] x, double[] y) {
        double meanX = Arrays.stream(x).average().orElse(Double.NaN);
        double meanY = Arrays.stream(y).average().orElse(Double.NaN);
        double xx = 0;
        double xy = 0;
        for (int i = 0; i < x.length; i++) {
            xx += (x[i] - meanX) * (x[i] - meanX);
            xy += (x[i] - meanX) * (y[i] - meanY);
        }
        double slope = xx > 0 ? xy / xx : Double.NaN;
        return new double[] {slope, meanY - slope * meanX};
    }

    /** Pearson's correlation of points repeated {@code weights} times; NaN where either side does not vary. */
    private static double correlation(double[] x, double[] y, int[] weights) {
        double total = 0;
        double sumX = 0;
        double sumY = 0;
        for (int i = 0; i < x.length; i++) {
            total += weights[i];
            sumX += weights[i] * x[i];
            sumY += weights[i] * y[i];
        }
        double meanX = sumX / total;
        double meanY = sumY / total;
        double xx = 0;
        double yy = 0;
        double xy = 0;
        for (int i = 0; i < x.length; i++) {
            double dx = x[i] - meanX;
            double dy = y[i] - meanY;
            xx += weights[i] * dx * dx;
            yy += weights[i] * dy * dy;
            xy += weights[i] * dx * dy;
        }
        return xx > 0 && yy > 0 ? Math.max(-1, Math.min(1, xy / Math.sqrt(xx * yy))) : Double.NaN;
    }

    /** Values and their order, sorted once: a resample only changes the weights. */
    private record Ranking(double[] values, int[] order) {
        static Ranking of(double[] values) {
            int[] order = java.util.stream.IntStream.range(0, values.length)
                    .boxed()
                    .sorted(Comparator.comparingDouble(i -> values[i]))
                    .mapToInt(Integer::intValue)
                    .toArray();
            return new Ranking(values, order);
        }

        /** Rank of each value among values repeated {@code weights} times; ties share the middle of their ranks. */
        double[] midRanks(int[] weights) {
            double[] ranks = new double[order.length];
            int below = 0;
            for (int first = 0; first < order.length; ) {
                int tied = 0;
                int end = first;
                while (end < order.length && values[order[end]] == values[order[first]]) {
                    tied += weights[order[end++]];
                }
                for (int i = first; i < end; i++) {
                    ranks[order[i]] = below + (tied + 1) / 2.0;
                }
                below += tied;
                first = end;
            }
            return ranks;
        }
    }
}
