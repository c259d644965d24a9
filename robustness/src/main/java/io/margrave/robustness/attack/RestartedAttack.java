package io.margrave.robustness.attack;

import io.margrave.robustness.map.PointNoise;
import io.margrave.robustness.map.Reconstruction;
import io.margrave.robustness.map.Rows;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * A search from several starts, of which each point's best is kept: chosen on noise that no search has seen, on the exact map.
 *
 * @param kind of goal
 * @param search from each start
 */
record RestartedAttack(GoalKind kind, Search search) implements Attack {

    private static final int CHOOSING_DRAWS = 64;
    private static final int SIGN_DRAWS = 8;
    /** Values decoded at once while searching: large batches waste no time on overhead, larger ones take memory. */
    private static final long MOST_VALUES = 1L << 20;

    @Override
    public Attacked perturb(Request request) {
        int points = request.points().length;
        int restarts = search.restarts(request.effort());
        ModelCounts counts = new ModelCounts();
        Tensor perturbed = request.ball().centers().detach().clone();
        double[] chosen = new double[points];
        Arrays.fill(chosen, Double.NEGATIVE_INFINITY);
        double[][] traces = new double[points][0];
        int together = together(request);
        for (int first = 0; first < restarts; first += together) {
            try (PointerScope scope = new PointerScope()) {
                RestartBatch batch = batch(request, Math.min(together, restarts - first), counts);
                Search.Climbed climbed = search.from(batch, starts(batch, first));
                double[] reached = batch.values(climbed.perturbed(), batch.noise("choose", 0), CHOOSING_DRAWS);
                int[] best = best(reached, chosen, points);
                boolean[] better = new boolean[points];
                for (int i = 0; i < points; i++) {
                    better[i] = best[i] >= 0;
                    if (better[i]) {
                        chosen[i] = reached[best[i]];
                        traces[i] = column(climbed.trace(), best[i]);
                    }
                }
                int[] rows = IntStream.range(0, points)
                        .map(i -> better[i] ? best[i] : i)
                        .toArray();
                perturbed.copy_(torch.where(Rows.flags(better), Rows.select(climbed.perturbed(), rows), perturbed));
            }
        }
        return new Attacked(perturbed, chosen, mean(traces), counts.forwards() / points, counts.backwards() / points);
    }

    private RestartBatch batch(Request request, int copies, ModelCounts counts) {
        Reconstruction clean = request.clean().searched(request.effort().inBfloat16());
        return RestartBatch.of(kind, request, clean.through(counts::watch), copies, counts);
    }

    private static int together(Request request) {
        long values = request.points().length
                * (long) request.effort().draws()
                * request.clean().reference().size(1);
        return (int) Math.max(1, MOST_VALUES / values);
    }

    /** The rows that beat what was chosen, one a point; -1 where none does. A NaN beats nothing. */
    private static int[] best(double[] reached, double[] chosen, int points) {
        int[] best = new int[points];
        Arrays.fill(best, -1);
        for (int row = 0; row < reached.length; row++) {
            int i = row % points;
            if (reached[row] > (best[i] < 0 ? chosen[i] : reached[best[i]])) {
                best[i] = row;
            }
        }
        return best;
    }

    private static double[] column(double[][] trace, int row) {
        return Arrays.stream(trace).mapToDouble(step -> step[row]).toArray();
    }

    private static double[] mean(double[][] traces) {
        int steps = Arrays.stream(traces).mapToInt(trace -> trace.length).max().orElse(0);
        return IntStream.range(0, steps)
                .mapToDouble(step -> Arrays.stream(traces)
                        .filter(trace -> trace.length == steps)
                        .mapToDouble(trace -> trace[step])
                        .average()
                        .orElse(Double.NaN))
                .toArray();
    }

    /**
     * Where the batch's restarts begin: on the ball's surface, along the directions that the request names, then along random
     * ones, or against them, whichever is better: near a limit of the range only one has room.
     *
     * @param first number of the batch's first restart
     */
    private static Tensor starts(RestartBatch batch, int first) {
        List<Tensor> named = batch.request().starts();
        TensorVector directions = new TensorVector();
        List<Tensor> each = new ArrayList<>();
        for (int restart = first; restart < first + batch.copies(); restart++) {
            each.add(
                    restart < named.size()
                            ? named.get(restart)
                            : batch.noise("start", restart)
                                    .next(1, batch.features())
                                    .squeeze(1));
        }
        each.forEach(directions::push_back);
        Tensor direction = torch.cat(directions, 0);
        Tensor along = batch.ball().reach(direction, batch.radii());
        Tensor against = batch.ball().reach(direction.neg(), batch.radii());
        double[] gain = batch.values(along, sign(batch), SIGN_DRAWS);
        double[] other = batch.values(against, sign(batch), SIGN_DRAWS);
        boolean[] turn = new boolean[gain.length];
        for (int i = 0; i < turn.length; i++) {
            turn[i] = other[i] > gain[i];
        }
        return torch.where(Rows.flags(turn), against, along);
    }

    private static PointNoise sign(RestartBatch batch) {
        return batch.noise("sign", 0);
    }
}
