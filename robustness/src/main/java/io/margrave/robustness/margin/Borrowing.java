package io.margrave.robustness.margin;

import io.margrave.robustness.map.Rows;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;

/**
 * Starts that a point borrows: the directions which other points of its batch are best broken along so far, tried on this point at the
 * radius where it stands, and the few kept that come nearest to breaking it. A chunk is run whole, so the same plan borrows the
 * same.
 *
 * @param batch points, in the form that is searched on
 * @param most directions that a point borrows, at least zero
 * @param alike cosine from which on two directions count as one
 */
record Borrowing(SearchBatch batch, int most, double alike) {

    /** Neighbours that a point tries: those that follow it in the batch. */
    private static final int NEIGHBOURS = 63;
    /** Draws of a try. */
    private static final int DRAWS = 1;
    /** Tries of one pass through the model: large enough for the matrix product, small enough for the cache. */
    private static final int TRIES = 512;

    /**
     * The climbers and what their points borrow.
     *
     * @param climbers of every row of the batch
     */
    Climbers join(Climbers climbers) {
        Climbers leaders = climbers.select(climbers.best());
        float[][] led = Rows.arrays(leaders.directions());
        float[][] own = Rows.arrays(climbers.directions());
        double[][] tried = tried(leaders);
        List<Integer> rows = new ArrayList<>();
        List<float[]> directions = new ArrayList<>();
        List<Double> radii = new ArrayList<>();
        List<int[]> byRow = climbers.byRow();
        for (int point = 0; point < batch.size(); point++) {
            List<float[]> chosen = new ArrayList<>();
            for (int i : byRow.get(point)) {
                chosen.add(own[i]);
                radii.add(climbers.radii()[i]);
            }
            double[] excess = tried[point];
            int wanted = chosen.size() + most;
            for (int step : mostBroken(excess)) {
                float[] other = led[neighbour(point, step)];
                if (chosen.size() < wanted && chosen.stream().noneMatch(one -> Climbers.cosine(other, one) > alike)) {
                    chosen.add(other);
                    radii.add(leaders.radii()[point]);
                }
            }
            for (float[] direction : chosen) {
                rows.add(point);
                directions.add(direction);
            }
        }
        return new Climbers(
                rows.stream().mapToInt(i -> i).toArray(),
                Rows.stacked(directions),
                radii.stream().mapToDouble(r -> r).toArray());
    }

    private int neighbours() {
        return Math.min(NEIGHBOURS, batch.size() - 1);
    }

    private int neighbour(int point, int step) {
        return (point + 1 + step) % batch.size();
    }

    /** Numbers of neighbours, the one that came nearest to breaking the point first. */
    private static int[] mostBroken(double[] excess) {
        return IntStream.range(0, excess.length)
                .boxed()
                .sorted(Comparator.comparingDouble(step -> -excess[step]))
                .mapToInt(step -> step)
                .toArray();
    }

    /** {@code [points][neighbours]}: mean excess of each point along each neighbour's direction, at the point's own radius. */
    private double[][] tried(Climbers leaders) {
        int neighbours = neighbours();
        double[][] tried = new double[batch.size()][neighbours];
        int group = Math.max(1, TRIES / Math.max(1, neighbours));
        for (int first = 0; first < batch.size() && neighbours > 0; first += group) {
            int from = first;
            int[] rows = IntStream.range(0, Math.min(group, batch.size() - first) * neighbours)
                    .map(i -> from + i / neighbours)
                    .toArray();
            int[] others = IntStream.range(0, rows.length)
                    .map(i -> neighbour(rows[i], i % neighbours))
                    .toArray();
            double[] radii =
                    Arrays.stream(rows).mapToDouble(i -> leaders.radii()[i]).toArray();
            try (PointerScope scope = new PointerScope()) {
                Tensor directions = Rows.select(leaders.directions(), others);
                double[][] excess = batch.select(rows).nearly(directions, radii, "borrow", DRAWS);
                for (int i = 0; i < rows.length; i++) {
                    tried[rows[i]][i % neighbours] =
                            Arrays.stream(excess[i]).average().orElse(0);
                }
            }
        }
        return tried;
    }
}
