package io.margrave.report;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.margrave.results.AuditRow;
import io.margrave.results.MarginMethod;
import io.margrave.results.ModelCard;
import io.margrave.results.RunResults;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;

/** Distribution over points of lower and upper bounds: the bracket that each model's margins lie in. */
final class BracketDistribution {
    /** More steps than this can't be told apart on a page. */
    private static final int LARGEST_STEPS = 150;

    private static final String UPPER = "verified break (upper)";
    private static final String WHITENED = "whitened (lower, estimate)";
    private static final String FROBENIUS = "frobenius (lower, estimate)";

    private BracketDistribution() {}

    static List<Figure> figures(RunResults results) {
        List<ObjectNode> panels = new ArrayList<>();
        List<List<String>> numbers = new ArrayList<>();
        for (RadiusRows radius : RadiusRows.of(results)) {
            ArrayNode values = VegaLite.NODES.arrayNode();
            for (ModelCard model : results.models()) {
                List<AuditRow> rows = radius.of(model.name());
                if (!rows.isEmpty()) {
                    add(values, numbers, radius, model.name(), UPPER, rows, MarginMethod.MARGIN_UPPER::value);
                    if (rows.stream().noneMatch(Bound.WHITENED::withheld)) {
                        add(values, numbers, radius, model.name(), WHITENED, rows, Bound.WHITENED::of);
                        add(values, numbers, radius, model.name(), FROBENIUS, rows, Bound.FROBENIUS::of);
                    }
                }
            }
            panels.add(panel(results, radius, values, panels.size()));
        }
        if (panels.isEmpty()) {
            return List.of();
        }
        boolean thinned = RadiusRows.of(results).stream()
                .anyMatch(radius -> results.models().stream()
                        .anyMatch(model -> radius.of(model.name()).size() > LARGEST_STEPS));
        String caption =
                "Height: share of the audited images whose bound is at most the norm below. Solid: norm of the smallest verified"
                        + " break (upper, full, in range, STATISTICAL); images with none found never enter, so the line stops short of 1."
                        + " Dashed and dotted: first-order estimates (lower, mean-only, no range, FIRST_ORDER). Read across: where a solid"
                        + " line crosses 0.5, half of the images are known to break. Images not shown to be r-robust when clean sit at 0"
                        + " on the lower lines. A wide gap between dashed and solid means that the true margin is known loosely."
                        + Bound.withheld(results)
                        + (thinned
                                ? " A line of more than " + LARGEST_STEPS + " images is drawn through " + LARGEST_STEPS
                                        + " evenly spaced quantiles of them; the table is of all."
                                : "");
        return List.of(new Figure(
                "bracket",
                "The bracket: how large a perturbation the images survive",
                caption,
                VegaLite.figure(panels),
                new Figure.Numbers(
                        List.of("r", "model", "bound", "10\u202f%", "25\u202f%", "median", "75\u202f%", "90\u202f%"),
                        numbers)));
    }

    private static void add(
            ArrayNode values,
            List<List<String>> numbers,
            RadiusRows radius,
            String model,
            String bound,
            List<AuditRow> rows,
            ToDoubleFunction<AuditRow> value) {
        double[] sorted = rows.stream().mapToDouble(value).sorted().toArray();
        int steps = Math.min(sorted.length, LARGEST_STEPS);
        values.add(step(model, bound, 0, share(sorted, 0)));
        for (int i = 1; i <= steps; i++) {
            int index = (int) ((long) i * sorted.length / steps) - 1;
            if (Double.isFinite(sorted[index]) && sorted[index] > 0) {
                values.add(step(model, bound, sorted[index], share(sorted, sorted[index])));
            }
        }
        List<String> line = new ArrayList<>(List.of(Text.number(radius.r()), model, bound));
        for (double quantile : new double[] {0.1, 0.25, 0.5, 0.75, 0.9}) {
            line.add(Text.number(Quantiles.of(sorted, quantile)));
        }
        numbers.add(line);
    }

    /** Share of values at most {@code limit}. */
    private static double share(double[] sorted, double limit) {
        int at = 0;
        while (at < sorted.length && sorted[at] <= limit) {
            at++;
        }
        return (double) at / sorted.length;
    }

    private static ObjectNode step(String model, String bound, double norm, double share) {
        return VegaLite.NODES
                .objectNode()
                .put("model", model)
                .put("bound", bound)
                .put("norm", VegaLite.rounded(norm))
                .put("share", VegaLite.rounded(share));
    }

    private static boolean anyAboveZero(ArrayNode values) {
        for (JsonNode value : values) {
            if (value.get("norm").asDouble() > 0) {
                return true;
            }
        }
        return false;
    }

    private static ObjectNode panel(RunResults results, RadiusRows radius, ArrayNode values, int number) {
        ObjectNode encoding = VegaLite.object("""
                {x: {field: 'norm', type: 'quantitative', title: 'Perturbation norm (L2, input units)', axis: {tickCount: 5}},
                 y: {field: 'share', type: 'quantitative', title: 'Share of images', scale: {domain: [0, 1]}, axis: {format: '.0%'}},
                 strokeDash: {field: 'bound', type: 'nominal', title: null, legend: {symbolType: 'stroke', symbolSize: 300}}}""");
        if (!anyAboveZero(values)) {
            ((ObjectNode) encoding.get("x")).set("scale", VegaLite.object("{domain: [0, 1]}"));
        }
        ObjectNode dashes = VegaLite.object("{range: [[1, 0], [6, 3], [1.5, 2.5]]}");
        dashes.set("domain", VegaLite.strings(List.of(UPPER, WHITENED, FROBENIUS)));
        ((ObjectNode) encoding.get("strokeDash")).set("scale", dashes);
        encoding.set("color", VegaLite.colour(results));
        encoding.set(
                "tooltip",
                VegaLite.array(List.of(
                        VegaLite.tip("model", "model"),
                        VegaLite.tip("bound", "bound"),
                        VegaLite.numberTip("norm", "norm"),
                        VegaLite.tip("share", "share of images")
                                .put("type", "quantitative")
                                .put("format", ".1%"))));
        ObjectNode lines = VegaLite.layer(
                values, "{type: 'line', interpolate: 'step-after', strokeWidth: 1.7, clip: true}", encoding);
        return VegaLite.panel(radius.title(), List.of(), 270, 230, List.of(VegaLite.zoomable(lines, number)));
    }
}
