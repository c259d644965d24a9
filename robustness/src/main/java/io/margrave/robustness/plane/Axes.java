package io.margrave.robustness.plane;

import io.margrave.data.Noise;

/**
 * Two directions that span a plane, in double precision.
 *
 * @param first a unit vector
 * @param second a unit vector orthogonal to it; zero in a space of one dimension
 */
record Axes(double[] first, double[] second) {

    /** Sine of the angle below which two directions count as one: single precision leaves nothing to tell them apart by. */
    private static final double COLLINEAR = 1e-3;

    /**
     * The plane of two directions, made orthogonal (Gram and Schmidt).
     *
     * @param along what the first axis follows; where it is zero, a random direction takes its place
     * @param towards where the second axis leans; where that is collinear, or no direction, a random one takes its place. Of the two
     *     opposite ways it may point, the one in which its largest entry is positive
     * @param random gives the random directions
     */
    static Axes of(double[] along, double[] towards, Noise.Stream random) {
        double length = norm(along);
        double[] first = length > 0 ? scaled(along, 1 / length) : unit(random(along.length, random));
        double[] second = new double[first.length];
        if (first.length > 1) {
            double[] rest = without(first, unit(towards));
            // Also where it is NaN.
            if (!(norm(rest) > COLLINEAR)) {
                rest = without(first, unit(random(first.length, random)));
            }
            // Once more: what is left of a small rest isn't orthogonal yet.
            second = unit(without(first, unit(rest)));
            second = scaled(second, largest(second) < 0 ? -1 : 1);
        }
        return new Axes(first, second);
    }

    /** {@code origin + a first + b second}. */
    float[] at(float[] origin, double a, double b) {
        float[] place = new float[origin.length];
        for (int i = 0; i < place.length; i++) {
            place[i] = (float) (origin[i] + a * first[i] + b * second[i]);
        }
        return place;
    }

    /** L2. */
    static double norm(double[] values) {
        double sum = 0;
        for (double value : values) {
            sum += value * value;
        }
        return Math.sqrt(sum);
    }

    private static double[] unit(double[] values) {
        return scaled(values, 1 / norm(values));
    }

    private static double[] scaled(double[] values, double factor) {
        double[] scaled = new double[values.length];
        for (int i = 0; i < values.length; i++) {
            scaled[i] = values[i] * factor;
        }
        return scaled;
    }

    /** What of {@code values} is orthogonal to a unit vector. */
    private static double[] without(double[] unit, double[] values) {
        double dot = 0;
        for (int i = 0; i < values.length; i++) {
            dot += unit[i] * values[i];
        }
        double[] rest = new double[values.length];
        for (int i = 0; i < values.length; i++) {
            rest[i] = values[i] - dot * unit[i];
        }
        return rest;
    }

    private static double[] random(int size, Noise.Stream stream) {
        double[] values = new double[size];
        for (int i = 0; i < size; i++) {
            values[i] = stream.nextGaussian();
        }
        return values;
    }

    private static double largest(double[] values) {
        double largest = 0;
        for (double value : values) {
            largest = Math.abs(value) > Math.abs(largest) ? value : largest;
        }
        return largest;
    }
}
