package io.margrave.robustness.margin;

import io.margrave.robustness.attack.Ascent;
import io.margrave.robustness.attack.AttackGoal;
import io.margrave.robustness.map.Excess;
import io.margrave.robustness.map.PointNoise;
import io.margrave.vae.TensorCopies;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * Ascent of a smooth P(broken) on a sphere whose radius follows the boundary.
 *
 * @param steps gradient steps, greater than zero
 * @param draws a step, greater than zero
 * @param step sizes, as a share of the radius
 * @param steering moves the radius
 */
record BoundaryAscent(int steps, int draws, Ascent.HalfCosine step, Steering steering) {

    /** Values decoded at once: large batches waste no time on overhead, larger ones leave the cache and take memory. */
    private static final long MOST_VALUES = 1L << 20;
    /** Part of the steps, at the end, that the boundary is averaged over. */
    private static final int AVERAGED_PART = 3;

    /**
     * Where an ascent ended.
     *
     * @param perturbed last iterates, {@code [points, features]}
     * @param radii of the boundary, as the last steps saw it: their geometric mean
     */
    record Reached(Tensor perturbed, double[] radii) {}

    /**
     * Runs it.
     *
     * @param batch points
     * @param purpose part of the name of its noise
     * @param directions to start along, {@code [points, features]}
     * @param start radii to start at
     * @param limit largest radius
     */
    Reached run(SearchBatch batch, String purpose, Tensor directions, double[] start, double limit) {
        int group = Math.max(
                1, (int) (MOST_VALUES / ((long) draws * batch.map().reference().size(1))));
        if (group >= batch.size()) {
            return climb(batch, purpose, directions, start, 0, limit);
        }
        Tensor perturbed = torch.zeros_like(directions);
        double[] radii = new double[batch.size()];
        for (int first = 0; first < batch.size(); first += group) {
            int[] rows = IntStream.range(first, Math.min(batch.size(), first + group))
                    .toArray();
            try (PointerScope scope = new PointerScope()) {
                Reached reached = climb(
                        batch.select(rows),
                        purpose,
                        directions.narrow(0, first, rows.length),
                        Arrays.copyOfRange(start, first, first + rows.length),
                        first,
                        limit);
                perturbed.narrow(0, first, rows.length).copy_(reached.perturbed());
                System.arraycopy(reached.radii(), 0, radii, first, rows.length);
            }
        }
        return new Reached(perturbed, radii);
    }

    private Reached climb(
            SearchBatch batch, String purpose, Tensor directions, double[] start, int first, double limit) {
        PointNoise noise = batch.noise(purpose, 0).mirrored();
        double[] radii = start.clone();
        double[] logs = new double[radii.length];
        Steering.Seen[] seen = new Steering.Seen[radii.length];
        AttackGoal goal = (inputs, now) -> {
            Tensor draw = noise.next(draws, batch.map().noiseSize());
            Tensor excess = batch.criterion()
                    .excess(batch.map().at(inputs).outputs(draw), batch.map().reference());
            double[] values = TensorCopies.doubles(excess);
            for (int i = 0; i < seen.length; i++) {
                seen[i] = seen(Arrays.copyOfRange(values, i * draws, (i + 1) * draws));
            }
            return smoothBroken(excess);
        };
        int averaged = Math.max(1, steps / AVERAGED_PART);
        Ascent.RadiusRule rule = (now, current) -> {
            for (int i = 0; i < current.length; i++) {
                Steering.Move move = steering.follow(first + i, current[i], seen[i], now, steps);
                current[i] = Math.min(limit, move.radius());
                if (now >= steps - averaged) {
                    logs[i] += Math.log(Math.min(limit, move.boundary())) / averaged;
                }
            }
        };
        Tensor perturbed = Ascent.maximise(
                batch.ball(), batch.ball().approach(directions, radii), radii, true, goal, steps, step, rule);
        return new Reached(perturbed, Arrays.stream(logs).map(Math::exp).toArray());
    }

    private static Steering.Seen seen(double[] excess) {
        return new Steering.Seen(RobustnessEstimator.within(excess, 0).estimate(), Excess.mean(excess));
    }

    /** Share of broken draws with a soft step, as wide as the draws spread and as they are away from the boundary. */
    private static Tensor smoothBroken(Tensor excess) {
        Tensor fixed = excess.detach();
        Tensor mean = fixed.mean(new long[] {1}, true, new ScalarTypeOptional());
        Tensor spread = fixed.sub(mean)
                .square()
                .mean(new long[] {1}, true, new ScalarTypeOptional())
                .sqrt();
        Tensor width = spread.add(mean.abs().mul(new Scalar(0.5))).clamp_min(new Scalar(1e-6));
        return excess.div(width).sigmoid().mean(1);
    }
}
