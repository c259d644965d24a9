package io.margrave.robustness.attack;

import io.margrave.results.SearchEffort;
import io.margrave.robustness.map.PointNoise;
import io.margrave.robustness.map.Rows;
import io.margrave.vae.TensorCopies;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;

/**
 * The best of random perturbations with exactly the allowed norm, as far as the range lets them: what any search has to beat. Their
 * directions are normal in L1 and L2, signs in L-infinity. All are scored on the same draws; the best few, which may be the best for
 * those draws alone, are scored again on more.
 *
 * <p>One run, whatever the restarts. Under a penalty lengths go by turns from the range's diameter down.
 */
final class RandomSearch implements Search {
    /** Decodings at once. */
    private static final int DECODED = 512;

    private static final int MOST_TOGETHER = 64;
    /** Under a penalty: halvings of the diameter. */
    private static final int HALVINGS = 10;
    /** Of each row, scored again; no more than one in so many, lest it costs more than the rest. */
    private static final int FINALISTS = 50;

    private static final int ONE_IN = 10;

    private static final int FINAL_DRAWS = 64;
    /** That the finalists of a row have at most: bounds the memory of large images. */
    private static final int FINAL_VALUES = 1 << 17;

    @Override
    public int restarts(SearchEffort effort) {
        return 1;
    }

    @Override
    public boolean takesDirections() {
        return false;
    }

    /** One perturbation and what it came to on few draws. */
    private record Candidate(double value, float[] perturbed) {}

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
        List<PriorityQueue<Candidate>> finalists = new ArrayList<>();
        for (int i = 0; i < points; i++) {
            finalists.add(new PriorityQueue<>(Comparator.comparingDouble(Candidate::value)));
        }
        int wanted = Math.min(FINALISTS, (candidates + ONE_IN - 1) / ONE_IN);
        int places = Math.max(1, Math.min(wanted, FINAL_VALUES / batch.features()));
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
                int count = Math.min(together, candidates - first);
                keep(finalists, places, reached, moved, count);
                for (int k = 0; k < count; k++) {
                    Best.update(most, Arrays.copyOfRange(reached, k * points, (k + 1) * points));
                    trace[first + k] = most.clone();
                }
            }
        }
        return new Climbed(best(batch, wide, finalists, start), trace);
    }

    /** Lets candidates into each row's places; a row's worst finalist is the first of its queue. */
    private static void keep(
            List<PriorityQueue<Candidate>> finalists, int places, double[] reached, Tensor moved, int count) {
        int points = finalists.size();
        for (int row = 0; row < count * points; row++) {
            PriorityQueue<Candidate> queue = finalists.get(row % points);
            Candidate worst = queue.peek();
            boolean full = queue.size() == places;
            if (Double.isNaN(reached[row]) || (full && worst != null && reached[row] <= worst.value())) {
                continue;
            }
            if (full) {
                queue.remove();
            }
            queue.add(new Candidate(reached[row], TensorCopies.floats(moved.narrow(0, row, 1))));
        }
    }

    /** The finalist of each row that is best on new draws; the start where there is none. */
    private static Tensor best(
            RestartBatch batch, RestartBatch wide, List<PriorityQueue<Candidate>> finalists, Tensor start) {
        float[][] best = Rows.arrays(start);
        double[] most = new double[best.length];
        Arrays.fill(most, Double.NEGATIVE_INFINITY);
        List<List<Candidate>> ordered = finalists.stream()
                .map(queue -> queue.stream()
                        .sorted(Comparator.comparingDouble(Candidate::value).reversed())
                        .toList())
                .toList();
        int longest = ordered.stream().mapToInt(List::size).max().orElseThrow();
        if (longest <= 1) {
            for (int i = 0; i < best.length; i++) {
                best[i] = ordered.get(i).isEmpty()
                        ? best[i]
                        : ordered.get(i).get(0).perturbed();
            }
            return Rows.stacked(Arrays.asList(best));
        }
        for (int first = 0; first < longest; first += wide.copies()) {
            try (PointerScope scope = new PointerScope()) {
                List<float[]> rows = new ArrayList<>();
                for (int row = 0; row < wide.rows(); row++) {
                    List<Candidate> own = ordered.get(row % best.length);
                    int place = first + row / best.length;
                    rows.add(place < own.size() ? own.get(place).perturbed() : best[row % best.length].clone());
                }
                double[] reached = wide.values(Rows.stacked(rows), batch.noise("final", 0), FINAL_DRAWS);
                for (int row = 0; row < rows.size(); row++) {
                    int point = row % best.length;
                    if (reached[row] > most[point]) {
                        most[point] = reached[row];
                        best[point] = rows.get(row);
                    }
                }
            }
        }
        return Rows.stacked(Arrays.asList(best));
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
