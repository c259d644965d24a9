package io.margrave.report;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.margrave.results.AttackRow;
import io.margrave.results.QuantileEstimate;
import io.margrave.results.RunResults;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** How far each attack throws the reconstructions, beside random noise of the same norm and beside no attack at all. */
final class AttackDamage {
    private static final String UNTOUCHED = "(untouched)";
    private static final String WORST = "(worst of all)";

    private AttackDamage() {}

    static List<Figure> figures(RunResults results) {
        Map<Threat, List<AttackSeries>> byThreat = new LinkedHashMap<>();
        List<AttackSeries> all = AttackSeries.of(results);
        for (AttackSeries each : all) {
            if (each.weight() == null && !each.smallest()) {
                byThreat.computeIfAbsent(each.threat(), threat -> new ArrayList<>())
                        .add(each);
            }
        }
        if (byThreat.isEmpty()) {
            return List.of();
        }
        List<WorstAttack> worst = WorstAttack.of(all);
        List<ObjectNode> panels = new ArrayList<>();
        List<List<String>> numbers = new ArrayList<>();
        byThreat.forEach((threat, series) -> panels.add(panel(results, threat, series, worst, numbers)));
        ObjectNode spec = VegaLite.figure(panels);
        spec.put("columns", 1);
        return List.of(new Figure(
                "attack-damage",
                "Damage by attack",
                "Mean distance of the random reconstructions from the clean one, E|\u0394|, in output units, on noise that no search has seen. Black:"
                        + " median over images; box: 25\u202f% to 75\u202f%; thin line: 10\u202f% to 90\u202f%. Dashed: median of the best random"
                        + " perturbation of the same norm, where the suite has it: an attack that stays left of it has found nothing. One panel a constraint: attacks under"
                        + " different norms can\u2019t be compared. The worst of all is the largest measured damage of each image. A damage that is no number counts as \u221e: a box is"
                        + " drawn only as far as the largest that is one, and not at all where the median is none.",
                spec,
                new Figure.Numbers(
                        List.of(
                                "constraint",
                                "attack",
                                "model",
                                "10\u202f%",
                                "25\u202f%",
                                "median [95\u202f%]",
                                "75\u202f%",
                                "90\u202f%"),
                        numbers)));
    }

    private static ObjectNode panel(
            RunResults results,
            Threat threat,
            List<AttackSeries> series,
            List<WorstAttack> worst,
            List<List<String>> numbers) {
        ArrayNode boxes = VegaLite.NODES.arrayNode();
        ArrayNode baselines = VegaLite.NODES.arrayNode();
        List<String> names = new ArrayList<>();
        for (String model : VegaLite.names(results)) {
            List<AttackSeries> own =
                    series.stream().filter(each -> each.model().equals(model)).toList();
            if (own.isEmpty()) {
                continue;
            }
            add(boxes, names, numbers, threat, UNTOUCHED, model, own.get(0).sorted(AttackRow::damageClean));
            for (AttackSeries each : own) {
                double[] damage = each.sorted(AttackRow::damage);
                add(boxes, names, numbers, threat, each.spec().name(), model, damage);
                if (each.random() && Double.isFinite(Quantiles.of(damage, 0.5))) {
                    baselines
                            .addObject()
                            .put("model", model)
                            .put("median", VegaLite.rounded(Quantiles.of(damage, 0.5)));
                }
            }
            worst.stream()
                    .filter(each -> each.model().equals(model)
                            && each.threat().equals(threat)
                            && each.series().size() > 1)
                    .forEach(each -> add(boxes, names, numbers, threat, WORST, model, each.damage()));
        }
        // Whatever order the models brought them in: no attack first, the worst of all last.
        List<String> order = new ArrayList<>(
                names.stream().filter(name -> !name.equals(WORST)).toList());
        if (names.contains(WORST)) {
            order.add(WORST);
        }
        int models = results.models().size();
        return VegaLite.panel(
                capital(threat.title()),
                List.of(),
                480,
                order.size() * (13 * models + 9),
                layers(results, boxes, baselines, order));
    }

    private static String capital(String title) {
        return Character.toUpperCase(title.charAt(0)) + title.substring(1);
    }

    private static void add(
            ArrayNode boxes,
            List<String> names,
            List<List<String>> numbers,
            Threat threat,
            String attack,
            String model,
            double[] sorted) {
        if (sorted.length == 0) {
            return;
        }
        if (!names.contains(attack)) {
            names.add(attack);
        }
        double[] five = AttackSeries.five(sorted);
        if (Double.isFinite(five[2])) {
            double largest =
                    Arrays.stream(sorted).filter(Double::isFinite).max().orElseThrow();
            boxes.addObject()
                    .put("attack", attack)
                    .put("model", model)
                    .put("p10", VegaLite.rounded(five[0]))
                    .put("p25", VegaLite.rounded(five[1]))
                    .put("median", VegaLite.rounded(five[2]))
                    .put("p75", VegaLite.rounded(Math.min(five[3], largest)))
                    .put("p90", VegaLite.rounded(Math.min(five[4], largest)));
        }
        QuantileEstimate median = QuantileEstimate.of(sorted, 0.5, 0.025);
        numbers.add(List.of(
                threat.title(),
                attack,
                model,
                Text.number(five[0]),
                Text.number(five[1]),
                Text.number(five[2]) + " " + Text.interval(median.low(), median.high()),
                Text.number(five[3]),
                Text.number(five[4])));
    }

    private static List<ObjectNode> layers(
            RunResults results, ArrayNode boxes, ArrayNode baselines, List<String> order) {
        String x =
                "type: 'quantitative', title: 'Damage E|\u0394| (output units)', scale: {zero: true}, axis: {tickCount: 7}";
        ObjectNode whisker = VegaLite.object("{x: {field: 'p10', " + x + "}, x2: {field: 'p90'}}");
        ObjectNode box = VegaLite.object("{x: {field: 'p25', " + x + "}, x2: {field: 'p75'}}");
        ObjectNode median = VegaLite.object("{x: {field: 'median', " + x + "}}");
        for (ObjectNode encoding : List.of(whisker, box, median)) {
            ObjectNode y = VegaLite.object(
                    "{field: 'attack', type: 'nominal', title: null, axis: {labelLimit: 240, grid: true, tickBand: 'extent'}}");
            y.set("sort", VegaLite.strings(order));
            ObjectNode offset = VegaLite.object("{field: 'model', type: 'nominal'}");
            offset.set("sort", VegaLite.strings(VegaLite.names(results)));
            encoding.set("y", y);
            encoding.set("yOffset", offset);
            encoding.set(
                    "tooltip",
                    VegaLite.array(List.of(
                            VegaLite.tip("attack", "attack"),
                            VegaLite.tip("model", "model"),
                            VegaLite.numberTip("median", "median"),
                            VegaLite.numberTip("p25", "25 %"),
                            VegaLite.numberTip("p75", "75 %"),
                            VegaLite.numberTip("p10", "10 %"),
                            VegaLite.numberTip("p90", "90 %"))));
        }
        whisker.set("color", VegaLite.colour(results));
        box.set("color", VegaLite.colour(results));
        ObjectNode rule = VegaLite.object("{x: {field: 'median', " + x + "}}");
        rule.set("color", VegaLite.colour(results));
        rule.set(
                "tooltip",
                VegaLite.array(List.of(
                        VegaLite.tip("model", "model"),
                        VegaLite.numberTip("median", "median, best random perturbation"))));
        List<ObjectNode> layers = new ArrayList<>();
        if (!baselines.isEmpty()) {
            layers.add(VegaLite.layer(baselines, "{type: 'rule', strokeDash: [4, 3], strokeWidth: 1.2}", rule));
        }
        layers.add(VegaLite.layer(boxes, "{type: 'rule', strokeWidth: 1.4}", whisker));
        layers.add(VegaLite.layer(boxes, "{type: 'bar', height: {band: 0.72}, opacity: 0.75}", box));
        layers.add(VegaLite.layer(
                boxes, "{type: 'tick', orient: 'vertical', color: '#111', thickness: 2, band: 0.72}", median));
        return layers;
    }
}
