package io.margrave.robustness.margin;

import io.margrave.robustness.map.Rows;
import io.margrave.vae.TensorCopies;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;

/**
 * Some directions a point, each with the norm at which it breaks the point: what races.
 *
 * @param rows row of the batch that each belongs to, ascending; every row has at least one
 * @param directions {@code [climbers, features]}, of any length above zero
 * @param radii one a climber, in input units
 */
record Climbers(int[] rows, Tensor directions, double[] radii) {

    /**
     * What some work makes, and nothing of the tensors that it makes on the way: they would lie there until the search ends.
     *
     * @param work whose climbers are copied out of a scope of its own
     */
    static Climbers alone(Supplier<Climbers> work) {
        int[] rows;
        float[] directions;
        double[] radii;
        try (PointerScope scope = new PointerScope()) {
            Climbers made = work.get();
            rows = made.rows();
            directions = TensorCopies.floats(made.directions());
            radii = made.radii();
        }
        return new Climbers(rows, TensorCopies.tensor(directions, rows.length, directions.length / rows.length), radii);
    }

    /** Some of them, in the given order, which must keep rows ascending. */
    Climbers select(int[] chosen) {
        return new Climbers(at(rows, chosen), Rows.select(directions, chosen), at(radii, chosen));
    }

    /** Number of each row's climber of the smallest radius. */
    int[] best() {
        int[] best = new int[rows[rows.length - 1] + 1];
        Arrays.fill(best, -1);
        for (int i = 0; i < rows.length; i++) {
            int before = best[rows[i]];
            if (before < 0 || radii[i] < radii[before]) {
                best[rows[i]] = i;
            }
        }
        return best;
    }

    /**
     * Of each row, at most so many that differ from one another, those of the smallest radii: two that went the same way would go on
     * together.
     *
     * @param most of a row, greater than zero
     * @param alike cosine from which on two directions count as one
     */
    Climbers distinct(int most, double alike) {
        float[][] arrays = Rows.arrays(directions);
        List<Integer> kept = new ArrayList<>();
        for (int[] own : byRow()) {
            List<Integer> chosen = new ArrayList<>();
            for (int i : own) {
                if (chosen.size() < most
                        && chosen.stream().noneMatch(other -> cosine(arrays[i], arrays[other]) > alike)) {
                    chosen.add(i);
                }
            }
            kept.addAll(chosen);
        }
        return select(kept.stream().mapToInt(i -> i).toArray());
    }

    /** Numbers of each row's climbers, smallest radius first. */
    List<int[]> byRow() {
        List<int[]> groups = new ArrayList<>();
        for (int first = 0, end; first < rows.length; first = end) {
            int row = rows[first];
            end = first;
            while (end < rows.length && rows[end] == row) {
                end++;
            }
            groups.add(IntStream.range(first, end)
                    .boxed()
                    .sorted(Comparator.comparingDouble(i -> radii[i]))
                    .mapToInt(i -> i)
                    .toArray());
        }
        return groups;
    }

    /** Cosine between two directions; 0 where one has no length. */
    static double cosine(float[] a, float[] b) {
        double dot = 0;
        double aa = 0;
        double bb = 0;
        for (int j = 0; j < a.length; j++) {
            dot += (double) a[j] * b[j];
            aa += (double) a[j] * a[j];
            bb += (double) b[j] * b[j];
        }
        return aa == 0 || bb == 0 ? 0 : dot / Math.sqrt(aa * bb);
    }

    private static int[] at(int[] values, int[] places) {
        return Arrays.stream(places).map(i -> values[i]).toArray();
    }

    private static double[] at(double[] values, int[] places) {
        return Arrays.stream(places).mapToDouble(i -> values[i]).toArray();
    }
}
