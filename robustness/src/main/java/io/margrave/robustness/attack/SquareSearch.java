package io.margrave.robustness.attack;

import io.margrave.data.ImageShape;
import io.margrave.data.Noise;
import io.margrave.robustness.map.Rows;
import io.margrave.vae.TensorCopies;
import java.util.Arrays;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;

/**
 * Square Attack (Andriushchenko et al. 2020): a random square of an image gets new values, and keeps them where the objective grew.
 * No gradient is asked for. Squares shrink on the published schedule, stretched to the steps there are.
 *
 * <p>In L-infinity a square gets plus or minus the radius, channel by channel, and the first perturbation is stripes. In L2 the first is
 * a grid of blobs of two halves of opposite sign; then such a blob is mixed into a square, which takes over what a second one gives up
 * and what is left of the radius. In L1 likewise, by sums instead of squares. Under a penalty, which the paper has not, it starts as
 * other methods do. Steps that are compared share their draws, which are renewed now and then.
 */
final class SquareSearch implements Search {
    /** Times that draws are renewed in a search. */
    private static final int RENEWALS = 10;

    @Override
    public boolean takesDirections() {
        return false;
    }

    @Override
    public Climbed from(RestartBatch batch, Tensor start) {
        SquareMoves moves = new SquareMoves(batch.ball().norm(), shape(batch));
        boolean constrained = batch.request().weight() == null;
        HeldNoise noise = new HeldNoise(batch.draws());
        AttackGoal goal = batch.searched(noise);
        int steps = batch.effort().steps();
        int period = Math.max(1, steps / RENEWALS);
        double[] radii = batch.radii();
        Noise.Stream[] streams = new Noise.Stream[batch.rows()];
        Arrays.setAll(streams, row -> batch.stream(row, "square"));
        float[][] at = new float[batch.rows()][];
        if (constrained) {
            Arrays.setAll(at, row -> moves.first(radii[row], streams[row]));
            at = perturbations(batch, batch.placed(Rows.stacked(Arrays.asList(at)), radii));
        } else {
            at = perturbations(batch, start);
        }
        Proposed now = propose(batch, goal, at);
        double[] value = now.value();
        at = now.perturbations();
        double[][] trace = new double[steps][];
        for (int step = 0; step < steps; step++) {
            if (step > 0 && step % period == 0) {
                noise.renew();
                value = propose(batch, goal, at).value();
            }
            double share = moves.share((double) step / steps);
            float[][] next = new float[at.length][];
            for (int row = 0; row < at.length; row++) {
                next[row] = constrained
                        ? moves.within(radii[row], at[row], share, streams[row])
                        : moves.penalised(radii[row], at[row], share, streams[row]);
            }
            Proposed proposed = propose(batch, goal, next);
            boolean[] better = Best.update(value, proposed.value());
            for (int row = 0; row < at.length; row++) {
                at[row] = better[row] ? proposed.perturbations()[row] : at[row];
            }
            trace[step] = value.clone();
        }
        return new Climbed(Rows.stacked(Arrays.asList(at)).add_(batch.ball().centers()), trace);
    }

    /** Features as an image; as one row of pixels where they are no image of the model's. */
    private static ImageShape shape(RestartBatch batch) {
        ImageShape shape = batch.map().vae().spec().shape();
        return shape.size() == batch.features() ? shape : new ImageShape(1, 1, batch.features());
    }

    private static float[][] perturbations(RestartBatch batch, Tensor at) {
        return Rows.arrays(at.sub(batch.ball().centers()));
    }

    /** Perturbations inside ball and range, and what they come to. */
    private record Proposed(float[][] perturbations, double[] value) {}

    private static Proposed propose(RestartBatch batch, AttackGoal goal, float[][] perturbations) {
        try (PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard()) {
            Tensor moved =
                    Rows.stacked(Arrays.asList(perturbations)).add_(batch.ball().centers());
            Tensor kept = batch.ball().project(moved, batch.radii());
            return new Proposed(perturbations(batch, kept), TensorCopies.doubles(goal.objective(kept, 0)));
        }
    }
}
