package io.margrave.report;

import io.margrave.results.AttackRow;
import io.margrave.results.AttackSpec;
import io.margrave.results.AttackedPoint;
import io.margrave.results.AuditRow;
import io.margrave.results.Norm;
import io.margrave.results.RunResults;
import io.margrave.results.SearchEffort;
import io.margrave.theory.Proportion;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Damage through the mean alone and through the variance alone, of the same images under the same budget and by equal effort.
 *
 * @param model name of the model within the run
 * @param constraint and method that the attacks share, in words
 * @param effort of search that they share, in words
 * @param images that both attacked
 */
record PairedDamage(String model, String constraint, String effort, List<Image> images) {
    private static final String JOINT = "max-damage";
    private static final String MEAN = "max-damage-mean";
    private static final String VARIANCE = "max-damage-variance";

    /**
     * One image.
     *
     * @param point index of the input within its split
     * @param clean damage without a perturbation; null where not measured
     * @param variance damage of the variance-only attack
     * @param mean of the mean-only one
     * @param joint of the attack on both; null where not asked for
     */
    record Image(
            int point,
            @Nullable Double clean,
            double variance,
            double mean,
            @Nullable Double joint) {}

    /** What two attacks have to share to be compared. */
    private record Budget(Threat threat, AttackSpec.Variable variable, AttackSpec.Method method, SearchEffort effort) {
        static Budget of(AttackSeries series) {
            AttackSpec spec = series.spec();
            return new Budget(series.threat(), spec.variable(), spec.method(), spec.effort());
        }

        String title() {
            return threat.title()
                    + (variable == AttackSpec.Variable.UNIVERSAL ? ", one for all, " : ", ")
                    + AttackTables.name(method);
        }
    }

    private static String words(SearchEffort effort) {
        return Text.plural(effort.steps(), "step") + ", " + Text.plural(effort.draws(), "draw") + ", "
                + Text.plural(effort.restarts(), "start") + ", " + effort.precision();
    }

    /** From the suite where it has both attacks, else from the audit's own maximum-damage attacks. */
    static List<PairedDamage> of(RunResults results) {
        List<PairedDamage> pairs = ofSuite(AttackSeries.of(results));
        return pairs.isEmpty() ? ofRows(results) : pairs;
    }

    private static List<PairedDamage> ofSuite(List<AttackSeries> all) {
        Map<Budget, Map<String, Map<String, AttackSeries>>> found = new LinkedHashMap<>();
        for (AttackSeries each : all) {
            if (each.weight() == null
                    && !each.smallest()
                    && List.of(JOINT, MEAN, VARIANCE).contains(each.spec().goal())) {
                found.computeIfAbsent(Budget.of(each), budget -> new LinkedHashMap<>())
                        .computeIfAbsent(each.model(), model -> new HashMap<>())
                        .putIfAbsent(each.spec().goal(), each);
            }
        }
        List<PairedDamage> pairs = new ArrayList<>();
        found.forEach((budget, models) -> models.forEach((model, goals) -> {
            Map<Integer, Double> mean = damages(goals.get(MEAN), AttackRow::damage);
            Map<Integer, Double> variance = damages(goals.get(VARIANCE), AttackRow::damage);
            Map<Integer, Double> joint = damages(goals.get(JOINT), AttackRow::damage);
            Map<Integer, Double> clean = damages(goals.get(MEAN), AttackRow::damageClean);
            List<Image> images = new ArrayList<>();
            mean.forEach((point, through) -> {
                Double other = variance.get(point);
                if (other != null) {
                    images.add(new Image(point, clean.get(point), other, through, joint.get(point)));
                }
            });
            if (!images.isEmpty()) {
                pairs.add(new PairedDamage(model, budget.title(), words(budget.effort), List.copyOf(images)));
            }
        }));
        return List.copyOf(pairs);
    }

    private static Map<Integer, Double> damages(
            @Nullable AttackSeries series, Function<AttackRow, @Nullable Double> value) {
        Map<Integer, Double> byImage = new LinkedHashMap<>();
        if (series != null) {
            for (AttackedPoint image : series.images()) {
                Double damage = image.mean(value);
                if (damage != null) {
                    byImage.put(image.point(), damage);
                }
            }
        }
        return byImage;
    }

    private static List<PairedDamage> ofRows(RunResults results) {
        List<PairedDamage> pairs = new ArrayList<>();
        for (String model : VegaLite.names(results)) {
            Map<Integer, Image> images = new LinkedHashMap<>();
            Double radius = null;
            for (AuditRow row : results.rows()) {
                Double mean = row.damageMeanOnly();
                Double variance = row.damageVarianceOnly();
                // The attack does not know r: the rows of all radii have the same.
                if (row.model().equals(model) && mean != null && variance != null) {
                    images.putIfAbsent(
                            row.point(), new Image(row.point(), row.damageClean(), variance, mean, row.damage()));
                    radius = row.attackRadius();
                }
            }
            if (!images.isEmpty()) {
                pairs.add(new PairedDamage(
                        model,
                        new Threat(false, Norm.L2, radius).title(),
                        words(results.plan().attack()),
                        List.copyOf(images.values())));
            }
        }
        return List.copyOf(pairs);
    }

    /** Images on which the mean-only attack does more damage than the variance-only one. */
    Proportion meanDoesMore() {
        return new Proportion(
                images.stream().filter(image -> image.mean() > image.variance()).count(), images.size());
    }

    /** Images on which the joint attack does more damage than the mean-only one; wants all to have one. */
    Proportion jointDoesMore() {
        return new Proportion(
                images.stream()
                        .filter(image -> image.joint() != null && image.joint() > image.mean())
                        .count(),
                images.size());
    }

    /** One of the damages, in ascending order; images without it are left out. */
    double[] sorted(Function<Image, @Nullable Double> damage) {
        return images.stream()
                .map(damage)
                .filter(Objects::nonNull)
                .mapToDouble(Double::doubleValue)
                .sorted()
                .toArray();
    }
}
