package io.margrave.robustness.margin;

import io.margrave.robustness.map.Rows;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * Where a race starts: along the directions that are given, then towards other points of the batch, then, where those run out, at random.
 *
 * <p>The way to another input is a way to another reconstruction: among valleys, such starts find the rare deep ones more often than random
 * directions and than singular vectors do. At which norm a straight line first breaks a point tells nothing of where an ascent from
 * there ends, so none is preferred, and all of a point start at one radius.
 */
final class Starts {

    /** Directions of each point along which its radius is looked for. */
    private static final int LOOKED_ALONG = 4;
    /** The radius is this share of the second smallest norm at which one of them breaks the point: an ascent turns inwards from a line. */
    private static final double SHARE = 0.35;
    /** Halvings of the norm's logarithm: a seventh of a nat is left of nine. */
    private static final int HALVINGS = 6;
    /** Smallest norm looked at, as a share of the search limit. */
    private static final double SMALLEST = 1e-4;

    private final SearchBatch batch;
    private final List<Tensor> given;
    private final int count;
    private final double limit;

    /**
     * So many a point.
     *
     * @param batch points, in the form that is searched on
     * @param given each {@code [points, features]}; the first of them, where there are more than are wanted; none has to be there
     * @param count starts a point, greater than zero
     * @param limit largest norm looked at
     */
    Starts(SearchBatch batch, List<Tensor> given, int count, double limit) {
        this.batch = batch;
        this.given = given.subList(0, Math.min(count, given.size()));
        this.count = count;
        this.limit = limit;
    }

    /** Starts a point. */
    int count() {
        return count;
    }

    /**
     * Of some points of the batch alone: all at once would be many images.
     *
     * @param points rows of the batch, ascending
     * @return {@link #count} climbers a point, whose rows are those of the batch
     */
    Climbers of(int[] points) {
        SearchBatch some = batch.select(points);
        List<Tensor> directions = new ArrayList<>();
        for (Tensor direction : given) {
            directions.add(somewhere(some, Rows.select(direction, points), directions.size()));
        }
        int others = Math.min(count - directions.size(), batch.size() - 1);
        for (int k = 0; k < others; k++) {
            // Spread over the batch: neighbours in a data set can be alike.
            int apart = 1 + k * (batch.size() - 1) / others;
            directions.add(somewhere(some, towards(points, apart), directions.size()));
        }
        while (directions.size() < count) {
            directions.add(random(some, directions.size()));
        }
        double[] radii = radii(some, directions.subList(0, Math.min(LOOKED_ALONG, count)));
        int[] places = IntStream.range(0, points.length * count)
                .map(i -> (i % count) * points.length + i / count)
                .toArray();
        Tensor all = torch.cat(new TensorVector(directions.toArray(Tensor[]::new)), 0);
        return new Climbers(
                IntStream.range(0, places.length).map(i -> points[i / count]).toArray(),
                Rows.select(all, places),
                IntStream.range(0, places.length)
                        .mapToDouble(i -> radii[i / count])
                        .toArray());
    }

    /** From each of some points to the one so many places after it. */
    private Tensor towards(int[] points, int apart) {
        Tensor centers = batch.ball().centers();
        int[] others =
                Arrays.stream(points).map(i -> (i + apart) % batch.size()).toArray();
        return Rows.select(centers, others).sub(Rows.select(centers, points));
    }

    private static Tensor random(SearchBatch some, int place) {
        return some.noise("start", place).next(1, some.features()).squeeze(1);
    }

    /** A random direction in rows that have no length: equal inputs, and Jacobians that are zero. */
    private static Tensor somewhere(SearchBatch some, Tensor direction, int place) {
        Tensor lengths =
                torch.linalg_vector_norm(direction, new Scalar(2), new long[] {1}, true, new ScalarTypeOptional());
        Tensor nowhere = lengths.gt(new Scalar(0)).logical_not();
        return nowhere.any().item().toBool() ? torch.where(nowhere, random(some, place), direction) : direction;
    }

    /** A radius a point. */
    private double[] radii(SearchBatch some, List<Tensor> directions) {
        int points = some.size();
        int[] rows = IntStream.range(0, directions.size() * points)
                .map(i -> i % points)
                .toArray();
        double[] norms;
        try (PointerScope scope = new PointerScope()) {
            norms = firstBreaks(some.select(rows), torch.cat(new TensorVector(directions.toArray(Tensor[]::new)), 0));
        }
        return IntStream.range(0, points)
                .mapToDouble(i -> SHARE
                        * IntStream.range(0, directions.size())
                                .mapToDouble(d -> norms[d * points + i])
                                .sorted()
                                .skip(Math.min(1, directions.size() - 1))
                                .findFirst()
                                .orElseThrow())
                .toArray();
    }

    /** Norms at which single draws break along a direction each, by bisection; half the limit at most. */
    private double[] firstBreaks(SearchBatch rays, Tensor directions) {
        double[] low = new double[rays.size()];
        double[] high = new double[rays.size()];
        double[] norm = new double[rays.size()];
        Arrays.fill(low, Math.log(limit * SMALLEST));
        Arrays.fill(high, Math.log(limit));
        for (int halving = 0; halving < HALVINGS; halving++) {
            for (int i = 0; i < norm.length; i++) {
                norm[i] = Math.exp((low[i] + high[i]) / 2);
            }
            double[][] excess = rays.nearly(directions, norm, "ray", 1);
            for (int i = 0; i < norm.length; i++) {
                if (excess[i][0] <= 0) {
                    low[i] = Math.log(norm[i]);
                } else {
                    high[i] = Math.log(norm[i]);
                }
            }
        }
        return Arrays.stream(high).map(h -> Math.min(Math.exp(h), limit / 2)).toArray();
    }
}
