package io.margrave.robustness.check;

import io.margrave.theory.Proportion;
import java.util.Locale;

/** Numbers as evidence says them. */
final class Figures {
    /** Chance of error of each side of an interval for a share of points. */
    static final double ALPHA = 0.01;

    private Figures() {}

    /** Three digits. */
    static String of(double value) {
        return value == Math.rint(value) && Math.abs(value) < 1e6
                ? String.format(Locale.ROOT, "%.0f", value)
                : String.format(Locale.ROOT, "%.3g", value);
    }

    /** A share, as in {@code 1.25 %}. */
    static String percent(double share) {
        return of(100 * share) + " %";
    }

    /** Some of all points, with the interval of the share: {@code 3 of 64 points (0.68 to 15.2 %)}. */
    static String share(Proportion points) {
        return points.successes() + " of " + points.trials() + " points (" + of(100 * points.lower(ALPHA)) + " to "
                + percent(points.upper(ALPHA)) + ")";
    }
}
