package io.margrave.report;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.margrave.results.AuditRow;
import io.margrave.results.ModelCard;
import io.margrave.results.RunResults;
import io.margrave.theory.QuantileInterval;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.function.ToDoubleFunction;

/** What beta does to the encoder: smallest standard deviation and Jacobian norms. */
final class EncoderByBeta {
    /** Ticks drawn of one model; the boxes are of all points. */
    private static final int LARGEST_STRIP = 300;

    private EncoderByBeta() {}

    /** {@code ofSigma}: whether it is measured in sigma, and says nothing of a deterministic encoder. */
    private record Quantity(String id, String title, boolean ofSigma, ToDoubleFunction<AuditRow> of) {}

    private static final List<Quantity> QUANTITIES = List.of(
            new Quantity("sigma", "Smallest posterior std. dev. \u03c3 (latent units)", true, AuditRow::minStdDev),
            new Quantity(
                    "jacobian",
                    "Jacobian norm |J|_F (latent units per input unit)",
                    false,
                    AuditRow::jacobianFrobenius),
            new Quantity(
                    "whitened",
                    "Whitened norm |diag(1/\u03c3) J|\u2082 (per input unit)",
                    true,
                    AuditRow::jacobianWhitened));

    static List<Figure> figures(RunResults results) {
        List<RadiusRows> radii = RadiusRows.of(results);
        if (radii.isEmpty()) {
            return List.of();
        }
        // The encoder does not know r: one radius has every point once.
        RadiusRows once = radii.get(0);
        List<ModelCard> models = results.models().stream()
                .filter(model -> !once.of(model.name()).isEmpty())
                .sorted(Comparator.comparingDouble(ModelCard::beta))
                .toList();
        List<ObjectNode> panels = new ArrayList<>();
        List<List<String>> numbers = new ArrayList<>();
        for (Quantity quantity : QUANTITIES) {
            List<ModelCard> measured = models.stream()
                    .filter(model -> !quantity.ofSigma() || !model.deterministic())
                    .toList();
            if (!measured.isEmpty()) {
                panels.add(panel(results, once, measured, quantity, numbers));
            }
        }
        String caption = "One tick an image"
                + (once.rows().size() > LARGEST_STRIP ? " (at most " + LARGEST_STRIP + " a model drawn)" : "")
                + "; box: quartiles; black: median with its 95\u202f% interval (order statistics over images). Models by ascending \u03b2. A larger"
                + " \u03c3 and a smaller Jacobian both raise the lower bounds; the whitened norm is their combination that counts."
                + (models.stream().anyMatch(ModelCard::deterministic)
                        ? " A deterministic posterior has no \u03c3, and is in the panel of |J|_F alone."
                        : "");
        return List.of(new Figure(
                "encoder-by-beta",
                "The encoder around each image, by \u03b2",
                caption,
                VegaLite.figure(panels),
                new Figure.Numbers(
                        List.of("quantity", "model", "25\u202f%", "median [95\u202f%]", "75\u202f%"), numbers)));
    }

    private static ObjectNode panel(
            RunResults results,
            RadiusRows once,
            List<ModelCard> models,
            Quantity quantity,
            List<List<String>> numbers) {
        ArrayNode strip = VegaLite.NODES.arrayNode();
        ArrayNode boxes = VegaLite.NODES.arrayNode();
        List<String> names = new ArrayList<>();
        boolean positive = true;
        for (ModelCard model : models) {
            String name = model.name() + " (" + Labels.beta(model) + ")";
            names.add(name);
            List<AuditRow> rows = once.of(model.name());
            int drawn = Math.min(rows.size(), LARGEST_STRIP);
            for (int i = 0; i < drawn; i++) {
                AuditRow row = rows.get((int) ((long) i * rows.size() / drawn));
                strip.addObject()
                        .put("model", model.name())
                        .put("name", name)
                        .put("point", row.point())
                        .put("value", VegaLite.rounded(quantity.of().applyAsDouble(row)));
            }
            double[] sorted = rows.stream().mapToDouble(quantity.of()).sorted().toArray();
            positive &= sorted[0] > 0;
            numbers.add(addBox(boxes, model.name(), name, quantity, sorted));
        }
        return VegaLite.panel(
                "", List.of(), 230, 46 * models.size() + 8, layers(results, strip, boxes, names, quantity, positive));
    }

    private static List<String> addBox(ArrayNode boxes, String model, String name, Quantity quantity, double[] sorted) {
        QuantileInterval interval = QuantileInterval.ofMedian(sorted, 0.025);
        double median = Quantiles.of(sorted, 0.5);
        boxes.addObject()
                .put("model", model)
                .put("name", name)
                .put("low", VegaLite.rounded(Quantiles.of(sorted, 0.25)))
                .put("median", VegaLite.rounded(median))
                .put("high", VegaLite.rounded(Quantiles.of(sorted, 0.75)))
                // An interval that does not exist at so few points is drawn as wide as the points lie.
                .put("from", VegaLite.rounded(Math.max(interval.low(), sorted[0])))
                .put("to", VegaLite.rounded(Math.min(interval.high(), sorted[sorted.length - 1])));
        return Arrays.asList(
                quantity.title(),
                name,
                Text.number(Quantiles.of(sorted, 0.25)),
                Text.number(median) + " " + Text.interval(interval),
                Text.number(Quantiles.of(sorted, 0.75)));
    }

    private static List<ObjectNode> layers(
            RunResults results,
            ArrayNode strip,
            ArrayNode boxes,
            List<String> names,
            Quantity quantity,
            boolean positive) {
        ObjectNode y = VegaLite.object("{field: 'name', type: 'nominal', title: null}");
        y.set("sort", VegaLite.strings(names));
        List<ObjectNode> encodings = new ArrayList<>();
        for (String channels : List.of(
                "{x: {field: 'value', type: 'quantitative'}}",
                "{x: {field: 'low', type: 'quantitative'}, x2: {field: 'high'}}",
                "{x: {field: 'from', type: 'quantitative'}, x2: {field: 'to'}}",
                "{x: {field: 'median', type: 'quantitative'}}")) {
            ObjectNode encoding = VegaLite.object(channels);
            ObjectNode x = (ObjectNode) encoding.get("x");
            x.put("title", quantity.title());
            x.set("scale", VegaLite.object(positive ? "{type: 'log', nice: false}" : "{zero: true}"));
            x.set("axis", VegaLite.object("{tickCount: 4, format: '~g'}"));
            encoding.set("y", y.deepCopy());
            encodings.add(encoding);
        }
        for (int coloured = 0; coloured < 2; coloured++) {
            ObjectNode colour = VegaLite.colour(results);
            colour.putNull("legend");
            encodings.get(coloured).set("color", colour);
        }
        encodings
                .get(0)
                .set(
                        "tooltip",
                        VegaLite.array(List.of(
                                VegaLite.tip("name", "model"),
                                VegaLite.tip("point", "point"),
                                VegaLite.numberTip("value", quantity.id()))));
        List<ObjectNode> tips = List.of(
                VegaLite.tip("name", "model"),
                VegaLite.numberTip("median", "median"),
                VegaLite.numberTip("from", "95 % from"),
                VegaLite.numberTip("to", "to"),
                VegaLite.numberTip("low", "25 %"),
                VegaLite.numberTip("high", "75 %"));
        encodings.subList(1, 4).forEach(encoding -> encoding.set("tooltip", VegaLite.array(tips)));
        return List.of(
                VegaLite.layer(strip, "{type: 'tick', thickness: 0.8, size: 30, opacity: 0.45}", encodings.get(0)),
                VegaLite.layer(boxes, "{type: 'bar', height: 14, opacity: 0.55}", encodings.get(1)),
                VegaLite.layer(boxes, "{type: 'rule', strokeWidth: 2.2, color: '#111'}", encodings.get(2)),
                VegaLite.layer(
                        boxes, "{type: 'point', filled: true, size: 55, color: '#111', opacity: 1}", encodings.get(3)));
    }
}
