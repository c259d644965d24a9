package io.margrave.robustness.attack;

import io.margrave.results.SearchEffort;
import io.margrave.robustness.map.PointNoise;
import io.margrave.robustness.map.Reconstruction;
import io.margrave.vae.TensorCopies;
import java.util.Arrays;
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
 * Several restarts of every point in one batch: row {@code k * points + i} is restart k of point i. Restarts of a point share their
 * noise.
 *
 * @param kind of goal
 * @param request what is asked
 * @param map of the rows, counted
 * @param ball of the rows
 * @param radii one a row
 * @param targets {@code [rows, features]}, or null
 * @param copies restarts in the batch
 * @param counts of what is asked of the model
 */
record RestartBatch(
        GoalKind kind,
        Attack.Request request,
        Reconstruction map,
        Ball ball,
        double[] radii,
        @Nullable Tensor targets,
        int copies,
        ModelCounts counts) {

    /** Decodings at once where nothing is differentiated. */
    private static final int DECODED = 512;
    /** Values decoded at once: bounds the memory of large images. */
    private static final int VALUES = 1 << 21;

    private static final int L1 = 1;
    private static final int L2 = 2;

    /**
     * The rows of some restarts.
     *
     * @param clean of the points, counted
     */
    static RestartBatch of(
            GoalKind kind, Attack.Request request, Reconstruction clean, int copies, ModelCounts counts) {
        int points = request.points().length;
        int[] rows = IntStream.range(0, copies * points).map(i -> i % points).toArray();
        return new RestartBatch(
                kind,
                request,
                copies == 1 ? clean : clean.select(rows),
                copies == 1 ? request.ball() : request.ball().select(rows),
                Arrays.stream(rows).mapToDouble(i -> request.radii()[i]).toArray(),
                request.targets() == null ? null : repeat(request.targets(), copies),
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

    /** What is searched: on the cheaper map, on new draws at each evaluation. */
    AttackGoal searched() {
        PointNoise noise = noise("ascent", 0);
        return searched(() -> next(noise, effort().draws(), map.noiseSize()));
    }

    /** What is searched, on given draws. */
    AttackGoal searched(Supplier<Tensor> draws) {
        return goal(map.forSearch(), draws);
    }

    private AttackGoal goal(Reconstruction at, Supplier<Tensor> draws) {
        AttackGoal goal = kind.of(new GoalKind.Scene(at, ball.centers(), targets, draws));
        Double weight = request.weight();
        return weight == null
                ? goal
                : (inputs, step) -> goal.objective(inputs, step).sub(penalty(inputs, weight));
    }

    private Tensor penalty(Tensor inputs, double weight) {
        Tensor moved = inputs.sub(ball.centers());
        long[] features = {1};
        Tensor norm = switch (ball.norm()) {
            case L1 -> torch.linalg_vector_norm(moved, new Scalar(L1), features, false, new ScalarTypeOptional());
            case L2 -> torch.linalg_vector_norm(moved, new Scalar(L2), features, false, new ScalarTypeOptional());
            case LINF -> moved.abs().amax(features, false);
        };
        return norm.mul(new Scalar(weight));
    }

    /**
     * The objective of some inputs, without gradients, on draws of their own and the exact map.
     *
     * @param inputs {@code [rows, features]}
     * @param noise a stream a point
     * @param draws a row
     * @return one a row
     */
    double[] values(Tensor inputs, PointNoise noise, int draws) {
        int block = Math.max(
                1,
                Math.min(draws, Math.min(DECODED, VALUES / (int) map.reference().size(1)) / rows()));
        double[] sums = new double[rows()];
        int[] wanted = {0};
        boolean[] noisy = {false};
        int seen = 0;
        try (PointerScope scope = new PointerScope()) {
            AttackGoal goal = goal(map, () -> {
                noisy[0] = true;
                return next(noise, wanted[0], map.noiseSize());
            });
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
