package io.margrave.results;

import io.margrave.theory.Proportion;
import io.margrave.theory.Verdict;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * How many points an attack is shown to break at one r, how many it is shown to leave robust, and of how many the draws don't tell.
 *
 * @param broken points of which some target's P(|Delta| &lt;= r) is shown to be at most one half
 * @param undecided neither
 * @param holds points of which every target's P(|Delta| &lt;= r) is shown to be above one half
 */
public record AttackVerdicts(int broken, int undecided, int holds) {

    /** The counts of draws that were tested, at a level. */
    private record Tested(Proportion within, double alpha) {}

    /**
     * Counts.
     *
     * @param points attacked, at least one
     * @param radius number of r in the plan; undecided where nothing was measured at it
     * @param alpha of one point: its targets share it
     */
    public static AttackVerdicts of(List<AttackedPoint> points, int radius, double alpha) {
        // Few different counts among many rows: each is tested once.
        Map<Tested, Verdict> known = new HashMap<>();
        Map<Verdict, Integer> counts = new HashMap<>();
        for (AttackedPoint point : points) {
            double each = alpha / point.rows().size();
            Verdict verdict = point.verdict(row -> {
                List<Proportion> within = row.finding().within();
                return radius < within.size()
                        ? known.computeIfAbsent(
                                new Tested(within.get(radius), each),
                                tested -> tested.within().verdict(tested.alpha()))
                        : Verdict.UNDECIDED;
            });
            counts.merge(verdict, 1, Integer::sum);
        }
        return new AttackVerdicts(
                counts.getOrDefault(Verdict.FAILS, 0),
                counts.getOrDefault(Verdict.UNDECIDED, 0),
                counts.getOrDefault(Verdict.HOLDS, 0));
    }

    /** All of them. */
    public int points() {
        return broken + undecided + holds;
    }

    /** Points shown to be broken. */
    public Proportion share() {
        return new Proportion(broken, points());
    }

    /** Clopper-Pearson lower bound of the share that is shown to be broken. */
    public double low(double alpha) {
        return share().lower(alpha);
    }

    /** Clopper-Pearson upper bound of the share that is not shown to be robust: whoever is undecided may be broken. */
    public double high(double alpha) {
        return new Proportion(broken + undecided, points()).upper(alpha);
    }
}
