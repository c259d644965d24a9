package io.margrave.report;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.margrave.results.AuditRow;
import io.margrave.results.ModelCard;
import io.margrave.results.RunResults;
import io.margrave.theory.Proportion;
import io.margrave.theory.Verdict;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** How many clean images are r-robust at all. */
final class ShareRobust {
    private ShareRobust() {}

    static List<Figure> figures(RunResults results) {
        List<ObjectNode> panels = new ArrayList<>();
        List<List<String>> numbers = new ArrayList<>();
        for (RadiusRows radius : RadiusRows.of(results)) {
            panels.add(panel(results, radius, numbers));
        }
        if (panels.isEmpty()) {
            return List.of();
        }
        String caption =
                "Verdict on each clean image, without a perturbation: r-robust means that P(|\u0394| \u2264 r) is above one half, at"
                        + " confidence " + Text.percent(1 - results.plan().alpha())
                        + " an image. Undecided is an answer: the draws were too few to"
                        + " tell. Line: 95\u202f% interval for the share of r-robust images (Clopper-Pearson over images).";
        return List.of(new Figure(
                "share-robust",
                "Share of images that are r-robust when clean",
                caption,
                VegaLite.figure(panels),
                new Figure.Numbers(
                        List.of("r", "model", "r-robust", "share [95\u202f%]", "undecided", "not r-robust"), numbers)));
    }

    private static ObjectNode panel(RunResults results, RadiusRows radius, List<List<String>> numbers) {
        ArrayNode shares = VegaLite.NODES.arrayNode();
        ArrayNode intervals = VegaLite.NODES.arrayNode();
        int models = 0;
        for (ModelCard model : results.models()) {
            List<AuditRow> rows = radius.of(model.name());
            if (rows.isEmpty()) {
                continue;
            }
            models++;
            Map<Verdict, Long> counts = new EnumMap<>(Verdict.class);
            rows.forEach(row -> counts.merge(row.verdictClean(), 1L, Long::sum));
            double from = 0;
            for (Verdict verdict : List.of(Verdict.HOLDS, Verdict.UNDECIDED, Verdict.FAILS)) {
                double share = (double) counts.getOrDefault(verdict, 0L) / rows.size();
                shares.addObject()
                        .put("model", model.name())
                        .put("verdict", name(verdict))
                        .put("images", counts.getOrDefault(verdict, 0L))
                        .put("from", VegaLite.rounded(from))
                        .put("to", VegaLite.rounded(from + share));
                from += share;
            }
            Proportion robust = new Proportion(counts.getOrDefault(Verdict.HOLDS, 0L), rows.size());
            intervals
                    .addObject()
                    .put("model", model.name())
                    .put("robust", Text.count(robust))
                    .put("low", VegaLite.rounded(robust.lower(0.025)))
                    .put("high", VegaLite.rounded(robust.upper(0.025)));
            numbers.add(List.of(
                    Text.number(radius.r()),
                    model.name(),
                    Text.count(robust),
                    Text.percent(robust.estimate()) + " " + Text.interval(robust, 0.025),
                    Text.integer(counts.getOrDefault(Verdict.UNDECIDED, 0L)),
                    Text.integer(counts.getOrDefault(Verdict.FAILS, 0L))));
        }
        return VegaLite.panel(radius.title(), List.of(), 200, 34 * models, layers(results, shares, intervals));
    }

    private static List<ObjectNode> layers(RunResults results, ArrayNode shares, ArrayNode intervals) {
        ObjectNode y = VegaLite.object("{field: 'model', type: 'nominal', title: null}");
        y.set(
                "sort",
                VegaLite.strings(results.models().stream().map(ModelCard::name).toList()));
        ObjectNode bars = VegaLite.object("""
                {x: {field: 'from', type: 'quantitative', title: 'Share of images', scale: {domain: [0, 1]}, axis: {format: '.0%', values: [0, 0.5, 1]}},
                 x2: {field: 'to'},
                 color: {field: 'verdict', type: 'nominal', title: null,
                         scale: {domain: ['r-robust', 'undecided', 'not r-robust'], range: ['#8cc5e3', '#dddddd', '#E69F00']}},
                 tooltip: [{field: 'model', title: 'model'}, {field: 'verdict', title: 'verdict'}, {field: 'images', title: 'images'}]}""");
        bars.set("y", y);
        ObjectNode rule = VegaLite.object("""
                {x: {field: 'low', type: 'quantitative'}, x2: {field: 'high'},
                 tooltip: [{field: 'model', title: 'model'}, {field: 'robust', title: 'r-robust'},
                           {field: 'low', title: '95 % from', format: '.1%', type: 'quantitative'},
                           {field: 'high', title: 'to', format: '.1%', type: 'quantitative'}]}""");
        rule.set("y", y.deepCopy());
        return List.of(
                VegaLite.layer(shares, "{type: 'bar', height: 18}", bars),
                VegaLite.layer(intervals, "{type: 'rule', strokeWidth: 2, color: '#111'}", rule));
    }

    private static String name(Verdict verdict) {
        return switch (verdict) {
            case HOLDS -> "r-robust";
            case UNDECIDED -> "undecided";
            case FAILS -> "not r-robust";
        };
    }
}
