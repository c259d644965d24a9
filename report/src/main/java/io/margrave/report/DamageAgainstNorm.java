package io.margrave.report;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.margrave.results.AttackRow;
import io.margrave.results.AuditRow;
import io.margrave.results.QuantileEstimate;
import io.margrave.results.RunResults;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Damage, and P(|Delta| &lt;= r), against the norm that an attack used: what more budget buys. */
final class DamageAgainstNorm {
    private static final double ALPHA = 0.025;

    private DamageAgainstNorm() {}

    static List<Figure> figures(RunResults results) {
        List<AttackFamily> families = AttackFamily.of(AttackSeries.of(results));
        if (families.isEmpty()) {
            return List.of();
        }
        return List.of(damage(results, families), within(results, families));
    }

    private static Figure damage(RunResults results, List<AttackFamily> families) {
        List<ObjectNode> panels = new ArrayList<>();
        List<List<String>> numbers = new ArrayList<>();
        for (AttackFamily family : families) {
            ArrayNode values = VegaLite.NODES.arrayNode();
            for (String model : VegaLite.names(results)) {
                List<AttackSeries> own = family.of(model);
                if (!own.isEmpty()) {
                    add(values, numbers, family, own.get(0), null, true, AttackRow::damageClean);
                    own.forEach(each -> add(values, numbers, family, each, null, false, AttackRow::damage));
                }
            }
            ObjectNode encoding = VegaLite.object(
                    "{y: {field: 'y', type: 'quantitative', title: 'Damage E|\u0394|', axis: {tickCount: 5}}}");
            if (!values.isEmpty()) {
                ((ObjectNode) encoding.get("y"))
                        .set(
                                "scale",
                                VegaLite.scale(0, VegaLite.range(values, "high").getMax()));
            }
            panels.add(panel(results, family, values, encoding, List.of(), panels.size()));
        }
        return new Figure(
                "damage-against-norm",
                "Damage against the size of the perturbation",
                "Medians over images of damage and of the norm that the attack used, one mark a radius or penalty weight; bar: 95\u202f% interval"
                        + " for the median damage (order statistics). The leftmost mark is the untouched image. A line that falls as the norm grows"
                        + " means that the search, not the model, fails there.",
                VegaLite.figure(panels),
                new Figure.Numbers(List.of("attack", "model", "median norm", "median damage [95\u202f%]"), numbers));
    }

    private static Figure within(RunResults results, List<AttackFamily> families) {
        List<Double> radii = results.plan().r().values();
        List<String> names = radii.stream().map(r -> "r = " + Text.number(r)).toList();
        List<ObjectNode> panels = new ArrayList<>();
        List<List<String>> numbers = new ArrayList<>();
        for (AttackFamily family : families) {
            ArrayNode values = VegaLite.NODES.arrayNode();
            for (String model : VegaLite.names(results)) {
                for (int i = 0; i < radii.size(); i++) {
                    int radius = i;
                    double[] clean = results.rows().stream()
                            .filter(row -> row.model().equals(model) && row.r() == radii.get(radius))
                            .mapToDouble(AuditRow::pClean)
                            .sorted()
                            .toArray();
                    if (clean.length > 0 && !family.of(model).isEmpty()) {
                        add(values, numbers, family, model, names.get(radius), 0, clean);
                    }
                    for (AttackSeries each : family.of(model)) {
                        add(
                                values,
                                numbers,
                                family,
                                each,
                                names.get(radius),
                                false,
                                row -> radius < row.finding().within().size()
                                        ? Double.valueOf(row.finding()
                                                .within()
                                                .get(radius)
                                                .estimate())
                                        : null);
                    }
                }
            }
            ObjectNode encoding = VegaLite.object(
                    "{y: {field: 'y', type: 'quantitative', title: 'P(|\u0394| \u2264 r)', scale: {domain: [-0.03, 1.04]}, axis: {values: [0, 0.2, 0.4, 0.6, 0.8, 1]}}}");
            encoding.set("strokeDash", VegaLite.dash("r", names));
            panels.add(panel(results, family, values, encoding, List.of(half()), panels.size()));
        }
        return new Figure(
                "within-against-norm",
                "Probability of staying within r, against the size of the attack",
                "Medians over images of P(|\u0394| \u2264 r) on fresh noise and of the norm that the attack used, one mark a radius or penalty weight;"
                        + " leftmost the untouched image; bar: 95\u202f% interval for the median. Below one half (dashed) half of the images have lost r-robustness to this attack;"
                        + " above it, a stronger attack may still take it.",
                VegaLite.figure(panels),
                new Figure.Numbers(
                        List.of("attack", "model", "r", "median norm", "median P(|\u0394| \u2264 r) [95\u202f%]"),
                        numbers));
    }

    private static void add(
            ArrayNode values,
            List<List<String>> numbers,
            AttackFamily family,
            AttackSeries series,
            @Nullable String r,
            boolean untouched,
            Function<AttackRow, @Nullable Double> value) {
        double[] norms = series.sorted(row -> row.finding().norm());
        double[] sorted = series.sorted(value);
        if (norms.length > 0 && sorted.length > 0) {
            add(values, numbers, family, series.model(), r, untouched ? 0 : Quantiles.of(norms, 0.5), sorted);
        }
    }

    private static void add(
            ArrayNode values,
            List<List<String>> numbers,
            AttackFamily family,
            String model,
            @Nullable String r,
            double norm,
            double[] sorted) {
        QuantileEstimate median = QuantileEstimate.of(sorted, 0.5, ALPHA);
        if (Double.isFinite(median.estimate()) && Double.isFinite(norm)) {
            double largest =
                    Arrays.stream(sorted).filter(Double::isFinite).max().orElseThrow();
            ObjectNode datum = values.addObject()
                    .put("model", model)
                    .put("norm", VegaLite.rounded(norm))
                    .put("y", VegaLite.rounded(median.estimate()))
                    // An end that does not exist at so few images, or is no number, is drawn at the image farthest out.
                    .put("low", VegaLite.rounded(Math.max(median.low(), sorted[0])))
                    .put("high", VegaLite.rounded(Math.min(median.high(), largest)));
            if (r != null) {
                datum.put("r", r);
            }
        }
        List<String> line = new ArrayList<>(List.of(family.title() + ", " + Threat.name(family.norm()), model));
        if (r != null) {
            line.add(r);
        }
        line.add(Text.number(norm));
        line.add(Text.number(median.estimate()) + " " + Text.interval(median.low(), median.high()));
        numbers.add(line);
    }

    private static ObjectNode half() {
        ArrayNode half = VegaLite.NODES.arrayNode();
        half.addObject().put("p", 0.5);
        return VegaLite.layer(
                half,
                "{type: 'rule', color: '#444', strokeDash: [5, 4]}",
                VegaLite.object("{y: {field: 'p', type: 'quantitative'}}"));
    }

    private static ObjectNode panel(
            RunResults results,
            AttackFamily family,
            ArrayNode values,
            ObjectNode encoding,
            List<ObjectNode> before,
            int number) {
        ObjectNode x = VegaLite.object("{field: 'norm', type: 'quantitative', axis: {tickCount: 5}}")
                .put("title", "Norm used (" + Threat.name(family.norm()) + ", median)");
        if (!values.isEmpty()) {
            x.set("scale", VegaLite.scale(0, VegaLite.range(values, "norm").getMax()));
        }
        encoding.set("x", x);
        encoding.set("color", VegaLite.colour(results));
        ObjectNode bar = VegaLite.object("{y: {field: 'low', type: 'quantitative'}, y2: {field: 'high'}}");
        bar.set("x", x.deepCopy());
        bar.set("color", VegaLite.colour(results));
        ObjectNode marks = encoding.deepCopy();
        marks.remove("strokeDash");
        marks.set("shape", VegaLite.shape(results));
        List<ObjectNode> tips = new ArrayList<>(List.of(VegaLite.tip("model", "model")));
        if (encoding.has("strokeDash")) {
            tips.add(VegaLite.tip("r", "radius"));
        }
        tips.addAll(List.of(
                VegaLite.numberTip("norm", "norm"),
                VegaLite.numberTip("y", "median"),
                VegaLite.numberTip("low", "95 % from"),
                VegaLite.numberTip("high", "to")));
        marks.set("tooltip", VegaLite.array(tips));
        List<ObjectNode> layers = new ArrayList<>(before);
        layers.add(VegaLite.zoomable(
                VegaLite.layer(values, "{type: 'line', strokeWidth: 1.8, clip: true}", encoding), number));
        layers.add(VegaLite.layer(values, "{type: 'rule', strokeWidth: 1.4, clip: true}", bar));
        layers.add(VegaLite.layer(values, "{type: 'point', filled: true, opacity: 1, size: 38, clip: true}", marks));
        return VegaLite.panel(family.title(), List.of(), 270, 230, layers);
    }
}
