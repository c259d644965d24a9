package io.margrave.robustness.margin;

import io.margrave.results.SearchEffort;
import io.margrave.robustness.attack.Ascent;
import io.margrave.robustness.map.Rows;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;

/**
 * From many starts a point to the few that lead lowest, in parts of more and more steps for fewer and fewer climbers, with half the draws.
 * After each part those that went the same way go on as one. For the last part each point borrows directions of its neighbours in
 * the batch ({@link Borrowing}).
 *
 * <p>Which valley a start leads to is decided in its first steps, and the valleys of a point are many: many starts for three steps find
 * more than few for ten. What a point's own starts miss are mostly valleys that take long to reach; a neighbour may have reached its own.
 */
final class Race {

    /**
     * A part of a race.
     *
     * @param steps of {@link #ALL}
     * @param kept climbers of a point that go on after it, at most
     */
    private record Part(int steps, int kept) {}

    /** Steps of which the parts are shares: as many as a search takes by default. */
    private static final int ALL = 32;

    private static final List<Part> PARTS = List.of(new Part(3, 10), new Part(5, 6), new Part(8, 3));

    /** Cosine from which on two climbers count as one. */
    private static final double ALIKE = 0.9;

    private static final int BORROWED = 2;

    /** Starts that take their first steps at once. */
    private static final int AT_ONCE = 640;

    /** Smallest radius of a race, as a share of the largest. */
    private static final double SMALLEST = 1e-5;

    /** Of steps, as shares of the radius. */
    private static final Ascent.HalfCosine STEP = new Ascent.HalfCosine(2, 0.3);

    /** Draws of an anchor's excess. */
    private static final int CLEAN_DRAWS = 4;

    private final SearchBatch batch;
    private final SearchEffort effort;
    private final double limit;
    private final double[] clean;

    /**
     * Of a batch.
     *
     * @param batch points, in the form that is searched on
     * @param effort its steps are shared out, with half its draws
     * @param limit largest radius
     */
    Race(SearchBatch batch, SearchEffort effort, double limit) {
        this.batch = batch;
        this.effort = effort;
        this.limit = limit;
        this.clean = batch.cleanExcess(CLEAN_DRAWS);
    }

    /** Where those ended that were in it at its end. */
    Climbers run(Starts starts) {
        Climbers climbers = first(starts);
        int done = PARTS.get(0).steps();
        for (Part part : PARTS.subList(1, PARTS.size())) {
            climbers = climb(climbers, done, done + part.steps()).distinct(part.kept(), ALIKE);
            done += part.steps();
        }
        return climb(new Borrowing(batch, BORROWED, ALIKE).join(climbers), done, ALL);
    }

    /** The first part, some points after the others: their starts are many images. */
    private Climbers first(Starts starts) {
        Part part = PARTS.get(0);
        int block = Math.max(1, AT_ONCE / starts.count());
        List<Integer> rows = new ArrayList<>();
        List<float[]> directions = new ArrayList<>();
        List<Double> radii = new ArrayList<>();
        for (int from = 0; from < batch.size(); from += block) {
            int[] points =
                    IntStream.range(from, Math.min(batch.size(), from + block)).toArray();
            try (PointerScope scope = new PointerScope()) {
                Climbers kept = climb(starts.of(points), 0, part.steps()).distinct(part.kept(), ALIKE);
                directions.addAll(List.of(Rows.arrays(kept.directions())));
                Arrays.stream(kept.rows()).forEach(rows::add);
                Arrays.stream(kept.radii()).forEach(radii::add);
            }
        }
        return new Climbers(
                rows.stream().mapToInt(i -> i).toArray(),
                Rows.stacked(directions),
                radii.stream().mapToDouble(r -> r).toArray());
    }

    /** From one to another of all steps; each part has noise of its own. */
    private Climbers climb(Climbers climbers, int from, int to) {
        BoundaryAscent ascent = new BoundaryAscent(
                Math.max(1, steps(to) - steps(from)),
                Math.max(1, effort.draws() / 2),
                STEP.between((double) from / ALL, (double) to / ALL),
                Steering.bySecant(
                        Arrays.stream(climbers.rows())
                                .mapToDouble(row -> clean[row])
                                .toArray(),
                        SMALLEST * limit));
        return Climbers.alone(() -> {
            BoundaryAscent.Reached reached = ascent.run(
                    batch.select(climbers.rows()), "race/" + from, climbers.directions(), climbers.radii(), limit);
            Tensor moved = reached.perturbed().sub(Rows.select(batch.ball().centers(), climbers.rows()));
            return new Climbers(climbers.rows(), moved, reached.radii());
        });
    }

    private int steps(int of) {
        return Math.round((float) of * effort.steps() / ALL);
    }
}
