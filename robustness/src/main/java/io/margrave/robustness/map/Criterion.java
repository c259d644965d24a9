package io.margrave.robustness.map;

import io.margrave.vae.network.Tape;
import org.bytedeco.pytorch.LongOptional;
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
            Tensor distance = Tape.custom(outputs, out -> distance(out, reference));
            return r == 0 ? distance : distance.sub(new Scalar(r));
        };
    }

    private static Tape.Step distance(Tensor outputs, Tensor reference) {
        Tensor difference = outputs.sub(reference.unsqueeze(1));
        Tensor distance =
                torch.linalg_vector_norm(difference, new Scalar(2), new long[] {2}, false, new ScalarTypeOptional());
        // At the reference itself there is no direction: the gradient is zero, as autograd has it.
        return new Tape.Step(
                distance,
                gradient -> difference.mul(gradient.div(distance)
                        .masked_fill(distance.eq(new Scalar(0)), new Scalar(0))
                        .unsqueeze(2)));
    }

    /**
     * The draw's largest logit is that of another class than the reference's. The excess is by how much that other class leads, so a
     * tie keeps the class; of the reference itself it is the negated lead of its class.
     *
     * @return a criterion for outputs and references that are logits, at least two; where the reference has ties, the first class counts
     */
    static Criterion changesClass() {
        return (outputs, reference) -> {
            Tensor predicted = torch.one_hot(reference.argmax(new LongOptional(1), false), reference.size(1))
                    .toType(torch.ScalarType.Bool)
                    .unsqueeze(1);
            Tensor own = torch.where(predicted, outputs, new Scalar(0)).sum(2);
            Tensor others = torch.where(predicted, new Scalar(Double.NEGATIVE_INFINITY), outputs);
            return others.amax(new long[] {2}, false).sub(own);
        };
    }
}
