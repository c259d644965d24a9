package io.margrave.robustness.attack;

import io.margrave.results.Norm;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * Projected steps along Adam's moments (Kingma and Ba 2015), at a falling rate.
 *
 * <p>The second moment is kept value by value in L-infinity and under a penalty, where what is projected onto is a box. On L2 and
 * L1 balls it is one number a row: steps that are scaled value by value and then projected in the Euclidean sense come to rest
 * where the <em>signs</em> of the gradient point, not at the ball's worst point.
 */
final class AdamSteps implements Search {
    private static final Ascent.StepSize SHARE = new Ascent.StepSize(0.3, 0.01);
    /** Longer: the projection takes most of a step's length off again. */
    private static final Ascent.StepSize SHARE_L1 = new Ascent.StepSize(2, 0.04);
    /** Of the range's diameter, where no radius gives a scale. */
    private static final Ascent.StepSize PENALISED = new Ascent.StepSize(0.02, 0.0005);

    private static final double FIRST = 0.9;
    private static final double SECOND = 0.999;
    private static final double TINY = 1e-20;

    @Override
    public Climbed from(RestartBatch batch, Tensor start) {
        int steps = batch.effort().steps();
        Ball ball = batch.ball();
        boolean constrained = batch.request().weight() == null;
        boolean each = !constrained || ball.norm() == Norm.LINF;
        // A step that moves every value has about the length of the share, in L2.
        double scale = batch.request().stepScale() * (constrained ? 1 : batch.diameter() / Math.sqrt(batch.features()));
        Ascent.StepSize share = constrained ? ball.norm() == Norm.L1 ? SHARE_L1 : SHARE : PENALISED;
        Tensor first = torch.zeros_like(start);
        Tensor second = each ? torch.zeros_like(start) : torch.zeros_like(start.narrow(1, 0, 1));
        return batch.climb(start, batch.searched(), (iterate, gradient, objective, step) -> {
            first.mul_(new Scalar(FIRST)).add_(gradient, new Scalar(1 - FIRST));
            Tensor squares = gradient.square();
            second.mul_(new Scalar(SECOND))
                    .add_(
                            each ? squares : squares.sum(new long[] {1}, true, new ScalarTypeOptional()),
                            new Scalar(1 - SECOND));
            double firstCorrection = 1 - Math.pow(FIRST, step + 1);
            double secondCorrection = 1 - Math.pow(SECOND, step + 1);
            Tensor moments = first.div(
                            second.div(new Scalar(secondCorrection)).sqrt_().add_(new Scalar(TINY)))
                    .div_(new Scalar(firstCorrection));
            double now = scale * share.at(step, steps);
            if (!constrained) {
                return ball.clipped(moments.mul_(new Scalar(now)).add_(iterate));
            }
            Tensor direction = ball.norm() == Norm.L1 ? Steepest.along(ball, iterate, moments) : moments;
            return ball.project(direction.mul_(batch.lengths(now)).add_(iterate), batch.radii());
        });
    }
}
