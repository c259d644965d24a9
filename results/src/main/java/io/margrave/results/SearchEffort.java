package io.margrave.results;

/**
 * How hard a gradient search works.
 *
 * @param steps gradient steps, greater than zero
 * @param draws posterior draws a step, greater than zero
 * @param restarts starts a point, greater than zero
 */
public record SearchEffort(int steps, int draws, int restarts) {
    public SearchEffort {
        if (steps <= 0 || draws <= 0 || restarts <= 0) {
            throw new IllegalArgumentException(
                    "want steps, draws and restarts > 0, got " + steps + ", " + draws + ", " + restarts);
        }
    }
}
