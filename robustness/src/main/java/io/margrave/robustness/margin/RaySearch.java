package io.margrave.robustness.margin;

import io.margrave.robustness.map.Excess;
import io.margrave.robustness.map.Rows;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * Where to start: of some directions, the few of each point that break it first and differ from one another.
 *
 * <p>The norm at which a straight line breaks a point tells little of where an ascent from there will end, so several are
 * kept.
 */
final class RaySearch {

    /** Draws along a ray: what comes of a start depends little on where it starts. */
    private static final int DRAWS = 1;
    /** Halvings of the norm's logarithm: a seventh of a nat is left of nine. */
    private static final int HALVINGS = 6;
    /** Smallest norm looked at, as a share of the search limit. */
    private static final double SMALLEST = 1e-4;
    /** Cosine from which on two directions count as one. */
    private static final double ALIKE = 0.9;

    private final SearchBatch batch;
    private final double limit;

    RaySearch(SearchBatch batch, double limit) {
        this.batch = batch;
        this.limit = limit;
    }

    /**
     * Chooses starts, {@code each} a point, with the norms at which they break it along their own directions, at most half the limit.
     *
     * @param directions each {@code [points, features]}, at least one
     * @param each starts a point; fewer only where there are fewer directions
     */
    Climbers best(List<Tensor> directions, int each) {
        int points = batch.size();
        double[][] norms = firstBreaks(directions);
        List<float[][]> arrays = directions.stream().map(Rows::arrays).toList();
        int count = Math.min(each, directions.size());
        int[] rows = new int[points * count];
        double[] radii = new double[rows.length];
        List<float[]> chosen = new ArrayList<>();
        for (int i = 0; i < points; i++) {
            int next = 0;
            for (int direction : choose(i, norms, arrays, count)) {
                rows[i * count + next] = i;
                radii[i * count + next] = Math.min(norms[direction][i], limit / 2);
                chosen.add(arrays.get(direction)[i]);
                next++;
            }
        }
        return new Climbers(rows, Rows.stacked(chosen), radii);
    }

    /** The best directions of a point that are not alike; where they run out, the best of the others. */
    private static List<Integer> choose(int point, double[][] norms, List<float[][]> directions, int count) {
        List<Integer> order = IntStream.range(0, norms.length)
                .boxed()
                .sorted(Comparator.comparingDouble(d -> norms[d][point]))
                .toList();
        List<Integer> chosen = new ArrayList<>();
        for (int candidate : order) {
            if (chosen.size() < count
                    && chosen.stream()
                            .noneMatch(other -> Climbers.cosine(
                                            directions.get(candidate)[point],
                                            directions.get(other)[point])
                                    > ALIKE)) {
                chosen.add(candidate);
            }
        }
        for (int candidate : order) {
            if (chosen.size() < count && !chosen.contains(candidate)) {
                chosen.add(candidate);
            }
        }
        return chosen;
    }

    /** {@code [direction][point]}: norm at which a point breaks along a direction, by bisection; infinite where it doesn't. */
    private double[][] firstBreaks(List<Tensor> directions) {
        int points = batch.size();
        int[] rows = IntStream.range(0, directions.size() * points)
                .map(i -> i % points)
                .toArray();
        double[] norms;
        try (PointerScope scope = new PointerScope()) {
            Tensor all = torch.cat(new TensorVector(directions.toArray(Tensor[]::new)), 0);
            norms = firstBreaks(batch.select(rows), all);
        }
        double[][] byDirection = new double[directions.size()][];
        for (int d = 0; d < byDirection.length; d++) {
            byDirection[d] = Arrays.copyOfRange(norms, d * points, (d + 1) * points);
        }
        return byDirection;
    }

    private static double[][] excess(SearchBatch rays, Tensor directions, double[] norms) {
        try (PointerScope scope = new PointerScope()) {
            Tensor inputs = rays.ball().approach(directions, norms);
            return Excess.sample(rays.map(), inputs, rays.criterion(), rays.noise("ray", 0), DRAWS);
        }
    }

    private double[] firstBreaks(SearchBatch rays, Tensor directions) {
        double[] low = new double[rays.size()];
        double[] high = new double[rays.size()];
        double[] norm = new double[rays.size()];
        Arrays.fill(low, Math.log(limit * SMALLEST));
        Arrays.fill(high, Math.log(limit));
        boolean[] broke = new boolean[rays.size()];
        for (int halving = 0; halving < HALVINGS; halving++) {
            for (int i = 0; i < norm.length; i++) {
                norm[i] = Math.exp((low[i] + high[i]) / 2);
            }
            double[][] excess = excess(rays, directions, norm);
            for (int i = 0; i < norm.length; i++) {
                if (2 * RobustnessEstimator.within(excess[i], 0).successes() <= DRAWS) {
                    high[i] = Math.log(norm[i]);
                    broke[i] = true;
                } else {
                    low[i] = Math.log(norm[i]);
                }
            }
        }
        return IntStream.range(0, norm.length)
                .mapToDouble(i -> broke[i] ? Math.exp(high[i]) : Double.POSITIVE_INFINITY)
                .toArray();
    }
}
