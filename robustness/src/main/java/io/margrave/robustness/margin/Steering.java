package io.margrave.robustness.margin;

import io.margrave.robustness.attack.Ascent;

/** How the radius of an ascent follows the boundary. */
@FunctionalInterface
interface Steering {

    /** Largest factor, and one through the smallest, between a radius and where a line through it says that the boundary is. */
    double FURTHEST = 2;

    /**
     * What the draws of a step say.
     *
     * @param within share of them within r, in [0, 1]
     * @param excess their mean, over those that are finite; NaN where none is
     */
    record Seen(double within, double excess) {}

    /**
     * Where to go.
     *
     * @param radius of the next step
     * @param boundary where this step says that the boundary is: what is averaged in the end
     */
    record Move(double radius, double boundary) {}

    /**
     * After a step.
     *
     * @param climber number within what was started together
     * @param radius of the step
     * @param seen at it
     * @param step its number, from 0
     * @param steps of the ascent
     */
    Move follow(int climber, double radius, Seen seen, int step, int steps);

    /**
     * Shrinks while the point is broken and grows while it is not, by less and less (after DDN, Rony et al. 2019, and FMN, Pintor et
     * al. 2021): exact in the end, slow in the beginning.
     *
     * @param growth of the radius' logarithm, per unit of P
     * @param steered P that the radius is steered to
     */
    static Steering byShare(Ascent.HalfCosine growth, double steered) {
        return (climber, radius, seen, step, steps) -> {
            double next = radius * Math.exp(growth.at(step, steps) * (seen.within() - steered));
            return new Move(next, next);
        };
    }

    /**
     * Along the line from the mean excess at the anchor to that at the iterate, half of the way (in logarithms) to where the line
     * crosses zero: near the boundary in a few steps, from wherever, and on two draws' word.
     *
     * @param clean mean excess of each climber's anchor
     * @param smallest radius that is gone to: of an anchor on the boundary itself, the line says zero, where nothing can be told apart
     */
    static Steering bySecant(double[] clean, double smallest) {
        return (climber, radius, seen, step, steps) -> {
            double boundary = Math.max(smallest, radius * factor(clean[climber], seen));
            return new Move(Math.sqrt(radius * boundary), boundary);
        };
    }

    private static double factor(double clean, Seen seen) {
        double rise = seen.excess() - clean;
        if (!Double.isFinite(rise)) {
            return seen.within() > 0.5 ? FURTHEST : 1 / FURTHEST;
        }
        return rise <= 0 ? FURTHEST : Math.max(1 / FURTHEST, Math.min(FURTHEST, -clean / rise));
    }
}
