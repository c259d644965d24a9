package io.margrave.robustness.plane;

import io.margrave.results.Kind;
import io.margrave.results.experiment.Slice;
import io.margrave.robustness.jacobian.EncoderJacobian;
import io.margrave.robustness.map.Criterion;
import io.margrave.robustness.map.PointNoise;
import io.margrave.robustness.map.Reconstruction;
import io.margrave.robustness.map.Reconstruction.Follows;
import io.margrave.robustness.map.Rows;
import io.margrave.robustness.margin.RobustnessEstimator;
import io.margrave.theory.Proportion;
import io.margrave.vae.TensorCopies;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;

/** Inputs around x, and how probable it is that each is reconstructed within r. */
final class InputPlane {

    /** Share of the longest length by which the plane reaches beyond it. */
    private static final double BEYOND = 1.3;
    /** Cells that are sampled at once. */
    private static final int BLOCK = 64;
    /** One in so many draws is taken first; where those agree, as they do over most of a plane, the others are saved. */
    private static final int FEW = 4;

    private InputPlane() {}

    static Slice of(Subject subject, double boundFrobenius, double boundWhitened, Grid grid) {
        if (!(boundFrobenius >= 0) || !(boundWhitened >= 0)) {
            throw new IllegalArgumentException(
                    "want bounds of at least 0, got " + boundFrobenius + " and " + boundWhitened);
        }
        double margin = subject.margin();
        double extent = BEYOND
                * DoubleStream.of(margin, boundFrobenius, boundWhitened)
                        .filter(Double::isFinite)
                        .max()
                        .orElse(margin);
        List<Double> axis = Grid.axis(grid.side(), extent);
        Axes axes = Axes.of(change(subject), mostEffective(subject), subject.stream("input/axis"));
        return new Slice(
                Slice.Kind.INPUT,
                subject.model(),
                subject.point(),
                subject.r(),
                axis,
                field(subject, axes, axis, grid.draws()),
                List.of(),
                List.of(
                        new Slice.Length("bound_frobenius", boundFrobenius),
                        new Slice.Length("bound_whitened", boundWhitened),
                        new Slice.Length("margin", margin)));
    }

    private static double[] change(Subject subject) {
        double[] change = new double[subject.input().length];
        Arrays.setAll(change, i -> (double) subject.perturbed()[i] - subject.input()[i]);
        return change;
    }

    private static double[] mostEffective(Subject subject) {
        try (PointerScope scope = new PointerScope()) {
            return TensorCopies.doubles(EncoderJacobian.of(subject.vae(), Rows.stacked(List.of(subject.input())))
                    .whitenedDirections());
        }
    }

    private static List<Double> field(Subject subject, Axes axes, List<Double> axis, int draws) {
        int side = axis.size();
        Double[] field = new Double[side * side];
        Arrays.fill(field, Double.NaN);
        try (PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard()) {
            Reconstruction clean = Reconstruction.of(
                    subject.vae(),
                    Rows.stacked(List.of(subject.input())),
                    subject.kind() == Kind.FULL ? Follows.MEAN_AND_VARIANCE : Follows.MEAN);
            List<Integer> cells = new ArrayList<>();
            List<float[]> inputs = new ArrayList<>();
            for (int cell = 0; cell < field.length; cell++) {
                float[] input = axes.at(subject.input(), axis.get(cell % side), axis.get(cell / side));
                if (!subject.boxed() || subject.vae().spec().range().contains(input)) {
                    cells.add(cell);
                    inputs.add(input);
                }
                if (cells.size() == BLOCK || (cell == field.length - 1 && !cells.isEmpty())) {
                    double[] shares = shares(subject, clean, inputs, draws);
                    for (int i = 0; i < shares.length; i++) {
                        field[cells.get(i)] = shares[i];
                    }
                    cells.clear();
                    inputs.clear();
                }
            }
        }
        return List.of(field);
    }

    private static double[] shares(Subject subject, Reconstruction clean, List<float[]> inputs, int draws) {
        try (PointerScope scope = new PointerScope()) {
            int[] points = new int[inputs.size()];
            Reconstruction map = clean.select(points);
            Arrays.fill(points, subject.point());
            // One stream for all cells: what differs between neighbours is the input alone.
            PointNoise noise = new PointNoise(subject.noise(), points, "plane/input", 0);
            Tensor all = Rows.stacked(inputs);
            Criterion criterion = Criterion.leavesBall(subject.r());
            int few = (draws + FEW - 1) / FEW;
            Proportion[] first = RobustnessEstimator.within(map, all, criterion, noise, few);
            double[] shares =
                    Arrays.stream(first).mapToDouble(Proportion::estimate).toArray();
            int[] mixed = IntStream.range(0, shares.length)
                    .filter(i -> shares[i] > 0 && shares[i] < 1 && draws > few)
                    .toArray();
            if (mixed.length > 0) {
                Proportion[] rest = RobustnessEstimator.within(
                        map.select(mixed), Rows.select(all, mixed), criterion, noise.select(mixed), draws - few);
                for (int i = 0; i < mixed.length; i++) {
                    shares[mixed[i]] = (double) (first[mixed[i]].successes() + rest[i].successes()) / draws;
                }
            }
            return shares;
        }
    }
}
