package io.margrave.results;

import io.margrave.results.RunSummary.BrokenSummary;
import io.margrave.results.RunSummary.SuiteSummary;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** What the attacks of a suite come to over the points of one model. */
final class SuiteSummaries {
    private SuiteSummaries() {}

    /** An attack at one weight, null where its norm is a constraint. */
    private record Variant(AttackSpec spec, @Nullable Double weight) {}

    /** What an adversary may do: only attacks under the same constraint can be compared. */
    private record Constraint(boolean latent, Norm norm, double radius) {}

    static List<SuiteSummary> of(String model, RunResults results) {
        Map<String, AttackSpec> specs = new HashMap<>();
        results.plan().suite().forEach(spec -> specs.put(spec.name(), spec));
        Map<Variant, List<AttackRow>> rows = new LinkedHashMap<>();
        for (AttackRow row : results.attacks()) {
            AttackSpec spec = specs.get(row.finding().attack());
            if (row.model().equals(model) && spec != null) {
                rows.computeIfAbsent(new Variant(spec, row.finding().weight()), variant -> new ArrayList<>())
                        .add(row);
            }
        }
        Map<Variant, List<AttackedPoint>> points = new LinkedHashMap<>();
        rows.forEach((variant, own) -> points.put(variant, AttackedPoint.of(own)));
        Map<Variant, Integer> worst = worst(points);
        int pixels = results.info().shape().stream().reduce(1, Math::multiplyExact);
        List<SuiteSummary> summaries = new ArrayList<>();
        points.forEach(
                (variant, own) -> summaries.add(summary(variant, own, worst.get(variant), pixels, results.plan())));
        return List.copyOf(summaries);
    }

    /** At how many points each was the worst of those under its constraint, by its worst target; of equals the first. */
    private static Map<Variant, Integer> worst(Map<Variant, List<AttackedPoint>> points) {
        Map<Constraint, Map<Integer, Variant>> most = new HashMap<>();
        Map<Constraint, Map<Integer, Double>> damages = new HashMap<>();
        Map<Variant, Integer> wins = new HashMap<>();
        points.forEach((variant, own) -> {
            Constraint constraint = constraint(variant, own);
            if (constraint != null) {
                wins.put(variant, 0);
                for (AttackedPoint each : own) {
                    Map<Integer, Double> before = damages.computeIfAbsent(constraint, key -> new HashMap<>());
                    Double largest = before.get(each.point());
                    if (largest == null || each.largestDamage() > largest) {
                        before.put(each.point(), each.largestDamage());
                        most.computeIfAbsent(constraint, key -> new HashMap<>()).put(each.point(), variant);
                    }
                }
            }
        });
        most.values().forEach(byPoint -> byPoint.values().forEach(variant -> wins.merge(variant, 1, Integer::sum)));
        return wins;
    }

    /** Null under a penalty, and of an attack that is not ranked. */
    private static @Nullable Constraint constraint(Variant variant, List<AttackedPoint> own) {
        Double radius = own.get(0).rows().get(0).finding().radius();
        AttackSpec spec = variant.spec;
        return radius == null || !spec.ranked()
                ? null
                : new Constraint(spec.variable() == AttackSpec.Variable.LATENT, spec.norm(), radius);
    }

    private static SuiteSummary summary(
            Variant variant, List<AttackedPoint> points, @Nullable Integer worst, int pixels, AuditPlan plan) {
        double alpha = plan.alpha();
        List<BrokenSummary> broken = new ArrayList<>();
        for (int i = 0; i < plan.r().values().size(); i++) {
            AttackVerdicts verdicts = AttackVerdicts.of(points, i, alpha);
            broken.add(new BrokenSummary(
                    plan.r().values().get(i),
                    verdicts.broken(),
                    verdicts.undecided(),
                    verdicts.holds(),
                    verdicts.share().estimate(),
                    verdicts.low(alpha),
                    verdicts.high(alpha)));
        }
        return new SuiteSummary(
                variant.spec.name(),
                variant.weight,
                points.get(0).rows().get(0).finding().radius(),
                points.size(),
                (int) points.stream().filter(AttackedPoint::unmeasured).count(),
                (int) points.stream()
                        .filter(point -> point.unbroken(variant.spec, alpha))
                        .count(),
                Objects.requireNonNull(median(points, alpha, point -> point.norm(variant.spec, alpha))),
                median(points, alpha, point -> point.mean(AttackRow::elboClean)),
                of(points, alpha, AttackRow::reconstructionErrorClean),
                of(points, alpha, AttackRow::damageClean),
                of(points, alpha, AttackRow::damage),
                of(points, alpha, AttackRow::natsLost),
                median(points, alpha, point -> point.mean(row -> row.degradation(pixels))),
                List.copyOf(broken),
                worst);
    }

    /** Of a number that every row has. */
    private static QuantileEstimate of(List<AttackedPoint> points, double alpha, Function<AttackRow, Double> value) {
        return Objects.requireNonNull(median(points, alpha, point -> point.mean(value)));
    }

    private static @Nullable QuantileEstimate median(
            List<AttackedPoint> points, double alpha, Function<AttackedPoint, @Nullable Double> value) {
        double[] sorted = points.stream()
                .map(value)
                .filter(Objects::nonNull)
                .mapToDouble(Double::doubleValue)
                .sorted()
                .toArray();
        return sorted.length == 0 ? null : QuantileEstimate.of(sorted, 0.5, alpha);
    }
}
