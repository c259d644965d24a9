package io.margrave.results;

import io.margrave.theory.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What one attack, at one weight, did to one point.
 *
 * <p>Intervals over points want one independent number a point. Where an attack has several targets a point, its number is their
 * mean: a target picked for its damage would be picked on the very draws that its damage is measured with. Whether the point is
 * broken asks for any target, as the adversary may pick it, so the targets share alpha.
 *
 * @param rows its findings, one a target, at least one
 */
public record AttackedPoint(List<AttackRow> rows) {

    public AttackedPoint {
        rows = List.copyOf(rows);
        if (rows.isEmpty()) {
            throw new IllegalArgumentException("want findings of a point, got none");
        }
    }

    /** The points of one attack at one weight, ascending. */
    public static List<AttackedPoint> of(List<AttackRow> rows) {
        TreeMap<Integer, List<AttackRow>> byPoint = new TreeMap<>();
        for (AttackRow row : rows) {
            byPoint.computeIfAbsent(row.point(), point -> new ArrayList<>()).add(row);
        }
        return byPoint.values().stream().map(AttackedPoint::new).toList();
    }

    /** Index of the input within its split. */
    public int point() {
        return rows.get(0).point();
    }

    /** The mean over the targets that have the number; null where none has. A number that is none counts for none. */
    public @Nullable Double mean(Function<AttackRow, @Nullable Double> value) {
        List<Double> values = rows.stream()
                .map(value)
                .filter(Objects::nonNull)
                .filter(each -> !each.isNaN())
                .toList();
        return values.isEmpty()
                ? null
                : Double.valueOf(values.stream()
                        .mapToDouble(Double::doubleValue)
                        .average()
                        .orElseThrow());
    }

    /** The largest damage over the targets: that of an adversary who may pick. */
    public double largestDamage() {
        return rows.stream().mapToDouble(AttackRow::damage).max().orElseThrow();
    }

    /** Whether the damage could not be measured for some target. */
    public boolean unmeasured() {
        return rows.stream().anyMatch(AttackRow::unmeasured);
    }

    /** The verdicts at {@code alpha / rows} each: broken by any target, robust against all, or else undecided. */
    Verdict verdict(Function<AttackRow, Verdict> verdict) {
        List<Verdict> all = rows.stream().map(verdict).toList();
        if (all.contains(Verdict.FAILS)) {
            return Verdict.FAILS;
        }
        return all.stream().allMatch(Verdict.HOLDS::equals) ? Verdict.HOLDS : Verdict.UNDECIDED;
    }

    /**
     * Whether a search for the smallest norm found no break of the point: it stands as far out as the search looked, or as the range
     * lets it, and is not shown to be broken there.
     *
     * @param spec of the attack; false where it is another method
     * @param alpha of a verdict
     */
    public boolean unbroken(AttackSpec spec, double alpha) {
        return spec.method() == AttackSpec.Method.MINIMAL_NORM
                && rows.stream().allMatch(row -> unbroken(row.finding(), alpha));
    }

    /**
     * The norm in the attack's norm; positive infinity where it is no number, and where the smallest was searched and none was found to
     * break the point.
     *
     * @param alpha of a verdict
     */
    public double norm(AttackSpec spec, double alpha) {
        double norm =
                rows.stream().mapToDouble(row -> row.finding().norm()).average().orElseThrow();
        return Double.isNaN(norm) || unbroken(spec, alpha) ? Double.POSITIVE_INFINITY : norm;
    }

    private static boolean unbroken(AttackFinding found, double alpha) {
        // Such an attack is of one r. A break was verified on other draws: on these it may be undecided, but for chance
        // never robust.
        Verdict fresh = found.within().isEmpty()
                ? Verdict.UNDECIDED
                : found.within().get(0).verdict(alpha);
        Double limit = found.radius();
        boolean atLimit = limit != null && found.norm() >= limit * (1 - 1e-5);
        return fresh == Verdict.HOLDS || (atLimit && fresh != Verdict.FAILS);
    }
}
