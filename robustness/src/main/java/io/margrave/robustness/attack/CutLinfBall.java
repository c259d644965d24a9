package io.margrave.robustness.attack;

/** A cube cut with a box is a box: every question has its answer coordinate by coordinate. */
record CutLinfBall() implements CutBall {

    @Override
    public void reach(double[] sizes, double[] limits, int count, double radius) {
        double factor = Double.POSITIVE_INFINITY;
        double all = 0;
        for (int j = 0; j < count; j++) {
            if (sizes[j] > 0 && limits[j] > 0) {
                all = Math.max(all, limits[j] / sizes[j]);
                if (limits[j] >= radius) {
                    factor = Math.min(factor, radius / sizes[j]);
                }
            }
        }
        CutBall.scale(sizes, limits, count, Double.isInfinite(factor) ? all : factor);
    }

    @Override
    public void project(double[] sizes, double[] limits, int count, double radius) {
        for (int j = 0; j < count; j++) {
            sizes[j] = Math.min(sizes[j], Math.min(limits[j], radius));
        }
    }

    @Override
    public void furthest(double[] sizes, double[] limits, int count, double radius) {
        for (int j = 0; j < count; j++) {
            sizes[j] = sizes[j] > 0 ? Math.min(limits[j], radius) : 0;
        }
    }
}
