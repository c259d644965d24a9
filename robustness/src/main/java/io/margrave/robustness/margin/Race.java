package io.margrave.robustness.margin;

import io.margrave.results.SearchEffort;
import io.margrave.robustness.attack.Ascent;
import io.margrave.robustness.map.Rows;
import org.bytedeco.pytorch.Tensor;

/**
 * From several starts a point to the few that lead lowest. Starts climb for a quarter of the steps, with half the draws; those that went
 * the same way go on as one. After another quarter the best two of each point go on, and with them directions that the point borrows from
 * its neighbours in the batch ({@link Borrowing}); for the last half.
 *
 * <p>The valleys that starts of a point's own miss are mostly those that take long to reach; a neighbour may have reached its own.
 */
final class Race {

    private static final double FIRST_PART = 0.25;
    private static final double SECOND_PART = 0.5;

    /** Cosine from which on two climbers count as one. */
    private static final double ALIKE = 0.9;
    /** Climbers of a point that go on beside those it borrows. */
    private static final int OWN = 2;

    private static final int BORROWED = 3;

    /** Of steps, as shares of the radius. */
    private static final Ascent.HalfCosine STEP = new Ascent.HalfCosine(2, 0.3);

    /** Of a radius' logarithm, per unit of P. */
    private static final Ascent.HalfCosine GROWTH = new Ascent.HalfCosine(0.4, 0.1);

    private final SearchBatch batch;
    private final SearchEffort effort;
    private final double steered;
    private final double limit;

    /**
     * Of a batch.
     *
     * @param batch points, in the form that is searched on
     * @param effort its steps are shared out, with half its draws
     * @param steered P that radii are steered to
     * @param limit largest radius
     */
    Race(SearchBatch batch, SearchEffort effort, double steered, double limit) {
        this.batch = batch;
        this.effort = effort;
        this.steered = steered;
        this.limit = limit;
    }

    /** Where those ended that were in it at its end. */
    Climbers run(Climbers starts) {
        Climbers after = climb(starts, 0, FIRST_PART).distinct(effort.restarts(), ALIKE);
        after = climb(after, FIRST_PART, SECOND_PART).distinct(OWN, ALIKE);
        return climb(new Borrowing(batch, BORROWED, ALIKE).join(after), SECOND_PART, 1);
    }

    /** Between two shares of the steps; each part has noise of its own. */
    private Climbers climb(Climbers climbers, double from, double to) {
        int steps = Math.max(1, (int) Math.round(to * effort.steps()) - (int) Math.round(from * effort.steps()));
        BoundaryAscent ascent = new BoundaryAscent(
                steps, Math.max(1, effort.draws() / 2), STEP.between(from, to), GROWTH.between(from, to), steered);
        BoundaryAscent.Reached reached = ascent.run(
                batch.select(climbers.rows()), "race/" + from, climbers.directions(), climbers.radii(), limit);
        Tensor moved = reached.perturbed().sub(Rows.select(batch.ball().centers(), climbers.rows()));
        return new Climbers(climbers.rows(), moved, reached.radii());
    }
}
