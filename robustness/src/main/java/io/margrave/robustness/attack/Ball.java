package io.margrave.robustness.attack;

import io.margrave.data.ValueRange;
import io.margrave.results.Norm;
import io.margrave.robustness.map.Rows;
import io.margrave.vae.TensorCopies;
import java.util.Objects;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarOptional;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * L2 balls around a batch of centres, cut with the data's value range: whatever is placed here keeps both.
 *
 * <p>A centre lies inside its range, so all on the way from it to a clipped point does too: shortening never leaves the range, and
 * nothing is clipped after it was shortened. {@link #reach} lengthens as well: the point of the cut ball furthest along a direction w is
 * {@code clip(c + s w)}; the norm of {@code clip(c + s w) - c} grows with s, so s is found by following which pixels are at their
 * limit, from below, so the ball is never left.
 *
 * @param centers {@code [points, features]}, inside {@code range}
 * @param range that every value is kept in, or null for none
 * @param norm of the balls
 */
public record Ball(Tensor centers, @Nullable ValueRange range, Norm norm) {

    private static final int MOST_ACTIVE_SET_STEPS = 32;
    private static final int ROUNDS = 2;
    private static final double TINY = 1e-30;
    /** Relative change of the factor that is not followed any more. */
    private static final double CLOSE_ENOUGH = 1e-4;

    /** L2 balls. */
    public Ball(Tensor centers, @Nullable ValueRange range) {
        this(centers, range, Norm.L2);
    }

    /**
     * Points brought into range and ball: clipped, then, where they are further from their centre than the radius, shortened to
     * it.
     *
     * @param points {@code [points, features]}
     * @param radii one a point, at least 0
     * @return {@code [points, features]}
     */
    public Tensor retract(Tensor points, double[] radii) {
        Tensor moved = (range == null ? points : clip(points.clone())).sub(centers);
        Tensor shorter = scale(Rows.numbers(radii).unsqueeze(1), moved).clamp_max(new Scalar(1));
        return centers.add(moved.mul_(shorter));
    }

    /**
     * The points in some directions that lie on the balls' surfaces, or as near to them as the range lets them.
     *
     * @param directions {@code [points, features]}, of any length above zero
     * @param radii one a point, at least 0
     * @return {@code [points, features]}
     */
    public Tensor reach(Tensor directions, double[] radii) {
        float[] values = TensorCopies.floats(directions);
        float[] from = TensorCopies.floats(centers);
        int features = values.length / radii.length;
        for (int i = 0; i < radii.length; i++) {
            place(values, from, i * features, (i + 1) * features, radii[i]);
        }
        return TensorCopies.tensor(values, radii.length, features);
    }

    /**
     * As {@link #reach}, but nearly: for a step of an ascent, where the last digits of a norm don't matter. Inside ball and
     * range all the same; where the range stops some values, up to about a thousandth short of the surface.
     *
     * @param directions {@code [points, features]}, of any length above zero
     * @param radii one a point, at least 0
     * @return {@code [points, features]}
     */
    public Tensor approach(Tensor directions, double[] radii) {
        Tensor radius = Rows.numbers(radii).unsqueeze(1);
        Tensor placed = centers.add(directions.mul(scale(radius, directions)));
        if (range == null) {
            return placed;
        }
        for (int round = 0; round < ROUNDS; round++) {
            Tensor moved = clip(placed).sub(centers);
            placed = moved.mul_(scale(radius, moved)).add_(centers);
        }
        return clip(placed);
    }

    private static Tensor scale(Tensor radius, Tensor directions) {
        Tensor length =
                torch.linalg_vector_norm(directions, new Scalar(2), new long[] {1}, true, new ScalarTypeOptional());
        return radius.div(length.clamp_min(new Scalar(TINY)));
    }

    private Tensor clip(Tensor points) {
        ValueRange kept = Objects.requireNonNull(range);
        return points.clamp_(new ScalarOptional(new Scalar(kept.low())), new ScalarOptional(new Scalar(kept.high())));
    }

    /** One ball: directions become the points placed. */
    private void place(float[] values, float[] from, int first, int end, double radius) {
        double factor = factor(values, from, first, end, radius);
        for (int j = first; j < end; j++) {
            float moved = (float) (from[j] + factor * values[j]);
            values[j] = range == null ? moved : Math.max(range.low(), Math.min(range.high(), moved));
        }
    }

    /** What a direction is to be multiplied with, so that it has the radius' length after it is clipped; from below. */
    private double factor(float[] values, float[] from, int first, int end, double radius) {
        double squares = 0;
        for (int j = first; j < end; j++) {
            squares += (double) values[j] * values[j];
        }
        if (squares == 0) {
            return 0;
        }
        double factor = radius / Math.sqrt(squares);
        if (range == null) {
            return factor;
        }
        return clippedFactor(values, from, first, end, radius, factor);
    }

    private double clippedFactor(float[] values, float[] from, int first, int end, double radius, double start) {
        ValueRange kept = Objects.requireNonNull(range);
        // Values that can't move, most of them in images on black ground, are left out.
        double[] sizes = new double[end - first];
        double[] limits = new double[end - first];
        int count = 0;
        for (int j = first; j < end; j++) {
            double value = values[j];
            double room = value > 0 ? (double) kept.high() - from[j] : (double) from[j] - kept.low();
            if (room > 0) {
                sizes[count] = Math.abs(value);
                limits[count] = room;
                count++;
            }
        }
        double factor = start;
        for (int step = 0; step < MOST_ACTIVE_SET_STEPS; step++) {
            double free = 0;
            double clipped = 0;
            for (int j = 0; j < count; j++) {
                if (factor * sizes[j] < limits[j]) {
                    free += sizes[j] * sizes[j];
                } else {
                    clipped += limits[j] * limits[j];
                }
            }
            double next = free == 0 ? factor : Math.sqrt(Math.max(0, radius * radius - clipped) / free);
            if (next <= factor * (1 + CLOSE_ENOUGH)) {
                break;
            }
            factor = next;
        }
        return factor;
    }

    /** The same balls for some of the centres, in the given order. */
    public Ball select(int[] rows) {
        return new Ball(Rows.select(centers, rows), range, norm);
    }

    /**
     * The furthest that any input can be moved inside a range: from one corner to the opposite one.
     *
     * @param features values of an input
     * @param range of each
     */
    public static double diameter(int features, ValueRange range) {
        return Math.sqrt(features) * ((double) range.high() - range.low());
    }
}
