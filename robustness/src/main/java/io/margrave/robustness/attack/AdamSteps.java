package io.margrave.robustness.attack;

import io.margrave.results.Norm;
import io.margrave.vae.TensorCopies;
import java.util.Arrays;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * Projected steps along Adam's moments (Kingma and Ba 2015), at a falling rate; under a penalty, proximal ones.
 *
 * <p>The second moment is kept value by value in L-infinity, where what is projected onto is a box. On L2 and L1 balls it is one number
 * a row: steps that are scaled value by value and then projected in the Euclidean sense come to rest where the <em>signs</em> of the
 * gradient point, not at the ball's worst point. So it is under a penalty: moments are those of the goal alone, and steps of one scale
 * a row lie still where the proximal map of the norm says that the optimum is. A subgradient of the norm among the moments would not
 * do: that of L-infinity moves one value a step.
 */
final class AdamSteps implements Search {
    private static final Ascent.HalfCosine SHARE = new Ascent.HalfCosine(0.3, 0.01);
    /** Longer: the projection takes most of a step's length off again. */
    private static final Ascent.HalfCosine SHARE_L1 = new Ascent.HalfCosine(2, 0.04);
    /** Of the range's diameter, where no radius gives a scale. */
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
        Moments moments = new Moments(start, ball.norm() == Norm.LINF);
        return batch.climb(start, batch.searched(), (iterate, gradient, objective, step) -> {
            Tensor mean = moments.mean(gradient, step);
            Tensor scaled = mean.div_(moments.deviation(gradient, step));
            Tensor direction = ball.norm() == Norm.L1 ? Steepest.along(ball, iterate, scaled) : scaled;
            return ball.retract(
                    direction.mul_(batch.lengths(scale * share.at(step, steps))).add_(iterate), batch.radii());
        });
    }

    private static Climbed proximal(RestartBatch batch, Tensor start) {
        ProximalStep proximal = new ProximalStep(batch);
        int steps = batch.effort().steps();
        double scale = batch.request().stepScale() * batch.diameter();
        Moments moments = new Moments(start, false);
        return batch.climb(start, batch.unpenalised(batch.draws()), (iterate, gradient, objective, step) -> {
            proximal.penalise(objective, iterate);
            double length = scale * PENALISED.at(step, steps);
            double[] rates = Arrays.stream(TensorCopies.doubles(moments.deviation(gradient, step)))
                    .map(deviation -> length / deviation)
                    .toArray();
            return proximal.along(iterate, moments.mean(gradient, step), rates);
        });
    }

    /** Running means of gradients and of their squares; older than the loop. */
    private static final class Moments {
        private static final double FIRST = 0.9;
        private static final double SECOND = 0.999;
        private static final double TINY = 1e-20;

        private final boolean each;
        private final Tensor first;
        private final Tensor second;

        /**
         * Moments of nothing yet.
         *
         * @param each whether squares are kept value by value, not summed a row
         */
        Moments(Tensor start, boolean each) {
            this.each = each;
            first = torch.zeros_like(start);
            second = each ? torch.zeros_like(start) : torch.zeros_like(start.narrow(1, 0, 1));
        }

        /** Takes in a gradient; the mean so far, {@code [rows, features]}. */
        Tensor mean(Tensor gradient, int step) {
            first.mul_(new Scalar(FIRST)).add_(gradient, new Scalar(1 - FIRST));
            return first.div(new Scalar(1 - Math.pow(FIRST, step + 1)));
        }

        /** Takes in a gradient; the root mean square so far, above 0, {@code [rows, features]} or {@code [rows, 1]}. */
        Tensor deviation(Tensor gradient, int step) {
            Tensor squares = gradient.square();
            second.mul_(new Scalar(SECOND))
                    .add_(
                            each ? squares : squares.sum(new long[] {1}, true, new ScalarTypeOptional()),
                            new Scalar(1 - SECOND));
            return second.div(new Scalar(1 - Math.pow(SECOND, step + 1)))
                    .sqrt_()
                    .add_(new Scalar(TINY));
        }
    }
}
