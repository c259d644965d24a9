package io.margrave.robustness.attack;

import io.margrave.results.Norm;
import java.util.Arrays;
import org.bytedeco.pytorch.Tensor;

/**
 * Projected steps of a falling length along the steepest direction (Madry et al. 2018); under a penalty, proximal ones.
 *
 * <p>In L2 a step is brought back by the cheap {@link Ball#retract}: what it is off from the exact projection vanishes with the step, and
 * on digits both ended at the same damage.
 */
final class CosineSteps implements Search {
    /** Of the radius. */
    private static final Ascent.HalfCosine SHARE = new Ascent.HalfCosine(0.5, 0.01);
    /** Longer: the projection takes most of a step's length off again. */
    private static final Ascent.HalfCosine SHARE_L1 = new Ascent.HalfCosine(2, 0.04);
    /** Of the range's diameter, under a penalty. */
    private static final Ascent.HalfCosine PENALISED = new Ascent.HalfCosine(0.02, 0.0005);

    @Override
    public Climbed from(RestartBatch batch, Tensor start) {
        return batch.request().weight() == null ? projected(batch, start) : proximal(batch, start);
    }

    private static Climbed projected(RestartBatch batch, Tensor start) {
        Ball ball = batch.ball();
        int steps = batch.effort().steps();
        double scale = batch.request().stepScale();
        Ascent.HalfCosine share = ball.norm() == Norm.L1 ? SHARE_L1 : SHARE;
        return batch.climb(start, batch.searched(), (iterate, gradient, objective, step) -> {
            Tensor moved = Steepest.along(ball, iterate, gradient)
                    .mul_(batch.lengths(scale * share.at(step, steps)))
                    .add_(iterate);
            return ball.retract(moved, batch.radii());
        });
    }

    private static Climbed proximal(RestartBatch batch, Tensor start) {
        ProximalStep proximal = new ProximalStep(batch);
        int steps = batch.effort().steps();
        double scale = batch.request().stepScale() * batch.diameter();
        double[] lengths = new double[batch.rows()];
        return batch.climb(start, batch.unpenalised(batch.draws()), (iterate, gradient, objective, step) -> {
            proximal.penalise(objective, iterate);
            Arrays.fill(lengths, scale * PENALISED.at(step, steps));
            return proximal.from(iterate, gradient, lengths);
        });
    }
}
