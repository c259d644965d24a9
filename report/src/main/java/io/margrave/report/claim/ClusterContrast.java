package io.margrave.report.claim;

import io.margrave.data.Noise;
import io.margrave.report.Quantiles;
import io.margrave.report.Text;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * The means of two groups of values, of which several belong to one image, and their difference.
 *
 * <p>Intervals draw images, each with all of its values of both groups (Davison and Hinkley 1997, section 3.8).
 *
 * @param first mean of the first group
 * @param second mean of the second
 * @param difference second minus first
 */
record ClusterContrast(Mean first, Mean second, Mean difference) {
    private static final int RESAMPLES = 1_000;

    /**
     * A mean.
     *
     * @param count values; of the difference those of both groups
     * @param value NaN of none
     * @param low lower end of the percentile bootstrap interval at 95 %; NaN of fewer than three images
     * @param high upper end
     */
    record Mean(int count, double value, double low, double high) {
        private static Mean of(int count, double value, double[] resampled) {
            double[] defined = Arrays.stream(resampled)
                    .filter(v -> !Double.isNaN(v))
                    .sorted()
                    .toArray();
            return new Mean(count, value, Quantiles.of(defined, 0.025), Quantiles.of(defined, 0.975));
        }

        /** {@code 1.20 [1.15, 1.26]}. */
        String text() {
            if (count == 0 || Double.isNaN(value)) {
                return Text.NONE;
            }
            return Double.isNaN(low) ? Text.number(value) : Text.number(value) + " " + Text.interval(low, high);
        }
    }

    /**
     * Compares values.
     *
     * @param values finite
     * @param second whether a value is of the second group
     * @param images which image each is of
     */
    static ClusterContrast of(double[] values, boolean[] second, int[] images) {
        int n = values.length;
        if (second.length != n || images.length != n) {
            throw new IllegalArgumentException("want as many groups and images as values, got " + second.length + ", "
                    + images.length + " and " + n);
        }
        Map<Integer, Integer> numbers = new HashMap<>();
        int[] image = Arrays.stream(images)
                .map(each -> numbers.computeIfAbsent(each, unseen -> numbers.size()))
                .toArray();
        int different = numbers.size();
        double[][] resampled = new double[3][different < 3 ? 0 : RESAMPLES];
        Noise.Stream stream = new Noise(0, "claims").stream(n, "contrast", 0);
        int[] drawn = new int[different];
        for (int b = 0; b < resampled[0].length; b++) {
            Arrays.fill(drawn, 0);
            for (int i = 0; i < different; i++) {
                drawn[stream.nextInt(different)]++;
            }
            double[] means = means(values, second, image, drawn);
            resampled[0][b] = means[0];
            resampled[1][b] = means[1];
            resampled[2][b] = means[1] - means[0];
        }
        int[] once = new int[different];
        Arrays.fill(once, 1);
        double[] means = means(values, second, image, once);
        int seconds = 0;
        for (boolean each : second) {
            seconds += each ? 1 : 0;
        }
        return new ClusterContrast(
                Mean.of(n - seconds, means[0], resampled[0]),
                Mean.of(seconds, means[1], resampled[1]),
                Mean.of(n, means[1] - means[0], resampled[2]));
    }

    private static double[] means(double[] values, boolean[] second, int[] image, int[] drawn) {
        double[] sums = new double[2];
        long[] counts = new long[2];
        for (int i = 0; i < values.length; i++) {
            int group = second[i] ? 1 : 0;
            sums[group] += drawn[image[i]] * values[i];
            counts[group] += drawn[image[i]];
        }
        return new double[] {sums[0] / counts[0], sums[1] / counts[1]};
    }
}
