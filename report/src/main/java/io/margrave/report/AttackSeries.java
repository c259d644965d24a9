package io.margrave.report;

import io.margrave.results.AttackRow;
import io.margrave.results.AttackSpec;
import io.margrave.results.AttackVerdicts;
import io.margrave.results.AttackedPoint;
import io.margrave.results.ModelCard;
import io.margrave.results.QuantileEstimate;
import io.margrave.results.RunResults;
import io.margrave.theory.Proportion;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.TreeSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What one attack did to one model, image by image, at one weight of its penalty where it sweeps such.
 *
 * <p>Intervals over images want one independent number an image: see {@link AttackedPoint}.
 *
 * @param model name of the model within the run
 * @param spec of the attack
 * @param weight of the norm as a penalty; null where it is a constraint
 * @param images attacked
 */
record AttackSeries(String model, AttackSpec spec, @Nullable Double weight, List<AttackedPoint> images) {

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
            List<AttackRow> own = rows.stream()
                    .filter(row -> Objects.equals(row.finding().weight(), weight))
                    .toList();
            series.add(new AttackSeries(model, spec, weight, AttackedPoint.of(own)));
        }
        return series;
    }

    /** What it was allowed to do. */
    Threat threat() {
        return new Threat(
                spec.variable() == AttackSpec.Variable.LATENT,
                spec.norm(),
                images.get(0).rows().get(0).finding().radius());
    }

    /** Whether it is the baseline: random perturbations of the same norm. */
    boolean random() {
        return spec.method() == AttackSpec.Method.RANDOM;
    }

    /** Whether it stops where an image is broken: its damage is none of all that it could do, and its norm what was looked for. */
    boolean smallest() {
        return spec.method() == AttackSpec.Method.MINIMAL_NORM;
    }

    /** One number an image, in ascending order; images without one are left out. */
    double[] sorted(Function<AttackRow, @Nullable Double> value) {
        return images.stream()
                .map(image -> image.mean(value))
                .filter(Objects::nonNull)
                .mapToDouble(Double::doubleValue)
                .sorted()
                .toArray();
    }

    /** Images whose damage is no number, and counts as infinite. */
    long unmeasured() {
        return images.stream().filter(AttackedPoint::unmeasured).count();
    }

    /** Images of which the search for the smallest norm found no break; 0 for another method. */
    long unbroken(double alpha) {
        return images.stream().filter(image -> image.unbroken(spec, alpha)).count();
    }

    /** The median over images of the norm that was used; infinite where no break was found. */
    QuantileEstimate norm(double alpha) {
        return QuantileEstimate.of(
                images.stream()
                        .mapToDouble(image -> image.norm(spec, alpha))
                        .sorted()
                        .toArray(),
                0.5,
                alpha);
    }

    /** The median over images; null where no image has the number. */
    @Nullable
    QuantileEstimate median(Function<AttackRow, @Nullable Double> value, double alpha) {
        double[] sorted = sorted(value);
        return sorted.length == 0 ? null : QuantileEstimate.of(sorted, 0.5, alpha);
    }

    /**
     * How many images are broken, undecided and robust.
     *
     * @param radius number of the radius r in the plan
     */
    AttackVerdicts verdicts(int radius, double alpha) {
        return AttackVerdicts.of(images, radius, alpha);
    }

    /**
     * Of the images that the probe gets right untouched, those that it still gets right under every target; of data without
     * labels, those of all whose class stays. Null where there is no probe, or no such image.
     */
    @Nullable
    Proportion probeKept() {
        List<List<AttackRow>> right = images.stream()
                .map(AttackedPoint::rows)
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
                .map(image -> image.rows().get(0))
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

    /** Forwards and backwards that an image took, all its targets together. */
    double meanCost(Function<AttackRow, Long> count) {
        return images.stream()
                .mapToLong(
                        image -> image.rows().stream().mapToLong(count::apply).sum())
                .average()
                .orElse(0);
    }

    /** Its name; with the weight where it sweeps such. */
    String title() {
        return weight == null ? spec.name() : spec.name() + ", \u03bb = " + Text.number(weight);
    }

    /** Five order statistics of sorted numbers: 10, 25, 50, 75 and 90 percent. */
    static double[] five(double[] sorted) {
        return Arrays.stream(new double[] {0.1, 0.25, 0.5, 0.75, 0.9})
                .map(quantile -> Quantiles.of(sorted, quantile))
                .toArray();
    }
}
