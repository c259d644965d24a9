package io.margrave.report.claim;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.margrave.data.Noise;
import io.margrave.report.VegaLite;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A panel of points, of which at most {@link #MOST} are drawn.
 *
 * @param colours every value of colour in the figure, in order
 * @param shapes every value of shape in the figure
 * @param xTitle of the horizontal axis, empty for none
 * @param yTitle of the vertical axis
 * @param diagonal whether y = x is drawn, and points below it are marked
 */
record Scatter(List<String> colours, List<String> shapes, String xTitle, String yTitle, boolean diagonal) {
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

    /** Whether a figure of such panels left points out. */
    static boolean sampled(List<Dot> dots) {
        return dots.size() > MOST;
    }

    /** The panel; {@code more} layers lie above the points. */
    ObjectNode panel(String title, List<String> notes, List<Dot> dots, List<ObjectNode> more, int number) {
        List<Dot> drawn = sample(dots);
        ArrayNode points = VegaLite.NODES.arrayNode();
        ArrayNode below = VegaLite.NODES.arrayNode();
        for (Dot dot : drawn) {
            points.add(value(dot));
        }
        if (diagonal) {
            sample(dots.stream().filter(dot -> dot.y() < dot.x()).toList()).forEach(dot -> below.add(value(dot)));
        }
        ObjectNode encoding = encoding();
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
                    "{type: 'point', shape: 'cross', filled: true, size: 34, color: '" + VegaLite.ALERT
                            + "', opacity: 1, clip: true}",
                    crossed));
        }
        layers.addAll(more);
        return VegaLite.panel(title, notes, Panels.WIDTH, Panels.HEIGHT, layers);
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
