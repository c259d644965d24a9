package io.margrave.cli;

import io.margrave.results.AuditPlan;
import io.margrave.results.MarginMethod;
import io.margrave.results.QuantileEstimate;
import io.margrave.results.RunSummary;
import io.margrave.results.RunSummary.BoundComparison;
import io.margrave.results.RunSummary.ModelSummary;
import io.margrave.results.RunSummary.RadiusSummary;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The summary of a run in a few lines, for standard output. */
final class SummaryTable {
    private SummaryTable() {}

    static List<String> lines(RunSummary summary, AuditPlan plan) {
        List<String> lines = new ArrayList<>();
        lines.add(String.format(
                Locale.ROOT,
                "%s %s, %d points, alpha %s a side and a point; medians over points with %s %% intervals",
                summary.data(),
                summary.split(),
                summary.points(),
                Table.number(summary.alpha()),
                trimmed(100 * (1 - 2 * summary.alpha()))));
        lines.add("");
        Table table = new Table(
                "model", "r", "r-robust", "Frobenius bound", "whitened bound", "verified break", "none found");
        for (ModelSummary model : summary.models()) {
            for (RadiusSummary at : model.radii()) {
                boolean searched = at.has(MarginMethod.MARGIN_UPPER);
                table.row(
                        model.model(),
                        Table.number(at.r()),
                        String.format(Locale.ROOT, "%.0f %%", 100 * at.shareRobust()),
                        bound(at, MarginMethod.BOUND_FROBENIUS),
                        bound(at, MarginMethod.BOUND_WHITENED),
                        searched ? interval(at.of(MarginMethod.MARGIN_UPPER).median()) : "-",
                        searched ? at.of(MarginMethod.MARGIN_UPPER).censored() + " of " + at.points() : "-");
            }
        }
        lines.addAll(table.lines());
        lines.add("");
        if (plan.breaks()) {
            lines.add(
                    "Bounds are first-order estimates of the mean-only margin, no certificates; a break is a perturbation"
                            + " inside the value range,");
            lines.add("verified on fresh noise. " + comparison(summary, MarginMethod.MARGIN_UPPER, "Of the breaks"));
            if (plan.meanOnly()) {
                lines.add(comparison(summary, MarginMethod.MARGIN_UPPER_MEAN_ONLY, "Of the mean-only breaks"));
            }
        } else {
            lines.add(
                    "Bounds are first-order estimates of the mean-only margin, no certificates. No break was searched.");
        }
        List<String> withheld = summary.models().stream()
                .filter(model -> model.radii().stream().anyMatch(at -> !at.has(MarginMethod.BOUND_WHITENED)))
                .map(ModelSummary::model)
                .toList();
        if (!withheld.isEmpty()) {
            lines.add("Bounds are withheld from " + String.join(", ", withheld)
                    + ": the posterior is deterministic, and they are measured in its sigma.");
        }
        return lines;
    }

    private static String bound(RadiusSummary at, MarginMethod method) {
        return at.has(method) ? interval(at.of(method).median()) : "withheld";
    }

    private static String comparison(RunSummary summary, MarginMethod attack, String who) {
        int compared = 0;
        int below = 0;
        for (ModelSummary model : summary.models()) {
            for (RadiusSummary at : model.radii()) {
                for (BoundComparison each : at.comparisons()) {
                    if (each.attack().equals(attack.column())
                            && each.bound().equals(MarginMethod.BOUND_WHITENED.column())) {
                        compared += each.compared();
                        below += each.below();
                    }
                }
            }
        }
        return who + ", " + below + " of " + compared + " are smaller than the whitened bound.";
    }

    private static String interval(QuantileEstimate median) {
        return Table.number(median.estimate()) + " [" + Table.number(Math.max(0, median.low())) + ", "
                + Table.number(median.high()) + "]";
    }

    private static String trimmed(double value) {
        String text = String.format(Locale.ROOT, "%.4f", value);
        return text.contains(".") ? text.replaceFirst("\\.?0+$", "") : text;
    }
}
