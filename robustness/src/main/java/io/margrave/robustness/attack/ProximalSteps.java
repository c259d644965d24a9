package io.margrave.robustness.attack;

import io.margrave.results.Norm;
import io.margrave.robustness.map.Rows;
import io.margrave.vae.TensorCopies;
import java.util.Arrays;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * Ascent of a goal less a weight times the norm: a step along the goal's gradient, then the proximal map of the norm (Parikh and Boyd
 * 2014), which lies still exactly at the optimum whatever the step size, where steps along the norm's own gradient, which jumps at 0
 * and in corners, would shake around it. By Moreau's decomposition the proximal map of t |.| takes off the projection onto the dual
 * norm's ball of radius t.
 *
 * <p>Step sizes are shares of the range's L2 diameter, falling along a half cosine.
 */
final class ProximalSteps implements Search {
    private static final Ascent.StepSize SHARE = new Ascent.StepSize(0.02, 0.0005);
    private static final double TINY = 1e-30;

    @Override
    public Climbed from(RestartBatch batch, Tensor start) {
        double weight = batch.weight();
        int steps = batch.effort().steps();
        double scale = batch.request().stepScale() * batch.diameter();
        Ball ball = batch.ball();
        Ball dual = new Ball(
                torch.zeros_like(ball.centers()),
                null,
                switch (ball.norm()) {
                    case L1 -> Norm.LINF;
                    case L2 -> Norm.L2;
                    case LINF -> Norm.L1;
                });
        return batch.climb(start, batch.unpenalised(), (iterate, gradient, objective, step) -> {
            double[] penalties = TensorCopies.doubles(batch.penalty(iterate));
            Arrays.setAll(objective, i -> objective[i] - penalties[i]);
            double share = scale * SHARE.at(step, steps);
            double[] lengths = Arrays.stream(TensorCopies.doubles(torch.linalg_vector_norm(
                            gradient, new Scalar(2), new long[] {1}, false, new ScalarTypeOptional())))
                    .map(length -> share / Math.max(length, TINY))
                    .toArray();
            Tensor moved = gradient.mul(Rows.numbers(lengths).unsqueeze(1))
                    .add_(iterate)
                    .sub_(ball.centers());
            double[] shrunk =
                    Arrays.stream(lengths).map(length -> length * weight).toArray();
            return ball.clipped(moved.sub_(dual.project(moved, shrunk)).add_(ball.centers()));
        });
    }
}
