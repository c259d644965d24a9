package io.margrave.robustness.attack;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** Directions of steepest ascent, of length one in a ball's norm. */
final class Steepest {

    /** Share of the values that an L1 step moves (SLIDE: Tramer and Boneh 2019): all of them would be a step to nowhere. */
    private static final double L1_SHARE = 0.05;

    private static final double TINY = 1e-30;

    private Steepest() {}

    /**
     * Along the gradient: normalised in L2; its signs in L-infinity; in L1 its largest values among those that have room, in their
     * proportions, so that projected steps end where the norm lets the objective be largest.
     *
     * @param ball that the iterate is in
     * @param iterate {@code [rows, features]}
     * @param gradient {@code [rows, features]}, finite
     * @return {@code [rows, features]}; 0 where the gradient is
     */
    static Tensor along(Ball ball, Tensor iterate, Tensor gradient) {
        return switch (ball.norm()) {
            case L1 -> normalised(largest(withRoom(ball, iterate, gradient)), 1);
            case L2 -> normalised(gradient, 2);
            case LINF -> gradient.sign();
        };
    }

    /** Rows of L2 length one. */
    static Tensor normalised(Tensor gradient) {
        return normalised(gradient, 2);
    }

    private static Tensor normalised(Tensor gradient, int order) {
        return gradient.div(
                torch.linalg_vector_norm(gradient, new Scalar(order), new long[] {1}, true, new ScalarTypeOptional())
                        .clamp_min(new Scalar(TINY)));
    }

    private static Tensor withRoom(Ball ball, Tensor iterate, Tensor gradient) {
        if (ball.range() == null) {
            return gradient;
        }
        Tensor up = gradient.gt(new Scalar(0))
                .logical_and(iterate.lt(new Scalar(ball.range().high())));
        Tensor down = gradient.lt(new Scalar(0))
                .logical_and(iterate.gt(new Scalar(ball.range().low())));
        return gradient.mul(up.logical_or(down));
    }

    private static Tensor largest(Tensor gradient) {
        long kept = Math.max(1, Math.round(L1_SHARE * gradient.size(1)));
        Tensor sizes = gradient.abs();
        Tensor threshold =
                torch.kthvalue(sizes, gradient.size(1) - kept + 1, 1, true).get0();
        return gradient.mul(sizes.ge(threshold));
    }
}
