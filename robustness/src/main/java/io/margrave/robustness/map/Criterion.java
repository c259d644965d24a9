package io.margrave.robustness.map;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** What 'broken' means for one draw. */
@FunctionalInterface
public interface Criterion {

    /**
     * By how much a draw breaks: positive is broken, zero and below is not. Differentiable in {@code outputs}.
     *
     * @param outputs {@code [points, draws, outputs]}
     * @param reference {@code [points, outputs]}
     * @return {@code [points, draws]}
     */
    Tensor excess(Tensor outputs, Tensor reference);

    /**
     * The draw left the L2 ball of radius r around the reference (Camuto et al. 2021, definition 1).
     *
     * @param r at least 0, in output units; with 0 the excess is the distance itself
     */
    static Criterion leavesBall(double r) {
        if (!(r >= 0)) {
            throw new IllegalArgumentException("want a radius r >= 0, got " + r);
        }
        return (outputs, reference) -> {
            Tensor distance = torch.linalg_vector_norm(
                    outputs.sub(reference.unsqueeze(1)),
                    new Scalar(2),
                    new long[] {2},
                    false,
                    new ScalarTypeOptional());
            return r == 0 ? distance : distance.sub(new Scalar(r));
        };
    }
}
