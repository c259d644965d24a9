package io.margrave.cli;

import io.margrave.robustness.audit.BreakVerifier.Measured;
import io.margrave.theory.Proportion;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.apache.commons.statistics.distribution.BinomialDistribution;

/**
 * Whether the reported breaks of a run hold, as they are measured again.
 *
 * <p>A report is wrong with a chance of at most alpha, and a true one is contradicted by fresh draws with a chance of at most
 * alpha: of n reports, contradictions are at most Binomial(n, 2 alpha). More of them than that has a chance of alpha for, or
 * one at alpha / n, is a defect of the run and not bad luck.
 */
final class Verification {
    /** Norms are of float32 images, summed in float64 in the same order: no difference is expected at all. */
    private static final double NORM_TOLERANCE = 1e-9;

    /** An input is rounded to float32 after it was put into its ball. */
    private static final double RADIUS_TOLERANCE = 1e-5;

    private int attacks;
    private final double alpha;
    private final List<String> faults = new ArrayList<>();
    private final List<String> names = new ArrayList<>();
    private final List<Proportion> draws = new ArrayList<>();

    Verification(double alpha) {
        this.alpha = alpha;
    }

    /** A report without the evidence it needs. */
    void unsupported(String fault) {
        faults.add(fault);
    }

    /** A report that was measured again. */
    void add(String which, double reportedNorm, Measured measured) {
        if (!(Math.abs(measured.norm() - reportedNorm) <= NORM_TOLERANCE * Math.max(1, reportedNorm))) {
            faults.add(which + ": norm " + measured.norm() + ", reported " + reportedNorm);
        }
        if (!measured.inRange()) {
            faults.add(which + ": outside the value range, reported inside");
        }
        names.add(which);
        draws.add(measured.within());
    }

    /**
     * A perturbation that an attack of the suite reported.
     *
     * @param norm measured again, in the attack's norm
     * @param radius that was allowed; infinite under a penalty
     */
    void addAttack(String which, double reportedNorm, double norm, double radius, boolean inRange) {
        attacks++;
        if (!(Math.abs(norm - reportedNorm) <= NORM_TOLERANCE * Math.max(1, reportedNorm))) {
            faults.add(which + ": norm " + norm + ", reported " + reportedNorm);
        }
        if (!(norm <= radius + RADIUS_TOLERANCE * Math.max(1, radius))) {
            faults.add(which + ": norm " + norm + ", allowed " + radius);
        }
        if (!inRange) {
            faults.add(which + ": outside the value range, reported inside");
        }
    }

    /** Reports that fresh draws contradict at the run's alpha. */
    private long contradicted(double level) {
        return draws.stream().filter(within -> within.lower(level) > 0.5).count();
    }

    private boolean beyondChance() {
        int n = draws.size();
        long count = contradicted(alpha);
        return count > 0 && BinomialDistribution.of(n, 2 * alpha).survivalProbability((int) count - 1) <= alpha;
    }

    /** One line a report that does not hold. */
    List<String> faults() {
        List<String> all = new ArrayList<>(faults);
        boolean beyond = beyondChance();
        for (int i = 0; i < draws.size(); i++) {
            Proportion within = draws.get(i);
            if (within.lower(alpha / draws.size()) > 0.5 || (beyond && within.lower(alpha) > 0.5)) {
                all.add(names.get(i) + ": no break, P(|Delta| <= r) is at least "
                        + Table.number(within.lower(alpha)) + " (" + within.successes() + " of " + within.trials()
                        + " draws)");
            }
        }
        return all;
    }

    /** Whether every report holds. */
    boolean holds() {
        return faults().isEmpty();
    }

    /** The outcome in one line. */
    String line() {
        long confirmed =
                draws.stream().filter(within -> within.upper(alpha) <= 0.5).count();
        long against = contradicted(alpha);
        String perturbations = attacks == 0 ? "" : attacks + " perturbations of attacks and ";
        return String.format(
                Locale.ROOT,
                "%s: %s%d breaks measured again, %d confirmed, %d undecided, %d contradicted at alpha %s; norms, ranges and"
                        + " inputs %s",
                holds() ? "verified" : "NOT VERIFIED",
                perturbations,
                draws.size(),
                confirmed,
                draws.size() - confirmed - against,
                against,
                Table.number(alpha),
                faults.isEmpty() ? "as reported" : "NOT as reported");
    }
}
