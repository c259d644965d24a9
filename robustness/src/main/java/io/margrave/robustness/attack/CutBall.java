package io.margrave.robustness.attack;

import io.margrave.results.Norm;

/**
 * A ball around 0, cut with a box that holds 0, by the sizes of coordinates: in an orthant a perturbation is its sizes, each from 0
 * to a limit, and every norm here is a function of sizes. The first {@code count} of each array are used.
 */
interface CutBall {

    /** Relative change of a factor that a placement does not follow any more. */
    double CLOSE_ENOUGH = 1e-4;
    /** The same for a projection. */
    double EXACT = 1e-13;

    /**
     * Sizes multiplied with one factor and cut at their limits, so that they have the radius as their norm, or as much of it as the
     * limits let them; from below, so that the ball is never left.
     *
     * @param sizes at least 0; changed in place
     * @param limits at least 0, of each size
     * @param radius at least 0
     */
    void reach(double[] sizes, double[] limits, int count, double radius);

    /**
     * The nearest sizes within ball and box, in L2: the Euclidean projection onto their intersection.
     *
     * @param sizes at least 0; changed in place
     * @param limits at least 0, of each size
     * @param radius at least 0
     */
    void project(double[] sizes, double[] limits, int count, double radius);

    /**
     * The sizes within ball and box whose product with the given ones is largest: one step to where a linear objective is best.
     *
     * @param sizes at least 0: the gradient's; changed in place
     * @param limits at least 0, of each size
     * @param radius at least 0
     */
    void furthest(double[] sizes, double[] limits, int count, double radius);

    /** The ball of a norm. */
    static CutBall of(Norm norm) {
        return switch (norm) {
            case L1 -> new CutL1Ball();
            case L2 -> new CutL2Ball();
            case LINF -> new CutLinfBall();
        };
    }

    /** Sizes times a factor, cut at their limits. */
    static void scale(double[] sizes, double[] limits, int count, double factor) {
        for (int j = 0; j < count; j++) {
            sizes[j] = Math.min(factor * sizes[j], limits[j]);
        }
    }
}
