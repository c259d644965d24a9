package io.margrave.robustness.margin;

import org.apache.commons.statistics.distribution.NormalDistribution;

/**
 * A norm along the direction that was found: where P is predicted to lie so far below one half that its verdict can tell, but for some
 * chance. The more draws a verdict has, and the more is known of P beforehand, the nearer to one half.
 *
 * <p>Where all draws cross at one norm, as they do in a map without noise, it is {@code steep} times that norm: P is 1 before it and 0
 * after it, and only the prediction's own error is left to allow for.
 *
 * @param sure standard errors, of the prediction and the verdict together, that P may turn out higher than predicted; greater than zero
 * @param known standard error of the predicted P, at least zero; too small a one costs failed verdicts, nothing else
 * @param steep greater than 1
 */
record Candidate(double sure, double known, double steep) {

    /** P aimed at where draws are so few that no P could be told from one half. */
    private static final double LEAST = 0.05;

    private static final NormalDistribution NORMAL = NormalDistribution.of(0, 1);

    /**
     * P aimed at.
     *
     * @param draws of its verdict, at most; greater than zero
     * @param alpha of its verdict, in (0, 0.5)
     * @return in [0.05, 0.5)
     */
    double within(int draws, double alpha) {
        double error = 0.5 / Math.sqrt(draws);
        double told = 0.5 - NORMAL.inverseSurvivalProbability(alpha) * error;
        return Math.max(LEAST, told - sure * Math.hypot(error, known));
    }
}
