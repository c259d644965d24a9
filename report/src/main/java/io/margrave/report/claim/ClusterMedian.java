package io.margrave.report.claim;

import io.margrave.data.Noise;
import io.margrave.report.Quantiles;
import io.margrave.report.Text;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * A median of values of which several belong to one image.
 *
 * <p>Its interval draws images, each with all of its values (Davison and Hinkley 1997, section 3.8). Infinite values are those of
 * which no more is known than that they are larger than the others; they are never left out, for a median without them would be
 * too small.
 *
 * @param count values
 * @param value the median, possibly infinite; NaN of none
 * @param low lower end of the percentile bootstrap interval at 95 %; NaN of fewer than three images
 * @param high upper end
 */
record ClusterMedian(int count, double value, double low, double high) {
    private static final int RESAMPLES = 1_000;

    /**
     * Measures values.
     *
     * @param values no NaN, possibly infinite
     * @param images which image each is of
     */
    static ClusterMedian of(double[] values, int[] images) {
        int n = values.length;
        if (images.length != n) {
            throw new IllegalArgumentException("want as many images as values, got " + images.length + " and " + n);
        }
        int[] order = IntStream.range(0, n)
                .boxed()
                .sorted(Comparator.comparingDouble(i -> values[i]))
                .mapToInt(Integer::intValue)
                .toArray();
        double[] sorted = Arrays.stream(order).mapToDouble(i -> values[i]).toArray();
        Map<Integer, Integer> numbers = new HashMap<>();
        int[] image = Arrays.stream(order)
                .map(i -> numbers.computeIfAbsent(images[i], unseen -> numbers.size()))
                .toArray();
        int different = numbers.size();
        double[] medians = new double[different < 3 ? 0 : RESAMPLES];
        Noise.Stream stream = new Noise(0, "claims").stream(n, "median", 0);
        int[] drawn = new int[different];
        for (int b = 0; b < medians.length; b++) {
            Arrays.fill(drawn, 0);
            for (int i = 0; i < different; i++) {
                drawn[stream.nextInt(different)]++;
            }
            medians[b] = median(sorted, image, drawn);
        }
        Arrays.sort(medians);
        return new ClusterMedian(
                n, Quantiles.of(sorted, 0.5), Quantiles.of(medians, 0.025), Quantiles.of(medians, 0.975));
    }

    /** The median of values repeated as often as their image was drawn. */
    private static double median(double[] sorted, int[] image, int[] drawn) {
        int total = 0;
        for (int i : image) {
            total += drawn[i];
        }
        int lower = (total - 1) / 2;
        int upper = total / 2;
        int seen = 0;
        double first = Double.NaN;
        for (int i = 0; i < sorted.length; i++) {
            int before = seen;
            seen += drawn[image[i]];
            if (before <= lower && lower < seen) {
                first = sorted[i];
            }
            if (upper < seen) {
                return upper == lower || Double.isInfinite(sorted[i]) ? sorted[i] : (first + sorted[i]) / 2;
            }
        }
        return Double.NaN;
    }

    /** {@code 1.20 [1.15, 1.26]}. */
    String text() {
        if (count == 0) {
            return Text.NONE;
        }
        return Double.isNaN(low) ? Text.number(value) : Text.number(value) + " " + Text.interval(low, high);
    }
}
