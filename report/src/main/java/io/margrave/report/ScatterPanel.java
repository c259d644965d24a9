package io.margrave.report;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.margrave.results.AuditRow;
import io.margrave.results.ModelCard;
import io.margrave.results.RunResults;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The points of one scatter plot and what they say together. Statistics are of all points; of very many, a part is drawn.
 *
 * @param results the run, for models, colours and the bootstrap's seed
 * @param pairs one a point
 */
record ScatterPanel(RunResults results, List<Pair> pairs) {

    /** A point: two finite values of one row. */
    record Pair(AuditRow row, double x, double y) {}

    /** Most points drawn: more are a blot, and take megabytes each time the figure is kept. */
    static final int MOST = 3_000;

    /** Name of the pool of all models. */
    static final String POOLED = "all models";

    /** A set of points with their statistics. */
    record Group(String name, boolean pooled, Association association, double largestX) {}

    /** One a model that has points, and the pool where there are several models. */
    List<Group> groups() {
        List<Group> groups = new ArrayList<>();
        for (ModelCard model : results.models()) {
            List<Pair> own = pairs.stream()
                    .filter(p -> p.row().model().equals(model.name()))
                    .toList();
            if (!own.isEmpty()) {
                groups.add(group(model.name(), false, own));
            }
        }
        if (groups.size() > 1) {
            groups.add(0, group(POOLED, true, pairs));
        }
        return groups;
    }

    private Group group(String name, boolean pooled, List<Pair> own) {
        double[] x = own.stream().mapToDouble(Pair::x).toArray();
        double[] y = own.stream().mapToDouble(Pair::y).toArray();
        int[] images = own.stream().mapToInt(pair -> pair.row().point()).toArray();
        double largest = own.stream().mapToDouble(Pair::x).max().orElse(0);
        return new Group(
                name, pooled, Association.of(x, y, images, results.plan().seed()), largest);
    }

    /** The points that are drawn: of each model as many of its first, which are a random sample unless somebody named them. */
    List<Pair> drawn() {
        if (pairs.size() <= MOST) {
            return pairs;
        }
        int each = MOST / results.models().size();
        Map<String, Integer> taken = new HashMap<>();
        return pairs.stream()
                .filter(pair -> taken.merge(pair.row().model(), 1, Integer::sum) <= each)
                .toList();
    }

    /** What a caption says where some are not drawn; empty where all are. */
    static String note(List<ScatterPanel> panels) {
        boolean some = panels.stream().anyMatch(panel -> panel.pairs().size() > MOST);
        return some
                ? " At most " + Text.integer(MOST)
                        + " points a panel are drawn, the first of each model; all statistics are of all points."
                : "";
    }

    /** Points as data. */
    static ArrayNode values(List<Pair> pairs, String xField, String yField) {
        ArrayNode values = VegaLite.NODES.arrayNode();
        for (Pair pair : pairs) {
            ObjectNode value = values.addObject();
            value.put("model", pair.row().model());
            value.put("point", pair.row().point());
            if (pair.row().label() >= 0) {
                value.put("label", pair.row().label());
            }
            value.put(xField, VegaLite.rounded(pair.x()));
            value.put(yField, VegaLite.rounded(pair.y()));
        }
        return values;
    }

    /** What names a point under the mouse, and its two values; a label only where the data has some. */
    List<ObjectNode> tips(ObjectNode x, ObjectNode y) {
        List<ObjectNode> tips =
                new ArrayList<>(List.of(VegaLite.tip("model", "model"), VegaLite.tip("point", "point")));
        if (pairs.stream().anyMatch(pair -> pair.row().label() >= 0)) {
            tips.add(VegaLite.tip("label", "label"));
        }
        tips.add(x);
        tips.add(y);
        return tips;
    }

    /** Fewer points are drawn larger. */
    String mark() {
        int size = pairs.size() <= 600 ? 26 : 14;
        double opacity = pairs.size() <= 600 ? 0.65 : 0.5;
        return "{type: 'point', filled: true, clip: true, size: " + size + ", opacity: " + opacity + "}";
    }

    /** A correlation with its interval: {@code 0.84 [0.80, 0.88]}. */
    static String estimate(Association.Estimate estimate) {
        return estimate.text();
    }
}
