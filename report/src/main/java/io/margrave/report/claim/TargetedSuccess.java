package io.margrave.report.claim;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.margrave.report.Figure;
import io.margrave.report.Text;
import io.margrave.report.VegaLite;
import io.margrave.report.claim.Study.Cell;
import io.margrave.results.experiment.ExperimentModel;
import io.margrave.results.experiment.ExperimentResults;
import io.margrave.results.experiment.TargetedRow;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Claim 6: targeted attacks succeed on VAEs. */
final class TargetedSuccess {
    private static final int NUMBER = 6;

    /** Attacks below which nothing is judged. */
    private static final int FEWEST = 10;

    private static final String RULE =
            "Success: the attacked reconstruction g(\u03bc(x+d)) is nearer, in L2, to the target\u2019s reconstruction"
                    + " g(\u03bc(x_t)) than to the source\u2019s g(\u03bc(x)). Rule, for each data set, network and goal, at the largest radius: more than half of"
                    + " the attacks on plain VAEs that have not collapsed succeed, by the lower end of a 95\u202f% interval.";

    private TargetedSuccess() {}

    /** Attacks of one goal and radius on models that differ in seed alone, or on a whole cell. */
    private record Group(Cell cell, String label, String goal, double radius, List<TargetedRow> rows) {
        ClusterShare success() {
            ClusterShare.Count count = new ClusterShare.Count();
            rows.forEach(row -> count.add(row.point(), row.nearerTarget()));
            return count.share();
        }

        /** Where the reconstruction is between where it was, 1, and the target's own, 0. */
        ClusterMedian distance() {
            List<TargetedRow> defined =
                    rows.stream().filter(row -> row.relativeDistance() != null).toList();
            return ClusterMedian.of(
                    defined.stream()
                            .mapToDouble(row -> Objects.requireNonNull(row.relativeDistance()))
                            .toArray(),
                    defined.stream().mapToInt(TargetedRow::point).toArray());
        }

        ClusterMedian distortion() {
            return ClusterMedian.of(
                    rows.stream().mapToDouble(TargetedRow::relativeDistortion).toArray(), points());
        }

        /** How much likelier than the source the target is of the attacked latent, in nats. */
        ClusterMedian gained() {
            List<TargetedRow> defined = rows.stream()
                    .filter(row -> !Double.isNaN(row.logLikTarget() - row.logLikAttacked()))
                    .toList();
            return ClusterMedian.of(
                    defined.stream()
                            .mapToDouble(row -> row.logLikTarget() - row.logLikAttacked())
                            .toArray(),
                    defined.stream().mapToInt(TargetedRow::point).toArray());
        }

        private int[] points() {
            return rows.stream().mapToInt(TargetedRow::point).toArray();
        }
    }

    /** What an experiment shows of it. */
    static Claim of(ExperimentResults results) {
        Study study = new Study(results);
        Map<String, ExperimentModel> models = new HashMap<>();
        results.models().forEach(model -> models.put(model.name(), model));
        List<Group> pools = groups(results, models, true);
        List<Group> single = groups(results, models, false);
        List<Group> judged = pools.stream()
                .filter(pool -> pool.radius() == largest(pools, pool.cell())
                        && pool.rows().size() >= FEWEST)
                .toList();
        List<Judgement> judgements = judged.stream()
                .map(pool -> new Judgement(
                        pool.cell(), "", pool.goal(), pool.success().low() > 0.5))
                .toList();
        List<String> details = new ArrayList<>();
        details.add(RULE);
        details.addAll(Judgement.dependence(judgements));
        pools.stream()
                .filter(pool -> pool.radius() < largest(pools, pool.cell()))
                .forEach(pool -> details.add("At the smaller radius " + study.radius(pool.cell(), pool.radius()) + ", "
                        + pool.cell().title() + ", " + pool.goal() + ": "
                        + pool.success().text() + " succeed."));
        long collapsed = results.targeted().stream()
                .filter(row -> Study.collapsed(Objects.requireNonNull(models.get(row.model()))))
                .count();
        if (collapsed > 0) {
            details.add(
                    Text.integer(collapsed)
                            + " attacks are on collapsed models, whose reconstructions are all alike: in the table, not in the rule.");
        }
        List<String> differences = new ArrayList<>(Published.differences(results, "vae"));
        differences.add(
                "The paper shows pictures of CelebA under one attack; here targets are drawn at random among inputs of another class,"
                        + " and success is counted. Pictures of the data are in the local page only.");
        return new Claim(
                NUMBER,
                "Targeted attacks succeed on VAEs",
                "\u201cThese models are still susceptible to attacks from adversaries\u201d, who make the reconstruction look like a chosen target by a small"
                        + " distortion of the input: \u201cthe adversarial reconstruction for the VAE looks substantially like\u201d the target. No figure is given.",
                Judgement.verdict(judgements),
                judged.isEmpty()
                        ? "This run has no targeted attacks on VAEs that differ in beta alone, or too few to judge by."
                        : String.join(
                                        "; ",
                                        judged.stream()
                                                .map(pool -> sentence(study, pool))
                                                .toList()) + ".",
                details,
                differences,
                single.isEmpty() ? List.of() : List.of(pooled(study, pools), byModel(study, single)),
                figures(single));
    }

    private static double largest(List<Group> pools, Cell cell) {
        return pools.stream()
                .filter(pool -> pool.cell().equals(cell))
                .mapToDouble(Group::radius)
                .max()
                .orElse(Double.NaN);
    }

    private static List<Group> groups(ExperimentResults results, Map<String, ExperimentModel> models, boolean pooled) {
        Map<List<Object>, Group> groups = new LinkedHashMap<>();
        for (TargetedRow row : results.targeted()) {
            ExperimentModel model = Objects.requireNonNull(models.get(row.model()));
            if (pooled && (!model.plainVae() || Study.collapsed(model))) {
                continue;
            }
            Cell cell = new Cell(model.data(), model.network());
            String label = pooled ? "" : label(model);
            groups.computeIfAbsent(
                            List.of(cell, label, row.goal(), row.radius()),
                            unseen -> new Group(cell, label, row.goal(), row.radius(), new ArrayList<>()))
                    .rows()
                    .add(row);
        }
        return List.copyOf(groups.values());
    }

    /** What sets a model apart from others of its cell, but its seed. */
    static String label(ExperimentModel model) {
        StringBuilder label = new StringBuilder(model.kind().equals("vae") ? Numbers.beta(model.beta()) : model.kind());
        if (model.jacobianPenalty() > 0) {
            label.append(", |J|\u00b2 \u00d7 ").append(Numbers.of(model.jacobianPenalty()));
        }
        if (model.sigmaFloor() > 0) {
            label.append(", \u03c3 \u2265 ").append(Numbers.of(model.sigmaFloor()));
        }
        if (Study.collapsed(model)) {
            label.append(" (collapsed)");
        }
        return label.toString();
    }

    private static String sentence(Study study, Group pool) {
        return pool.cell().title() + ", " + pool.goal() + " within " + study.radius(pool.cell(), pool.radius()) + ": "
                + pool.success().text() + " of " + Text.integer(pool.rows().size())
                + " attacks succeed, median relative distance "
                + pool.distance().text();
    }

    private static final List<String> HEADER = List.of(
            "goal",
            "radius",
            "attacks",
            "images",
            "succeed [95\u202f%]",
            "relative distance to the target, median [95\u202f%]",
            "|d| / |x \u2212 x_t|, median [95\u202f%]",
            "log p(x_t|z*) \u2212 log p(x|z*), nats, median [95\u202f%]");

    private static List<String> row(Study study, Group group) {
        return List.of(
                group.goal(),
                study.radius(group.cell(), group.radius()),
                Text.integer(group.rows().size()),
                Text.integer(group.rows().stream()
                        .mapToInt(TargetedRow::point)
                        .distinct()
                        .count()),
                group.success().text(),
                group.distance().text(),
                group.distortion().text(),
                group.gained().text());
    }

    private static NamedTable pooled(Study study, List<Group> pools) {
        List<String> header = new ArrayList<>(List.of("data, network"));
        header.addAll(HEADER);
        List<List<String>> rows = new ArrayList<>();
        for (Group pool : pools) {
            List<String> row = new ArrayList<>(List.of(pool.cell().title()));
            row.addAll(row(study, pool));
            rows.add(row);
        }
        return new NamedTable(
                "claim6-success",
                "Targeted attacks on plain VAEs that have not collapsed, pooled over beta and seed. Relative distance: 1 where the attack does"
                        + " nothing, 0 where the target itself would do no better. z* = \u03bc(x+d). Intervals count or draw images, each with all of its attacks.",
                header,
                rows);
    }

    private static NamedTable byModel(Study study, List<Group> single) {
        List<String> header = new ArrayList<>(List.of("data, network", "model"));
        header.addAll(HEADER);
        List<List<String>> rows = new ArrayList<>();
        for (Group group : single) {
            List<String> row = new ArrayList<>(List.of(group.cell().title(), group.label()));
            row.addAll(row(study, group));
            rows.add(row);
        }
        return new NamedTable(
                "claim6-models", "The same of each kind of model and beta, pooled over seeds.", header, rows);
    }

    private static List<Figure> figures(List<Group> single) {
        List<Cell> cells = single.stream().map(Group::cell).distinct().toList();
        List<String> goals = single.stream().map(Group::goal).distinct().toList();
        List<ObjectNode> panels = new ArrayList<>();
        for (Cell cell : cells) {
            List<Group> own =
                    single.stream().filter(group -> group.cell().equals(cell)).toList();
            double radius = largest(own, cell);
            panels.add(panel(
                    cell.title(),
                    "|d| \u2264 " + Numbers.of(radius),
                    own.stream().filter(group -> group.radius() == radius).toList(),
                    goals));
        }
        return panels.isEmpty()
                ? List.of()
                : List.of(new Figure(
                        "claim6-success-of-targeted-attacks",
                        "Share of targeted attacks that succeed",
                        "Share of attacks after which the reconstruction is nearer to the target\u2019s than to the source\u2019s, at the largest radius; bars: 95\u202f%"
                                + " intervals that count images. Dashed: one half. Seeds are pooled.",
                        Panels.figure(panels),
                        Figure.Numbers.none()));
    }

    private static ObjectNode panel(String title, String note, List<Group> groups, List<String> goals) {
        List<String> labels = groups.stream()
                .map(Group::label)
                .distinct()
                .sorted(Comparator.comparingInt(
                        (String label) -> label.startsWith("\u03b2 = ") && !label.contains(",") ? 0 : 1))
                .toList();
        ArrayNode values = VegaLite.NODES.arrayNode();
        for (Group group : groups) {
            ClusterShare share = group.success();
            values.addObject()
                    .put("m", group.label())
                    .put("g", group.goal())
                    .put("y", VegaLite.rounded(share.value()))
                    .put("low", VegaLite.rounded(share.low()))
                    .put("high", VegaLite.rounded(share.high()))
                    .put("n", share.pairs());
        }
        ObjectNode points = encoding(labels, goals, "y");
        points.set("shape", Panels.shape("g", goals));
        points.set(
                "tooltip",
                VegaLite.array(List.of(
                        VegaLite.tip("m", "model"),
                        VegaLite.tip("g", "goal"),
                        VegaLite.numberTip("y", "share"),
                        VegaLite.numberTip("low", "from"),
                        VegaLite.numberTip("high", "to"),
                        VegaLite.tip("n", "attacks"))));
        ObjectNode bars = encoding(labels, goals, "low");
        bars.set("y2", VegaLite.object("{field: 'high'}"));
        ArrayNode half = VegaLite.NODES.arrayNode();
        half.addObject().put("y", 0.5);
        return VegaLite.panel(
                title,
                List.of(note),
                Panels.WIDTH,
                Panels.HEIGHT,
                List.of(
                        VegaLite.layer(
                                half,
                                "{type: 'rule', color: '#444', strokeDash: [5, 4]}",
                                VegaLite.object("{y: {field: 'y', type: 'quantitative'}}")),
                        VegaLite.layer(values, "{type: 'rule', strokeWidth: 1.5}", bars),
                        VegaLite.layer(
                                values.deepCopy(), "{type: 'point', filled: true, size: 45, opacity: 1}", points)));
    }

    private static ObjectNode encoding(List<String> labels, List<String> goals, String y) {
        ObjectNode encoding = VegaLite.object("""
                {x: {field: 'm', type: 'nominal', title: null, axis: {labelAngle: -30, labelLimit: 110, labelOverlap: false}},
                 xOffset: {field: 'g', type: 'nominal'},
                 y: {type: 'quantitative', title: 'Share that succeeds', scale: {domain: [0, 1]}, axis: {format: '%', tickCount: 5}}}""");
        ((ObjectNode) encoding.get("x")).set("sort", VegaLite.strings(labels));
        ((ObjectNode) encoding.get("xOffset")).set("sort", VegaLite.strings(goals));
        ((ObjectNode) encoding.get("y")).put("field", y);
        encoding.set("color", VegaLite.colour("g", goals));
        return encoding;
    }
}
