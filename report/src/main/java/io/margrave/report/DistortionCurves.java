package io.margrave.report;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.margrave.results.Auddc;
import io.margrave.results.QuantileEstimate;
import io.margrave.results.RunResults;
import io.margrave.theory.Proportion;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** How near to its target a reconstruction comes, against how much the input is distorted (Gondim-Ribeiro et al. 2018). */
final class DistortionCurves {
    static final String ID = "distortion-distortion";

    private static final int GRID = 50;

    private DistortionCurves() {}

    static List<Figure> figures(RunResults results) {
        Map<String, List<Sweep>> byAttack = new LinkedHashMap<>();
        for (Sweep sweep : Sweep.of(AttackSeries.of(results))) {
            byAttack.computeIfAbsent(sweep.spec().name(), name -> new ArrayList<>())
                    .add(sweep);
        }
        if (byAttack.isEmpty()) {
            return List.of();
        }
        List<ObjectNode> panels = new ArrayList<>();
        List<List<String>> numbers = new ArrayList<>();
        byAttack.forEach((attack, sweeps) -> panels.add(panel(results, attack, sweeps, panels.size(), numbers)));
        return List.of(new Figure(
                ID,
                "Distortion-distortion: how far the reconstruction follows the input to the target",
                "Horizontal: size of the distortion, 1 is as far as the target image itself. Vertical: what is left of the way from the clean"
                        + " reconstruction to the target\u2019s own, 1 at first, 0 when there. Line: median over images and targets of the lowest"
                        + " that any weight reached by that distortion; band: 10\u202f% to 90\u202f%. Grey: in proportion. Each image and target has a"
                        + " curve of its own, whose area is its AUDDC; the figure given is the median of those areas over images, which need not be the"
                        + " area under the drawn line of medians. The lower a line, the easier the model is led astray; no line says anything of"
                        + " weights that were not tried, and the flat end of a curve that is not spanned (its last distortion below 1, some of the way"
                        + " left) makes its area an upper bound.",
                VegaLite.figure(panels),
                new Figure.Numbers(
                        List.of("attack", "model", "images", "median AUDDC [95\u202f%]", "curves not spanned"),
                        numbers)));
    }

    private static ObjectNode panel(
            RunResults results, String attack, List<Sweep> sweeps, int number, List<List<String>> numbers) {
        ArrayNode values = VegaLite.NODES.arrayNode();
        List<String> notes = new ArrayList<>();
        for (Sweep sweep : sweeps) {
            double[] areas = sweep.areas();
            if (areas.length == 0) {
                notes.add(sweep.model() + ": AUDDC undefined, no weight counts");
                numbers.add(List.of(attack, sweep.model(), "0", Text.NONE, Text.NONE));
                continue;
            }
            QuantileEstimate median = QuantileEstimate.of(areas, 0.5, 0.025);
            String text = Text.number(median.estimate()) + " " + Text.interval(median.low(), median.high());
            notes.add(sweep.model() + ": median AUDDC " + text);
            Proportion notSpanned = sweep.notSpanned();
            if (notSpanned.successes() > 0) {
                notes.add(sweep.model() + ": " + Text.count(notSpanned) + " curves not spanned");
            }
            numbers.add(List.of(attack, sweep.model(), Text.integer(areas.length), text, Text.count(notSpanned)));
            List<List<Auddc.Point>> curves = sweep.curves();
            for (int i = 0; i <= GRID; i++) {
                double distortion = (double) i / GRID;
                double[] sorted = curves.stream()
                        .mapToDouble(curve -> Sweep.at(curve, distortion))
                        .sorted()
                        .toArray();
                values.addObject()
                        .put("model", sweep.model())
                        .put("u", VegaLite.rounded(distortion))
                        .put("low", VegaLite.rounded(Quantiles.of(sorted, 0.1)))
                        .put("v", VegaLite.rounded(Quantiles.of(sorted, 0.5)))
                        .put("high", VegaLite.rounded(Quantiles.of(sorted, 0.9)));
            }
        }
        return VegaLite.panel(attack, notes, 270, 230, layers(results, values, number));
    }

    private static List<ObjectNode> layers(RunResults results, ArrayNode values, int number) {
        String x = "x: {field: 'u', type: 'quantitative', title: '|\u03b4| / |x \u2212 x_t|', axis: {tickCount: 5}}";
        String y = "type: 'quantitative', title: 'Distance left to the target', axis: {tickCount: 5}";
        ObjectNode area = VegaLite.object("{" + x + ", y: {field: 'low', " + y + "}, y2: {field: 'high'}}");
        ObjectNode line = VegaLite.object("{" + x + ", y: {field: 'v', " + y + "}}");
        area.set("color", VegaLite.colour(results));
        line.set("color", VegaLite.colour(results));
        line.set("strokeDash", VegaLite.dash("model", VegaLite.names(results)));
        line.set(
                "tooltip",
                VegaLite.array(List.of(
                        VegaLite.tip("model", "model"),
                        VegaLite.numberTip("u", "distortion"),
                        VegaLite.numberTip("v", "median distance left"),
                        VegaLite.numberTip("low", "10 %"),
                        VegaLite.numberTip("high", "90 %"))));
        ArrayNode even = VegaLite.NODES.arrayNode();
        even.addObject().put("u", 0).put("v", 1);
        even.addObject().put("u", 1).put("v", 0);
        return List.of(
                VegaLite.zoomable(
                        VegaLite.layer(values, "{type: 'area', opacity: 0.14, clip: true, line: false}", area), number),
                VegaLite.layer(
                        even,
                        "{type: 'line', color: '#888', strokeDash: [4, 4], strokeWidth: 1}",
                        VegaLite.object("{" + x + ", y: {field: 'v', " + y + "}}")),
                VegaLite.layer(values, "{type: 'line', strokeWidth: 2.4, clip: true}", line));
    }
}
