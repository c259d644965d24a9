package io.margrave.cli;

import io.margrave.results.QuantileEstimate;
import io.margrave.results.experiment.SensitivityRow;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Sensitivity margins of some classifiers in a few lines, for standard output. */
final class SensitivityTable {
    /** Chance of error a side: intervals for medians have 95 %. */
    private static final double ALPHA = 0.025;

    private SensitivityTable() {}

    /**
     * The lines.
     *
     * @param rows by model, at least one each
     */
    static List<String> lines(Map<String, List<SensitivityRow>> rows) {
        Table table = new Table("model", "accuracy", "P(kept)", "bound", "of", "verified break [95 %]", "none found");
        rows.forEach((model, each) -> {
            boolean random = isRandom(each);
            table.row(
                    model,
                    accuracy(each),
                    median(each, SensitivityRow::pClean),
                    median(each, random ? SensitivityRow::boundWhitened : SensitivityRow::boundLinear),
                    random ? "whitened" : "linear",
                    interval(each),
                    each.stream().filter(row -> row.margin() == null).count() + " of " + each.size());
        });
        List<String> lines = new ArrayList<>(table.lines());
        lines.add("");
        lines.add(
                "Medians over points. A break is a perturbation inside the value range after which at most half of the draws are given"
                        + " the clean input's");
        lines.add(
                "class, verified on fresh noise. Bounds are first-order estimates, no certificates; those of random and of"
                        + " deterministic encoders are not");
        lines.add("of the same thing: compare breaks.");
        rows.forEach((model, each) -> lines.addAll(below(model, each)));
        return lines;
    }

    private static boolean isRandom(List<SensitivityRow> rows) {
        return rows.get(0).boundWhitened() != null;
    }

    private static String accuracy(List<SensitivityRow> rows) {
        long labelled = rows.stream().filter(row -> row.label() >= 0).count();
        long right = rows.stream().filter(row -> row.label() == row.predicted()).count();
        return labelled == 0 ? "-" : String.format(Locale.ROOT, "%.1f %%", 100.0 * right / labelled);
    }

    private static QuantileEstimate estimate(
            List<SensitivityRow> rows, Function<SensitivityRow, @Nullable Double> value) {
        double[] sorted = rows.stream()
                .map(value)
                // None found: larger than anything that was.
                .mapToDouble(each -> each == null ? Double.POSITIVE_INFINITY : each)
                .sorted()
                .toArray();
        return QuantileEstimate.of(sorted, 0.5, ALPHA);
    }

    private static String median(List<SensitivityRow> rows, Function<SensitivityRow, @Nullable Double> value) {
        return Table.number(estimate(rows, value).estimate());
    }

    private static String interval(List<SensitivityRow> rows) {
        QuantileEstimate median = estimate(rows, SensitivityRow::margin);
        return Table.number(median.estimate()) + " [" + Table.number(Math.max(0, median.low())) + ", "
                + Table.number(median.high()) + "]";
    }

    /** Verified breaks that are smaller than the bound of their point. */
    private static List<String> below(String model, List<SensitivityRow> rows) {
        List<String> lines = new ArrayList<>();
        if (!isRandom(rows)) {
            lines.add(below(model, rows, "breaks", SensitivityRow::margin, "linear", SensitivityRow::boundLinear));
            return lines;
        }
        if (rows.stream().anyMatch(row -> row.marginMeanOnly() != null)) {
            lines.add(below(
                    model,
                    rows,
                    "mean-only breaks",
                    SensitivityRow::marginMeanOnly,
                    "whitened",
                    SensitivityRow::boundWhitened));
        }
        lines.add(below(model, rows, "full breaks", SensitivityRow::margin, "whitened", SensitivityRow::boundWhitened));
        return lines;
    }

    private static String below(
            String model,
            List<SensitivityRow> rows,
            String breaks,
            Function<SensitivityRow, @Nullable Double> margin,
            String bound,
            Function<SensitivityRow, @Nullable Double> lower) {
        int found = 0;
        int below = 0;
        for (SensitivityRow row : rows) {
            Double upper = margin.apply(row);
            Double least = lower.apply(row);
            if (upper != null && least != null) {
                found++;
                below += upper < least ? 1 : 0;
            }
        }
        return model + ": " + below + " of " + found + " " + breaks + " are smaller than the " + bound + " bound.";
    }
}
