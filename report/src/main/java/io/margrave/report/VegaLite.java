package io.margrave.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.margrave.results.ModelCard;
import io.margrave.results.RunResults;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.DoubleSummaryStatistics;
import java.util.List;

/**
 * Pieces of Vega-Lite specifications.
 *
 * <p>Fixed parts are written as text; whatever comes from a run enters as a JSON node, never by pasting text.
 */
public final class VegaLite {
    private static final JsonMapper LENIENT = JsonMapper.builder()
            .enable(JsonReadFeature.ALLOW_SINGLE_QUOTES, JsonReadFeature.ALLOW_UNQUOTED_FIELD_NAMES)
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
            .build();

    public static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    /** Okabe and Ito's colours, told apart by colour-blind readers; vermilion is kept for what needs attention. */
    private static final List<String> COLOURS =
            List.of("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#000000");

    private static final List<String> SHAPES =
            List.of("circle", "square", "triangle-up", "diamond", "triangle-down", "triangle-right");

    private static final List<ArrayNode> DASHES =
            List.of(dashes(1, 0), dashes(6, 3), dashes(1.5, 2.5), dashes(8, 3, 2, 3), dashes(3, 3), dashes(10, 4));

    private static ArrayNode dashes(double... lengths) {
        ArrayNode dashes = NODES.arrayNode();
        for (double length : lengths) {
            dashes.add(length);
        }
        return dashes;
    }

    /** Vermilion: points that contradict a bound. */
    public static final String ALERT = "#D55E00";

    private VegaLite() {}

    /** Reads a specification or a fixed part of one; names need no quotes and strings may have single ones. */
    public static ObjectNode object(String fixed) {
        try {
            return (ObjectNode) LENIENT.readTree(fixed);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a part of a figure is no JSON: " + e.getOriginalMessage(), e);
        }
    }

    /** Panels side by side, wrapped after three, with the shared look of all figures. */
    public static ObjectNode figure(List<ObjectNode> panels) {
        ObjectNode spec = NODES.objectNode();
        spec.put("$schema", "https://vega.github.io/schema/vega-lite/v6.json");
        spec.put("background", "white");
        spec.put("columns", Math.min(3, panels.size()));
        spec.put("spacing", 28);
        spec.set("config", object("""
                {
                  font: 'Helvetica, Arial, sans-serif',
                  axis: {gridColor: '#e8e8e8', domainColor: '#666', tickColor: '#666', labelColor: '#333', titleColor: '#222',
                         titleFontWeight: 'normal', titleFontSize: 12, labelFontSize: 11, labelLimit: 220},
                  axisYQuantitative: {minExtent: 30},
                  mark: {aria: false},
                  view: {stroke: '#bbb'},
                  legend: {orient: 'bottom', direction: 'horizontal', titleFontWeight: 'normal', labelFontSize: 12, titleFontSize: 12,
                           labelLimit: 260, symbolOpacity: 1, columns: 3},
                  title: {anchor: 'start', frame: 'group', fontSize: 13, fontWeight: 600, subtitleFontSize: 11, subtitleColor: '#555',
                          subtitleLineHeight: 14, offset: 6},
                  concat: {spacing: 28}
                }"""));
        spec.set("concat", NODES.arrayNode().addAll(panels));
        return spec;
    }

    /** One colour a model, the same in every figure. */
    static ObjectNode colour(RunResults results) {
        ObjectNode channel = object("{field: 'model', type: 'nominal', title: null}");
        channel.set("scale", scale(results, COLOURS));
        return channel;
    }

    /** One shape of point a model. */
    static ObjectNode shape(RunResults results) {
        ObjectNode channel = object("{field: 'model', type: 'nominal', title: null}");
        channel.set("scale", scale(results, SHAPES));
        return channel;
    }

    private static ObjectNode scale(RunResults results, List<String> range) {
        return scale(names(results), range);
    }

    /** The models, in the plan's order. */
    static List<String> names(RunResults results) {
        return results.models().stream().map(ModelCard::name).toList();
    }

    /** One colour a value of any field. */
    public static ObjectNode colour(String field, List<String> values) {
        ObjectNode channel = object("{type: 'nominal', title: null}").put("field", field);
        channel.set("scale", scale(values, COLOURS));
        return channel;
    }

    /** One dash a value of any field, so that lines are told apart without colour. */
    public static ObjectNode dash(String field, List<String> values) {
        ObjectNode channel = object("{type: 'nominal', title: null, legend: {symbolType: 'stroke', symbolSize: 300}}")
                .put("field", field);
        ArrayNode range = NODES.arrayNode();
        for (int i = 0; i < values.size(); i++) {
            range.add(DASHES.get(i % DASHES.size()).deepCopy());
        }
        channel.set(
                "scale",
                NODES.objectNode().<ObjectNode>set("domain", strings(values)).set("range", range));
        return channel;
    }

    private static ObjectNode scale(List<String> names, List<String> range) {
        ArrayNode values = NODES.arrayNode();
        for (int i = 0; i < names.size(); i++) {
            values.add(range.get(i % range.size()));
        }
        return NODES.objectNode().<ObjectNode>set("domain", strings(names)).set("range", values);
    }

    /**
     * A panel of layers that all read {@code values}.
     *
     * @param title above the panel
     * @param notes smaller lines beneath the title
     */
    public static ObjectNode panel(String title, List<String> notes, int width, int height, List<ObjectNode> layers) {
        ObjectNode panel = NODES.objectNode();
        ObjectNode heading = NODES.objectNode().put("text", title);
        if (!notes.isEmpty()) {
            heading.set("subtitle", strings(notes));
        }
        panel.set("title", heading);
        panel.put("width", width);
        panel.put("height", height);
        panel.set("layer", NODES.arrayNode().addAll(layers));
        return panel;
    }

    /** A layer: its data, its mark and its channels. */
    public static ObjectNode layer(ArrayNode values, String mark, ObjectNode encoding) {
        ObjectNode layer = NODES.objectNode();
        layer.set("data", NODES.objectNode().set("values", values));
        layer.set("mark", object(mark));
        layer.set("encoding", encoding);
        return layer;
    }

    /** Drag pans, a wheel with the control key zooms (so that a page still scrolls), a double click resets. */
    public static ObjectNode zoomable(ObjectNode layer, int panel) {
        ArrayNode params = NODES.arrayNode();
        params.add(object("""
                {name: 'zoom%d', bind: 'scales',
                 select: {type: 'interval', zoom: 'wheel![event.ctrlKey || event.metaKey]'}}""".formatted(panel)));
        layer.set("params", params);
        return layer;
    }

    /** A tooltip entry. */
    public static ObjectNode tip(String field, String title) {
        return NODES.objectNode().put("field", field).put("title", title);
    }

    /** A tooltip entry of a number at four digits. */
    public static ObjectNode numberTip(String field, String title) {
        return tip(field, title).put("type", "quantitative").put("format", ".4~g");
    }

    /** A scale from a little below {@code low} to a little above {@code high}, so that no mark at the edge is cut. */
    public static ObjectNode scale(double low, double high) {
        double room = high > low ? 0.05 * (high - low) : Math.max(1e-3, 0.05 * Math.abs(high));
        ArrayNode domain = NODES.arrayNode();
        domain.add(rounded(low - 0.7 * room));
        domain.add(rounded(high + room));
        ObjectNode scale = NODES.objectNode();
        scale.set("domain", domain);
        scale.put("nice", false);
        return scale;
    }

    /** The largest or smallest of a field over data. */
    public static DoubleSummaryStatistics range(ArrayNode values, String... fields) {
        DoubleSummaryStatistics range = new DoubleSummaryStatistics();
        values.forEach(value -> {
            for (String field : fields) {
                range.accept(value.get(field).asDouble());
            }
        });
        return range;
    }

    public static ArrayNode array(List<ObjectNode> items) {
        return NODES.arrayNode().addAll(items);
    }

    public static ArrayNode strings(List<String> items) {
        ArrayNode array = NODES.arrayNode();
        items.forEach(array::add);
        return array;
    }

    /** Five significant digits: more than a screen shows, and a third of the file. */
    public static BigDecimal rounded(double value) {
        return new BigDecimal(value).round(new MathContext(5)).stripTrailingZeros();
    }
}
