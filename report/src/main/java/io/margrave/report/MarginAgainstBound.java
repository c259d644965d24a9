package io.margrave.report;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.margrave.report.ScatterPanel.Group;
import io.margrave.report.ScatterPanel.Pair;
import io.margrave.results.AuditRow;
import io.margrave.results.RunResults;
import io.margrave.theory.Proportion;
import io.margrave.theory.Verdict;
import java.util.ArrayList;
import java.util.List;

/** The margin that an attack found against each first-order lower bound (Camuto et al. 2021, figure of margins). */
final class MarginAgainstBound {
    private static final int SIZE = 270;

    private MarginAgainstBound() {}

    static List<Figure> figures(RunResults results) {
        List<Figure> figures = new ArrayList<>();
        for (Bound bound : List.of(Bound.WHITENED, Bound.FROBENIUS, Bound.SPECTRAL)) {
            Figure figure = figure(results, bound);
            if (figure != null) {
                figures.add(figure);
            }
        }
        return figures;
    }

    private static @org.jspecify.annotations.Nullable Figure figure(RunResults results, Bound bound) {
        List<ObjectNode> panels = new ArrayList<>();
        List<ScatterPanel> scatters = new ArrayList<>();
        List<List<String>> numbers = new ArrayList<>();
        int compared = 0;
        int below = 0;
        int censored = 0;
        int flat = 0;
        int notRobust = 0;
        for (RadiusRows radius : RadiusRows.of(results)) {
            List<Pair> pairs = new ArrayList<>();
            for (AuditRow row : radius.rows()) {
                if (bound.withheld(row)) {
                    continue;
                }
                if (row.verdictClean() != Verdict.HOLDS) {
                    notRobust++;
                } else if (row.marginUpper() == null) {
                    censored++;
                } else if (!Double.isFinite(bound.of(row))) {
                    flat++;
                } else {
                    pairs.add(new Pair(row, bound.of(row), row.marginUpper()));
                    below += row.marginUpper() < bound.of(row) ? 1 : 0;
                }
            }
            compared += pairs.size();
            if (!pairs.isEmpty()) {
                ScatterPanel scatter = new ScatterPanel(results, pairs);
                scatters.add(scatter);
                List<Group> groups = scatter.groups();
                panels.add(panel(radius, bound, scatter, groups, panels.size()));
                groups.forEach(group -> numbers.add(numbers(radius, group)));
            }
        }
        if (panels.isEmpty()) {
            return null;
        }
        String caption = "Horizontal: " + bound.title + ", " + bound.formula
                + " (lower, mean-only, no range, FIRST_ORDER estimate). Vertical: norm of the smallest verified break"
                + " (upper, full, in range, STATISTICAL). Dashed: y = x; solid: least squares, one line a model. "
                + (below == 0
                        ? "No verified break lies below the estimate"
                        : Text.plural(below, "verified break") + " of " + Text.integer(compared)
                                + (below == 1 ? " lies" : " lie") + " below the estimate (crosses)")
                + ". These attacks move \u03c3 too, so a break below breaks the estimate\u2019s assumption of a fixed \u03c3, not a theorem. Left out: "
                + Text.integer(notRobust) + " model-point-radius rows not shown to be r-robust when clean, "
                + Text.integer(censored)
                + " censored (no break found), " + Text.integer(flat) + " flat (infinite estimate)."
                + Bound.withheld(results)
                + ScatterPanel.note(scatters);
        return new Figure(
                "margin-against-" + bound.id,
                "Verified margin against the " + bound.title,
                caption,
                VegaLite.figure(panels),
                new Figure.Numbers(
                        List.of(
                                "r",
                                "points of",
                                "n",
                                "Pearson [95\u202f%]",
                                "Spearman [95\u202f%]",
                                "slope",
                                "intercept",
                                "on or above y = x [95\u202f%]"),
                        numbers));
    }

    private static ObjectNode panel(
            RadiusRows radius, Bound bound, ScatterPanel scatter, List<Group> groups, int number) {
        ObjectNode x = VegaLite.object("{field: 'bound', type: 'quantitative', axis: {tickCount: 5}}");
        x.put("title", "Lower bound, " + bound.id + " (estimate; L2, input units)");
        ObjectNode y = VegaLite.object("{field: 'margin', type: 'quantitative', axis: {tickCount: 6}}");
        y.put("title", "Verified upper bound (L2, input units)");
        double largest = scatter.pairs().stream().mapToDouble(Pair::x).max().orElse(0);
        ArrayNode identity = VegaLite.NODES.arrayNode();
        identity.addObject().put("bound", 0).put("margin", 0);
        identity.addObject().put("bound", VegaLite.rounded(largest)).put("margin", VegaLite.rounded(largest));
        ArrayNode values = ScatterPanel.values(scatter.drawn(), "bound", "margin");
        // Whether they are drawn as a point or not.
        List<Pair> below =
                scatter.pairs().stream().filter(pair -> pair.y() < pair.x()).toList();
        ArrayNode violations =
                ScatterPanel.values(new ScatterPanel(scatter.results(), below).drawn(), "bound", "margin");
        List<ObjectNode> tips = scatter.tips(
                VegaLite.numberTip("bound", "lower bound (" + bound.id + ", estimate)"),
                VegaLite.numberTip("margin", "verified upper bound"));
        ObjectNode points = encoding(x, y);
        points.set("color", VegaLite.colour(scatter.results()));
        points.set("shape", VegaLite.shape(scatter.results()));
        points.set("tooltip", VegaLite.array(tips));
        ObjectNode fit = encoding(x, y);
        fit.set("color", VegaLite.colour(scatter.results()));
        ObjectNode crossed = encoding(x, y);
        crossed.set("tooltip", VegaLite.array(tips));
        List<ObjectNode> layers = new ArrayList<>();
        layers.add(VegaLite.zoomable(VegaLite.layer(values, scatter.mark(), points), number));
        layers.add(VegaLite.layer(
                identity,
                "{type: 'line', color: '#444', strokeDash: [5, 4], strokeWidth: 1.2, clip: true}",
                encoding(x, y)));
        ArrayNode lines = fits(groups);
        if (!lines.isEmpty()) {
            layers.add(VegaLite.layer(lines, "{type: 'line', strokeWidth: 1.8, clip: true}", fit));
        }
        if (!violations.isEmpty()) {
            layers.add(VegaLite.layer(
                    violations,
                    "{type: 'point', shape: 'cross', filled: true, size: 60, color: '" + VegaLite.ALERT
                            + "', opacity: 1, clip: true}",
                    crossed));
        }
        Group first = groups.get(0);
        Association all = first.association();
        List<String> notes = List.of(
                "Pearson " + ScatterPanel.estimate(all.pearson()) + "  slope " + Text.number(all.slope()),
                "Spearman " + ScatterPanel.estimate(all.spearman()),
                (all.above() == null ? Text.NONE : Text.count(all.above())) + " on or above y = x");
        return VegaLite.panel(radius.title(), notes, SIZE, SIZE, layers);
    }

    /** Each model's line, from zero to the last of its points. */
    private static ArrayNode fits(List<Group> groups) {
        ArrayNode fits = VegaLite.NODES.arrayNode();
        for (Group group : groups) {
            Association line = group.association();
            if (group.pooled() || Double.isNaN(line.slope())) {
                continue;
            }
            // Margins are not negative: a line that would start below zero starts where it crosses it.
            double crossing = line.slope() > 0 ? Math.max(0, -line.intercept() / line.slope()) : 0;
            for (double x : new double[] {Math.min(crossing, group.largestX()), group.largestX()}) {
                fits.addObject()
                        .put("model", group.name())
                        .put("bound", VegaLite.rounded(x))
                        .put("margin", VegaLite.rounded(line.intercept() + line.slope() * x));
            }
        }
        return fits;
    }

    private static ObjectNode encoding(ObjectNode x, ObjectNode y) {
        return VegaLite.NODES.objectNode().<ObjectNode>set("x", x.deepCopy()).set("y", y.deepCopy());
    }

    private static List<String> numbers(RadiusRows radius, Group group) {
        Association a = group.association();
        return List.of(
                Text.number(radius.r()),
                group.name(),
                Text.integer(a.count()),
                ScatterPanel.estimate(a.pearson()),
                ScatterPanel.estimate(a.spearman()),
                Text.number(a.slope()),
                Text.number(a.intercept()),
                above(group));
    }

    /** The interval is of independent images, which the pairs of several models are not. */
    private static String above(Group group) {
        Proportion above = group.association().above();
        if (above == null) {
            return Text.NONE;
        }
        String share = Text.percent(above.estimate());
        return group.pooled() ? share : share + " " + Text.interval(above, Association.ALPHA / 2);
    }
}
