package io.margrave.theory;

import org.apache.commons.statistics.distribution.BetaDistribution;

/**
 * Successes among independent trials.
 *
 * @param successes at least zero, at most {@code trials}
 * @param trials greater than zero, fixed before looking
 */
public record Proportion(long successes, long trials) {

    public Proportion {
        if (trials <= 0 || successes < 0 || successes > trials) {
            throw new IllegalArgumentException(
                    "want 0 <= successes <= trials and trials > 0, got " + successes + " of " + trials);
        }
    }

    /** The share of successes, in [0, 1]: an estimate, not a bound. */
    public double estimate() {
        return (double) successes / trials;
    }

    /**
     * Clopper-Pearson lower bound at confidence {@code 1 - alpha} (Clopper and Pearson 1934).
     *
     * @param alpha chance that the true probability is below the bound, in (0, 1)
     */
    public double lower(double alpha) {
        checkAlpha(alpha);
        if (successes == 0) {
            return 0;
        }
        if (successes == trials) {
            return Math.pow(alpha, 1.0 / trials);
        }
        return BetaDistribution.of((double) successes, trials - successes + 1.0).inverseCumulativeProbability(alpha);
    }

    /**
     * Clopper-Pearson upper bound at confidence {@code 1 - alpha} (Clopper and Pearson 1934).
     *
     * @param alpha chance that the true probability is above the bound, in (0, 1)
     */
    public double upper(double alpha) {
        checkAlpha(alpha);
        if (successes == trials) {
            return 1;
        }
        if (successes == 0) {
            return -Math.expm1(Math.log(alpha) / trials);
        }
        return BetaDistribution.of(successes + 1.0, (double) (trials - successes))
                .inverseSurvivalProbability(alpha);
    }

    /**
     * Whether the true probability exceeds one half, at confidence {@code 1 - alpha}.
     *
     * <p>{@code alpha} is spent once: at most one of the two decided answers can be wrong.
     */
    public Verdict verdict(double alpha) {
        if (lower(alpha) > 0.5) {
            return Verdict.HOLDS;
        }
        return upper(alpha) <= 0.5 ? Verdict.FAILS : Verdict.UNDECIDED;
    }

    private static void checkAlpha(double alpha) {
        if (!(alpha > 0 && alpha < 1)) {
            throw new IllegalArgumentException("want alpha in (0, 1), got " + alpha);
        }
    }
}
