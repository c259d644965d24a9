package io.margrave.robustness.sensitivity;

import io.margrave.results.SearchEffort;

/**
 * How sensitivity margins are measured. Same plan, same rows.
 *
 * @param alpha chance of error a side and a point, in (0, 0.5)
 * @param draws clean posterior draws a point
 * @param verdictDraws most posterior draws of one break verdict
 * @param meanOnly whether mean-only margins of random encoders are searched too
 * @param search how the smallest break is searched; in float32 whatever precision it names
 * @param seed of every noise stream
 * @param chunk points that are searched together, greater than zero
 */
public record SensitivityPlan(
        double alpha, int draws, int verdictDraws, boolean meanOnly, SearchEffort search, long seed, int chunk) {

    public SensitivityPlan {
        require(alpha > 0 && alpha < 0.5, "alpha in (0, 0.5)", alpha);
        // With fewer, no outcome lets the verdict be HOLDS, or FAILS.
        require(Math.pow(0.5, draws) < alpha, "draws > log2(1/alpha)", draws);
        require(Math.pow(0.5, verdictDraws) <= alpha, "verdict_draws >= log2(1/alpha)", verdictDraws);
        require(chunk > 0, "chunk > 0", chunk);
    }

    private static void require(boolean holds, String wanted, Object got) {
        if (!holds) {
            throw new IllegalArgumentException("want " + wanted + ", got " + got);
        }
    }

    /** Alpha 0.001, 2,000 clean draws, at most 1,000 a verdict, both kinds, and the search that audits have. */
    public static SensitivityPlan defaults() {
        return new SensitivityPlan(0.001, 2_000, 1_000, true, SearchEffort.of(32, 4, 40), 0, 64);
    }

    /** The same with another seed. */
    public SensitivityPlan withSeed(long other) {
        return new SensitivityPlan(alpha, draws, verdictDraws, meanOnly, search, other, chunk);
    }
}
