package io.margrave.robustness.check;

import io.margrave.robustness.margin.RobustnessEstimator;
import io.margrave.theory.Proportion;
import java.util.Arrays;

/**
 * What an attack reached, measured on noise that neither search nor choice has seen; the same for all attacks of a scene, so that
 * differences of two are known better than either.
 *
 * @param perturbed {@code [points][features]}
 * @param chosen objective a point, on the noise that it was chosen on
 * @param trace mean objective at each step
 * @param distances |Delta| of each draw, {@code [points][draws]}
 */
record Reached(float[][] perturbed, double[] chosen, double[] trace, double[][] distances) {

    int points() {
        return distances.length;
    }

    /** Mean distance of point {@code i}. */
    double damage(int i) {
        return mean(distances[i]);
    }

    /** Mean distance over points and draws. */
    double damage() {
        return Arrays.stream(distances).mapToDouble(Reached::mean).average().orElseThrow();
    }

    /** This, but of each point what did more damage: of this and of another attack. */
    Reached orWorse(Reached other) {
        double[][] worst = new double[points()][];
        for (int i = 0; i < worst.length; i++) {
            worst[i] = other.damage(i) > damage(i) ? other.distances[i] : distances[i];
        }
        return new Reached(perturbed, chosen, trace, worst);
    }

    /** Square of the standard error of {@link #damage(int)}. */
    double squaredError(int i) {
        double[] values = distances[i];
        double mean = mean(values);
        double squares = Arrays.stream(values).map(v -> (v - mean) * (v - mean)).sum();
        return squares / Math.max(1, values.length - 1) / values.length;
    }

    /** Draws of point {@code i} that stay within r. */
    Proportion within(int i, double r) {
        return RobustnessEstimator.within(distances[i], r);
    }

    static double mean(double[] values) {
        return Arrays.stream(values).average().orElseThrow();
    }
}
