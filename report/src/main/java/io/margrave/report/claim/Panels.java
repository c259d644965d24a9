package io.margrave.report.claim;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.margrave.report.VegaLite;
import java.util.List;

/**
 * The look of claims' figures: one panel beneath the other, as wide as a column of a paper, so that at 3.3 inches the smallest letters are
 * 8 points high.
 */
final class Panels {
    /** Of the plotting area, so that with its axis a panel is at most 3.3 inches of 96 pixels wide. */
    static final int WIDTH = 248;

    /** Of a panel of points. */
    static final int HEIGHT = 150;

    /** Viridis without its palest end: ordered, printable in grey, told apart by colour-blind readers. */
    private static final List<String> ORDERED =
            List.of("#440154", "#3b528b", "#21918c", "#5ec962", "#c8c020", "#8a8a8a");

    /** How many different ones {@link #ordered} has. */
    static final int COLOURS = ORDERED.size();

    private static final List<String> SHAPES = List.of("circle", "triangle-up", "square", "diamond");

    private Panels() {}

    /** One column of panels, with a legend of four short names a row. */
    static ObjectNode figure(List<ObjectNode> panels) {
        return figure(panels, 4);
    }

    /** One column of panels. */
    static ObjectNode figure(List<ObjectNode> panels, int namesInARow) {
        ObjectNode spec = VegaLite.figure(panels);
        spec.put("columns", 1);
        spec.put("spacing", 12);
        ObjectNode config = (ObjectNode) spec.get("config");
        config.set("concat", VegaLite.object("{spacing: 12}"));
        ObjectNode legend = (ObjectNode) config.get("legend");
        legend.put("columns", namesInARow);
        legend.set("layout", VegaLite.object("{bottom: {direction: 'vertical', anchor: 'start', margin: 2}}"));
        legend.put("labelFontSize", 11);
        legend.put("symbolSize", 50);
        legend.put("columnPadding", 4);
        ((ObjectNode) config.get("title")).put("fontSize", 12);
        ((ObjectNode) config.get("title")).put("subtitlePadding", 2);
        ((ObjectNode) config.get("axis")).put("titleFontSize", 11);
        return spec;
    }

    /** A colour for each of ordered values, such as betas. */
    static ObjectNode ordered(String field, List<String> values) {
        return channel(field, values, ORDERED);
    }

    /** A shape for each value; without a legend where there is but one. */
    static ObjectNode shape(String field, List<String> values) {
        ObjectNode channel = channel(field, values, SHAPES);
        if (values.size() < 2) {
            channel.putNull("legend");
        }
        return channel;
    }

    private static ObjectNode channel(String field, List<String> values, List<String> range) {
        ObjectNode channel = VegaLite.object("{type: 'nominal', title: null}").put("field", field);
        ArrayNode chosen = VegaLite.NODES.arrayNode();
        for (int i = 0; i < values.size(); i++) {
            chosen.add(range.get(i % range.size()));
        }
        channel.set(
                "scale",
                VegaLite.NODES
                        .objectNode()
                        .<ObjectNode>set("domain", VegaLite.strings(values))
                        .set("range", chosen));
        channel.set("sort", VegaLite.strings(values));
        return channel;
    }

    /** A quantitative axis. */
    static ObjectNode axis(String field, String title) {
        ObjectNode axis =
                VegaLite.object("{type: 'quantitative', axis: {tickCount: 5}}").put("field", field);
        if (title.isEmpty()) {
            axis.putNull("title");
        } else {
            axis.put("title", title);
        }
        return axis;
    }
}
