package io.margrave.robustness.attack;

import io.margrave.data.ValueRange;
import io.margrave.robustness.map.Rows;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * L2 balls around a batch of centres, cut with the data's value range: one projection that keeps both.
 *
 * <p>For a centre inside the range, the nearest point of the cut ball to {@code c + w} is {@code clip(c + s w)} with one
 * factor s in (0, 1]: the conditions of optimality of a quadratic under a ball and a box. The norm of {@code clip(c + s w) -
 * c} grows with s, so s is found by following which pixels are at their limit; the iterates approach it from below, so the
 * ball is never left.
 *
 * @param centers {@code [points, features]}, inside {@code range}
 * @param range that every value is kept in, or null for none
 */
public record Ball(Tensor centers, @Nullable ValueRange range) {

    private static final int ACTIVE_SET_STEPS = 8;
    private static final double TINY = 1e-30;

    /**
     * The nearest points of the balls.
     *
     * @param points {@code [points, features]}
     * @param radii {@code [points]}
     * @return {@code [points, features]}
     */
    public Tensor project(Tensor points, Tensor radii) {
        return place(points.sub(centers), radii, true);
    }

    /**
     * The points in some directions that lie on the balls' surfaces, or as near to them as the range lets them.
     *
     * @param directions {@code [points, features]}, of any length above zero
     * @param radii {@code [points]}
     * @return {@code [points, features]}
     */
    public Tensor reach(Tensor directions, Tensor radii) {
        return place(directions, radii, false);
    }

    private Tensor place(Tensor directions, Tensor radii, boolean shorten) {
        Tensor radius = radii.unsqueeze(1);
        Tensor length = norm(directions);
        Tensor factor = radius.div(length.clamp_min(new Scalar(TINY)));
        if (range == null) {
            return centers.add(directions.mul(shorten ? factor.clamp_max(new Scalar(1)) : factor));
        }
        Tensor ones = torch.ones_like(directions);
        Tensor limit = torch.where(
                        directions.gt(new Scalar(0)),
                        centers.neg().add(ones.mul(new Scalar(range.high()))),
                        centers.sub(ones.mul(new Scalar(range.low()))))
                .clamp_min(new Scalar(0));
        Tensor size = directions.abs();
        Tensor limitSquared = limit.square();
        Tensor sizeSquared = directions.square();
        Tensor radiusSquared = radius.square();
        for (int i = 0; i < ACTIVE_SET_STEPS; i++) {
            Tensor free = size.mul(factor).lt(limit).to(directions.scalar_type());
            Tensor rest = radiusSquared.sub(sum(limitSquared.sub(limitSquared.mul(free))));
            Tensor next = rest.clamp_min(new Scalar(0))
                    .div(sum(sizeSquared.mul(free)).clamp_min(new Scalar(TINY)))
                    .sqrt();
            factor = torch.maximum(factor, next);
        }
        if (shorten) {
            factor = factor.clamp_max(new Scalar(1));
        }
        Tensor moved = torch.minimum(size.mul(factor), limit).mul(directions.sign());
        return clip(centers.add(moved));
    }

    /** Clips to the range; the identity where there is none. */
    private Tensor clip(Tensor points) {
        return range == null
                ? points
                : points.clamp_min(new Scalar(range.low())).clamp_max(new Scalar(range.high()));
    }

    private static Tensor sum(Tensor values) {
        return values.sum(new long[] {1}, true, new ScalarTypeOptional());
    }

    private static Tensor norm(Tensor values) {
        return torch.linalg_vector_norm(values, new Scalar(2), new long[] {1}, true, new ScalarTypeOptional());
    }

    /** The same balls for some of the centres, in the given order. */
    public Ball select(int[] rows) {
        return new Ball(Rows.select(centers, rows), range);
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
