package io.margrave.report.claim;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.margrave.report.Figure;
import io.margrave.report.Quantiles;
import io.margrave.report.Text;
import io.margrave.report.VegaLite;
import io.margrave.report.claim.ClaimPictures.Chosen;
import io.margrave.report.claim.Study.Cell;
import io.margrave.results.experiment.DamageRow;
import io.margrave.results.experiment.ExperimentModel;
import io.margrave.results.experiment.ExperimentResults;
import io.margrave.results.experiment.MarginRow;
import io.margrave.theory.Verdict;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/** Claim 7: where the margin is at least as large as the attack, reconstructions stay near. */
final class RobustSideBySide {
    private static final int NUMBER = 7;

    /** Attacks of either group below which nothing is judged. */
    private static final int FEWEST = 10;

    /** Places in the order of margin over norm at which pictures are shown. */
    static final List<Double> QUANTILES = List.of(0.1, 0.3, 0.7, 0.9);

    /** How points are chosen, for a caption. */
    static final String CHOICE =
            "Chosen by rule: at the middle r, and at the radius of attack that parts the points of a data set and network most evenly, all"
                    + " points of plain VAEs that have not collapsed, whose clean input is r-robust and whose margin R was found, in order of R/|d|; shown are"
                    + " those at 10, 30, 70 and 90\u202f% of that order.";

    private static final String RULE =
            "A point of a model counts as robust at r to an attack where R \u2265 |d|: R is the norm of its smallest verified break, or"
                    + " more than any searched where none was found, |d| that of the maximum-damage attack. Rule, for each data set, network, r and radius of"
                    + " attack: the mean damage |g(\u03bc(x+d) + \u03b7\u03c3) \u2212 g(\u03bc(x))| is larger of non-robust points than of robust ones, by a 95\u202f% interval of the"
                    + " difference that is above zero.";

    private RobustSideBySide() {}

    /** One attack on one point beside its margin. */
    private record Pair(ExperimentModel model, MarginRow margin, DamageRow attack, boolean robust) {
        double ratio() {
            Double found = margin.margin();
            return found == null ? Double.POSITIVE_INFINITY : found / attack.norm();
        }
    }

    /** Robust points beside others, of a cell at one r and radius. */
    private record Sides(Cell cell, double r, double radius, List<Pair> pairs) {
        static Sides of(Study study, Cell cell, double r, double radius) {
            List<Pair> pairs = new ArrayList<>();
            for (ExperimentModel model : study.family(cell)) {
                if (!Study.collapsed(model)) {
                    pairs.addAll(pairs(study, model, r, radius));
                }
            }
            return new Sides(cell, r, radius, pairs);
        }

        private static List<Pair> pairs(Study study, ExperimentModel model, double r, double radius) {
            Map<Integer, DamageRow> attacks = study.damage(model, radius, "both");
            List<Pair> pairs = new ArrayList<>();
            for (MarginRow row : study.margins(model, r)) {
                DamageRow attack = attacks.get(row.point());
                boolean known = row.margin() != null || row.clean() != Verdict.UNDECIDED;
                if (attack != null && known && attack.norm() > 0 && Double.isFinite(attack.damage())) {
                    pairs.add(new Pair(model, row, attack, Study.margin(row) >= attack.norm()));
                }
            }
            return pairs;
        }

        ClusterContrast damage() {
            return contrast(pairs, pair -> pair.attack().damage());
        }

        ClusterContrast degradation() {
            return contrast(
                    pairs.stream()
                            .filter(pair -> {
                                Double degradation = pair.attack().degradation();
                                return degradation != null && Double.isFinite(degradation);
                            })
                            .toList(),
                    pair -> Objects.requireNonNull(pair.attack().degradation()));
        }

        private static ClusterContrast contrast(List<Pair> pairs, ToDoubleFunction<Pair> value) {
            boolean[] broken = new boolean[pairs.size()];
            for (int i = 0; i < broken.length; i++) {
                broken[i] = !pairs.get(i).robust();
            }
            return ClusterContrast.of(
                    pairs.stream().mapToDouble(value).toArray(),
                    broken,
                    pairs.stream().mapToInt(pair -> pair.margin().point()).toArray());
        }

        long robust() {
            return pairs.stream().filter(Pair::robust).count();
        }

        boolean enough() {
            return robust() >= FEWEST && pairs.size() - robust() >= FEWEST;
        }

        /** How far from parting the points evenly. */
        double uneven() {
            return pairs.isEmpty() ? 1 : Math.abs((double) robust() / pairs.size() - 0.5);
        }

        /** Models of which either group has points, and of these the ones whose means are in the claimed order. */
        int[] within() {
            int[] counts = new int[2];
            for (ExperimentModel model :
                    pairs.stream().map(Pair::model).distinct().toList()) {
                ClusterContrast own = contrast(
                        pairs.stream()
                                .filter(pair -> pair.model().equals(model))
                                .toList(),
                        pair -> pair.attack().damage());
                if (own.first().count() > 0 && own.second().count() > 0) {
                    counts[0] += own.difference().value() > 0 ? 1 : 0;
                    counts[1]++;
                }
            }
            return counts;
        }
    }

    /** The points to show pictures of, {@link #QUANTILES} of each cell; none of a cell without attacked points. */
    static List<Chosen> chosen(ExperimentResults results) {
        Study study = new Study(results);
        List<Chosen> chosen = new ArrayList<>();
        for (Cell cell : study.cells(ExperimentModel::plainVae)) {
            Sides sides = shown(study, cell);
            if (sides == null) {
                continue;
            }
            List<Pair> sorted = sides.pairs().stream()
                    .filter(pair ->
                            pair.margin().margin() != null && pair.margin().clean() == Verdict.HOLDS)
                    .sorted(Comparator.comparingDouble(Pair::ratio)
                            .thenComparing(pair -> pair.model().name())
                            .thenComparingInt(pair -> pair.margin().point()))
                    .toList();
            for (double quantile : sorted.isEmpty() ? List.<Double>of() : QUANTILES) {
                Pair pair = sorted.get((int) Math.round(quantile * (sorted.size() - 1)));
                chosen.add(new Chosen(
                        pair.model().name(),
                        pair.margin().point(),
                        sides.r(),
                        Objects.requireNonNull(pair.margin().margin()),
                        sides.radius(),
                        pair.attack().norm(),
                        quantile));
            }
        }
        return chosen;
    }

    private static @Nullable Sides shown(Study study, Cell cell) {
        return study.attackRadii(cell).stream()
                .map(radius -> Sides.of(study, cell, study.middle(cell), radius))
                .filter(sides -> !sides.pairs().isEmpty())
                .min(Comparator.comparingDouble(Sides::uneven))
                .orElse(null);
    }

    /** What an experiment shows of it. */
    static Claim of(ExperimentResults results) {
        Study study = new Study(results);
        List<Sides> all = new ArrayList<>();
        for (Cell cell : study.cells(ExperimentModel::plainVae)) {
            for (double r : study.radii(cell)) {
                for (double radius : study.attackRadii(cell)) {
                    Sides sides = Sides.of(study, cell, r, radius);
                    if (!sides.pairs().isEmpty()) {
                        all.add(sides);
                    }
                }
            }
        }
        List<Judgement> judgements = all.stream()
                .filter(Sides::enough)
                .map(sides -> new Judgement(
                        sides.cell(),
                        "r = " + Numbers.of(sides.r()),
                        "|d| \u2264 " + Numbers.of(sides.radius()),
                        sides.damage().difference().low() > 0))
                .toList();
        List<Sides> shown = study.cells(ExperimentModel::plainVae).stream()
                .map(cell -> shown(study, cell))
                .filter(Objects::nonNull)
                .map(Objects::requireNonNull)
                .toList();
        return new Claim(
                NUMBER,
                "Robust and non-robust, side by side",
                "Input, attacked input and reconstruction \u201cfor VAEs that are robust (R \u2265 |\u03b4|) and non-robust (R < |\u03b4|)\u201d: \u201cIt is clear that the robust"
                        + " VAE reconstructions are visually closer to the original input.\u201d",
                Judgement.verdict(judgements),
                judgements.isEmpty()
                        ? "This run has too few attacks with margins on either side of their norm to judge by."
                        : "At the middle r, "
                                + String.join(
                                        "; ",
                                        shown.stream()
                                                .map(sides -> sentence(study, sides))
                                                .toList()) + "; the rule is met in " + Judgement.met(judgements)
                                + " places over all r and radii.",
                details(judgements, all, shown),
                Published.differences(results, "vae"),
                all.isEmpty() ? List.of() : List.of(table(study, all)),
                figures(shown));
    }

    private static String sentence(Study study, Sides sides) {
        return sides.cell().title() + ", |d| \u2264 " + study.radius(sides.cell(), sides.radius()) + ": mean damage "
                + sides.damage().second().text() + " of "
                + Text.plural(sides.pairs().size() - sides.robust(), "non-robust point") + ", "
                + sides.damage().first().text() + " of " + Text.plural(sides.robust(), "robust one");
    }

    private static List<String> details(List<Judgement> judgements, List<Sides> all, List<Sides> shown) {
        List<String> details = new ArrayList<>();
        details.add(RULE);
        details.addAll(Judgement.dependence(judgements));
        long few = all.stream().filter(sides -> !sides.enough()).count();
        if (few > 0) {
            details.add(few + " of " + all.size() + " combinations of data set, network, r and radius have fewer than "
                    + FEWEST + " points on one side and are not judged.");
        }
        List<String> within = shown.stream()
                .filter(sides -> sides.within()[1] > 0)
                .map(sides -> sides.cell().title() + " " + sides.within()[0] + " of " + sides.within()[1])
                .toList();
        if (!within.isEmpty()) {
            details.add(
                    "Pooling models can make a difference between points out of one between models. Single models whose non-robust points"
                            + " are damaged more, at the middle r: " + String.join("; ", within) + ".");
        }
        details.add(
                "A point with R < |d| has some perturbation within |d| that breaks r-robustness, by definition; that an attack which seeks"
                        + " damage, not breaks, damages it more is not.");
        details.add(CHOICE + " Pictures are in the local page only.");
        return details;
    }

    private static NamedTable table(Study study, List<Sides> all) {
        List<List<String>> rows = new ArrayList<>();
        for (Sides sides : all) {
            ClusterContrast damage = sides.damage();
            ClusterContrast degradation = sides.degradation();
            rows.add(List.of(
                    sides.cell().title(),
                    study.radius(sides.cell(), sides.r()),
                    study.radius(sides.cell(), sides.radius()),
                    Text.integer(sides.robust()),
                    Text.integer(sides.pairs().size() - sides.robust()),
                    damage.first().text(),
                    damage.second().text(),
                    damage.difference().text(),
                    degradation.first().text(),
                    degradation.second().text(),
                    sides.within()[0] + " of " + sides.within()[1]));
        }
        return new NamedTable(
                "claim7-robust-and-not",
                "Maximum-damage attacks on points with R \u2265 |d| (robust) and R < |d| (not), plain VAEs that have not collapsed, pooled over beta and seed."
                        + " Degradation is relative and signed: negative is worse. Intervals draw images, each with all of its attacks.",
                List.of(
                        "data, network",
                        "r",
                        "radius of attack",
                        "robust",
                        "not",
                        "damage, robust: mean [95\u202f%]",
                        "damage, not: mean [95\u202f%]",
                        "difference [95\u202f%]",
                        "degradation, robust: mean [95\u202f%]",
                        "degradation, not: mean [95\u202f%]",
                        "models in this order"),
                rows);
    }

    private static List<Figure> figures(List<Sides> shown) {
        List<ObjectNode> panels = new ArrayList<>();
        for (Sides sides : shown) {
            if (sides.robust() > 0 && sides.robust() < sides.pairs().size()) {
                panels.add(panel(sides));
            }
        }
        return panels.isEmpty()
                ? List.of()
                : List.of(new Figure(
                        "claim7-damage-of-robust-and-not",
                        "Damage of robust and non-robust points",
                        "Damage of the maximum-damage attack on points with R \u2265 |d| and with R < |d|, at the middle r and the radius of attack that parts them most"
                                + " evenly: share of points (vertical) with no more damage (horizontal). The further right, the more damage. Plain VAEs"
                                + " that have not collapsed, pooled.",
                        Panels.figure(panels),
                        Figure.Numbers.none()));
    }

    private static ObjectNode panel(Sides sides) {
        List<String> groups = List.of("robust: R \u2265 |d|", "not: R < |d|");
        ArrayNode values = VegaLite.NODES.arrayNode();
        for (boolean robust : new boolean[] {true, false}) {
            double[] sorted = sides.pairs().stream()
                    .filter(pair -> pair.robust() == robust)
                    .mapToDouble(pair -> pair.attack().damage())
                    .sorted()
                    .toArray();
            int steps = Math.min(100, sorted.length);
            for (int i = 0; i <= steps; i++) {
                values.addObject()
                        .put("x", VegaLite.rounded(Quantiles.of(sorted, (double) i / steps)))
                        .put("y", VegaLite.rounded((double) i / steps))
                        .put("g", groups.get(robust ? 0 : 1));
            }
        }
        ObjectNode encoding = VegaLite.NODES.objectNode();
        encoding.set("x", Panels.axis("x", "Damage (output units)"));
        encoding.set("y", VegaLite.object("""
                {field: 'y', type: 'quantitative', title: 'Share of points', scale: {domain: [0, 1]}, axis: {format: '%', tickCount: 5}}"""));
        encoding.set("color", VegaLite.colour("g", groups));
        encoding.set("strokeDash", VegaLite.dash("g", groups));
        encoding.set(
                "tooltip",
                VegaLite.array(List.of(
                        VegaLite.tip("g", "points"),
                        VegaLite.numberTip("x", "damage"),
                        VegaLite.numberTip("y", "share"))));
        return VegaLite.panel(
                sides.cell().title(),
                List.of(
                        "r = " + Numbers.of(sides.r()) + ", |d| \u2264 " + Numbers.of(sides.radius()),
                        "mean " + Text.number(sides.damage().first().value()) + " and "
                                + Text.number(sides.damage().second().value())),
                Panels.WIDTH,
                Panels.HEIGHT,
                List.of(VegaLite.layer(values, "{type: 'line', strokeWidth: 2}", encoding)));
    }
}
