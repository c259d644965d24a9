package io.margrave.results;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A threshold for continuous integration: a quantile of a bound over points must not be under a value, for any model.
 *
 * <p>What is held against the threshold is the lower end of the quantile's interval at the run's alpha, so that a run of too
 * few points fails rather than passes by luck.
 *
 * @param below the smallest lower end that passes, in input units, at least 0
 * @param r radius of r-robustness, one of the run's (to one part in a thousand, as automatic radii are long numbers)
 * @param quantile over points, in (0, 1): 0.1 speaks of the weakest tenth
 * @param method what is held against the threshold; points without a verified break count as positive infinity
 */
public record Gate(double below, double r, double quantile, MarginMethod method) {

    private static final double SAME_RADIUS = 1e-3;

    public Gate {
        if (!(below >= 0) || Double.isInfinite(below)) {
            throw new IllegalArgumentException("want a threshold >= 0, got " + below);
        }
        if (!(r > 0)) {
            throw new IllegalArgumentException("want a radius r > 0, got " + r);
        }
        if (!(quantile > 0 && quantile < 1)) {
            throw new IllegalArgumentException("want a quantile in (0, 1), got " + quantile);
        }
    }

    /**
     * Judges every model of a run.
     *
     * @return one check a model, PASS or FAIL, in plan order
     * @throws IllegalArgumentException in one line where the run lacks the method, the radius or rows of a model
     */
    public List<Check> judge(RunResults results) {
        double radius = radiusIn(results.plan());
        List<Check> checks = new ArrayList<>();
        for (ModelCard card : results.models()) {
            checks.add(judge(card.name(), radius, results));
        }
        return List.copyOf(checks);
    }

    /**
     * The radius of a run of this plan that the gate speaks of: the nearest to {@link #r}, for which a typed number of a few
     * digits is enough. What is refused here can be refused before the run begins.
     *
     * @param plan resolved
     * @return one of the plan's radii
     * @throws IllegalArgumentException in one line where the plan lacks the method or the radius
     */
    public double radiusIn(AuditPlan plan) {
        if (!method.askedBy(plan)) {
            throw new IllegalArgumentException("the plan has no " + method.column() + ": want one of "
                    + MarginMethod.of(plan).stream().map(MarginMethod::column).toList() + ", or audit with it");
        }
        List<Double> radii = plan.r().values();
        return radii.stream()
                .filter(each -> Math.abs(each - r) <= SAME_RADIUS * each)
                .min((a, b) -> Double.compare(Math.abs(a - r), Math.abs(b - r)))
                .orElseThrow(() -> new IllegalArgumentException(
                        "the plan has no radius r = " + r + ": want one of " + radii + ", or audit with it"));
    }

    private Check judge(String model, double radius, RunResults results) {
        double[] sorted = results.rows().stream()
                .filter(row -> row.model().equals(model) && row.r() == radius)
                .mapToDouble(method::value)
                .toArray();
        Arrays.sort(sorted);
        if (sorted.length < results.info().points().size()) {
            throw new IllegalArgumentException("run " + results.info().id() + " has " + sorted.length + " of "
                    + results.info().points().size() + " points of " + model
                    + ": finish it with margrave audit --resume, then gate it");
        }
        QuantileEstimate found =
                QuantileEstimate.of(sorted, quantile, results.plan().alpha());
        boolean pass = found.low() >= below;
        String evidence = (pass ? "pass " : "fail ") + model + ": " + ShortNumber.of(quantile) + " quantile of "
                + method.column() + " at r = " + ShortNumber.of(radius) + " is " + ShortNumber.of(found.estimate())
                + ", at least " + ShortNumber.of(found.low()) + " (alpha "
                + ShortNumber.of(results.plan().alpha()) + ", " + sorted.length + " points); want at least "
                + ShortNumber.of(below);
        if (Double.isInfinite(found.low()) && found.low() < 0) {
            evidence += ": too few points for a lower end, audit more";
        }
        return new Check("gate " + model, pass ? Check.Outcome.PASS : Check.Outcome.FAIL, evidence);
    }
}
