package io.margrave.report.claim;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.margrave.report.Figure;
import io.margrave.report.VegaLite;
import io.margrave.report.claim.Study.Cell;
import io.margrave.results.experiment.ExperimentModel;
import io.margrave.results.experiment.MarginRow;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;

/** What beta changes, and what that costs, as drawings. */
final class BetaFigures {
    private static final int HEIGHT = 92;

    private BetaFigures() {}

    static List<Figure> of(Study study, List<Cell> cells) {
        List<Figure> figures = new ArrayList<>();
        for (String data : cells.stream().map(Cell::data).distinct().toList()) {
            figures.add(byBeta(
                    study,
                    data,
                    cells.stream().filter(cell -> cell.data().equals(data)).toList()));
        }
        for (String network : cells.stream().map(Cell::network).distinct().toList()) {
            List<ObjectNode> panels = new ArrayList<>();
            List<Cell> own = cells.stream()
                    .filter(cell -> cell.network().equals(network))
                    .filter(cell -> study.family(cell).stream().anyMatch(model -> model.testElbo() != null))
                    .toList();
            own.forEach(cell -> panels.add(price(study, cell, cell.equals(own.get(own.size() - 1)))));
            if (!panels.isEmpty()) {
                figures.add(new Figure(
                        "claim3-gain-against-price-" + network,
                        "Margin against ELBO, " + Study.titled(network),
                        "Horizontal: ELBO of the test split (beta 1, nats an image; right is better). Vertical: median full margin at the middle r"
                                + " over all images, with its 95\u202f% interval (up is better). Numbers: beta, weight of the penalty on |J|_F squared, or"
                                + " floor under sigma. Line: plain VAEs, the mean of seeds. Models whose median margin is censored are not drawn;"
                                + " collapsed ones are vermilion.",
                        Panels.figure(panels, 2),
                        Figure.Numbers.none()));
            }
        }
        return figures;
    }

    /** Models of one category of the horizontal axis: those of one beta, or one that is controlled. */
    private record Category(String name, boolean plain, List<ExperimentModel> models) {
        static List<Category> of(Study study, Cell cell) {
            List<Category> categories = new ArrayList<>();
            study.family(cell).stream()
                    .filter(model -> !study.anyMargins(model).isEmpty())
                    .collect(Collectors.groupingBy(ExperimentModel::beta, TreeMap::new, Collectors.toList()))
                    .forEach((beta, models) -> categories.add(new Category(Numbers.of(beta), true, models)));
            Map<String, List<ExperimentModel>> controlled = DirectControl.of(study, cell).stream()
                    .map(DirectControl::model)
                    .collect(Collectors.groupingBy(BetaFigures::shortly, LinkedHashMap::new, Collectors.toList()));
            controlled.forEach((name, models) -> categories.add(new Category(name, false, models)));
            return categories;
        }

        boolean collapsed() {
            return models.stream().anyMatch(Study::collapsed);
        }
    }

    private static String shortly(ExperimentModel model) {
        return model.jacobianPenalty() > 0
                ? "|J| " + Numbers.of(model.jacobianPenalty())
                : "\u03c3 " + Numbers.of(model.sigmaFloor());
    }

    private static Figure byBeta(Study study, String data, List<Cell> cells) {
        List<String> betas = cells.stream()
                .flatMap(cell -> study.family(cell).stream())
                .map(ExperimentModel::beta)
                .distinct()
                .sorted()
                .map(Numbers::of)
                .toList();
        List<String> names = new ArrayList<>(betas);
        cells.stream()
                .flatMap(cell -> Category.of(study, cell).stream())
                .map(Category::name)
                .filter(name -> !names.contains(name))
                .forEach(names::add);
        List<String> networks =
                cells.stream().map(Cell::network).distinct().map(Study::titled).toList();
        List<String> radii = cells.stream()
                .flatMap(cell -> study.radii(cell).stream())
                .distinct()
                .sorted()
                .map(r -> "r = " + Numbers.of(r))
                .toList();
        List<ObjectNode> panels = new ArrayList<>();
        ArrayNode sigma = VegaLite.NODES.arrayNode();
        ArrayNode jacobian = VegaLite.NODES.arrayNode();
        ArrayNode margins = VegaLite.NODES.arrayNode();
        ArrayNode elbo = VegaLite.NODES.arrayNode();
        for (Cell cell : cells) {
            for (Category category : Category.of(study, cell)) {
                double once = study.radii(cell).get(0);
                add(sigma, study, cell, category, once, MarginRow::minStdDev, "");
                add(jacobian, study, cell, category, once, MarginRow::jacobianFrobenius, "");
                for (double r : study.radii(cell)) {
                    add(margins, study, cell, category, r, Study::margin, "r = " + Numbers.of(r));
                }
                quality(elbo, cell, category);
            }
        }
        panels.add(panel(
                Study.titled(data),
                sigma,
                "min \u03c3",
                "{type: 'log', nice: false, padding: 6}",
                names,
                networks,
                List.of()));
        panels.add(panel("", jacobian, "|J|_F", "{type: 'log', nice: false, padding: 6}", names, networks, List.of()));
        panels.add(panel("", margins, "Margin (L2)", "{zero: true}", names, networks, radii));
        if (!elbo.isEmpty()) {
            panels.add(panel("", elbo, "ELBO (nats)", "{zero: false, padding: 4}", names, networks, List.of()));
        }
        name(panels.get(panels.size() - 1), names.equals(betas));
        return new Figure(
                "claim3-by-beta-" + data,
                "What beta changes and costs, " + Study.titled(data),
                "Marks: medians over images of all seeds, with 95\u202f% intervals over images (bars) and the medians of single seeds (rings); ELBO of"
                        + " the test split. To the right of the betas: the weight of a penalty on |J|_F squared, and the floor under sigma. Margins:"
                        + " full, verified, an image not r-robust when clean counting as 0; medians that are censored are not drawn. Vermilion crosses:"
                        + " collapsed models, which are not robust for a good reason.",
                Panels.figure(panels),
                Figure.Numbers.none());
    }

    /** Only the last panel names its categories: they are the same in all. */
    private static void name(ObjectNode panel, boolean onlyBetas) {
        panel.get("layer").forEach(layer -> {
            ObjectNode x = (ObjectNode) layer.at("/encoding/x");
            x.put("title", onlyBetas ? "\u03b2" : "\u03b2, or direct control");
            ((ObjectNode) x.get("axis")).put("labelAngle", onlyBetas ? 0 : -40);
            ((ObjectNode) x.get("axis")).put("labels", true).put("ticks", true);
        });
    }

    private static void add(
            ArrayNode values,
            Study study,
            Cell cell,
            Category category,
            double r,
            ToDoubleFunction<MarginRow> of,
            String colour) {
        ClusterMedian all = median(study, category.models(), r, of);
        if (!Double.isFinite(all.value())) {
            return;
        }
        ObjectNode value = bare(values, cell, category, colour);
        value.put("v", VegaLite.rounded(all.value()));
        value.put("lo", VegaLite.rounded(Double.isFinite(all.low()) ? all.low() : all.value()));
        value.put("hi", VegaLite.rounded(Double.isFinite(all.high()) ? all.high() : all.value()));
        ArrayNode seeds = value.putArray("seeds");
        if (category.models().size() > 1) {
            for (ExperimentModel model : category.models()) {
                double median = median(study, List.of(model), r, of).value();
                if (Double.isFinite(median)) {
                    seeds.add(VegaLite.rounded(median));
                }
            }
        }
    }

    private static ClusterMedian median(
            Study study, List<ExperimentModel> models, double r, ToDoubleFunction<MarginRow> of) {
        List<MarginRow> rows = models.stream()
                .flatMap(model -> study.margins(model, r).stream())
                .toList();
        return ClusterMedian.of(
                rows.stream().mapToDouble(of).toArray(),
                rows.stream().mapToInt(MarginRow::point).toArray());
    }

    private static void quality(ArrayNode values, Cell cell, Category category) {
        double[] elbos = category.models().stream()
                .mapToDouble(model -> BetaAndRobustness.orNaN(model.testElbo()))
                .filter(Double::isFinite)
                .toArray();
        if (elbos.length == 0) {
            return;
        }
        double mean = Arrays.stream(elbos).average().orElseThrow();
        ObjectNode value = bare(values, cell, category, "");
        value.put("v", VegaLite.rounded(mean));
        value.put("lo", VegaLite.rounded(mean));
        value.put("hi", VegaLite.rounded(mean));
        ArrayNode seeds = value.putArray("seeds");
        for (double elbo : elbos) {
            seeds.add(VegaLite.rounded(elbo));
        }
    }

    private static ObjectNode bare(ArrayNode values, Cell cell, Category category, String colour) {
        return values.addObject()
                .put("x", category.name())
                .put("s", Study.titled(cell.network()))
                .put("c", colour)
                .put("plain", category.plain())
                .put("collapsed", category.collapsed());
    }

    private static ObjectNode panel(
            String title,
            ArrayNode values,
            String yTitle,
            String scale,
            List<String> names,
            List<String> networks,
            List<String> colours) {
        ArrayNode line = VegaLite.NODES.arrayNode();
        ArrayNode seeds = VegaLite.NODES.arrayNode();
        ArrayNode collapsed = VegaLite.NODES.arrayNode();
        values.forEach(value -> {
            if (value.get("plain").asBoolean()) {
                line.add(value.deepCopy());
            }
            if (value.get("collapsed").asBoolean()) {
                collapsed.add(value.deepCopy());
            }
            value.get("seeds").forEach(seed -> {
                ObjectNode own = value.deepCopy();
                own.put("v", seed.decimalValue());
                seeds.add(own);
            });
        });
        for (ArrayNode array : List.of(values, line, seeds, collapsed)) {
            array.forEach(value -> ((ObjectNode) value).remove(List.of("seeds", "plain", "collapsed")));
        }
        ObjectNode lines = encoding(yTitle, scale, names, networks, "v");
        lines.set("strokeDash", VegaLite.dash("s", networks));
        ((ObjectNode) lines.get("strokeDash")).remove("legend");
        ObjectNode bars = encoding(yTitle, scale, names, networks, "lo");
        bars.set("y2", VegaLite.object("{field: 'hi'}"));
        ObjectNode points = encoding(yTitle, scale, names, networks, "v");
        points.set("shape", Panels.shape("s", networks));
        points.set(
                "tooltip",
                VegaLite.array(List.of(
                        VegaLite.tip("x", "beta or control"),
                        VegaLite.numberTip("v", "median"),
                        VegaLite.numberTip("lo", "95 % from"),
                        VegaLite.numberTip("hi", "to"))));
        ObjectNode rings = encoding(yTitle, scale, names, networks, "v");
        rings.set("shape", Panels.shape("s", networks));
        ObjectNode crosses = encoding(yTitle, scale, names, networks, "v");
        if (!colours.isEmpty()) {
            for (ObjectNode encoding : List.of(lines, bars, points, rings)) {
                encoding.set("color", Panels.ordered("c", colours));
            }
        }
        String plain = colours.isEmpty() ? ", color: '#222'" : "";
        List<ObjectNode> layers = new ArrayList<>();
        layers.add(VegaLite.layer(line, "{type: 'line', strokeWidth: 1.2, opacity: 0.7" + plain + "}", lines));
        layers.add(VegaLite.layer(values, "{type: 'rule', strokeWidth: 1.6" + plain + "}", bars));
        layers.add(VegaLite.layer(values, "{type: 'point', filled: true, size: 34, opacity: 1" + plain + "}", points));
        layers.add(VegaLite.layer(
                seeds, "{type: 'point', filled: false, size: 30, strokeWidth: 0.9, opacity: 0.8" + plain + "}", rings));
        if (!collapsed.isEmpty()) {
            layers.add(VegaLite.layer(
                    collapsed,
                    "{type: 'point', shape: 'cross', filled: true, size: 70, opacity: 1, color: '" + VegaLite.ALERT
                            + "'}",
                    crosses));
        }
        return VegaLite.panel(title, List.of(), Panels.WIDTH, HEIGHT, layers);
    }

    private static ObjectNode encoding(
            String yTitle, String scale, List<String> names, List<String> networks, String field) {
        ObjectNode x =
                VegaLite.object("{field: 'x', type: 'ordinal', axis: {labelAngle: -40, labels: false, ticks: false}}");
        x.putNull("title");
        x.set("scale", VegaLite.NODES.objectNode().set("domain", VegaLite.strings(names)));
        ObjectNode y = VegaLite.object("{type: 'quantitative', axis: {tickCount: 4}}");
        y.put("field", field);
        y.put("title", yTitle);
        y.set("scale", VegaLite.object(scale));
        ObjectNode encoding =
                VegaLite.NODES.objectNode().<ObjectNode>set("x", x).set("y", y);
        if (networks.size() > 1) {
            encoding.set("xOffset", VegaLite.object("{field: 's', type: 'nominal'}"));
        }
        return encoding;
    }

    private static ObjectNode price(Study study, Cell cell, boolean last) {
        double r = study.middle(cell);
        List<String> kinds = List.of("plain \u03b2-VAE", "penalty on |J|", "floor under \u03c3");
        ArrayNode values = VegaLite.NODES.arrayNode();
        ArrayNode line = VegaLite.NODES.arrayNode();
        ArrayNode collapsed = VegaLite.NODES.arrayNode();
        for (Category category : Category.of(study, cell)) {
            ClusterMedian margin = median(study, category.models(), r, Study::margin);
            double elbo = category.models().stream()
                    .mapToDouble(model -> BetaAndRobustness.orNaN(model.testElbo()))
                    .average()
                    .orElse(Double.NaN);
            if (!Double.isFinite(margin.value()) || !Double.isFinite(elbo)) {
                continue;
            }
            ObjectNode value = VegaLite.NODES
                    .objectNode()
                    .put("x", VegaLite.rounded(elbo))
                    .put("y", VegaLite.rounded(margin.value()))
                    .put("lo", VegaLite.rounded(Double.isFinite(margin.low()) ? margin.low() : margin.value()))
                    .put("hi", VegaLite.rounded(Double.isFinite(margin.high()) ? margin.high() : margin.value()))
                    .put("k", kinds.get(category.plain() ? 0 : category.name().startsWith("|J|") ? 1 : 2))
                    .put("t", category.name().replace("|J| ", "").replace("\u03c3 ", ""));
            values.add(value);
            if (category.plain()) {
                line.add(value.deepCopy().put("b", category.models().get(0).beta()));
            }
            if (category.collapsed()) {
                collapsed.add(value.deepCopy());
            }
        }
        ObjectNode points = axes(last);
        points.set("shape", Panels.shape("k", kinds));
        points.set("color", VegaLite.colour("k", kinds));
        points.set("tooltip", VegaLite.array(List.of(VegaLite.tip("k", "kind"), VegaLite.tip("t", "value"))));
        ObjectNode bars = axes(last);
        ((ObjectNode) bars.get("y")).put("field", "lo");
        bars.set("y2", VegaLite.object("{field: 'hi'}"));
        bars.set("color", VegaLite.colour("k", kinds));
        ObjectNode path = axes(last);
        path.set("order", VegaLite.object("{field: 'b', type: 'quantitative'}"));
        ObjectNode labels = axes(last);
        labels.set("text", VegaLite.object("{field: 't', type: 'nominal'}"));
        List<ObjectNode> layers = new ArrayList<>(List.of(
                VegaLite.layer(line, "{type: 'line', strokeWidth: 1, color: '#0072B2', opacity: 0.6}", path),
                VegaLite.layer(values, "{type: 'rule', strokeWidth: 1.4}", bars),
                VegaLite.layer(values, "{type: 'point', filled: true, size: 44, opacity: 1}", points),
                VegaLite.layer(
                        values, "{type: 'text', fontSize: 11, dx: 5, dy: -6, align: 'left', color: '#222'}", labels)));
        if (!collapsed.isEmpty()) {
            layers.add(VegaLite.layer(
                    collapsed,
                    "{type: 'point', shape: 'cross', filled: true, size: 80, opacity: 1, color: '" + VegaLite.ALERT
                            + "'}",
                    axes(last)));
        }
        return VegaLite.panel(
                Study.titled(cell.data()) + ", r = " + Numbers.of(r), List.of(), Panels.WIDTH, Panels.HEIGHT, layers);
    }

    private static ObjectNode axes(boolean last) {
        ObjectNode x = Panels.axis("x", last ? "ELBO (nats an image)" : "");
        x.set("scale", VegaLite.object("{zero: false, padding: 14}"));
        return VegaLite.NODES.objectNode().<ObjectNode>set("x", x).set("y", Panels.axis("y", "Median margin (L2)"));
    }
}
