package io.margrave.report;

import io.margrave.results.AttackSpec;
import io.margrave.results.Norm;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The same attack at several budgets: constraints of different radii, or one sweep of penalty weights.
 *
 * @param title goal, search and what is perturbed
 * @param norm that measures the perturbation
 * @param series of all models, by ascending radius or descending weight
 */
record AttackFamily(String title, Norm norm, List<AttackSeries> series) {

    private record Key(
            String goal, AttackSpec.Variable variable, AttackSpec.Method method, Norm norm, boolean penalty) {}

    /** Those with at least two budgets. */
    static List<AttackFamily> of(List<AttackSeries> all) {
        Map<Key, List<AttackSeries>> found = new LinkedHashMap<>();
        for (AttackSeries each : all) {
            if (each.smallest()) {
                // Its radius is where the search gives up: no budget that it spends.
                continue;
            }
            AttackSpec spec = each.spec();
            Key key = new Key(spec.goal(), spec.variable(), spec.method(), spec.norm(), each.weight() != null);
            found.computeIfAbsent(key, k -> new ArrayList<>()).add(each);
        }
        List<AttackFamily> families = new ArrayList<>();
        found.forEach((key, series) -> {
            if (series.stream().map(AttackFamily::budget).distinct().count() > 1) {
                String variable = switch (key.variable()) {
                    case INPUT -> "";
                    case UNIVERSAL -> ", one for all";
                    case LATENT -> ", latents";
                };
                families.add(new AttackFamily(
                        key.goal() + " (" + AttackTables.name(key.method()) + variable
                                + (key.penalty() ? ", penalty)" : ")"),
                        key.norm(),
                        series.stream()
                                .sorted(Comparator.comparingDouble(AttackFamily::budget))
                                .toList()));
            }
        });
        return List.copyOf(families);
    }

    /** Ascending with what the attack may do: a larger weight allows less. */
    private static double budget(AttackSeries each) {
        Double radius = each.threat().radius();
        Double weight = each.weight();
        return weight != null ? -weight : radius == null ? Double.NaN : radius;
    }

    /** Of one model. */
    List<AttackSeries> of(String model) {
        return series.stream().filter(each -> each.model().equals(model)).toList();
    }
}
