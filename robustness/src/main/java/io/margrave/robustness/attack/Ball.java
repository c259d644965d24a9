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
 * Balls around a batch of centres, cut with the data's value range: whatever is placed here keeps both.
 *
 * <p>A centre lies inside its range, so all on the way from it to a clipped point does too: shortening never leaves the range, and
 * nothing is clipped after it was shortened. What each norm makes of it is in {@link CutBall}.
 *
 * @param centers {@code [points, features]}, inside {@code range}
 * @param range that every value is kept in, or null for none
 * @param norm of the balls
 */
public record Ball(Tensor centers, @Nullable ValueRange range, Norm norm) {

    private static final int ROUNDS = 2;
    private static final double TINY = 1e-30;

    /** L2 balls. */
    public Ball(Tensor centers, @Nullable ValueRange range) {
        this(centers, range, Norm.L2);
    }

    /**
     * Points brought into range and ball: clipped, then, where they are further from their centre than the radius, shortened to
     * it. Cheaper than {@link #project}, and not the nearest points, in L2; the same in other norms.
     *
     * @param points {@code [points, features]}
     * @param radii one a point, at least 0
     * @return {@code [points, features]}
     */
    public Tensor retract(Tensor points, double[] radii) {
        if (norm != Norm.L2) {
            return project(points, radii);
        }
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
        return placed(directions, radii, CutBall.of(norm)::reach, false);
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
        if (norm != Norm.L2) {
            return reach(directions, radii);
        }
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

    /**
     * The nearest points of ball and range, exactly: the Euclidean projection onto their intersection. What is inside stays as it
     * is. In double precision, and rounded towards the centre, so a norm that is measured again is never above the radius.
     *
     * @param points {@code [points, features]}
     * @param radii one a point, at least 0
     * @return {@code [points, features]}
     */
    public Tensor project(Tensor points, double[] radii) {
        return placed(points, radii, CutBall.of(norm)::project, true);
    }

    /**
     * The points of ball and range that are furthest along some directions, by inner product: where a linear objective with these
     * gradients is largest.
     *
     * @param directions {@code [points, features]}
     * @param radii one a point, at least 0
     * @return {@code [points, features]}
     */
    public Tensor furthest(Tensor directions, double[] radii) {
        return placed(directions, radii, CutBall.of(norm)::furthest, false);
    }

    /**
     * Points brought into the range alone.
     *
     * @param points {@code [points, features]}; changed in place
     * @return the same tensor
     */
    Tensor clipped(Tensor points) {
        return range == null ? points : clip(points);
    }

    /** What becomes of the sizes of a perturbation. */
    @FunctionalInterface
    private interface Placement {
        void place(double[] sizes, double[] limits, int count, double radius);
    }

    /** Directions, or points taken as directions from their centres and rounded inwards, placed one by one. */
    private Tensor placed(Tensor directions, double[] radii, Placement placement, boolean points) {
        float[] values = TensorCopies.floats(directions);
        float[] from = TensorCopies.floats(centers);
        int features = values.length / radii.length;
        double[] sizes = new double[features];
        double[] limits = new double[features];
        for (int i = 0; i < radii.length; i++) {
            place(values, from, i * features, sizes, limits, radii[i], placement, points);
        }
        return TensorCopies.tensor(values, radii.length, features);
    }

    /** One ball: directions become the points placed. */
    private void place(
            float[] values,
            float[] from,
            int first,
            double[] sizes,
            double[] limits,
            double radius,
            Placement placement,
            boolean points) {
        int end = first + sizes.length;
        // Values that can't move, most of them in images on black ground, are left out.
        int count = 0;
        for (int j = first; j < end; j++) {
            double direction = points ? (double) values[j] - from[j] : values[j];
            double room = room(direction, from[j]);
            if (room > 0) {
                sizes[count] = Math.abs(direction);
                limits[count] = room;
                count++;
            }
        }
        placement.place(sizes, limits, count, radius);
        int next = 0;
        for (int j = first; j < end; j++) {
            double direction = points ? (double) values[j] - from[j] : values[j];
            if (room(direction, from[j]) > 0) {
                values[j] = moved(from[j], Math.copySign(sizes[next], direction), points);
                next++;
            } else {
                values[j] = from[j];
            }
        }
    }

    /** How far a value can move in a direction; 0 where there is no direction, or none that is a number. */
    private double room(double direction, float from) {
        if (direction == 0 || Double.isNaN(direction)) {
            return 0;
        }
        if (range == null) {
            return Double.POSITIVE_INFINITY;
        }
        return direction > 0 ? (double) range.high() - from : (double) from - range.low();
    }

    private float moved(float from, double by, boolean inwards) {
        float to = (float) (from + by);
        if (inwards && Math.abs((double) to - from) > Math.abs(by)) {
            to = Math.nextAfter(to, from);
        }
        return range == null ? to : Math.max(range.low(), Math.min(range.high(), to));
    }

    /** The same balls for some of the centres, in the given order. */
    public Ball select(int[] rows) {
        return new Ball(Rows.select(centers, rows), range, norm);
    }

    /**
     * The furthest in L2 that any input can be moved inside a range: from one corner to the opposite one.
     *
     * @param features values of an input
     * @param range of each
     */
    public static double diameter(int features, ValueRange range) {
        return diameter(features, range, Norm.L2);
    }

    /**
     * The furthest that any input can be moved inside a range: from one corner to the opposite one.
     *
     * @param features values of an input
     * @param range of each
     * @param norm that measures it
     */
    public static double diameter(int features, ValueRange range, Norm norm) {
        double width = (double) range.high() - range.low();
        return switch (norm) {
            case L1 -> features * width;
            case L2 -> Math.sqrt(features) * width;
            case LINF -> width;
        };
    }
}
