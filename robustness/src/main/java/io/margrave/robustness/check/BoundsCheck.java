package io.margrave.robustness.check;

import io.margrave.results.AuditRow;
import io.margrave.results.Check.Outcome;
import io.margrave.results.Kind;
import io.margrave.results.Margin;
import io.margrave.results.MarginMethod;
import io.margrave.results.Side;
import io.margrave.theory.Guarantee;
import io.margrave.theory.Proportion;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * 13: lower bounds lie below verified breaks of the same kind.
 *
 * <p>A violation is a lower bound above a verified break of the same model, point, r and kind of margin; without the range, too, for
 * dropping it only lowers a margin that a bound speaks of. WARN where a first-order bound is violated, which may happen: it drops
 * second-order terms. FAIL where a statistical or certified one is violated at more points than its chance of error and the
 * break's allow, judged by the Clopper-Pearson lower bound of the share at 1 %, split over methods and radii. Else PASS.
 */
record BoundsCheck() implements Examination {

    @Override
    public int number() {
        return 13;
    }

    @Override
    public String name() {
        return "bounds below attacks";
    }

    @Override
    public boolean quick() {
        return true;
    }

    @Override
    public boolean applies(CheckScene scene) {
        return !comparisons(scene.evaluation()).isEmpty();
    }

    /** One lower bound and one verified break of a point. */
    private record Comparison(String group, Guarantee guarantee, double allowed, boolean violated) {}

    @Override
    public Ruling examine(CheckScene scene) {
        List<Comparison> all = comparisons(scene.evaluation());
        Map<String, List<Comparison>> groups = new TreeMap<>();
        for (Comparison comparison : all) {
            groups.computeIfAbsent(comparison.group(), key -> new ArrayList<>()).add(comparison);
        }
        long firstOrder =
                all.stream().filter(c -> c.guarantee() == Guarantee.FIRST_ORDER).count();
        long broken = all.stream()
                .filter(c -> c.guarantee() == Guarantee.FIRST_ORDER && c.violated())
                .count();
        long proofs = all.size() - firstOrder;
        long brokenProofs = all.stream().filter(Comparison::violated).count() - broken;
        List<String> beyond = new ArrayList<>();
        groups.forEach((name, group) -> {
            Comparison first = group.get(0);
            long violated = group.stream().filter(Comparison::violated).count();
            double share = new Proportion(violated, group.size()).lower(Figures.ALPHA / groups.size());
            if (first.guarantee() != Guarantee.FIRST_ORDER && share > first.allowed()) {
                beyond.add(name + " at " + violated + " of " + group.size() + " points");
            }
        });
        Outcome outcome = Ruling.of(!beyond.isEmpty(), broken > 0);
        return new Ruling(
                outcome,
                broken + " of " + firstOrder + " first-order bounds lie above a verified break of the same kind"
                        + (proofs == 0
                                ? ""
                                : ", and " + brokenProofs + " of " + proofs + " statistical or certified ones")
                        + (beyond.isEmpty() ? "." : "; beyond chance: " + String.join(", ", beyond) + "."));
    }

    private static List<Comparison> comparisons(Evaluation evaluation) {
        List<Comparison> found = new ArrayList<>();
        for (AuditRow row : evaluation.rows()) {
            for (MarginMethod bound : MarginMethod.bounds()) {
                if (!bound.withheld(row)) {
                    compare(
                            row,
                            bound.column(),
                            bound.kind(),
                            Guarantee.FIRST_ORDER,
                            2 * row.alpha(),
                            bound.value(row),
                            found);
                }
            }
            for (Margin margin : evaluation.margins()) {
                if (margin.side() == Side.LOWER && margin.point() == row.point() && margin.r() == row.r()) {
                    double alpha = margin.guarantee() == Guarantee.CERTIFIED ? 0 : margin.alpha();
                    compare(
                            row,
                            margin.method(),
                            margin.kind(),
                            margin.guarantee(),
                            alpha + row.alpha(),
                            margin.value(),
                            found);
                }
            }
        }
        return found;
    }

    private static void compare(
            AuditRow row,
            String method,
            Kind kind,
            Guarantee guarantee,
            double allowed,
            double lower,
            List<Comparison> found) {
        for (MarginMethod attack : MarginMethod.attacks()) {
            if (attack.kind() == kind && !attack.censored(row)) {
                found.add(new Comparison(
                        method + " against " + attack.column() + " at r = " + Figures.of(row.r()),
                        guarantee,
                        allowed,
                        lower > attack.value(row)));
            }
        }
    }
}
