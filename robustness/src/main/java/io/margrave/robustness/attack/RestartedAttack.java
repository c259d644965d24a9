package io.margrave.robustness.attack;

import io.margrave.robustness.map.Reconstruction;
import io.margrave.robustness.map.Rows;
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
    /**
     * Values decoded at once while searching: restarts in one batch took 0.68 to 0.97 of the time that they took one by one (64 digits,
     * 2 to 16 restarts, on a busy machine); larger batches take memory.
     */
    private static final long MOST_VALUES = 1L << 20;
    /** Where restarts begin under a penalty, as shares of the range's diameter, by turns. */
    private static final double[] PENALISED_STARTS = {0.1, 0.02, 0.3, 0.005};

    @Override
    public Attacked perturb(Request request) {
        int points = request.points().length;
        int restarts = search.restarts(request.effort());
        int together = together(request);
        ModelCounts counts = new ModelCounts();
        Reconstruction clean =
                request.clean().searched(request.effort().inBfloat16()).through(counts::watch);
        Tensor perturbed = request.ball().centers().detach().clone();
        double[] chosen = new double[points];
        Arrays.fill(chosen, Double.NEGATIVE_INFINITY);
        double[][] traces = new double[points][0];
        for (int first = 0; first < restarts; first += together) {
            try (PointerScope scope = new PointerScope()) {
                RestartBatch batch =
                        RestartBatch.of(kind, request, clean, first, Math.min(together, restarts - first), counts);
                if (first == 0 && request.weight() != null) {
                    // No perturbation at all is the one to beat where each costs something.
                    RestartBatch still = batch.widened(1);
                    Best.update(chosen, still.values(perturbed, still.noise("choose", 0), CHOOSING_DRAWS));
                }
                Search.Climbed climbed = search.from(batch, starts(batch, search.takesDirections()));
                Tensor kept = batch.ball().project(climbed.perturbed(), batch.radii());
                double[] reached = batch.values(kept, batch.noise("choose", 0), CHOOSING_DRAWS);
                for (int copy = 0; copy < batch.copies(); copy++) {
                    int from = copy * points;
                    boolean[] better = Best.update(chosen, Arrays.copyOfRange(reached, from, from + points));
                    perturbed.copy_(torch.where(Rows.flags(better), kept.narrow(0, from, points), perturbed));
                    for (int i = 0; i < points; i++) {
                        if (better[i]) {
                            traces[i] = column(climbed.trace(), from + i);
                        }
                    }
                }
            }
        }
        return new Attacked(perturbed, chosen, mean(traces), counts.forwards() / points, counts.backwards() / points);
    }

    private static int together(Request request) {
        long values = request.points().length
                * (long) request.effort().draws()
                * request.clean().reference().size(1);
        return (int) Math.max(1, MOST_VALUES / values);
    }

    private static double[] column(double[][] trace, int row) {
        return Arrays.stream(trace).mapToDouble(step -> step[row]).toArray();
    }

    /** Over the points whose best is a restart's. */
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
     * Where the batch's restarts begin: on the ball's surface, along the directions that the request names, where the search takes
     * them, then along random ones, or against them, whichever is better: near a limit of the range only one has room. Under a penalty nearer.
     */
    private static Tensor starts(RestartBatch batch, boolean directed) {
        List<Tensor> named = directed ? batch.request().starts() : List.of();
        TensorVector directions = new TensorVector();
        double[] radii = batch.radii().clone();
        int points = radii.length / batch.copies();
        for (int copy = 0; copy < batch.copies(); copy++) {
            int restart = batch.first() + copy;
            directions.push_back(
                    restart < named.size()
                            ? named.get(restart)
                            : batch.noise("start", restart)
                                    .next(1, batch.features())
                                    .squeeze(1));
            for (int i = 0; i < points && batch.request().weight() != null; i++) {
                radii[copy * points + i] *= PENALISED_STARTS[restart % PENALISED_STARTS.length];
            }
        }
        Tensor direction = torch.cat(directions, 0);
        Tensor along = batch.placed(direction, radii);
        Tensor against = batch.placed(direction.neg(), radii);
        double[] gain = batch.values(along, batch.noise("sign", 0), SIGN_DRAWS);
        boolean[] turn = Best.update(gain, batch.values(against, batch.noise("sign", 0), SIGN_DRAWS));
        return torch.where(Rows.flags(turn), against, along);
    }
}
