package io.margrave.report.claim;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.margrave.report.Figure;
import io.margrave.report.Quantiles;
import io.margrave.report.Text;
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
import java.util.Map;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;

/** Claim 4: an adversary does its damage through the mean, and margins hardly change when sigma is kept. */
public final class MeanNotVariance {
    /** Fewer images say too little to judge by. */
    private static final int FEWEST = 10;

    private static final double LEAST_SHARE = 0.9;
    private static final double LEAST_ADDED = 0.9;
    private static final double NEAR = 0.05;

    private static final String RULE =
            "Rule: it holds where, in each data set and network, (a) at each attack radius the lower end of the 95\u202f% interval"
                    + " of the share of pairs on which the attack on the mean alone does more damage than that on the variance alone is above 90\u202f%, and the"
                    + " mean alone adds, in the median, at least 90\u202f% of the damage that mean and variance together add to the untouched spread; and (b) at"
                    + " each r the median of mean-only over full margin is within 5\u202f% of 1; in part where only some of these do.";

    private MeanNotVariance() {}

    /** Three attacks of one radius on one model and point. */
    private record Trio(ExperimentModel model, DamageRow both, DamageRow mean, DamageRow variance) {
        int point() {
            return both.point();
        }

        /** Share of the joint attack's added damage; infinite where that adds none. */
        double added(DamageRow alone) {
            double joint = both.damage() - both.damageClean();
            return joint > 0 ? Math.max(0, alone.damage() - alone.damageClean()) / joint : Double.POSITIVE_INFINITY;
        }
    }

    /** Attacks of one cell and radius. */
    private record Attacks(Cell cell, double radius, List<Trio> trios, int collapsed) {
        static Attacks of(Study study, Cell cell, double radius) {
            List<Trio> trios = new ArrayList<>();
            int collapsed = 0;
            for (ExperimentModel model : study.family(cell)) {
                Map<Integer, DamageRow> means = study.damage(model, radius, "mean");
                Map<Integer, DamageRow> variances = study.damage(model, radius, "variance");
                for (DamageRow both : study.damage(model, radius, "both").values()) {
                    DamageRow mean = means.get(both.point());
                    DamageRow variance = variances.get(both.point());
                    if (mean == null || variance == null) {
                        continue;
                    }
                    if (Study.collapsed(model)) {
                        collapsed++;
                    } else {
                        trios.add(new Trio(model, both, mean, variance));
                    }
                }
            }
            return new Attacks(cell, radius, trios, collapsed);
        }

        Attacks of(ExperimentModel model) {
            return new Attacks(
                    cell,
                    radius,
                    trios.stream().filter(trio -> trio.model().equals(model)).toList(),
                    0);
        }

        List<ExperimentModel> models() {
            return trios.stream().map(Trio::model).distinct().toList();
        }

        ClusterShare more() {
            ClusterShare.Count count = new ClusterShare.Count();
            trios.forEach(trio -> count.add(
                    trio.point(), trio.mean().damage() > trio.variance().damage()));
            return count.share();
        }

        ClusterMedian median(ToDoubleFunction<Trio> of) {
            return ClusterMedian.of(
                    trios.stream().mapToDouble(of).toArray(),
                    trios.stream().mapToInt(Trio::point).toArray());
        }

        ClusterMedian meanAdded() {
            return median(trio -> trio.added(trio.mean()));
        }

        ClusterMedian varianceAdded() {
            return median(trio -> trio.added(trio.variance()));
        }

        boolean enough() {
            return trios.stream().mapToInt(Trio::point).distinct().count() >= FEWEST;
        }

        boolean holds() {
            return more().low() > LEAST_SHARE && meanAdded().value() >= LEAST_ADDED;
        }
    }

    /** Both margins of one model and point, of which one may be infinite. */
    private record Two(ExperimentModel model, int point, double full, double meanOnly) {
        double ratio() {
            return Double.isInfinite(full) ? 0 : meanOnly / full;
        }
    }

    /** Margins of one cell and r. */
    private record Margins(Cell cell, double r, List<Two> pairs, int notRobust, int bothCensored) {
        static Margins of(Study study, Cell cell, double r) {
            List<Two> pairs = new ArrayList<>();
            int notRobust = 0;
            int bothCensored = 0;
            for (ExperimentModel model : study.family(cell)) {
                List<MarginRow> rows = study.margins(model, r);
                if (!Study.searchedMeanOnly(rows) || Study.collapsed(model)) {
                    continue;
                }
                for (MarginRow row : rows) {
                    double full = Study.margin(row);
                    double meanOnly = Study.marginMeanOnly(row);
                    if (row.clean() != Verdict.HOLDS || full == 0) {
                        notRobust++;
                    } else if (Double.isInfinite(full) && Double.isInfinite(meanOnly)) {
                        bothCensored++;
                    } else {
                        pairs.add(new Two(model, row.point(), full, meanOnly));
                    }
                }
            }
            return new Margins(cell, r, pairs, notRobust, bothCensored);
        }

        ClusterMedian ratio() {
            return ClusterMedian.of(
                    pairs.stream().mapToDouble(Two::ratio).toArray(),
                    pairs.stream().mapToInt(Two::point).toArray());
        }

        ClusterShare share(Predicate<Two> has) {
            ClusterShare.Count count = new ClusterShare.Count();
            pairs.forEach(pair -> count.add(pair.point(), has.test(pair)));
            return count.share();
        }

        ClusterShare near() {
            return share(pair -> Math.abs(pair.ratio() - 1) <= NEAR);
        }

        double quantile(double quantile) {
            return Quantiles.of(pairs.stream().mapToDouble(Two::ratio).sorted().toArray(), quantile);
        }

        boolean enough() {
            return pairs.stream().mapToInt(Two::point).distinct().count() >= FEWEST;
        }

        boolean holds() {
            return Math.abs(ratio().value() - 1) <= NEAR;
        }
    }

    /** What an experiment shows of it. */
    public static Claim of(ExperimentResults results) {
        Study study = new Study(results);
        List<Attacks> attacks = new ArrayList<>();
        List<Margins> margins = new ArrayList<>();
        for (Cell cell : study.cells(ExperimentModel::plainVae)) {
            study.attackRadii(cell).stream()
                    .map(radius -> Attacks.of(study, cell, radius))
                    .filter(one -> !one.trios().isEmpty())
                    .forEach(attacks::add);
            study.radii(cell).stream()
                    .map(r -> Margins.of(study, cell, r))
                    .filter(one -> !one.pairs().isEmpty())
                    .forEach(margins::add);
        }
        List<Judgement> judgements = new ArrayList<>();
        attacks.stream()
                .filter(Attacks::enough)
                .forEach(one -> judgements.add(new Judgement(
                        one.cell(), "", "damage at attack radius " + Numbers.of(one.radius()), one.holds())));
        margins.stream()
                .filter(Margins::enough)
                .forEach(one -> judgements.add(
                        new Judgement(one.cell(), "r = " + Numbers.of(one.r()), "margins", one.holds())));
        List<NamedTable> tables = new ArrayList<>();
        if (!attacks.isEmpty()) {
            tables.add(damage(study, attacks));
            tables.add(models(study, attacks));
        }
        if (!margins.isEmpty()) {
            tables.add(margins(study, margins));
        }
        return new Claim(
                4,
                "Through the mean, not the variance",
                "\u201cWe assume that the perturbations to the input only affect the encoder mean, and not the encoder variance, which we find surprisingly"
                        + " to be a faithful approximation to what happens in most adversarial settings. Adversaries do the most damage by attacking the"
                        + " encoder mean, and not by attacking the encoder variance.\u201d No figures are given.",
                Judgement.verdict(judgements),
                finding(study, attacks, margins, judgements),
                details(attacks, margins, judgements),
                Published.differences(results, "vae"),
                tables,
                figures(study, attacks, margins));
    }

    private static String finding(
            Study study, List<Attacks> attacks, List<Margins> margins, List<Judgement> judgements) {
        if (judgements.isEmpty()) {
            return "This run has neither attacks through mean and variance alone nor mean-only margins of VAEs that differ in beta alone.";
        }
        List<String> parts = new ArrayList<>();
        for (Attacks one : attacks) {
            if (one.radius() == study.attackRadii(one.cell()).get(0)) {
                parts.add(one.cell().title() + ": the mean alone does more than the variance alone on "
                        + one.more().text() + " of "
                        + Text.integer(one.trios().size()) + " pairs and adds "
                        + one.meanAdded().text()
                        + " times what both add, the variance alone "
                        + one.varianceAdded().text());
            }
        }
        List<String> ratios = margins.stream()
                .filter(one -> one.r() == study.middle(one.cell()))
                .map(one -> one.cell().title() + " " + one.ratio().text())
                .toList();
        return (parts.isEmpty() ? "" : "At the smaller attack radius, " + String.join("; ", parts) + "; ")
                + (ratios.isEmpty()
                        ? ""
                        : "median mean-only over full margin at the middle r: " + String.join(", ", ratios) + "; ")
                + "the rule is met in " + Judgement.met(judgements) + " tests.";
    }

    private static List<String> details(List<Attacks> attacks, List<Margins> margins, List<Judgement> judgements) {
        List<String> details = new ArrayList<>();
        details.add(RULE);
        details.addAll(Judgement.dependence(judgements));
        for (Margins one : margins) {
            ClusterShare smaller = one.share(pair -> pair.ratio() < 1);
            details.add(one.cell().title() + ", r = " + Numbers.of(one.r())
                    + ": mean-only and full margins are within 5\u202f% of each other on "
                    + one.near().text() + " of " + Text.integer(one.pairs().size())
                    + " pairs; the mean-only margin is the smaller one on "
                    + smaller.text() + "; nine in ten ratios lie between " + Text.number(one.quantile(0.05)) + " and "
                    + Text.number(one.quantile(0.95)) + ". Left out: " + Text.integer(one.notRobust())
                    + " not shown to be r-robust when clean, " + Text.integer(one.bothCensored())
                    + " with both margins censored.");
        }
        if (!attacks.isEmpty()) {
            details.add(
                    "Damage is the mean distance of reconstructions from g(mu(x)); added damage is that over the untouched spread. A share above 1 is no"
                            + " error: under the joint attack sigma moves as well, and may become smaller than the sigma(x) that the attack on the mean keeps."
                            + " The attack on the variance is measured with the mean kept; measured otherwise it would get credit for what it happens to move"
                            + " of the mean.");
        }
        if (!margins.isEmpty()) {
            details.add(
                    "Either margin is the norm of the smallest break that was found and verified, so their ratio holds the searches\u2019 errors, too.");
        }
        int collapsed = attacks.stream().mapToInt(Attacks::collapsed).sum();
        if (collapsed > 0) {
            details.add("Attacks on collapsed models left out: " + Text.integer(collapsed) + ".");
        }
        return details;
    }

    private static final List<String> HEADER = List.of(
            "attack radius",
            "n",
            "untouched",
            "mean and variance",
            "mean alone",
            "variance alone",
            "mean does more [95\u202f%]",
            "mean alone / both",
            "added by mean alone / by both",
            "added by variance alone / by both");

    private static List<String> row(Study study, Attacks one) {
        return List.of(
                study.radius(one.cell(), one.radius()),
                Text.integer(one.trios().size()),
                one.median(trio -> trio.both().damageClean()).text(),
                one.median(trio -> trio.both().damage()).text(),
                one.median(trio -> trio.mean().damage()).text(),
                one.median(trio -> trio.variance().damage()).text(),
                one.more().text(),
                one.median(trio -> trio.mean().damage() / trio.both().damage()).text(),
                one.meanAdded().text(),
                one.varianceAdded().text());
    }

    private static NamedTable damage(Study study, List<Attacks> attacks) {
        List<List<String>> rows = new ArrayList<>();
        for (Attacks one : attacks) {
            List<String> row = new ArrayList<>(List.of(one.cell().title()));
            row.addAll(row(study, one));
            rows.add(row);
        }
        List<String> header = new ArrayList<>(List.of("data, network"));
        header.addAll(HEADER);
        return new NamedTable(
                "claim4-damage",
                "Damage (median distance of reconstructions from g(mu(x)), L2) of three attacks on the same model and image; plain VAEs pooled over beta"
                        + " and seed; medians and shares with 95\u202f% intervals over images.",
                header,
                rows);
    }

    private static NamedTable models(Study study, List<Attacks> attacks) {
        List<List<String>> rows = new ArrayList<>();
        for (Attacks pool : attacks) {
            for (ExperimentModel model : pool.models()) {
                List<String> row = new ArrayList<>(Arrays.asList(model.name(), Numbers.of(model.beta())));
                row.addAll(row(study, pool.of(model)));
                rows.add(row);
            }
        }
        List<String> header = new ArrayList<>(List.of("model", "\u03b2"));
        header.addAll(HEADER);
        return new NamedTable("claim4-damage-by-model", "The same of single models.", header, rows);
    }

    private static NamedTable margins(Study study, List<Margins> margins) {
        return new NamedTable(
                "claim4-margins",
                "Mean-only over full margin, plain VAEs pooled over beta and seed. A margin that alone is censored counts as infinite; where both are, nothing is"
                        + " known of the ratio.",
                List.of(
                        "data, network",
                        "r",
                        "n",
                        "median ratio [95\u202f%]",
                        "5\u202f% to 95\u202f% of ratios",
                        "within 5\u202f% [95\u202f%]",
                        "mean-only smaller [95\u202f%]",
                        "not r-robust when clean",
                        "both censored"),
                margins.stream()
                        .map(one -> List.of(
                                one.cell().title(),
                                study.radius(one.cell(), one.r()),
                                Text.integer(one.pairs().size()),
                                one.ratio().text(),
                                Text.number(one.quantile(0.05)) + " to " + Text.number(one.quantile(0.95)),
                                one.near().text(),
                                one.share(pair -> pair.ratio() < 1).text(),
                                Text.integer(one.notRobust()),
                                Text.integer(one.bothCensored())))
                        .toList());
    }

    private static List<Figure> figures(Study study, List<Attacks> attacks, List<Margins> margins) {
        List<Figure> figures = new ArrayList<>();
        List<Scatter.Series> damage = attacks.stream()
                .filter(one -> one.radius() == study.attackRadii(one.cell()).get(0))
                .map(one -> new Scatter.Series(
                        one.cell(),
                        ", attack " + Numbers.of(one.radius()),
                        "mean more on " + Text.percent(one.more().value()),
                        one.trios().stream()
                                .map(trio -> dot(
                                        trio.model(),
                                        trio.point(),
                                        trio.variance().damage(),
                                        trio.mean().damage()))
                                .toList()))
                .toList();
        if (!damage.isEmpty()) {
            figures.add(figure(
                    "claim4-mean-against-variance",
                    "Damage through the mean against damage through the variance",
                    "Horizontal: mean distance of reconstructions from g(mu(x)) under the maximum-damage attack on the variance alone (mean kept);"
                            + " vertical: on the mean alone (sigma kept); same radius, the smaller one. One mark a model and image, plain VAEs, collapsed ones"
                            + " left out. Dashed: y = x; crosses: the variance does more.",
                    "Variance alone: damage (L2)",
                    "Mean alone",
                    damage,
                    true));
        }
        List<Scatter.Series> ratios = margins.stream()
                .filter(one -> one.r() == study.middle(one.cell()))
                .map(one -> new Scatter.Series(
                        one.cell(),
                        ", r = " + Numbers.of(one.r()),
                        "within 5\u202f% on " + Text.percent(one.near().value()),
                        one.pairs().stream()
                                .filter(pair -> Double.isFinite(pair.full()) && Double.isFinite(pair.meanOnly()))
                                .map(pair -> dot(pair.model(), pair.point(), pair.full(), pair.meanOnly()))
                                .toList()))
                .toList();
        if (!ratios.isEmpty()) {
            figures.add(figure(
                    "claim4-mean-only-against-full-margin",
                    "Mean-only margin against the full margin",
                    "Norms of the smallest verified breaks (in range) at the middle r: with sigma and mu following the input (horizontal), and with sigma kept"
                            + " (vertical). One mark a model and image, plain VAEs. Dashed: y = x. Left out: images"
                            + " not shown to be r-robust when clean, censored margins, collapsed models.",
                    "Full margin (L2)",
                    "Mean-only margin",
                    ratios,
                    false));
        }
        return figures;
    }

    private static Dot dot(ExperimentModel model, int point, double x, double y) {
        return new Dot(x, y, Numbers.beta(model.beta()), Study.titled(model.network()), model.name(), point);
    }

    private static Figure figure(
            String id,
            String title,
            String caption,
            String xTitle,
            String yTitle,
            List<Scatter.Series> drawn,
            boolean marked) {
        List<ObjectNode> panels = Scatter.byData(drawn, xTitle, yTitle, marked);
        boolean sampled = drawn.stream().mapToInt(one -> one.dots().size()).sum() > Scatter.MOST;
        return new Figure(
                id, title, caption + (sampled ? Scatter.SAMPLED : ""), Panels.figure(panels), Figure.Numbers.none());
    }
}
