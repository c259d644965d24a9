package io.margrave.robustness.attack;

import io.margrave.robustness.map.Rows;
import io.margrave.vae.TensorCopies;
import java.util.Arrays;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * One step to where a linear objective with the gradient would be largest in ball and range (Goodfellow et al. 2015). The gradient is
 * read halfway to the start, not at the input, where that of a divergence vanishes (as Tramer et al. 2018 do).
 *
 * <p>Under a penalty the best of ten lengths, each half of the one before.
 */
final class OneStep implements Search {
    private static final int LENGTHS = 10;

    @Override
    public Climbed from(RestartBatch batch, Tensor start) {
        Ball ball = batch.ball();
        AttackGoal goal = batch.searched(new HeldNoise(batch.draws()));
        Tensor halfway = start.add(ball.centers()).mul_(new Scalar(0.5));
        double full = Math.min(1, batch.request().stepScale());
        boolean constrained = batch.request().weight() == null;
        return batch.climb(
                halfway,
                goal,
                1,
                (iterate, gradient, objective, step) -> constrained
                        ? ball.furthest(gradient, batch.shares(full))
                        : bestLength(batch, goal, gradient, full));
    }

    private static Tensor bestLength(RestartBatch batch, AttackGoal goal, Tensor gradient, double full) {
        Tensor best = batch.ball().centers().clone();
        double[] most = new double[batch.rows()];
        Arrays.fill(most, Double.NEGATIVE_INFINITY);
        for (int k = 0; k < LENGTHS; k++) {
            try (PointerScope scope = new PointerScope();
                    NoGradGuard guard = new NoGradGuard()) {
                Tensor moved = batch.ball().furthest(gradient, batch.shares(full * Math.pow(0.5, k)));
                boolean[] better = Best.update(most, TensorCopies.doubles(goal.objective(moved, 0)));
                best.copy_(torch.where(Rows.flags(better), moved, best));
            }
        }
        return best;
    }
}
