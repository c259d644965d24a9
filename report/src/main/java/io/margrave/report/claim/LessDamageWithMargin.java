package io.margrave.report.claim;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.margrave.report.Association;
import io.margrave.report.Figure;
import io.margrave.report.Quantiles;
import io.margrave.report.Text;
import io.margrave.report.VegaLite;
import io.margrave.report.claim.Scatter.Dot;
import io.margrave.report.claim.Study.Cell;
import io.margrave.results.experiment.DamageRow;
import io.margrave.results.experiment.ExperimentModel;
import io.margrave.results.experiment.ExperimentResults;
import io.margrave.results.experiment.MarginRow;
import io.margrave.theory.Verdict;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/** Claim 2: the larger the margin, the less likelihood the maximum-damage attack costs. */
public final class LessDamageWithMargin {
    /** Fewer pairs say too little to judge by. */
    private static final int FEWEST = 30;

    private static final String RULE =
            "Rule: it holds where, for each data set, network, attack radius and r with at least " + FEWEST
                    + " pairs, the lower end of the 95\u202f% interval of Spearman\u2019s correlation of margin and likelihood change (negative is worse) is"
                    + " above 0, pooled over the betas; in part where only some of these places do. The change is the relative degradation D where the"
                    + " likelihood is that of a discrete image, and nats where it is a density, whose D depends on the unit of a pixel.";

    private LessDamageWithMargin() {}

    /** One model and point: its margin, possibly infinite, and what the attack cost. */
    private record Pair(
            ExperimentModel model,
            int point,
            double margin,
            double nats,
            @Nullable Double relative) {
        /** What the statement is about: negative is worse. */
        double headline() {
            return density(model) || relative == null ? nats : relative;
        }
    }

    /** Pairs of one cell, attack radius and r. */
    private record Pool(
            Cell cell,
            double radius,
            double r,
            List<Pair> pairs,
            int left,
            int censored,
            Association.Estimate spearman,
            List<Double> within) {

        static Pool of(Study study, Cell cell, double radius, double r) {
            List<Pair> pairs = new ArrayList<>();
            int left = 0;
            for (ExperimentModel model : study.family(cell)) {
                var attacks = study.damage(model, radius, "both");
                for (MarginRow row : study.margins(model, r)) {
                    DamageRow attack = attacks.get(row.point());
                    Double attacked = attack == null ? null : attack.logLikAttacked();
                    if (attack == null || attacked == null) {
                        continue;
                    }
                    double nats = attacked - attack.logLikClean();
                    Double relative = attack.degradation();
                    if (Study.collapsed(model)
                            || row.clean() != Verdict.HOLDS
                            || !Double.isFinite(nats)
                            || (relative == null && !density(model))) {
                        left++;
                    } else {
                        pairs.add(new Pair(model, row.point(), Study.margin(row), nats, relative));
                    }
                }
            }
            int censored = (int) pairs.stream()
                    .filter(pair -> Double.isInfinite(pair.margin()))
                    .count();
            List<Double> within = pairs.stream()
                    .map(Pair::model)
                    .distinct()
                    .map(model -> pairs.stream()
                            .filter(pair -> pair.model().equals(model))
                            .toList())
                    .filter(own -> own.size() >= FEWEST)
                    .map(own -> rank(own, Pair::headline, false).value())
                    .filter(rho -> !rho.isNaN())
                    .sorted()
                    .toList();
            return new Pool(cell, radius, r, pairs, left, censored, rank(pairs, Pair::headline, true), within);
        }

        /** A rank needs no more of a censored margin than that it is larger than the others. */
        static Association.Estimate rank(List<Pair> pairs, ToDoubleFunction<Pair> y, boolean interval) {
            double beyond = 1
                    + pairs.stream()
                            .mapToDouble(Pair::margin)
                            .filter(Double::isFinite)
                            .max()
                            .orElse(0);
            double[] x = pairs.stream()
                    .mapToDouble(pair -> Double.isFinite(pair.margin()) ? pair.margin() : beyond)
                    .toArray();
            double[] values = pairs.stream().mapToDouble(y).toArray();
            return interval
                    ? Association.of(
                                    x,
                                    values,
                                    pairs.stream().mapToInt(Pair::point).toArray(),
                                    0)
                            .spearman()
                    : Association.withoutIntervals(x, values).spearman();
        }

        boolean enough() {
            return pairs.size() >= FEWEST;
        }

        boolean inNats() {
            return pairs.stream().anyMatch(pair -> density(pair.model()));
        }

        Optional<Trend> trend() {
            List<Pair> finite = pairs.stream()
                    .filter(pair -> Double.isFinite(pair.margin()))
                    .toList();
            return finite.size() < Trend.FEWEST
                    ? Optional.empty()
                    : Optional.of(Trend.of(
                            finite.stream().mapToDouble(Pair::margin).toArray(),
                            finite.stream().mapToDouble(Pair::headline).toArray(),
                            finite.stream().mapToInt(Pair::point).toArray()));
        }

        String withinText() {
            return within.isEmpty()
                    ? Text.NONE
                    : Numbers.fixed(Quantiles.of(
                                    within.stream()
                                            .mapToDouble(Double::doubleValue)
                                            .toArray(),
                                    0.5))
                            + " (" + Numbers.fixed(within.get(0)) + " to "
                            + Numbers.fixed(within.get(within.size() - 1))
                            + ")";
        }

        /** Smallest and largest relative degradation. */
        String range() {
            double[] relative = pairs.stream()
                    .map(Pair::relative)
                    .filter(value -> value != null)
                    .mapToDouble(Double::doubleValue)
                    .sorted()
                    .toArray();
            return relative.length == 0
                    ? Text.NONE
                    : Text.number(relative[0]) + " to " + Text.number(relative[relative.length - 1]);
        }
    }

    /** A pool at the middle r with its trend. */
    private record Drawn(Pool pool, Optional<Trend> trend) {}

    private static boolean density(ExperimentModel model) {
        return !model.likelihood().equals("bernoulli");
    }

    /** What an experiment shows of it. */
    public static Claim of(ExperimentResults results) {
        Study study = new Study(results);
        List<Pool> pools = new ArrayList<>();
        for (Cell cell : study.cells(ExperimentModel::plainVae)) {
            for (double radius : study.attackRadii(cell)) {
                for (double r : study.radii(cell)) {
                    Pool pool = Pool.of(study, cell, radius, r);
                    if (!pool.pairs().isEmpty() || pool.left() > 0) {
                        pools.add(pool);
                    }
                }
            }
        }
        List<Judgement> judgements = pools.stream()
                .filter(Pool::enough)
                .map(pool -> new Judgement(
                        pool.cell(),
                        "r = " + Numbers.of(pool.r()),
                        "attack radius " + Numbers.of(pool.radius()),
                        pool.spearman().low() > 0))
                .toList();
        List<Drawn> drawn = pools.stream()
                .filter(pool ->
                        pool.r() == study.middle(pool.cell()) && !pool.pairs().isEmpty())
                .map(pool -> new Drawn(pool, pool.trend()))
                .toList();
        return new Claim(
                2,
                "Larger margins, less damage",
                "\u201cAs R increases the degradation in likelihood engendered by these attacks lessens, indicating less damaging attacks.\u201d"
                        + " Relative degradation under the maximum-damage attack from about \u22126 to +0.3 (MNIST), \u22125.1 to +0.5"
                        + " (Fashion-MNIST), \u22123.8 to \u22120.25 (CIFAR-10), falling steeply below a margin of about 0.5.",
                Judgement.verdict(judgements),
                finding(drawn, judgements),
                details(pools, drawn, judgements),
                differences(study, results),
                pools.isEmpty() ? List.of() : List.of(correlations(study, pools), knees(study, drawn)),
                figures(study, drawn));
    }

    private static List<String> differences(Study study, ExperimentResults results) {
        List<String> differences = new ArrayList<>(Published.differences(results, "vae"));
        study.cells(ExperimentModel::plainVae).stream()
                .filter(cell -> !study.attackRadii(cell).isEmpty())
                .forEach(cell -> differences.add(cell.title() + ": attack radii (L2) "
                        + Text.list(study.attackRadii(cell).stream()
                                .map(radius -> study.radius(cell, radius))
                                .toList())
                        + "; the paper\u2019s are not known to us."));
        differences.add(
                "Likelihoods are complete, with constants. The paper prints |.| / log p(x|z), whose sign is that of log p; its figures are signed as"
                        + " ours are: (log p(x|z*) \u2212 log p(x|z)) / |log p(x|z)|, negative is worse.");
        return differences;
    }

    private static String finding(List<Drawn> drawn, List<Judgement> judgements) {
        if (judgements.isEmpty()) {
            return "This run has no attacks beside margins of VAEs that differ in beta alone, or too few to judge by.";
        }
        List<String> parts = drawn.stream()
                .map(one ->
                        one.pool().cell().title() + " " + one.pool().spearman().text() + " (attack radius "
                                + Numbers.of(one.pool().radius()) + ")")
                .toList();
        return "Spearman\u2019s correlation of margin and likelihood change, at the middle r: "
                + String.join("; ", parts) + "; the rule is met in " + Judgement.met(judgements)
                + " tests over all r and attack radii.";
    }

    private static List<String> details(List<Pool> pools, List<Drawn> drawn, List<Judgement> judgements) {
        List<String> details = new ArrayList<>();
        details.add(RULE);
        details.addAll(Judgement.dependence(judgements));
        pools.stream()
                .filter(pool -> !pool.enough())
                .forEach(pool -> details.add(pool.cell().title() + ", r = " + Numbers.of(pool.r()) + ", attack radius "
                        + Numbers.of(pool.radius()) + ": "
                        + Text.plural(pool.pairs().size(), "pair")
                        + ", too few to judge by."));
        for (Drawn one : drawn) {
            Pool pool = one.pool();
            Published published = Published.of(pool.cell().data());
            String line = pool.cell().title() + ", attack radius " + Numbers.of(pool.radius()) + ", middle r: D from "
                    + pool.range()
                    + (published == null ? "" : " (paper: " + published.degradation + ")")
                    + "; Spearman within single models " + pool.withinText();
            details.add(line
                    + one.trend()
                            .map(trend -> "; " + knee(trend.knee(), pool.inNats()))
                            .orElse("") + ".");
        }
        int left = drawn.stream().mapToInt(one -> one.pool().left()).sum();
        int censored = drawn.stream().mapToInt(one -> one.pool().censored()).sum();
        if (!drawn.isEmpty()) {
            details.add("At the middle r, over all attack radii: " + Text.integer(left)
                    + " attacked model-image pairs are left out (not shown to be r-robust when clean, collapsed model, or undefined change); "
                    + Text.integer(censored)
                    + " have a censored margin, which is ranked above all others and is not drawn.");
        }
        return details;
    }

    private static String knee(Trend.Knee knee, boolean inNats) {
        String unit = inNats ? " nats" : "";
        if (!knee.clear()) {
            return "no knee: the slope\u2019s change has an interval that holds 0";
        }
        return "knee at a margin of " + Numbers.of(knee.at()) + " " + Text.interval(knee.low(), knee.high())
                + ": below it the change grows by " + Text.number(knee.before()) + unit
                + " a unit of margin, above it by "
                + Text.number(knee.after()) + unit;
    }

    private static NamedTable correlations(Study study, List<Pool> pools) {
        List<List<String>> rows = pools.stream()
                .filter(pool -> !pool.pairs().isEmpty())
                .map(pool -> {
                    boolean relative = pool.pairs().stream().allMatch(pair -> pair.relative() != null);
                    return List.of(
                            pool.cell().title(),
                            study.radius(pool.cell(), pool.radius()),
                            study.radius(pool.cell(), pool.r()),
                            Text.integer(pool.pairs().size()),
                            Text.integer(pool.censored()),
                            Text.integer(pool.left()),
                            pool.inNats() ? "nats" : "D",
                            relative
                                    ? Pool.rank(pool.pairs(), pair -> orZero(pair.relative()), true)
                                            .text()
                                    : Text.NONE,
                            Pool.rank(pool.pairs(), Pair::nats, true).text(),
                            pool.withinText(),
                            pool.range(),
                            ClusterMedian.of(
                                            pool.pairs().stream()
                                                    .mapToDouble(pair -> -pair.nats())
                                                    .toArray(),
                                            pool.pairs().stream()
                                                    .mapToInt(Pair::point)
                                                    .toArray())
                                    .text());
                })
                .toList();
        return new NamedTable(
                "claim2-correlation",
                "Margin against what the maximum-damage attack on mean and variance costs in likelihood, plain VAEs pooled over beta and seed. Positive:"
                        + " the larger the margin, the less is lost. Censored margins are ranked above all others. Intervals draw images.",
                List.of(
                        "data, network",
                        "attack radius",
                        "r",
                        "n",
                        "censored",
                        "left out",
                        "headline",
                        "Spearman with D [95\u202f%]",
                        "Spearman with nats [95\u202f%]",
                        "within models: median (range)",
                        "D from, to",
                        "median nats lost [95\u202f%]"),
                rows);
    }

    private static double orZero(@Nullable Double value) {
        return value == null ? 0 : value;
    }

    private static NamedTable knees(Study study, List<Drawn> drawn) {
        List<List<String>> rows = new ArrayList<>();
        for (Drawn one : drawn) {
            one.trend()
                    .ifPresent(trend -> rows.add(List.of(
                            one.pool().cell().title(),
                            study.radius(one.pool().cell(), one.pool().radius()),
                            study.radius(one.pool().cell(), one.pool().r()),
                            one.pool().inNats() ? "nats" : "D",
                            trend.knee().clear() ? "yes" : "no",
                            Text.number(trend.knee().at()) + " "
                                    + Text.interval(
                                            trend.knee().low(), trend.knee().high()),
                            Text.number(trend.knee().before()),
                            Text.number(trend.knee().after()))));
        }
        return new NamedTable(
                "claim2-knee",
                "Two lines that meet, fitted by least squares at the middle r; where they meet, with a 95\u202f% interval (images are drawn), and their"
                        + " slopes. A knee is one where the interval of the change of slope leaves 0 out. The paper: steep below about 0.5.",
                List.of(
                        "data, network",
                        "attack radius",
                        "r",
                        "change in",
                        "knee",
                        "margin there [95\u202f%]",
                        "slope below",
                        "slope above"),
                rows);
    }

    private static List<Figure> figures(Study study, List<Drawn> drawn) {
        List<Figure> figures = new ArrayList<>();
        int most = drawn.stream()
                .mapToInt(one -> study.attackRadii(one.pool().cell()).size())
                .max()
                .orElse(0);
        for (int i = 0; i < most; i++) {
            int which = i;
            List<Drawn> own = drawn.stream()
                    .filter(one -> study.attackRadii(one.pool().cell())
                                    .indexOf(one.pool().radius())
                            == which)
                    .toList();
            if (!own.isEmpty()) {
                figures.add(figure("claim2-degradation-against-margin" + (i == 0 ? "" : "-radius-" + (i + 1)), own));
            }
        }
        return figures;
    }

    private static Figure figure(String id, List<Drawn> own) {
        List<Pair> everything =
                own.stream().flatMap(one -> one.pool().pairs().stream()).toList();
        List<String> colours = everything.stream()
                .map(pair -> pair.model().beta())
                .distinct()
                .sorted()
                .map(Numbers::beta)
                .toList();
        List<String> networks = own.stream()
                .map(one -> Study.titled(one.pool().cell().network()))
                .distinct()
                .toList();
        List<String> sets =
                own.stream().map(one -> one.pool().cell().data()).distinct().toList();
        List<ObjectNode> panels = new ArrayList<>();
        for (String data : sets) {
            List<Drawn> inside = own.stream()
                    .filter(one -> one.pool().cell().data().equals(data))
                    .toList();
            boolean nats = inside.stream().anyMatch(one -> one.pool().inNats());
            Scatter scatter = new Scatter(
                    colours,
                    networks,
                    data.equals(sets.get(sets.size() - 1)) ? "Margin (L2, verified break)" : "",
                    nats ? "Change (nats)" : "Relative change D",
                    false,
                    false);
            panels.add(panel(scatter, data, inside, networks, panels.size()));
        }
        return new Figure(
                id,
                "Likelihood degradation against the margin, " + (id.endsWith("margin") ? "smaller" : "larger")
                        + " attack",
                "Vertical: change of log p(x|z) under the maximum-damage attack through mean and variance; negative is worse; relative (D) for discrete"
                        + " likelihoods, in nats for densities. Horizontal: norm of the smallest verified break (full, in range) at the middle r. One mark a model and image, plain"
                        + " VAEs. Black: running median of "
                        + Text.percent(Trend.WINDOW)
                        + " of the pairs, with a pointwise 95\u202f% band (images are drawn), dashed for every network but the first; dotted: the knee; \u03c1: Spearman\u2019s. Left out: "
                        + String.join(
                                "; ",
                                own.stream()
                                        .map(one -> one.pool().cell().title() + " "
                                                + Text.integer(one.pool().left())
                                                + " not r-robust when clean, collapsed or undefined, "
                                                + Text.integer(one.pool().censored()) + " censored")
                                        .toList())
                        + "." + (everything.size() > Scatter.MOST ? Scatter.SAMPLED : ""),
                Panels.figure(panels),
                Figure.Numbers.none());
    }

    private static ObjectNode panel(
            Scatter scatter, String data, List<Drawn> inside, List<String> networks, int number) {
        List<Dot> dots = new ArrayList<>();
        List<String> notes = new ArrayList<>();
        List<ObjectNode> lines = new ArrayList<>();
        for (Drawn one : inside) {
            String network = Study.titled(one.pool().cell().network());
            one.pool().pairs().stream()
                    .filter(pair -> Double.isFinite(pair.margin()))
                    .forEach(pair -> dots.add(new Dot(
                            pair.margin(),
                            pair.headline(),
                            Numbers.beta(pair.model().beta()),
                            network,
                            pair.model().name(),
                            pair.point())));
            notes.add(network + ": \u03c1 " + one.pool().spearman().text());
            one.trend().ifPresent(trend -> lines.addAll(layers(scatter, trend, networks.indexOf(network) > 0)));
        }
        Pool first = inside.get(0).pool();
        notes.add(0, "r = " + Numbers.of(first.r()) + ", attack radius " + Numbers.of(first.radius()));
        return scatter.panel(Study.titled(data), notes, dots, lines, number);
    }

    private static List<ObjectNode> layers(Scatter scatter, Trend trend, boolean dashed) {
        ArrayNode values = VegaLite.NODES.arrayNode();
        for (int i = 0; i < trend.x().size(); i++) {
            values.addObject()
                    .put("x", VegaLite.rounded(trend.x().get(i)))
                    .put("y", VegaLite.rounded(trend.median().get(i)))
                    .put("lo", VegaLite.rounded(trend.low().get(i)))
                    .put("hi", VegaLite.rounded(trend.high().get(i)));
        }
        ObjectNode band = scatter.encoding();
        ((ObjectNode) band.get("y")).put("field", "lo");
        band.set("y2", VegaLite.object("{field: 'hi'}"));
        List<ObjectNode> layers = new ArrayList<>(Arrays.asList(
                VegaLite.layer(values, "{type: 'area', color: '#222', opacity: 0.25, clip: true}", band),
                VegaLite.layer(
                        values.deepCopy(),
                        "{type: 'line', color: '#000', strokeWidth: 1.5, clip: true"
                                + (dashed ? ", strokeDash: [5, 3]" : "") + "}",
                        scatter.encoding())));
        if (trend.knee().clear()) {
            ArrayNode knee = VegaLite.NODES.arrayNode();
            knee.addObject().put("x", VegaLite.rounded(trend.knee().at()));
            ObjectNode at = VegaLite.NODES.objectNode();
            at.set("x", scatter.encoding().get("x"));
            layers.add(VegaLite.layer(knee, "{type: 'rule', color: '#000', strokeDash: [1.5, 2.5]}", at));
        }
        return layers;
    }
}
