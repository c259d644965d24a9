package io.margrave.report.claim;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.margrave.report.Text;
import io.margrave.report.VegaLite;
import io.margrave.results.experiment.Slice;
import java.util.ArrayList;
import java.util.List;

/**
 * Panels of {@link Slice}s: both axes in one unit and of one length, so that a circle is a circle. Robust is red and the rest blue, as in the paper, from
 * a scale that colour-blind readers tell apart; the line between them is drawn, for readers of grey.
 */
final class Planes {
    static final String FROBENIUS = "bound_frobenius";
    static final String WHITENED = "bound_whitened";
    static final String MARGIN = "margin";
    private static final String HALF_SPACE = "half_space";

    private static final int SIDE = 240;
    private static final List<String> CIRCLES =
            List.of("bound (paper)", "whitened bound", "smallest break found", "ball of radius r", "half-space");

    /** Shades on either side of the middle: equal neighbours of a row become one rectangle. */
    private static final int SHADES = 10;

    private Planes() {}

    static String title(Slice.Kind kind) {
        return switch (kind) {
            case INPUT -> "The margin, on a plane of inputs";
            case RECONSTRUCTIONS -> "Reconstructions and the ball of radius r";
            case LATENT -> "The worst-case half-space, on a plane of latents";
        };
    }

    /**
     * What is drawn.
     *
     * @param ranged whether a plane of inputs leaves the value range
     */
    static String caption(Slice.Kind kind, boolean ranged) {
        return switch (kind) {
            case INPUT ->
                "The plane of input space through x that holds the direction of the smallest verified break (horizontal) and the steepest direction of the"
                        + " whitened Jacobian orthogonal to it (vertical), in input units. Colour: P(|\u0394(x, d)| \u2264 r); red is r-robust, blue is not, and the thin"
                        + " line is where it is one half. Circles: the paper\u2019s bound, the whitened bound and the margin found by attack."
                        + (ranged
                                ? " Grey: outside the value range."
                                : " The break was searched without the value range.");
            case RECONSTRUCTIONS ->
                "Clean reconstructions g(\u03bc + \u03c3\u03b7) about g(\u03bc), on the two directions that hold most of their mean square, in output units. Red: within r of"
                        + " g(\u03bc) in the whole space; blue triangles: not. The circle has radius r; a mark inside it may yet be further away than r in a"
                        + " direction that the plane lacks.";
            case LATENT ->
                "The plane of latent space through \u03bc(x), in units of \u03c3(x), that holds the step which the verified break induces (horizontal). Colour:"
                        + " |g(z) \u2212 g(\u03bc(x))| / r; red, at most 1, is robust, and the thin line is where it is 1. Dashed: the boundary of the half-space of the"
                        + " worst-case decoder, \u03a6\u207b\u00b9(p) standard deviations from \u03bc(x); that decoder is robust left of it. Cross: the attacked posterior\u2019s mean.";
        };
    }

    /** A named length; NaN where there is none. */
    static double length(Slice slice, String name) {
        return slice.lengths().stream()
                .filter(length -> length.name().equals(name))
                .mapToDouble(Slice.Length::value)
                .findFirst()
                .orElse(Double.NaN);
    }

    /** Robust cells within a circle, and all, but for those outside the value range. */
    static int[] within(Slice slice, double radius) {
        int[] counts = new int[2];
        each(slice, (x, y, value) -> {
            if (Math.hypot(x, y) < radius && !Double.isNaN(value)) {
                counts[0] += value > 0.5 ? 1 : 0;
                counts[1]++;
            }
        });
        return counts;
    }

    /** Robust cells on one side of the half-space's boundary, and all. */
    static int[] side(Slice slice, boolean before) {
        double boundary = length(slice, HALF_SPACE);
        int[] counts = new int[2];
        each(slice, (x, y, value) -> {
            if (!Double.isNaN(value) && !Double.isNaN(boundary) && x < boundary == before) {
                counts[0] += value <= 1 ? 1 : 0;
                counts[1]++;
            }
        });
        return counts;
    }

    private interface CellVisitor {
        void visit(double x, double y, double value);
    }

    private static void each(Slice slice, CellVisitor visitor) {
        int n = slice.axis().size();
        for (int row = 0; row < n; row++) {
            for (int column = 0; column < n; column++) {
                visitor.visit(
                        slice.axis().get(column),
                        slice.axis().get(row),
                        slice.field().get(row * n + column));
            }
        }
    }

    static ObjectNode panel(Slice slice, String title, String note) {
        double extent = extent(slice);
        Axes axes = new Axes(extent, xTitle(slice.kind()), yTitle(slice.kind()));
        List<ObjectNode> layers = new ArrayList<>();
        List<String> notes = new ArrayList<>(List.of(note));
        switch (slice.kind()) {
            case INPUT -> {
                layers.add(outside(slice, axes));
                layers.add(field(slice, axes, 0.5, false));
                layers.add(boundary(slice, axes, 0.5));
                layers.add(circles(
                        axes,
                        new double[] {length(slice, FROBENIUS), length(slice, WHITENED), length(slice, MARGIN)},
                        CIRCLES.subList(0, 3)));
                notes.add("bound " + number(slice, FROBENIUS) + ", whitened " + number(slice, WHITENED) + ", break "
                        + number(slice, MARGIN));
            }
            case RECONSTRUCTIONS -> {
                layers.add(marks(slice, axes));
                layers.add(circles(axes, new double[] {slice.r()}, CIRCLES.subList(3, 4)));
                long inside = slice.marks().stream().filter(Slice.Mark::inside).count();
                double explained = length(slice, "explained");
                notes.add(inside + " of " + slice.marks().size() + " within r"
                        + (Double.isNaN(explained) ? "" : "; the plane holds " + Text.percent(explained)));
            }
            case LATENT -> {
                layers.add(field(slice, axes, 1, true));
                layers.add(boundary(slice, axes, 1));
                double half = length(slice, HALF_SPACE);
                if (Math.abs(half) <= extent) {
                    layers.add(halfSpace(half, axes));
                }
                layers.add(attacked(slice, axes));
                notes.add("boundary " + number(slice, HALF_SPACE) + " \u03c3 from \u03bc(x)");
            }
        }
        layers.add(origin(axes));
        return VegaLite.panel(title, notes, SIDE, SIDE, layers);
    }

    private static String number(Slice slice, String name) {
        return Text.number(length(slice, name));
    }

    private static String xTitle(Slice.Kind kind) {
        return switch (kind) {
            case INPUT -> "Along the break (L2, input units)";
            case RECONSTRUCTIONS -> "First direction (output units)";
            case LATENT -> "Along the induced step (in \u03c3)";
        };
    }

    private static String yTitle(Slice.Kind kind) {
        return switch (kind) {
            case INPUT -> "Steepest, orthogonal to it";
            case RECONSTRUCTIONS -> "Second direction";
            case LATENT -> "Orthogonal to it (in \u03c3)";
        };
    }

    /** Half a side: the whole grid, or the whole ball with every mark. */
    private static double extent(Slice slice) {
        if (!slice.axis().isEmpty()) {
            return Math.max(-slice.axis().get(0), slice.axis().get(slice.axis().size() - 1)) + step(slice) / 2;
        }
        double furthest = slice.marks().stream()
                .mapToDouble(mark -> Math.max(Math.abs(mark.first()), Math.abs(mark.second())))
                .filter(Double::isFinite)
                .max()
                .orElse(0);
        return 1.05 * Math.max(furthest, slice.r());
    }

    private static double step(Slice slice) {
        return slice.axis().size() < 2 ? 1 : slice.axis().get(1) - slice.axis().get(0);
    }

    /** Two axes of one length. */
    private record Axes(double extent, String x, String y) {
        ObjectNode encoding() {
            return VegaLite.NODES
                    .objectNode()
                    .<ObjectNode>set("x", axis("x", x))
                    .set("y", axis("y", y));
        }

        /** From one coordinate to another. */
        ObjectNode spans() {
            ObjectNode encoding = encoding();
            encoding.set("x2", VegaLite.object("{field: 'x2'}"));
            encoding.set("y2", VegaLite.object("{field: 'y2'}"));
            return encoding;
        }

        private ObjectNode axis(String field, String title) {
            ObjectNode axis = VegaLite.object("{type: 'quantitative', axis: {grid: false, tickCount: 5}}")
                    .put("field", field)
                    .put("title", title);
            ArrayNode domain = VegaLite.NODES.arrayNode();
            domain.add(VegaLite.rounded(-extent)).add(VegaLite.rounded(extent));
            axis.set(
                    "scale",
                    VegaLite.NODES
                            .objectNode()
                            .put("nice", false)
                            .put("zero", false)
                            .<ObjectNode>set("domain", domain));
            return axis;
        }
    }

    /**
     * The field in steps, each row's equal neighbours as one rectangle.
     *
     * @param middle the value that parts robust from not
     * @param smallIsRobust whether values below it are robust
     */
    private static ObjectNode field(Slice slice, Axes axes, double middle, boolean smallIsRobust) {
        int n = slice.axis().size();
        double step = step(slice);
        ArrayNode values = VegaLite.NODES.arrayNode();
        for (int row = 0; row < n; row++) {
            for (int first = 0; first < n; ) {
                double shade = shade(slice.field().get(row * n + first), middle);
                int end = first + 1;
                while (end < n && Double.compare(shade(slice.field().get(row * n + end), middle), shade) == 0) {
                    end++;
                }
                // Seams between rectangles would show: each reaches a little into the next, which is drawn over it.
                if (!Double.isNaN(shade)) {
                    values.addObject()
                            .put("x", VegaLite.rounded(slice.axis().get(first) - step / 2))
                            .put(
                                    "x2",
                                    VegaLite.rounded(
                                            Math.min(axes.extent(), slice.axis().get(end - 1) + 0.6 * step)))
                            .put("y", VegaLite.rounded(slice.axis().get(row) - step / 2))
                            .put(
                                    "y2",
                                    VegaLite.rounded(
                                            Math.min(axes.extent(), slice.axis().get(row) + 0.6 * step)))
                            .put("v", VegaLite.rounded(shade));
                }
                first = end;
            }
        }
        ObjectNode encoding = axes.spans();
        ObjectNode colour = VegaLite.object("""
                {field: 'v', type: 'quantitative', scale: {scheme: 'redblue', clamp: true},
                 legend: {orient: 'bottom', direction: 'horizontal', tickCount: 4}}""")
                .put("title", smallIsRobust ? "|g(z) \u2212 g(\u03bc)| / r" : "P(|\u0394| \u2264 r)");
        ArrayNode domain = VegaLite.NODES.arrayNode();
        domain.add(0).add(middle).add(2 * middle);
        ((ObjectNode) colour.get("scale")).put("reverse", !smallIsRobust).set("domain", domain);
        encoding.set("color", colour);
        encoding.set(
                "tooltip",
                VegaLite.array(List.of(VegaLite.numberTip("v", smallIsRobust ? "distance / r" : "P, about"))));
        return VegaLite.layer(values, "{type: 'rect', clip: true, strokeWidth: 0}", encoding);
    }

    /** Grey, upon which the cells in the value range are drawn. */
    private static ObjectNode outside(Slice slice, Axes axes) {
        ArrayNode values = VegaLite.NODES.arrayNode();
        if (slice.field().stream().anyMatch(value -> value.isNaN())) {
            values.addObject()
                    .put("x", VegaLite.rounded(-axes.extent()))
                    .put("x2", VegaLite.rounded(axes.extent()))
                    .put("y", VegaLite.rounded(-axes.extent()))
                    .put("y2", VegaLite.rounded(axes.extent()));
        }
        return VegaLite.layer(values, "{type: 'rect', color: '#cfcfcf', clip: true}", axes.spans());
    }

    /** The middle of a value's step, from 0 to twice the middle; never the middle itself, which parts. */
    private static double shade(double value, double middle) {
        if (Double.isNaN(value)) {
            return Double.NaN;
        }
        double width = middle / SHADES;
        double at = Math.max(0, Math.min(2 * SHADES - 1, Math.ceil(value / width) - 1));
        return (at + 0.5) * width;
    }

    private static ObjectNode boundary(Slice slice, Axes axes, double level) {
        ArrayNode values = VegaLite.NODES.arrayNode();
        for (Contour.Line line : Contour.of(slice.axis(), slice.field(), level)) {
            values.addObject()
                    .put("x", VegaLite.rounded(line.x()))
                    .put("y", VegaLite.rounded(line.y()))
                    .put("x2", VegaLite.rounded(line.toX()))
                    .put("y2", VegaLite.rounded(line.toY()));
        }
        return VegaLite.layer(values, "{type: 'rule', color: '#555', strokeWidth: 0.8, clip: true}", axes.spans());
    }

    private static ObjectNode circles(Axes axes, double[] radii, List<String> names) {
        ArrayNode values = VegaLite.NODES.arrayNode();
        for (int c = 0; c < radii.length; c++) {
            for (int i = 0; i <= 120 && Double.isFinite(radii[c]) && radii[c] > 0; i++) {
                double angle = 2 * Math.PI * i / 120;
                values.addObject()
                        .put("x", VegaLite.rounded(radii[c] * Math.cos(angle)))
                        .put("y", VegaLite.rounded(radii[c] * Math.sin(angle)))
                        .put("i", i)
                        .put("k", names.get(c));
            }
        }
        ObjectNode encoding = axes.encoding();
        encoding.set("order", VegaLite.object("{field: 'i', type: 'quantitative'}"));
        encoding.set("strokeDash", dashes(names));
        return VegaLite.layer(values, "{type: 'line', color: '#000', strokeWidth: 1.4, clip: true}", encoding);
    }

    private static ObjectNode halfSpace(double at, Axes axes) {
        ArrayNode values = VegaLite.NODES.arrayNode();
        for (int end = -1; end <= 1; end += 2) {
            values.addObject()
                    .put("x", VegaLite.rounded(at))
                    .put("y", VegaLite.rounded(end * axes.extent()))
                    .put("i", end)
                    .put("k", CIRCLES.get(4));
        }
        ObjectNode encoding = axes.encoding();
        encoding.set("order", VegaLite.object("{field: 'i', type: 'quantitative'}"));
        return VegaLite.layer(
                values, "{type: 'line', color: '#000', strokeWidth: 1.6, strokeDash: [6, 3], clip: true}", encoding);
    }

    private static ObjectNode dashes(List<String> names) {
        List<String> patterns = List.of("[1.5, 2]", "[6, 3]", "[1, 0]");
        ArrayNode range = VegaLite.NODES.arrayNode();
        for (int i = 0; i < names.size(); i++) {
            range.add(VegaLite.object("{d: " + patterns.get(names.size() == 1 ? 2 : i) + "}")
                    .get("d"));
        }
        ObjectNode channel = VegaLite.object(
                "{field: 'k', type: 'nominal', title: null, legend: {symbolType: 'stroke', symbolSize: 300, symbolStrokeColor: '#000'}}");
        channel.set(
                "scale",
                VegaLite.NODES
                        .objectNode()
                        .<ObjectNode>set("domain", VegaLite.strings(names))
                        .set("range", range));
        channel.set("sort", VegaLite.strings(names));
        return channel;
    }

    private static ObjectNode marks(Slice slice, Axes axes) {
        List<String> sides = List.of("within r", "outside");
        ArrayNode values = VegaLite.NODES.arrayNode();
        for (Slice.Mark mark : slice.marks()) {
            if (Double.isFinite(mark.first()) && Double.isFinite(mark.second())) {
                values.addObject()
                        .put("x", VegaLite.rounded(mark.first()))
                        .put("y", VegaLite.rounded(mark.second()))
                        .put("s", sides.get(mark.inside() ? 0 : 1));
            }
        }
        ObjectNode encoding = axes.encoding();
        encoding.set("color", two(sides, "#B2182B", "#2166AC"));
        encoding.set("shape", two(sides, "circle", "triangle-up"));
        return VegaLite.layer(values, "{type: 'point', filled: true, size: 11, opacity: 0.6, clip: true}", encoding);
    }

    private static ObjectNode two(List<String> values, String first, String second) {
        ObjectNode channel = VegaLite.object("{field: 's', type: 'nominal', title: null}");
        channel.set(
                "scale",
                VegaLite.NODES
                        .objectNode()
                        .<ObjectNode>set("domain", VegaLite.strings(values))
                        .set("range", VegaLite.strings(List.of(first, second))));
        channel.set("sort", VegaLite.strings(values));
        return channel;
    }

    private static ObjectNode attacked(Slice slice, Axes axes) {
        ArrayNode values = VegaLite.NODES.arrayNode();
        for (Slice.Mark mark : slice.marks()) {
            values.addObject().put("x", VegaLite.rounded(mark.first())).put("y", VegaLite.rounded(mark.second()));
        }
        return VegaLite.layer(
                values,
                "{type: 'point', shape: 'cross', angle: 45, filled: true, color: '#000', size: 70, opacity: 1, clip: true}",
                axes.encoding());
    }

    private static ObjectNode origin(Axes axes) {
        ArrayNode values = VegaLite.NODES.arrayNode();
        values.addObject().put("x", 0).put("y", 0);
        return VegaLite.layer(
                values, "{type: 'point', filled: true, color: '#000', size: 18, opacity: 1}", axes.encoding());
    }
}
