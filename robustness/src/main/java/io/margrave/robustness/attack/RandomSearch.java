package io.margrave.robustness.attack;

import io.margrave.results.SearchEffort;
import io.margrave.robustness.map.PointNoise;
import io.margrave.robustness.map.Rows;
import java.util.Arrays;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * The best of random perturbations with exactly the allowed norm, as far as the range lets them: what any search has to beat. Their
 * directions are normal in L1 and L2, signs in L-infinity. All are scored on the same draws.
 *
 * <p>One run, whatever the restarts. Under a penalty lengths go by turns from the range's diameter down.
 */
final class RandomSearch implements Search {
    /** Decodings at once. */
    private static final int DECODED = 512;

    private static final int MOST_TOGETHER = 64;
    /** Under a penalty: halvings of the diameter. */
    private static final int HALVINGS = 10;

    @Override
    public int restarts(SearchEffort effort) {
        return 1;
    }

    @Override
    public Climbed from(RestartBatch batch, Tensor start) {
        int candidates = batch.effort().steps();
        int points = batch.rows();
        int together = Math.max(
                1,
                Math.min(
                        Math.min(candidates, MOST_TOGETHER),
                        DECODED / (points * batch.effort().draws())));
        RestartBatch wide = batch.widened(together);
        PointNoise directions = batch.noise("random", 0);
        Tensor best = start.clone();
        double[] most = new double[points];
        Arrays.fill(most, Double.NEGATIVE_INFINITY);
        double[][] trace = new double[candidates][];
        for (int first = 0; first < candidates; first += together) {
            try (PointerScope scope = new PointerScope()) {
                Tensor direction = directions
                        .next(together, batch.features())
                        .transpose(0, 1)
                        .reshape(wide.rows(), batch.features());
                Tensor moved = wide.placed(direction, lengths(wide, points, first));
                double[] reached = wide.values(
                        wide.map().forSearch(),
                        moved,
                        batch.noise("score", 0),
                        batch.effort().draws());
                for (int k = 0; k < together && first + k < candidates; k++) {
                    boolean[] better = Best.update(most, Arrays.copyOfRange(reached, k * points, (k + 1) * points));
                    best.copy_(torch.where(Rows.flags(better), moved.narrow(0, (long) k * points, points), best));
                    trace[first + k] = most.clone();
                }
            }
        }
        return new Climbed(best, trace);
    }

    private static double[] lengths(RestartBatch wide, int points, int first) {
        double[] lengths = wide.radii().clone();
        if (wide.request().weight() != null) {
            for (int row = 0; row < lengths.length; row++) {
                lengths[row] *= Math.pow(0.5, (first + row / points) % HALVINGS);
            }
        }
        return lengths;
    }
}
