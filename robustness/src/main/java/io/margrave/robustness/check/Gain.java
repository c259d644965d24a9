package io.margrave.robustness.check;

import io.margrave.results.Check.Outcome;
import java.util.stream.IntStream;

/**
 * By how much one attack does more damage than another on the same points, as a share of the other's: negative where it does less.
 *
 * @param share mean over points
 * @param error standard error of the share: what the draws that measured it leave open
 * @param points gain of each point, as a share of its damage
 * @param errors standard error of each
 */
record Gain(double share, double error, double[] points, double[] errors) {

    /** Standard errors that a difference must exceed to be more than noise. */
    static final double SIGNIFICANT = 3;

    /** Up to this share of damage more, an attack has found what more of it would find. */
    static final double SLIGHT = 0.02;

    /** Above this share the figures of an attack are wrong by what a reader would see. */
    static final double LARGE = 0.1;

    /** Of two attacks measured with the same noise. */
    static Gain of(Reached from, Reached to) {
        int n = from.points();
        double[] gains = new double[n];
        double[] errors = new double[n];
        double difference = 0;
        double variance = 0;
        double damage = 0;
        for (int i = 0; i < n; i++) {
            double[] a = from.distances()[i];
            double[] b = to.distances()[i];
            double mean = Reached.mean(b) - Reached.mean(a);
            double squares = 0;
            for (int k = 0; k < a.length; k++) {
                double off = b[k] - a[k] - mean;
                squares += off * off;
            }
            double ofMean = squares / Math.max(1, a.length - 1) / a.length;
            double base = Math.max(from.damage(i), Double.MIN_NORMAL);
            gains[i] = mean / base;
            errors[i] = Math.sqrt(ofMean) / base;
            difference += mean;
            variance += ofMean;
            damage += base;
        }
        return new Gain(difference / damage, Math.sqrt(variance) / damage, gains, errors);
    }

    /** Whether the mean exceeds a share by more than measurement noise; so it does where nothing of it is a number. */
    boolean exceeds(double limit) {
        return !(share - SIGNIFICANT * error <= limit);
    }

    /** PASS up to {@link #SLIGHT}, WARN up to {@link #LARGE}, else FAIL; each beyond measurement noise. */
    Outcome outcome() {
        return Ruling.of(exceeds(LARGE), exceeds(SLIGHT));
    }

    /** Points whose gain exceeds a share by more than measurement noise. */
    int pointsAbove(double limit) {
        return (int)
                IntStream.range(0, points.length).filter(i -> above(i, limit)).count();
    }

    /** Whether the gain of point {@code i} exceeds a share by more than measurement noise. */
    boolean above(int i, double limit) {
        return !(points[i] - SIGNIFICANT * errors[i] <= limit);
    }

    /** As in {@code 1.2 % more (standard error 0.1)}. */
    String text() {
        return Figures.percent(Math.abs(share)) + (share < 0 ? " less" : " more") + " damage (standard error "
                + Figures.percent(error) + ")";
    }
}
