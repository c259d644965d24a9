package io.margrave.theory;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A test of P &gt;= 1/2 that may stop early: after each of some numbers of draws, fixed before looking, P is declared below one
 * half if few enough draws succeeded so far.
 *
 * <p>Each look spends a part of alpha, {@code alpha (n / most)^1.5} by then (a power family of spending functions: Kim and DeMets
 * 1987). The limits are exact: whatever P &gt;= 1/2 is, the chance that any look declares it below is at most alpha, by summing
 * the binomial probabilities of the paths that get there; no normal approximation. Each limit is at most that of a
 * {@linkplain Proportion#verdict test of fixed size} at the same alpha, so what is declared here fails there too.
 *
 * @param looks numbers of draws, ascending
 * @param limits most successes at each look at which P is declared below one half; -1 where none are few enough
 */
public record SequentialTest(List<Integer> looks, List<Integer> limits) {

    /** How fast alpha is spent: 1 is evenly. */
    private static final double SPENDING_POWER = 1.5;

    private static final double GIVE_UP = 3;

    public SequentialTest {
        looks = List.copyOf(looks);
        limits = List.copyOf(limits);
    }

    /**
     * The test with these looks.
     *
     * @param looks numbers of draws, greater than zero, strictly ascending, at least one
     * @param alpha chance of error, in (0, 0.5)
     */
    public static SequentialTest of(List<Integer> looks, double alpha) {
        if (!(alpha > 0 && alpha < 0.5)) {
            throw new IllegalArgumentException("want alpha in (0, 0.5), got " + alpha);
        }
        int most = looks.get(looks.size() - 1);
        List<Integer> limits = new ArrayList<>();
        // Chances of each number of successes after the draws so far, of the paths that no look has ended, where P is
        // 1/2.
        double[] going = {1};
        double spent = 0;
        int before = 0;
        for (int look : looks) {
            if (look <= before) {
                throw new IllegalArgumentException("want ascending looks > 0, got " + looks);
            }
            going = afterDraws(going, look - before);
            before = look;
            double budget = alpha * Math.pow((double) look / most, SPENDING_POWER) - spent;
            int limit = -1;
            double used = 0;
            while (limit + 1 < going.length && used + going[limit + 1] <= budget) {
                limit++;
                used += going[limit];
            }
            limits.add(limit);
            spent += used;
            Arrays.fill(going, 0, limit + 1, 0);
        }
        return new SequentialTest(looks, limits);
    }

    private static double[] afterDraws(double[] chances, int draws) {
        double[] now = chances;
        for (int draw = 0; draw < draws; draw++) {
            double[] next = new double[now.length + 1];
            for (int s = 0; s < now.length; s++) {
                next[s] += now[s] / 2;
                next[s + 1] += now[s] / 2;
            }
            now = next;
        }
        return now;
    }

    /** Most draws. */
    public int most() {
        return looks.get(looks.size() - 1);
    }

    /**
     * Whether P is declared below one half at a look.
     *
     * @param look number of the look, from 0
     * @param successes of the draws so far
     */
    public boolean below(int look, long successes) {
        return successes <= limits.get(look);
    }

    /**
     * Whether no later look can declare P below one half any more, or only if the draws to come succeed less often than those so
     * far by {@value #GIVE_UP} standard errors. Giving up costs no alpha.
     *
     * @param look number of the look, from 0
     * @param successes of the draws so far
     */
    public boolean hopeless(int look, long successes) {
        int last = limits.size() - 1;
        double left = most() - looks.get(look);
        double room = limits.get(last) - (double) successes;
        if (look == last || room < 0) {
            return true;
        }
        double estimate = (double) successes / looks.get(look);
        return room / left < estimate - GIVE_UP * Math.sqrt(0.25 / left);
    }
}
