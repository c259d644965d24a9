package io.margrave.robustness.attack;

/**
 * A Euclidean ball cut with a box. Its furthest point along a direction and its nearest point to one outside are both the direction,
 * multiplied with a factor and then cut; the norm grows with the factor, which is found by following which sizes are at their limits.
 */
record CutL2Ball() implements CutBall {

    private static final int MOST_ACTIVE_SET_STEPS = 32;

    @Override
    public void reach(double[] sizes, double[] limits, int count, double radius) {
        CutBall.scale(sizes, limits, count, factor(sizes, limits, count, radius, CLOSE_ENOUGH));
    }

    @Override
    public void furthest(double[] sizes, double[] limits, int count, double radius) {
        reach(sizes, limits, count, radius);
    }

    @Override
    public void project(double[] sizes, double[] limits, int count, double radius) {
        double squares = 0;
        for (int j = 0; j < count; j++) {
            double cut = Math.min(sizes[j], limits[j]);
            squares += cut * cut;
        }
        double factor = squares <= radius * radius ? 1 : factor(sizes, limits, count, radius, EXACT);
        CutBall.scale(sizes, limits, count, factor);
    }

    private static double factor(double[] sizes, double[] limits, int count, double radius, double closeEnough) {
        double squares = 0;
        for (int j = 0; j < count; j++) {
            squares += sizes[j] * sizes[j];
        }
        if (squares == 0) {
            return 0;
        }
        double factor = radius / Math.sqrt(squares);
        for (int step = 0; step < MOST_ACTIVE_SET_STEPS; step++) {
            double free = 0;
            double cut = 0;
            for (int j = 0; j < count; j++) {
                if (factor * sizes[j] < limits[j]) {
                    free += sizes[j] * sizes[j];
                } else {
                    cut += limits[j] * limits[j];
                }
            }
            double next = free == 0 ? factor : Math.sqrt(Math.max(0, radius * radius - cut) / free);
            if (next <= factor * (1 + closeEnough)) {
                break;
            }
            factor = next;
        }
        return factor;
    }
}
