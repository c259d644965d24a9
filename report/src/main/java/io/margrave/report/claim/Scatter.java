package io.margrave.report.claim;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.margrave.data.Noise;
import io.margrave.report.Quantiles;
import io.margrave.report.Text;
import io.margrave.report.VegaLite;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * A panel of points, of which at most {@link #MOST} are drawn.
 *
 * @param colours every value of colour in the figure, in order
 * @param shapes every value of shape in the figure
 * @param xTitle of the horizontal axis, empty for none
 * @param yTitle of the vertical axis
 * @param diagonal whether y = x is drawn
 * @param marked whether points below it are crossed
 */
record Scatter(
        List<String> colours, List<String> shapes, String xTitle, String yTitle, boolean diagonal, boolean marked) {
    /** Points drawn in one panel. */
    static final int MOST = 1_500;

    /** What a caption says of that. */
    static final String SAMPLED =
            " At most 1\u202f500 points a panel are drawn (a seeded sample); the numbers are of all.";

    /**
     * A point.
     *
     * @param x finite
     * @param y finite
     */
    record Dot(double x, double y, String colour, String shape, String model, int point) {}

    /**
     * Points of one data set and network.
     *
     * @param place follows the data set's name in the title: {@code , r = 5}
     * @param note follows the network's name beneath it
     */
    record Series(Study.Cell cell, String place, String note, List<Dot> dots) {}

    /** Panels of y against x with y = x, one a data set; colours and shapes are those of the points, in their order. */
    static List<ObjectNode> byData(List<Series> series, String xTitle, String yTitle, boolean marked) {
        List<String> colours = series.stream()
                .flatMap(one -> one.dots().stream())
                .map(Dot::colour)
                .distinct()
                .sorted(Comparator.comparingDouble(Scatter::number))
                .toList();
        List<String> shapes = series.stream()
                .map(one -> Study.titled(one.cell().network()))
                .distinct()
                .toList();
        List<String> sets =
                series.stream().map(one -> one.cell().data()).distinct().toList();
        List<ObjectNode> panels = new ArrayList<>();
        for (String data : sets) {
            List<Series> own = series.stream()
                    .filter(one -> one.cell().data().equals(data))
                    .toList();
            boolean last = data.equals(sets.get(sets.size() - 1));
            panels.add(new Scatter(colours, shapes, last ? xTitle : "", yTitle, true, marked)
                    .panel(
                            Study.titled(data)
                                    + String.join(
                                            "",
                                            own.stream()
                                                    .map(Series::place)
                                                    .distinct()
                                                    .toList()),
                            own.stream()
                                    .map(one -> Study.titled(one.cell().network()) + ": " + one.note())
                                    .toList(),
                            own.stream().flatMap(one -> one.dots().stream()).toList(),
                            List.of(),
                            panels.size()));
        }
        return panels;
    }

    /** The number at the end of a name such as {@code beta = 4}, which names are sorted by. */
    private static double number(String name) {
        return Double.parseDouble(name.substring(name.lastIndexOf(' ') + 1));
    }

    /** The panel; {@code more} layers lie above the points. */
    ObjectNode panel(String title, List<String> notes, List<Dot> dots, List<ObjectNode> more, int number) {
        List<Dot> drawn = sample(dots);
        ArrayNode points = VegaLite.NODES.arrayNode();
        ArrayNode below = VegaLite.NODES.arrayNode();
        for (Dot dot : drawn) {
            points.add(value(dot));
        }
        if (marked) {
            sample(dots.stream().filter(dot -> dot.y() < dot.x()).toList()).forEach(dot -> below.add(value(dot)));
        }
        ObjectNode encoding = encoding();
        double highest = highest(dots);
        long beyond = dots.stream().filter(dot -> dot.y() > highest).count();
        List<String> said = new ArrayList<>(notes);
        if (diagonal && beyond > 0) {
            ObjectNode y = (ObjectNode) encoding.get("y");
            y.withObject("/scale").put("domainMax", VegaLite.rounded(highest));
            said.add(Text.integer(beyond) + " above not drawn");
        }
        encoding.set("color", Panels.ordered("c", colours));
        encoding.set("shape", Panels.shape("s", shapes));
        encoding.set("tooltip", tips());
        List<ObjectNode> layers = new ArrayList<>();
        layers.add(VegaLite.zoomable(VegaLite.layer(points, mark(drawn.size()), encoding), number));
        if (diagonal) {
            layers.add(identity(dots));
        }
        if (!below.isEmpty()) {
            ObjectNode crossed = encoding();
            crossed.set("tooltip", tips());
            layers.add(VegaLite.layer(
                    below,
                    "{type: 'point', shape: 'cross', filled: true, size: 22, color: '" + VegaLite.ALERT
                            + "', opacity: 1, clip: true}",
                    crossed));
        }
        layers.addAll(more);
        return VegaLite.panel(title, said, Panels.WIDTH, Panels.HEIGHT, layers);
    }

    /** Where the vertical axis may end: a few points far above all others would press these to the ground. */
    private static double highest(List<Dot> dots) {
        double[] sorted = dots.stream().mapToDouble(Dot::y).sorted().toArray();
        return sorted.length == 0 ? 0 : 1.5 * Quantiles.of(sorted, 0.99);
    }

    private ObjectNode identity(List<Dot> dots) {
        double largest = Math.min(
                dots.stream().mapToDouble(Dot::x).max().orElse(0),
                dots.stream().mapToDouble(Dot::y).max().orElse(0));
        ArrayNode ends = VegaLite.NODES.arrayNode();
        ends.addObject().put("x", 0).put("y", 0);
        ends.addObject().put("x", VegaLite.rounded(largest)).put("y", VegaLite.rounded(largest));
        return VegaLite.layer(
                ends, "{type: 'line', color: '#222', strokeDash: [5, 4], strokeWidth: 1.2, clip: true}", encoding());
    }

    /** The two axes. */
    ObjectNode encoding() {
        return VegaLite.NODES
                .objectNode()
                .<ObjectNode>set("x", Panels.axis("x", xTitle))
                .set("y", Panels.axis("y", yTitle));
    }

    private static ArrayNode tips() {
        return VegaLite.array(List.of(
                VegaLite.tip("m", "model"),
                VegaLite.tip("p", "point"),
                VegaLite.numberTip("x", "horizontal"),
                VegaLite.numberTip("y", "vertical")));
    }

    private static ObjectNode value(Dot dot) {
        return VegaLite.NODES
                .objectNode()
                .put("x", VegaLite.rounded(dot.x()))
                .put("y", VegaLite.rounded(dot.y()))
                .put("c", dot.colour())
                .put("s", dot.shape())
                .put("m", dot.model())
                .put("p", dot.point());
    }

    private static List<Dot> sample(List<Dot> dots) {
        if (dots.size() <= MOST) {
            return dots;
        }
        int[] chosen = new Noise(0, "claims").stream(dots.size(), "drawn", 0).sample(dots.size(), MOST);
        Arrays.sort(chosen);
        return Arrays.stream(chosen).mapToObj(dots::get).toList();
    }

    private static String mark(int points) {
        return points <= 300
                ? "{type: 'point', filled: true, clip: true, size: 18, opacity: 0.7}"
                : "{type: 'point', filled: true, clip: true, size: 9, opacity: 0.5}";
    }
}
