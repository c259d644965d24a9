package io.margrave.report;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.margrave.report.ScatterPanel.Group;
import io.margrave.report.ScatterPanel.Pair;
import io.margrave.results.AuditRow;
import io.margrave.results.RunResults;
import io.margrave.theory.Verdict;
import java.util.ArrayList;
import java.util.List;

/** How much likelihood the maximum-damage attack costs, against the margin (Camuto et al. 2021). */
final class DegradationAgainstMargin {
    private static final int SIZE = 270;

    private DegradationAgainstMargin() {}

    static List<Figure> figures(RunResults results) {
        List<ObjectNode> panels = new ArrayList<>();
        List<ScatterPanel> scatters = new ArrayList<>();
        List<List<String>> numbers = new ArrayList<>();
        int left = 0;
        int undefined = 0;
        for (RadiusRows radius : RadiusRows.of(results)) {
            List<Pair> pairs = new ArrayList<>();
            for (AuditRow row : radius.rows()) {
                if (row.degradation() == null) {
                    undefined++;
                } else if (row.marginUpper() == null || row.verdictClean() != Verdict.HOLDS) {
                    left++;
                } else {
                    pairs.add(new Pair(row, row.marginUpper(), row.degradation()));
                }
            }
            if (!pairs.isEmpty()) {
                ScatterPanel scatter = new ScatterPanel(results, pairs);
                scatters.add(scatter);
                List<Group> groups = scatter.groups();
                panels.add(panel(radius, scatter, groups, panels.size()));
                for (Group group : groups) {
                    numbers.add(List.of(
                            Text.number(radius.r()),
                            group.name(),
                            Text.integer(group.association().count()),
                            ScatterPanel.estimate(group.association().spearman()),
                            ScatterPanel.estimate(group.association().pearson())));
                }
            }
        }
        if (panels.isEmpty()) {
            return List.of();
        }
        Double attackRadius = results.plan().attackRadius();
        String caption = "Vertical: (log p(x|z*) \u2212 log p(x|z)) / |log p(x|z)| under the maximum-damage attack"
                + (attackRadius == null ? "" : " of L2 norm at most " + Text.number(attackRadius))
                + "; negative is worse. For densities it depends on the pixel unit. Horizontal: norm of the smallest verified break"
                + " (upper, full, in range, STATISTICAL). Left out: " + Text.integer(left)
                + " rows censored or not shown to be r-robust when clean, " + Text.integer(undefined)
                + " whose degradation is undefined or not asked for."
                + ScatterPanel.note(scatters);
        return List.of(new Figure(
                "degradation-against-margin",
                "Likelihood degradation under attack against the margin",
                caption,
                VegaLite.figure(panels),
                new Figure.Numbers(
                        List.of("r", "points of", "n", "Spearman [95\u202f%]", "Pearson [95\u202f%]"), numbers)));
    }

    private static ObjectNode panel(RadiusRows radius, ScatterPanel scatter, List<Group> groups, int number) {
        ObjectNode encoding = VegaLite.object("""
                {x: {field: 'margin', type: 'quantitative', title: 'Verified upper bound (L2, input units)', axis: {tickCount: 5}},
                 y: {field: 'degradation', type: 'quantitative', title: 'Relative log-likelihood change (negative is worse)'}}""");
        encoding.set("color", VegaLite.colour(scatter.results()));
        encoding.set("shape", VegaLite.shape(scatter.results()));
        encoding.set(
                "tooltip",
                VegaLite.array(scatter.tips(
                        VegaLite.numberTip("margin", "verified upper bound"),
                        VegaLite.numberTip("degradation", "degradation (negative is worse)"))));
        ArrayNode zero = VegaLite.NODES.arrayNode();
        zero.addObject().put("degradation", 0);
        List<ObjectNode> layers = List.of(
                VegaLite.zoomable(
                        VegaLite.layer(
                                ScatterPanel.values(scatter.drawn(), "margin", "degradation"),
                                scatter.mark(),
                                encoding),
                        number),
                VegaLite.layer(
                        zero,
                        "{type: 'rule', color: '#444', strokeDash: [5, 4]}",
                        VegaLite.object("{y: {field: 'degradation', type: 'quantitative'}}")));
        List<String> notes = new ArrayList<>();
        notes.add(
                "Spearman " + ScatterPanel.estimate(groups.get(0).association().spearman()));
        return VegaLite.panel(radius.title(), notes, SIZE, SIZE, layers);
    }
}
