package io.margrave.report;

import io.margrave.results.AttackRow;
import io.margrave.results.AttackSpec;
import io.margrave.results.ModelCard;
import io.margrave.results.QuantileEstimate;
import io.margrave.results.RunResults;
import io.margrave.theory.Proportion;
import io.margrave.theory.Verdict;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What one attack did to one model, image by image, at one weight of its penalty where it sweeps such.
 *
 * <p>Intervals over images want one independent number an image. Where an attack has several targets an image, its number is
 * their mean.
 *
 * @param model name of the model within the run
 * @param spec of the attack
 * @param weight of the norm as a penalty; null where it is a constraint
 * @param images one entry an image: its findings, one a target; none is empty
 */
record AttackSeries(String model, AttackSpec spec, @Nullable Double weight, List<List<AttackRow>> images) {

    /** By model, then attack, in the plan's order, then by ascending weight. */
    static List<AttackSeries> of(RunResults results) {
        List<AttackSeries> series = new ArrayList<>();
        for (ModelCard model : results.models()) {
            List<AttackRow> own = results.attacks().stream()
                    .filter(row -> row.model().equals(model.name()))
                    .toList();
            for (AttackSpec spec : results.plan().suite()) {
                series.addAll(of(
                        model.name(),
                        spec,
                        own.stream()
                                .filter(row -> row.finding().attack().equals(spec.name()))
                                .toList()));
            }
        }
        return List.copyOf(series);
    }

    private static List<AttackSeries> of(String model, AttackSpec spec, List<AttackRow> rows) {
        List<@Nullable Double> weights = new ArrayList<>();
        if (rows.stream().anyMatch(row -> row.finding().weight() == null)) {
            weights.add(null);
        }
        TreeSet<Double> swept = new TreeSet<>();
        rows.stream()
                .map(row -> row.finding().weight())
                .filter(Objects::nonNull)
                .forEach(swept::add);
        weights.addAll(swept);
        List<AttackSeries> series = new ArrayList<>();
        for (Double weight : weights) {
            TreeMap<Integer, List<AttackRow>> byImage = new TreeMap<>();
            rows.stream()
                    .filter(row -> Objects.equals(row.finding().weight(), weight))
                    .forEach(row -> byImage.computeIfAbsent(row.point(), point -> new ArrayList<>())
                            .add(row));
            series.add(new AttackSeries(model, spec, weight, List.copyOf(byImage.values())));
        }
        return series;
    }

    /** What it was allowed to do. */
    Threat threat() {
        return new Threat(
                spec.variable() == AttackSpec.Variable.LATENT,
                spec.norm(),
                images.get(0).get(0).finding().radius());
    }

    /** Whether it is the baseline: random perturbations of the same norm. */
    boolean random() {
        return spec.method() == AttackSpec.Method.RANDOM;
    }

    /** One number an image, in ascending order; images without one, or where it is no number, are left out. */
    double[] sorted(Function<AttackRow, @Nullable Double> value) {
        return images.stream()
                .mapToDouble(rows -> mean(rows, value))
                .filter(number -> !Double.isNaN(number))
                .sorted()
                .toArray();
    }

    /** The mean over the targets of one image; NaN where none has the number. */
    static double mean(List<AttackRow> rows, Function<AttackRow, @Nullable Double> value) {
        return rows.stream()
                .map(value)
                .filter(Objects::nonNull)
                .mapToDouble(Double::doubleValue)
                .average()
                .orElse(Double.NaN);
    }

    /** The median over images; null where no image has the number. */
    @Nullable
    QuantileEstimate median(Function<AttackRow, @Nullable Double> value, double alpha) {
        double[] sorted = sorted(value);
        return sorted.length == 0 ? null : QuantileEstimate.of(sorted, 0.5, alpha);
    }

    /**
     * Images of which some target's P(|Delta| &lt;= r) is shown to be at most one half: the adversary may pick the target, so the
     * targets of an image share {@code alpha}.
     *
     * @param radius number of the radius r in the plan
     */
    Proportion broken(int radius, double alpha) {
        // Few different counts among many rows: each is tested once.
        Map<Tested, Boolean> fails = new HashMap<>();
        return share(rows -> rows.stream()
                .anyMatch(row -> row.finding().within().size() > radius
                        && fails.computeIfAbsent(
                                new Tested(row.finding().within().get(radius), alpha / rows.size()), Tested::fails)));
    }

    /** Whether a probability is shown to be at most one half. */
    private record Tested(Proportion within, double alpha) {
        boolean fails() {
            return within.estimate() <= 0.5 && within.verdict(alpha) == Verdict.FAILS;
        }
    }

    /**
     * Of the images that the probe gets right untouched, those that it still gets right under every target; of data without
     * labels, those of all whose class stays. Null where there is no probe, or no such image.
     */
    @Nullable
    Proportion probeKept() {
        List<List<AttackRow>> right = images.stream()
                .filter(rows -> rows.stream().allMatch(row -> row.clean().prediction() != null)
                        && rows.get(0).clean().prediction() != null
                        && (rows.get(0).label() < 0
                                || correct(rows.get(0).clean().prediction(), rows.get(0))))
                .toList();
        return right.isEmpty()
                ? null
                : new Proportion(
                        right.stream()
                                .filter(rows -> rows.stream()
                                        .allMatch(row -> Objects.equals(
                                                row.finding().prediction(),
                                                row.clean().prediction())))
                                .count(),
                        right.size());
    }

    /** Of the labelled images, those that the probe gets right untouched; null where there is none. */
    @Nullable
    Proportion probeClean() {
        List<AttackRow> labelled = images.stream()
                .map(rows -> rows.get(0))
                .filter(row -> row.label() >= 0 && row.clean().prediction() != null)
                .toList();
        return labelled.isEmpty()
                ? null
                : new Proportion(
                        labelled.stream()
                                .filter(row -> correct(row.clean().prediction(), row))
                                .count(),
                        labelled.size());
    }

    private static boolean correct(@Nullable Integer prediction, AttackRow row) {
        return prediction != null && prediction == row.label();
    }

    private Proportion share(Predicate<List<AttackRow>> holds) {
        return new Proportion(images.stream().filter(holds).count(), images.size());
    }

    /** Forwards and backwards that an image took, all its targets together. */
    double meanCost(Function<AttackRow, Long> count) {
        return images.stream()
                .mapToLong(rows -> rows.stream().mapToLong(count::apply).sum())
                .average()
                .orElse(0);
    }

    /** Its name; with the weight where it sweeps such. */
    String title() {
        return weight == null ? spec.name() : spec.name() + ", \u03bb = " + Text.number(weight);
    }

    /** The largest over the targets of one image, as an adversary who may pick the target. */
    static double largestDamage(List<AttackRow> rows) {
        return rows.stream()
                .max(Comparator.comparingDouble(row -> row.finding().damage()))
                .map(row -> row.finding().damage())
                .orElse(Double.NaN);
    }

    /** Five order statistics of sorted numbers: 10, 25, 50, 75 and 90 percent. */
    static double[] five(double[] sorted) {
        return Arrays.stream(new double[] {0.1, 0.25, 0.5, 0.75, 0.9})
                .map(quantile -> Quantiles.of(sorted, quantile))
                .toArray();
    }
}
