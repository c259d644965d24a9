package io.margrave.robustness.attack;

import org.bytedeco.pytorch.Tensor;

/** Steps of a falling share of the radius along the gradient, at the same length for every point (Madry et al. 2018). */
final class CosineSteps implements Search {
    private static final Ascent.StepSize SHARE = new Ascent.StepSize(0.5, 0.01);

    @Override
    public Climbed from(RestartBatch batch, Tensor start) {
        int steps = batch.effort().steps();
        double scale = batch.request().stepScale();
        Ball ball = batch.ball();
        batch.counts().gradients((long) steps * batch.rows());
        return Ascent.climb(start, batch.searched(), steps, (iterate, gradient, objective, step) -> {
            Tensor moved = Ascent.stepAlong(gradient, batch.radii(), scale * SHARE.at(step, steps));
            return ball.retract(moved.add_(iterate), batch.radii());
        });
    }
}
