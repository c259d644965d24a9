package io.margrave.robustness.attack;

/** The best values so far, one a row. */
final class Best {
    private Best() {}

    /**
     * Takes over what is better. A NaN is better than nothing.
     *
     * @param best one a row; changed in place
     * @param values one a row
     * @return which rows were better
     */
    static boolean[] update(double[] best, double[] values) {
        boolean[] better = new boolean[best.length];
        for (int i = 0; i < best.length; i++) {
            better[i] = values[i] > best[i];
            if (better[i]) {
                best[i] = values[i];
            }
        }
        return better;
    }
}
