package io.margrave.results;

import io.margrave.results.RunSummary.SuiteSummary;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/** What the attacks of a suite come to over the points of one model. */
final class SuiteSummaries {

    private static final Comparator<AttackRow> BY_DAMAGE =
            Comparator.comparingDouble(row -> row.finding().damage());

    private SuiteSummaries() {}

    /** An attack at one weight, null where its norm is a constraint. */
    private record Variant(String attack, @Nullable Double weight) {}

    static List<SuiteSummary> of(String model, RunResults results) {
        Map<Variant, Map<Integer, AttackRow>> variants = new LinkedHashMap<>();
        Map<Integer, Double> most = new HashMap<>();
        for (AttackRow row : results.attacks()) {
            if (row.model().equals(model)) {
                AttackFinding found = row.finding();
                variants.computeIfAbsent(new Variant(found.attack(), found.weight()), key -> new LinkedHashMap<>())
                        .merge(row.point(), row, (a, b) -> BY_DAMAGE.compare(a, b) >= 0 ? a : b);
                most.merge(row.point(), found.damage(), Math::max);
            }
        }
        int pixels = results.info().shape().stream().reduce(1, Math::multiplyExact);
        List<SuiteSummary> summaries = new ArrayList<>();
        variants.forEach((variant, rows) ->
                summaries.add(summary(variant, List.copyOf(rows.values()), most, pixels, results.plan())));
        return List.copyOf(summaries);
    }

    private static SuiteSummary summary(
            Variant variant, List<AttackRow> rows, Map<Integer, Double> most, int pixels, AuditPlan plan) {
        double alpha = plan.alpha();
        List<Double> degradations = rows.stream()
                .map(row -> row.degradation(pixels))
                .filter(each -> each != null && !each.isNaN())
                .toList();
        List<Integer> broken = new ArrayList<>();
        for (int i = 0; i < plan.r().values().size(); i++) {
            int place = i;
            broken.add((int) rows.stream()
                    .filter(row -> row.finding().within().get(place).upper(alpha) <= 0.5)
                    .count());
        }
        return new SuiteSummary(
                variant.attack,
                variant.weight,
                rows.get(0).finding().radius(),
                rows.size(),
                median(rows, alpha, row -> row.finding().norm()),
                median(rows, alpha, row -> row.clean().damage()),
                median(rows, alpha, row -> row.finding().damage()),
                median(rows, alpha, row -> row.clean().logLik() - row.finding().logLikAttacked()),
                degradations.isEmpty()
                        ? null
                        : QuantileEstimate.of(
                                degradations.stream()
                                        .mapToDouble(Double::doubleValue)
                                        .sorted()
                                        .toArray(),
                                0.5,
                                alpha),
                List.copyOf(broken),
                (int) rows.stream()
                        .filter(row -> row.finding().damage() >= most.getOrDefault(row.point(), 0.0))
                        .count());
    }

    private static QuantileEstimate median(List<AttackRow> rows, double alpha, ToDoubleFunction<AttackRow> value) {
        return QuantileEstimate.of(rows.stream().mapToDouble(value).sorted().toArray(), 0.5, alpha);
    }
}
