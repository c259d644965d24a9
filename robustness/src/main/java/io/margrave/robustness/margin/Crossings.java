package io.margrave.robustness.margin;

import java.util.Arrays;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;

/**
 * Norms along one direction a point at which draws cross into being broken: their quantiles predict where P comes to some value.
 *
 * <p>A first look measures some draws at two near norms, on the same noise: how fast a draw's excess grows with the norm, as a line in
 * the excess itself. A second look takes more draws where the first says that the boundary is, in pairs, because they spread a share less.
 * From there on every draw, at whatever norm, tells the norm at which it would cross. So a verdict's draws sharpen the prediction of the
 * next candidate, whose own verdict is on fresh noise.
 */
final class Crossings {

    private static final int FIRST_DRAWS = 64;
    /** The two norms of the first look are this share below and above the radius. */
    private static final double WIDTH = 0.06;

    /**
     * Draws whose excesses spread less than this share of how far they moved between the two norms tell no tilt: of a map without noise
     * they differ by rounding alone.
     */
    private static final double ALIKE = 0.05;

    private static final int SECOND_DRAWS = 512;
    /** A growth is at least this share of its mean: the line says nothing of draws far from those it was laid through. */
    private static final double SLOWEST = 0.25;

    /** The line says nothing of norms that are less than this share of where the last look looked. */
    private static final double NEAREST = 0.5;

    private final double limit;
    private final double[] smallest;
    private final double[][] crossings;
    private final double[] growth;
    private final double[] tilt;

    private Crossings(double limit, int points) {
        this.limit = limit;
        smallest = new double[points];
        crossings = new double[points][0];
        growth = new double[points];
        tilt = new double[points];
    }

    /**
     * Looks along directions, on search noise.
     *
     * @param batch points, in the form that is searched on
     * @param directions {@code [points, features]}
     * @param radii where to look first
     * @param aimed value of P, in (0, 1), where the second look looks
     * @param limit no predicted norm is above it
     */
    static Crossings look(SearchBatch batch, Tensor directions, double[] radii, double aimed, double limit) {
        double[] near = Arrays.stream(radii).map(r -> r * (1 - WIDTH)).toArray();
        double[] far = Arrays.stream(radii).map(r -> r * (1 + WIDTH)).toArray();
        double[][] excessNear = batch.along(directions, near, "predict", FIRST_DRAWS);
        double[][] excessFar = batch.along(directions, far, "predict", FIRST_DRAWS);
        Crossings seen = new Crossings(limit, batch.size());
        double[] center = new double[radii.length];
        for (int i = 0; i < center.length; i++) {
            seen.fit(i, far[i] - near[i], excessNear[i], excessFar[i]);
            seen.crossings[i] = seen.crossing(i, near[i], excessNear[i]);
            // A step of at most a factor of two: further away the line says nothing.
            center[i] =
                    Math.min(limit / (1 + WIDTH), Math.max(radii[i] / 2, Math.min(radii[i] * 2, seen.norm(i, aimed))));
            seen.crossings[i] = new double[0];
        }
        double[][] excess = batch.along(directions, center, "predict again", SECOND_DRAWS);
        for (int i = 0; i < center.length; i++) {
            seen.smallest[i] = NEAREST * center[i];
            seen.add(i, center[i], excess[i]);
        }
        return seen;
    }

    /** The line of growths, by least squares through the middle of each pair. */
    private void fit(int point, double apart, double[] near, double[] far) {
        int[] finite = IntStream.range(0, near.length)
                .filter(j -> Double.isFinite(near[j] + far[j]))
                .toArray();
        double[] middle =
                Arrays.stream(finite).mapToDouble(j -> (near[j] + far[j]) / 2).toArray();
        double[] slope = Arrays.stream(finite)
                .mapToDouble(j -> (far[j] - near[j]) / apart)
                .toArray();
        double meanMiddle = Arrays.stream(middle).average().orElse(0);
        double meanSlope = Arrays.stream(slope).average().orElse(0);
        double squares = 0;
        double products = 0;
        for (int j = 0; j < finite.length; j++) {
            squares += (middle[j] - meanMiddle) * (middle[j] - meanMiddle);
            products += (middle[j] - meanMiddle) * (slope[j] - meanSlope);
        }
        double moved = apart * meanSlope;
        boolean alike = squares <= finite.length * ALIKE * ALIKE * moved * moved;
        tilt[point] = alike ? 0 : products / squares;
        growth[point] = meanSlope - tilt[point] * meanMiddle;
    }

    /** Adds draws of a point that were measured at some norm. */
    void add(int point, double norm, double[] excess) {
        crossings[point] = DoubleStream.concat(
                        Arrays.stream(crossings[point]), Arrays.stream(crossing(point, norm, excess)))
                .sorted()
                .toArray();
    }

    /** Norm at which each draw crosses, ascending. */
    private double[] crossing(int point, double norm, double[] excess) {
        return Arrays.stream(excess)
                .map(value -> {
                    double slope = Math.max(SLOWEST * growth[point], growth[point] + tilt[point] * value);
                    if (slope > 0 && Double.isFinite(value)) {
                        return norm - value / slope;
                    }
                    // What isn't a number counts as broken.
                    return value <= 0 ? Double.POSITIVE_INFINITY : 0;
                })
                .sorted()
                .toArray();
    }

    /**
     * Predicted norm of a point, at most the limit, and not much smaller than where was looked.
     *
     * @param within value of P, in (0, 1)
     */
    double norm(int point, double within) {
        double[] sorted = crossings[point];
        int broken = (int) Math.ceil((1 - within) * sorted.length);
        return Math.max(smallest[point], Math.min(limit, sorted[broken - 1]));
    }
}
