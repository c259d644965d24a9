package io.margrave.report;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.margrave.results.EvaluationCheck;
import io.margrave.results.EvaluationCheck.Curve;
import io.margrave.results.RunResults;
import java.util.ArrayList;
import java.util.DoubleSummaryStatistics;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What the checks of the evaluation drew: convergence, damage against steps, budget or step size. */
final class CheckCurves {
    static final String ID = "check-curves";

    private CheckCurves() {}

    /** Curves that share a panel: one check of one model, in the same units. */
    private record Panel(int number, String check, String model, String xName, String yName) {}

    static List<Figure> figures(RunResults results) {
        Map<Panel, List<Curve>> panels = new LinkedHashMap<>();
        for (EvaluationCheck check : results.checks()) {
            for (Curve curve : check.curves()) {
                panels.computeIfAbsent(
                                new Panel(check.number(), check.name(), check.model(), curve.xName(), curve.yName()),
                                panel -> new ArrayList<>())
                        .add(curve);
            }
        }
        if (panels.isEmpty()) {
            return List.of();
        }
        List<String> names = panels.values().stream()
                .flatMap(List::stream)
                .map(Curve::name)
                .distinct()
                .toList();
        List<ObjectNode> drawn = new ArrayList<>();
        panels.forEach((panel, curves) -> drawn.add(drawn(panel, curves, names, drawn.size())));
        return List.of(new Figure(
                ID,
                "The curves behind the checks",
                "One panel a check and model, as the titles say; colour and dash: what is drawn. Against steps: a search has converged where"
                        + " its curve is flat at its right end; one that still climbs would have done more damage with more steps, and the"
                        + " figures of this report flatter the model. Against the budget, damage has to grow. Against the step size, the most"
                        + " damage should not lie at an end.",
                VegaLite.figure(drawn),
                Figure.Numbers.none()));
    }

    private static ObjectNode drawn(Panel panel, List<Curve> curves, List<String> names, int number) {
        ArrayNode values = VegaLite.NODES.arrayNode();
        for (Curve curve : curves) {
            for (int i = 0; i < curve.x().size(); i++) {
                if (Double.isFinite(curve.x().get(i))
                        && Double.isFinite(curve.y().get(i))) {
                    values.addObject()
                            .put("curve", curve.name())
                            .put("x", VegaLite.rounded(curve.x().get(i)))
                            .put("y", VegaLite.rounded(curve.y().get(i)));
                }
            }
        }
        ObjectNode encoding = VegaLite.object("""
                {x: {field: 'x', type: 'quantitative', axis: {tickCount: 5}},
                 y: {field: 'y', type: 'quantitative', axis: {tickCount: 5}}}""");
        if (!values.isEmpty()) {
            DoubleSummaryStatistics across = VegaLite.range(values, "x");
            DoubleSummaryStatistics up = VegaLite.range(values, "y");
            ((ObjectNode) encoding.get("x")).set("scale", VegaLite.scale(across.getMin(), across.getMax()));
            ((ObjectNode) encoding.get("y")).set("scale", VegaLite.scale(up.getMin(), up.getMax()));
        }
        ((ObjectNode) encoding.get("x")).put("title", panel.xName());
        ((ObjectNode) encoding.get("y")).put("title", panel.yName());
        encoding.set("color", VegaLite.colour("curve", names));
        encoding.set("strokeDash", VegaLite.dash("curve", names));
        encoding.set(
                "tooltip",
                VegaLite.array(List.of(
                        VegaLite.tip("curve", "curve"),
                        VegaLite.numberTip("x", panel.xName()),
                        VegaLite.numberTip("y", panel.yName()))));
        ObjectNode lines =
                VegaLite.layer(values, "{type: 'line', strokeWidth: 1.8, point: {size: 18}, clip: true}", encoding);
        return VegaLite.panel(
                "Check " + panel.number() + ", " + panel.check(),
                List.of(panel.model()),
                270,
                200,
                List.of(VegaLite.zoomable(lines, number)));
    }
}
