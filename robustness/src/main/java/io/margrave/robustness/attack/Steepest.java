package io.margrave.robustness.attack;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** Directions of steepest ascent, of length one in a ball's norm. */
final class Steepest {

    /** Share of the values that an L1 step adds at most (after SLIDE, Tramer and Boneh 2019). */
    private static final double L1_SHARE = 0.05;

    private static final double TINY = 1e-30;

    private Steepest() {}

    /**
     * Along the gradient: normalised in L2; its signs in L-infinity. In L1, in the gradient's proportions, those values that are
     * perturbed already, and of the others that have room those where the gradient is largest: the projection takes the same off all,
     * so whatever carries on must be pushed on, and what no step pushes stays at rest.
     *
     * @param ball that the iterate is in
     * @param iterate {@code [rows, features]}
     * @param gradient {@code [rows, features]}, finite
     * @return {@code [rows, features]}; 0 where the gradient is
     */
    static Tensor along(Ball ball, Tensor iterate, Tensor gradient) {
        return switch (ball.norm()) {
            case L1 -> normalised(sparse(ball, iterate, gradient), 1);
            case L2 -> normalised(gradient, 2);
            case LINF -> gradient.sign();
        };
    }

    private static Tensor normalised(Tensor gradient, int order) {
        return gradient.div(
                torch.linalg_vector_norm(gradient, new Scalar(order), new long[] {1}, true, new ScalarTypeOptional())
                        .clamp_min(new Scalar(TINY)));
    }

    private static Tensor sparse(Ball ball, Tensor iterate, Tensor gradient) {
        Tensor kept = iterate.ne(ball.centers());
        Tensor free = kept.logical_not();
        if (ball.range() != null) {
            Tensor up = gradient.gt(new Scalar(0))
                    .logical_and(iterate.lt(new Scalar(ball.range().high())));
            Tensor down = gradient.lt(new Scalar(0))
                    .logical_and(iterate.gt(new Scalar(ball.range().low())));
            free = free.logical_and(up.logical_or(down));
        }
        long added = Math.max(1, Math.round(L1_SHARE * gradient.size(1)));
        Tensor sizes = gradient.abs().mul(free);
        Tensor threshold =
                torch.kthvalue(sizes, gradient.size(1) - added + 1, 1, true).get0();
        Tensor largest = sizes.ge(threshold).logical_and(free);
        return gradient.mul(kept.logical_or(largest));
    }
}
