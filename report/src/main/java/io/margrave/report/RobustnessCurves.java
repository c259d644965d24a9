package io.margrave.report;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.margrave.results.CurvePoint;
import io.margrave.results.CurveRow;
import io.margrave.results.ModelCard;
import io.margrave.results.RunResults;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;

/** P(|Delta| &lt;= r) along each image's break, against the norm of the perturbation. */
final class RobustnessCurves {
    private static final int GRID = 60;

    /** Single curves drawn of one model and radius; the band is of all. */
    private static final int LARGEST_CURVES = 40;

    private RobustnessCurves() {}

    /** One image's curve, by ascending norm. */
    private record Curve(int point, double[] norms, double[] shares) {
        static Curve of(int point, List<CurvePoint> at) {
            List<CurvePoint> sorted = at.stream()
                    .sorted(Comparator.comparingDouble(CurvePoint::norm))
                    .toList();
            return new Curve(
                    point,
                    sorted.stream().mapToDouble(CurvePoint::norm).toArray(),
                    sorted.stream().mapToDouble(p -> p.within().estimate()).toArray());
        }

        /** Linear between norms; beyond the last norm its last value. */
        double at(double norm) {
            int next = Arrays.binarySearch(norms, norm);
            if (next >= 0) {
                return shares[next];
            }
            next = -next - 1;
            if (next == 0) {
                return shares[0];
            }
            if (next == norms.length) {
                return shares[next - 1];
            }
            double share = (norm - norms[next - 1]) / (norms[next] - norms[next - 1]);
            return shares[next - 1] + share * (shares[next] - shares[next - 1]);
        }

        double last() {
            return norms[norms.length - 1];
        }
    }

    static List<Figure> figures(RunResults results) {
        TreeMap<Double, List<CurveRow>> byRadius = new TreeMap<>();
        for (CurveRow row : results.curves()) {
            byRadius.computeIfAbsent(row.at().r(), r -> new ArrayList<>()).add(row);
        }
        if (byRadius.isEmpty()) {
            return List.of();
        }
        List<ObjectNode> panels = new ArrayList<>();
        byRadius.forEach((r, rows) -> panels.add(panel(results, r, rows, panels.size())));
        String caption =
                "P(|\u0394(x, \u03b4)| \u2264 r) on fresh noise, along the direction of each image\u2019s smallest verified break (full, kept in"
                        + " range). Heavy line: median over images; band: 10\u202f% to 90\u202f% of images; faint: up to "
                        + LARGEST_CURVES
                        + " single images. Below one half (dashed) r-robustness is lost. A curve that ends keeps its last value in median and"
                        + " band; images without a verified break have no curve and are left out.";
        return List.of(new Figure(
                "robustness-curves",
                "Probability of staying within r, against perturbation norm",
                caption,
                VegaLite.figure(panels),
                Figure.Numbers.none()));
    }

    private static ObjectNode panel(RunResults results, double r, List<CurveRow> rows, int number) {
        ArrayNode single = VegaLite.NODES.arrayNode();
        ArrayNode band = VegaLite.NODES.arrayNode();
        for (ModelCard model : results.models()) {
            TreeMap<Integer, List<CurvePoint>> byPoint = new TreeMap<>();
            rows.stream()
                    .filter(row -> row.model().equals(model.name()))
                    .forEach(row -> byPoint.computeIfAbsent(row.point(), p -> new ArrayList<>())
                            .add(row.at()));
            List<Curve> curves = new ArrayList<>();
            byPoint.forEach((point, at) -> curves.add(Curve.of(point, at)));
            addSingle(single, model.name(), curves);
            addBand(band, model.name(), curves);
        }
        ArrayNode half = VegaLite.NODES.arrayNode();
        half.addObject().put("p", 0.5);
        return VegaLite.panel(
                "r = " + Text.number(r), List.of(), 270, 230, layers(results, single, band, half, number));
    }

    private static void addSingle(ArrayNode single, String model, List<Curve> curves) {
        int drawn = Math.min(curves.size(), LARGEST_CURVES);
        for (int i = 0; i < drawn; i++) {
            Curve curve = curves.get((int) ((long) i * curves.size() / drawn));
            for (int k = 0; k < curve.norms().length; k++) {
                single.addObject()
                        .put("model", model)
                        .put("point", curve.point())
                        .put("norm", VegaLite.rounded(curve.norms()[k]))
                        .put("p", VegaLite.rounded(curve.shares()[k]));
            }
        }
    }

    private static void addBand(ArrayNode band, String model, List<Curve> curves) {
        double last = curves.stream().mapToDouble(Curve::last).max().orElse(0);
        for (int k = 0; k <= GRID && last > 0; k++) {
            double norm = last * k / GRID;
            double[] shares =
                    curves.stream().mapToDouble(c -> c.at(norm)).sorted().toArray();
            band.addObject()
                    .put("model", model)
                    .put("norm", VegaLite.rounded(norm))
                    .put("low", VegaLite.rounded(Quantiles.of(shares, 0.1)))
                    .put("median", VegaLite.rounded(Quantiles.of(shares, 0.5)))
                    .put("high", VegaLite.rounded(Quantiles.of(shares, 0.9)));
        }
    }

    private static List<ObjectNode> layers(
            RunResults results, ArrayNode single, ArrayNode band, ArrayNode half, int number) {
        String x =
                "x: {field: 'norm', type: 'quantitative', title: 'Perturbation norm (L2, input units)', axis: {tickCount: 5}}";
        String y = "type: 'quantitative', title: 'P(|\u0394| \u2264 r)', scale: {domain: [0, 1]}";
        ObjectNode area = VegaLite.object("{" + x + ", y: {field: 'low', " + y + "}, y2: {field: 'high'}}");
        ObjectNode faint = VegaLite.object("{" + x + ", y: {field: 'p', " + y + "}, detail: {field: 'point'}}");
        ObjectNode median = VegaLite.object("{" + x + ", y: {field: 'median', " + y + "}}");
        for (ObjectNode encoding : List.of(area, faint, median)) {
            encoding.set("color", VegaLite.colour(results));
        }
        median.set(
                "tooltip",
                VegaLite.array(List.of(
                        VegaLite.tip("model", "model"),
                        VegaLite.numberTip("norm", "norm"),
                        VegaLite.numberTip("median", "median P"),
                        VegaLite.numberTip("low", "10 % of images"),
                        VegaLite.numberTip("high", "90 % of images"))));
        return List.of(
                VegaLite.zoomable(
                        VegaLite.layer(band, "{type: 'area', opacity: 0.16, clip: true, line: false}", area), number),
                VegaLite.layer(single, "{type: 'line', strokeWidth: 0.6, opacity: 0.28, clip: true}", faint),
                VegaLite.layer(band, "{type: 'line', strokeWidth: 2.6, clip: true}", median),
                VegaLite.layer(
                        half,
                        "{type: 'rule', color: '#444', strokeDash: [5, 4]}",
                        VegaLite.object("{y: {field: 'p', type: 'quantitative'}}")));
    }
}
