package io.margrave.vae.inspection;

import java.util.Arrays;

/**
 * A mean over images, with a 95 % interval for the mean over the whole split (normal approximation).
 *
 * @param mean of what was measured
 * @param low end of the interval; the mean itself where there is one image
 * @param high end of the interval
 */
public record Estimate(double mean, double low, double high) {
    private static final double NORMAL_975 = 1.959963984540054;

    /** Of one value an image, at least one. */
    static Estimate of(double[] values) {
        double mean = Arrays.stream(values).average().orElseThrow();
        double squares = Arrays.stream(values).map(v -> (v - mean) * (v - mean)).sum();
        double error = values.length < 2 ? 0 : NORMAL_975 * Math.sqrt(squares / (values.length - 1) / values.length);
        return new Estimate(mean, mean - error, mean + error);
    }
}
