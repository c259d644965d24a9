package io.margrave.robustness.margin;

import io.margrave.robustness.attack.Ball;
import io.margrave.robustness.map.Excess;
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
    private final double limit;

    private Starts(SearchBatch batch, double limit) {
        this.batch = batch;
        this.limit = limit;
    }

    /**
     * So many a point.
     *
     * @param batch points, in the form that is searched on
     * @param given each {@code [points, features]}; the first of them, where there are more than are wanted; none has to be there
     * @param count starts a point, greater than zero
     * @param limit largest norm looked at
     */
    static Climbers of(SearchBatch batch, List<Tensor> given, int count, double limit) {
        return new Starts(batch, limit).start(given, count);
    }

    private Climbers start(List<Tensor> given, int count) {
        List<Tensor> directions = new ArrayList<>();
        for (Tensor direction : given.subList(0, Math.min(count, given.size()))) {
            directions.add(somewhere(direction, directions.size()));
        }
        int others = Math.min(count - directions.size(), batch.size() - 1);
        for (int k = 0; k < others; k++) {
            // Spread over the batch: neighbours in a data set can be alike.
            directions.add(somewhere(towards(1 + k * (batch.size() - 1) / others), directions.size()));
        }
        while (directions.size() < count) {
            directions.add(random(directions.size()));
        }
        double[] radii = radii(directions.subList(0, Math.min(LOOKED_ALONG, count)));
        int[] rows =
                IntStream.range(0, batch.size() * count).map(i -> i / count).toArray();
        int[] places = IntStream.range(0, rows.length)
                .map(i -> (i % count) * batch.size() + rows[i])
                .toArray();
        Tensor all = torch.cat(new TensorVector(directions.toArray(Tensor[]::new)), 0);
        return new Climbers(
                rows,
                Rows.select(all, places),
                Arrays.stream(rows).mapToDouble(row -> radii[row]).toArray());
    }

    /** From each point to the one so many places after it. */
    private Tensor towards(int apart) {
        int size = batch.size();
        Ball ball = batch.ball();
        int[] others = IntStream.range(0, size).map(i -> (i + apart) % size).toArray();
        return Rows.select(ball.centers(), others).sub(ball.centers());
    }

    private Tensor random(int place) {
        return batch.noise("start", place).next(1, batch.features()).squeeze(1);
    }

    /** A random direction in rows that have no length: equal inputs, and Jacobians that are zero. */
    private Tensor somewhere(Tensor direction, int place) {
        Tensor lengths =
                torch.linalg_vector_norm(direction, new Scalar(2), new long[] {1}, true, new ScalarTypeOptional());
        Tensor nowhere = lengths.gt(new Scalar(0)).logical_not();
        return nowhere.any().item().toBool() ? torch.where(nowhere, random(place), direction) : direction;
    }

    /** A radius a point. */
    private double[] radii(List<Tensor> directions) {
        int points = batch.size();
        int[] rows = IntStream.range(0, directions.size() * points)
                .map(i -> i % points)
                .toArray();
        double[] norms;
        try (PointerScope scope = new PointerScope()) {
            norms = firstBreaks(batch.select(rows), torch.cat(new TensorVector(directions.toArray(Tensor[]::new)), 0));
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
            double[][] excess = excess(rays, directions, norm);
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

    private static double[][] excess(SearchBatch rays, Tensor directions, double[] norms) {
        try (PointerScope scope = new PointerScope()) {
            Tensor inputs = rays.ball().approach(directions, norms);
            return Excess.sample(rays.map(), inputs, rays.criterion(), rays.noise("ray", 0), 1);
        }
    }
}
