package io.margrave.report;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.margrave.results.QuantileEstimate;
import io.margrave.results.RunResults;
import io.margrave.theory.Proportion;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Whether adversaries do the most damage through the encoder's mean or through its variance, image by image (Camuto et al. 2021). */
final class MeanAgainstVariance {
    /** A side of every interval: 95 % in all. */
    private static final double ALPHA = 0.025;

    private MeanAgainstVariance() {}

    static List<Figure> figures(RunResults results) {
        List<PairedDamage> pairs = PairedDamage.of(results);
        if (pairs.isEmpty()) {
            return List.of();
        }
        List<ObjectNode> panels = new ArrayList<>();
        List<List<String>> numbers = new ArrayList<>();
        for (List<String> constraint :
                pairs.stream().map(MeanAgainstVariance::constraint).distinct().toList()) {
            List<PairedDamage> own = pairs.stream()
                    .filter(pair -> constraint(pair).equals(constraint))
                    .toList();
            panels.add(
                    panel(results, "Mean against variance: mean does more on", constraint, own, panels.size(), false));
            if (own.stream().allMatch(pair -> pair.images().stream().allMatch(image -> image.joint() != null))) {
                panels.add(
                        panel(results, "Joint against mean: joint does more on", constraint, own, panels.size(), true));
            }
            own.forEach(pair -> numbers.add(numbers(pair)));
        }
        return List.of(new Figure(
                "mean-against-variance",
                "Through the mean or through the variance?",
                "One point an image, the same image under two attacks of the same budget and effort. Mean-only keeps \u03c3(x), variance-only keeps \u03bc(x), joint"
                        + " moves both. Damage is E|\u0394| on fresh noise; it contains what the posterior\u2019s own noise does untouched (see the"
                        + " numbers), below which no attack falls by much. Dashed: equal damage; above it, the attack named first does more. The"
                        + " share counts the images on which mean-only does more than variance-only, with its exact 95\u202f% interval. It speaks of"
                        + " these attacks and this budget, not of what a better search would find.",
                VegaLite.figure(panels),
                new Figure.Numbers(
                        List.of(
                                "constraint",
                                "model",
                                "images",
                                "mean does more [95\u202f%]",
                                "untouched, median",
                                "variance-only",
                                "mean-only",
                                "joint"),
                        numbers)));
    }

    /** What two attacks have to share to be shown together, a line each. */
    private static List<String> constraint(PairedDamage pair) {
        return List.of(pair.constraint(), pair.effort());
    }

    /** A share with its exact interval, 95 % in all. */
    static String share(Proportion more) {
        return Text.count(more) + " images, " + Text.percent(more.estimate()) + " " + Text.interval(more, ALPHA);
    }

    private static List<String> numbers(PairedDamage pair) {
        return List.of(
                String.join(", ", constraint(pair)),
                pair.model(),
                Text.integer(pair.images().size()),
                share(pair.meanDoesMore()),
                median(pair.sorted(PairedDamage.Image::clean)),
                median(pair.sorted(PairedDamage.Image::variance)),
                median(pair.sorted(PairedDamage.Image::mean)),
                median(pair.sorted(PairedDamage.Image::joint)));
    }

    private static String median(double[] sorted) {
        if (sorted.length == 0) {
            return Text.NONE;
        }
        QuantileEstimate median = QuantileEstimate.of(sorted, 0.5, ALPHA);
        return Text.number(median.estimate()) + " " + Text.interval(median.low(), median.high());
    }

    private static ObjectNode panel(
            RunResults results,
            String title,
            List<String> constraint,
            List<PairedDamage> pairs,
            int number,
            boolean joint) {
        ArrayNode values = VegaLite.NODES.arrayNode();
        List<String> notes = new ArrayList<>(constraint);
        double largest = 0;
        double smallest = Double.POSITIVE_INFINITY;
        int count = 0;
        for (PairedDamage pair : pairs) {
            notes.add(pair.model() + ": " + share(joint ? pair.jointDoesMore() : pair.meanDoesMore()));
            for (PairedDamage.Image image : pair.images()) {
                double x = joint ? image.mean() : image.variance();
                double y = joint ? of(image.joint()) : image.mean();
                if (Double.isInfinite(x) || Double.isInfinite(y)) {
                    // No number was measured there: counted above, but nowhere to be drawn.
                    continue;
                }
                values.addObject()
                        .put("model", pair.model())
                        .put("point", image.point())
                        .put("x", VegaLite.rounded(x))
                        .put("y", VegaLite.rounded(y));
                largest = Math.max(largest, Math.max(x, y));
                smallest = Math.min(smallest, Math.min(x, y));
                count++;
            }
        }
        return VegaLite.panel(
                title,
                notes,
                270,
                270,
                layers(results, values, joint, Math.min(smallest, largest), largest, count, number));
    }

    private static double of(@Nullable Double value) {
        return value == null ? 0 : value;
    }

    private static List<ObjectNode> layers(
            RunResults results,
            ArrayNode values,
            boolean joint,
            double smallest,
            double largest,
            int count,
            int number) {
        String x = joint ? "Damage, mean-only" : "Damage, variance-only";
        String y = joint ? "Damage, joint" : "Damage, mean-only";
        ObjectNode encoding = VegaLite.object("{x: " + axis("x", x) + ", y: " + axis("y", y) + "}");
        encoding.set("color", VegaLite.colour(results));
        encoding.set("shape", VegaLite.shape(results));
        encoding.set(
                "tooltip",
                VegaLite.array(List.of(
                        VegaLite.tip("model", "model"),
                        VegaLite.tip("point", "point"),
                        VegaLite.numberTip("x", x),
                        VegaLite.numberTip("y", y))));
        int size = count <= 600 ? 26 : 14;
        ArrayNode equal = VegaLite.NODES.arrayNode();
        encoding.withObject("/x").set("scale", VegaLite.scale(smallest, largest));
        encoding.withObject("/y").set("scale", VegaLite.scale(smallest, largest));
        equal.addObject().put("x", VegaLite.rounded(smallest)).put("y", VegaLite.rounded(smallest));
        equal.addObject().put("x", VegaLite.rounded(largest)).put("y", VegaLite.rounded(largest));
        return List.of(
                VegaLite.zoomable(
                        VegaLite.layer(
                                values,
                                "{type: 'point', filled: true, clip: true, opacity: 0.6, size: " + size + "}",
                                encoding),
                        number),
                VegaLite.layer(
                        equal,
                        "{type: 'line', color: '#444', strokeDash: [5, 4], strokeWidth: 1, clip: true}",
                        VegaLite.object("{x: " + axis("x", x) + ", y: " + axis("y", y) + "}")));
    }

    private static String axis(String field, String title) {
        return "{field: '" + field + "', type: 'quantitative', title: '" + title + "', axis: {tickCount: 5}}";
    }
}
