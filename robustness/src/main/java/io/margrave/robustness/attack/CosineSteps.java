package io.margrave.robustness.attack;

import org.bytedeco.pytorch.Tensor;

/**
 * Projected steps of a falling share of the radius along the steepest direction (Madry et al. 2018). Under a penalty, proximal ones:
 * {@link ProximalSteps}.
 */
final class CosineSteps implements Search {
    private static final Ascent.StepSize SHARE = new Ascent.StepSize(0.5, 0.01);

    @Override
    public Climbed from(RestartBatch batch, Tensor start) {
        if (batch.request().weight() != null) {
            return new ProximalSteps().from(batch, start);
        }
        int steps = batch.effort().steps();
        double scale = batch.request().stepScale();
        Ball ball = batch.ball();
        return batch.climb(start, batch.searched(), (iterate, gradient, objective, step) -> {
            Tensor moved = Steepest.along(ball, iterate, gradient)
                    .mul_(batch.lengths(scale * SHARE.at(step, steps)))
                    .add_(iterate);
            return ball.project(moved, batch.radii());
        });
    }
}
