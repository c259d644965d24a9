package io.margrave.robustness.attack;

import io.margrave.data.Noise;
import io.margrave.results.Norm;
import io.margrave.results.SearchEffort;
import io.margrave.robustness.map.PointNoise;
import io.margrave.robustness.map.Reconstruction;
import io.margrave.robustness.map.Rows;
import io.margrave.vae.TensorCopies;
import java.util.Arrays;
import java.util.Objects;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * Several restarts of every point in one batch: row {@code k * points + i} is restart {@code first + k} of point i. Restarts of a point share their
 * noise.
 *
 * @param kind of goal
 * @param request what is asked
 * @param clean of the points, counted
 * @param map of the rows
 * @param ball of the rows
 * @param radii one a row
 * @param targets {@code [rows, features]}, or null
 * @param first number of the batch's first restart
 * @param copies restarts in the batch
 * @param counts of what is asked of the model
 */
record RestartBatch(
        GoalKind kind,
        Attack.Request request,
        Reconstruction clean,
        Reconstruction map,
        Ball ball,
        double[] radii,
        @Nullable Tensor targets,
        int first,
        int copies,
        ModelCounts counts) {

    /** Decodings at once where nothing is differentiated. */
    private static final int DECODED = 512;
    /** Values decoded at once: bounds the memory of large images. */
    private static final int VALUES = 1 << 21;

    /**
     * The rows of some restarts.
     *
     * @param clean of the points, counted
     */
    static RestartBatch of(
            GoalKind kind, Attack.Request request, Reconstruction clean, int first, int copies, ModelCounts counts) {
        int points = request.points().length;
        int[] rows = IntStream.range(0, copies * points).map(i -> i % points).toArray();
        return new RestartBatch(
                kind,
                request,
                clean,
                copies == 1 ? clean : clean.select(rows),
                copies == 1 ? request.ball() : request.ball().select(rows),
                Arrays.stream(rows).mapToDouble(i -> request.radii()[i]).toArray(),
                request.targets() == null ? null : repeat(request.targets(), copies),
                first,
                copies,
                counts);
    }

    int rows() {
        return radii.length;
    }

    int features() {
        return (int) ball.centers().size(1);
    }

    SearchEffort effort() {
        return request.effort();
    }

    /** A noise stream a point, of the attack's. */
    PointNoise noise(String purpose, long index) {
        return new PointNoise(request.noise(), request.points(), request.name() + "/" + purpose, index);
    }

    /** The next numbers of a stream a point, for every row: {@code [rows, draws, size]}. */
    Tensor next(PointNoise noise, int draws, int size) {
        return repeat(noise.next(draws, size), copies);
    }

    private static Tensor repeat(Tensor tensor, int copies) {
        if (copies == 1) {
            return tensor;
        }
        long[] times = new long[(int) tensor.dim()];
        Arrays.fill(times, 1);
        times[0] = copies;
        return tensor.repeat(times);
    }

    /** A noise stream of one row, of the attack's. */
    Noise.Stream stream(int row, String purpose) {
        int points = request.points().length;
        return request.noise().stream(
                request.points()[row % points], request.name() + "/" + purpose, first + row / points);
    }

    /** New draws for each evaluation of a search: the same for all restarts. */
    Supplier<Tensor> draws() {
        PointNoise noise = noise("ascent", 0);
        return () -> next(noise, effort().draws(), map.noiseSize());
    }

    /** What is searched: on the cheaper map, on new draws at each evaluation. */
    AttackGoal searched() {
        return searched(draws());
    }

    /** What is searched, on given draws. */
    AttackGoal searched(Supplier<Tensor> draws) {
        return penalised(unpenalised(draws));
    }

    /** What is searched, without the penalty. */
    AttackGoal unpenalised(Supplier<Tensor> draws) {
        return kind.of(scene(map.forSearch(), draws));
    }

    private GoalKind.Scene scene(Reconstruction at, Supplier<Tensor> draws) {
        return new GoalKind.Scene(at, ball.centers(), targets, draws);
    }

    private AttackGoal penalised(AttackGoal goal) {
        return request.weight() == null
                ? goal
                : (inputs, step) -> goal.objective(inputs, step).sub(penalty(inputs));
    }

    /** Of the norm, where it is a penalty. */
    double weight() {
        return Objects.requireNonNull(request.weight());
    }

    /** Weight times norm, {@code [rows]}. */
    Tensor penalty(Tensor inputs) {
        Tensor moved = inputs.sub(ball.centers());
        long[] features = {1};
        Tensor norm = switch (ball.norm()) {
            case L1 -> torch.linalg_vector_norm(moved, new Scalar(1), features, false, new ScalarTypeOptional());
            case L2 -> torch.linalg_vector_norm(moved, new Scalar(2), features, false, new ScalarTypeOptional());
            case LINF -> moved.abs().amax(features, false);
        };
        return norm.mul(new Scalar(weight()));
    }

    /** A share of each row's radius. */
    double[] shares(double share) {
        return Arrays.stream(radii).map(radius -> share * radius).toArray();
    }

    /** The same as {@code [rows, 1]}. */
    Tensor lengths(double share) {
        return Rows.numbers(shares(share)).unsqueeze(1);
    }

    /**
     * The points along some directions that are some way off. In L-infinity along their signs, since a direction that is longest in
     * one value leaves the others idle.
     *
     * @param directions {@code [rows, features]}
     * @param lengths in the ball's norm, one a row
     */
    Tensor placed(Tensor directions, double[] lengths) {
        return ball.reach(ball.norm() == Norm.LINF ? directions.sign() : directions, lengths);
    }

    /** L2 diameter of the range: the scale of steps that no radius gives one; without a range, the largest radius. */
    double diameter() {
        return ball.range() == null
                ? Arrays.stream(radii).max().orElseThrow()
                : Ball.diameter(features(), ball.range());
    }

    /** Runs the gradient loop for the effort's steps, and counts it. */
    Search.Climbed climb(Tensor start, AttackGoal goal, Stepper stepper) {
        return climb(start, goal, effort().steps(), stepper);
    }

    /** Runs the gradient loop, and counts it. */
    Search.Climbed climb(Tensor start, AttackGoal goal, int steps, Stepper stepper) {
        counts.gradients((long) steps * rows());
        return Ascent.climb(start, goal, steps, stepper);
    }

    /** The same points in so many copies of each: for candidates that are scored together. */
    RestartBatch widened(int candidates) {
        return of(kind, request, clean, first, candidates, counts);
    }

    /**
     * The objective of some inputs, without gradients, on the exact map.
     *
     * @param inputs {@code [rows, features]}
     * @param noise a stream a point
     * @param draws a row
     * @return one a row
     */
    double[] values(Tensor inputs, PointNoise noise, int draws) {
        return values(map, inputs, noise, draws);
    }

    /** The same on a map of one's choice. */
    double[] values(Reconstruction at, Tensor inputs, PointNoise noise, int draws) {
        int block = Math.max(
                1,
                Math.min(draws, Math.min(DECODED, VALUES / (int) map.reference().size(1)) / rows()));
        double[] sums = new double[rows()];
        int[] wanted = {0};
        boolean[] noisy = {false};
        int seen = 0;
        try (PointerScope scope = new PointerScope()) {
            AttackGoal goal = penalised(kind.of(scene(at, () -> {
                noisy[0] = true;
                return next(noise, wanted[0], map.noiseSize());
            })));
            // A goal without noise is the same at each draw.
            while (seen < draws && (seen == 0 || noisy[0])) {
                wanted[0] = Math.min(block, draws - seen);
                add(goal, inputs, wanted[0], sums);
                seen += wanted[0];
            }
        }
        double evaluated = seen;
        return Arrays.stream(sums).map(sum -> sum / evaluated).toArray();
    }

    private static void add(AttackGoal goal, Tensor inputs, int draws, double[] sums) {
        try (PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard()) {
            double[] objective = TensorCopies.doubles(goal.objective(inputs, 0));
            for (int i = 0; i < sums.length; i++) {
                sums[i] += draws * objective[i];
            }
        }
    }
}
