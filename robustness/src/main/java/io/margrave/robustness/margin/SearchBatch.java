package io.margrave.robustness.margin;

import io.margrave.data.Noise;
import io.margrave.robustness.attack.Ball;
import io.margrave.robustness.map.Criterion;
import io.margrave.robustness.map.Excess;
import io.margrave.robustness.map.PointNoise;
import io.margrave.robustness.map.StochasticMap;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;

/**
 * What the stages of a search share: some points, what breaks them, and how their noise is named.
 *
 * @param map the model around its anchors
 * @param ball the anchors, {@code [points, features]}, and the value range
 * @param criterion what broken means
 * @param points number of each point within its split; may repeat
 * @param noise names the run and the model
 * @param name of the family of candidates, part of the name of its noise
 */
record SearchBatch(StochasticMap map, Ball ball, Criterion criterion, int[] points, Noise noise, String name) {

    int size() {
        return points.length;
    }

    int features() {
        return (int) ball.centers().size(1);
    }

    /** The same points through the map's cheaper form. */
    SearchBatch forSearch() {
        return new SearchBatch(map.forSearch(), ball, criterion, points, noise, name);
    }

    /** The same points under other noise. */
    SearchBatch named(String other) {
        return new SearchBatch(map, ball, criterion, points, noise, other);
    }

    /** Some of the points, in the given order; they may repeat. */
    SearchBatch select(int[] rows) {
        return new SearchBatch(
                map.select(rows),
                ball.select(rows),
                criterion,
                Arrays.stream(rows).map(i -> points[i]).toArray(),
                noise,
                name);
    }

    /** A noise stream a point. */
    PointNoise noise(String purpose, long index) {
        return new PointNoise(noise, points, name + "/" + purpose, index);
    }

    /**
     * Excesses at some norms along a direction a point, {@code [points][draws]}; the same noise for the same purpose, in
     * {@linkplain PointNoise#mirrored pairs}.
     */
    double[][] along(Tensor directions, double[] norms, String purpose, int draws) {
        try (PointerScope scope = new PointerScope()) {
            return Excess.sample(
                    map,
                    ball.reach(directions, norms),
                    criterion,
                    noise(purpose, 0).mirrored(),
                    draws);
        }
    }

    /** As {@link #along}, at nearly those norms ({@link Ball#approach}): where many directions are only compared with one another. */
    double[][] nearly(Tensor directions, double[] norms, String purpose, int draws) {
        try (PointerScope scope = new PointerScope()) {
            return Excess.sample(map, ball.approach(directions, norms), criterion, noise(purpose, 0), draws);
        }
    }

    /** Points that no perturbation is needed for: a few draws rule most out, more decide on the rest. */
    int[] brokenWhenClean(int fewDraws, double robustFrom, int draws, double lowest) {
        double[] few = cleanWithin(fewDraws);
        int[] rows = IntStream.range(0, points.length)
                .filter(i -> few[i] <= robustFrom)
                .toArray();
        if (rows.length == 0) {
            return rows;
        }
        try (PointerScope scope = new PointerScope()) {
            double[] more = select(rows).cleanWithin(draws);
            return IntStream.range(0, rows.length)
                    .filter(j -> more[j] <= lowest)
                    .map(j -> rows[j])
                    .toArray();
        }
    }

    /** Mean excess of each point unperturbed, over the draws that are finite; NaN where none is. */
    double[] cleanExcess(int draws) {
        return Arrays.stream(clean(draws)).mapToDouble(Excess::mean).toArray();
    }

    private double[][] clean(int draws) {
        return Excess.sample(map, ball.centers(), criterion, noise("unperturbed", 0), draws);
    }

    private double[] cleanWithin(int draws) {
        return Arrays.stream(clean(draws))
                .mapToDouble(each -> RobustnessEstimator.within(each, 0).estimate())
                .toArray();
    }
}
