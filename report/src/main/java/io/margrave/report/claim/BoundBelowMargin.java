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
import io.margrave.results.experiment.ExperimentModel;
import io.margrave.results.experiment.ExperimentResults;
import io.margrave.results.experiment.MarginRow;
import io.margrave.theory.Verdict;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Claim 1: the first-order bound is a lower bound of the margin that attacks find, and fairly tight. */
public final class BoundBelowMargin {
    /** Fewer pairs say too little to judge by. */
    private static final int FEWEST = 30;

    private static final double LEAST_ABOVE = 0.99;
    private static final double LEAST_CORRELATION = 0.5;
    private static final double LOOSEST = 10;

    /** Violations listed; all are counted. */
    private static final int LISTED = 40;

    private static final String RULE =
            "Rule: it holds where, for each data set and network at each r with at least " + FEWEST
                    + " pairs of the paper\u2019s bound and the full margin, pooled over the betas, at least 99\u202f% of the pairs lie on or above y = x (lower"
                    + " bound), the lower end of Spearman\u2019s 95\u202f% interval is above 0.5 (correlation), and the median margin is at most 10 times the"
                    + " bound (tightness: the paper\u2019s lines rise by 3.6 to 5.2); in part where only some of these are so.";

    private BoundBelowMargin() {}

    /** A lower bound, an estimate to first order. */
    @SuppressWarnings("ImmutableEnumChecker") // method references hold no state
    private enum Bound {
        FROBENIUS("frobenius", "the paper\u2019s", MarginRow::boundFrobenius),
        SPECTRAL("spectral", "with |J|\u2082", MarginRow::boundSpectral),
        WHITENED("whitened", "\u03a6\u207b\u00b9(p) / |diag(1/\u03c3) J|\u2082", MarginRow::boundWhitened);

        final String id;
        final String formula;
        final Function<MarginRow, @Nullable Double> of;

        Bound(String id, String formula, Function<MarginRow, @Nullable Double> of) {
            this.id = id;
            this.formula = formula;
            this.of = of;
        }
    }

    /** Which margin. */
    @SuppressWarnings("ImmutableEnumChecker") // method references hold no state
    private enum Side {
        FULL("full", MarginRow::margin),
        MEAN_ONLY("mean-only", MarginRow::marginMeanOnly);

        final String id;
        final Function<MarginRow, @Nullable Double> of;

        Side(String id, Function<MarginRow, @Nullable Double> of) {
            this.id = id;
            this.of = of;
        }
    }

    /** One model, point and r with both values finite. */
    private record Pair(ExperimentModel model, MarginRow row, double bound, double margin) {}

    /** Pairs, and how many rows are none, by reason. */
    private record Pairs(List<Pair> pairs, int collapsed, int notRobust, int censored, int flat) {
        static Pairs of(Study study, Cell cell, double r, Bound bound, Side side) {
            List<Pair> pairs = new ArrayList<>();
            int collapsed = 0;
            int notRobust = 0;
            int censored = 0;
            int flat = 0;
            for (ExperimentModel model : study.family(cell)) {
                List<MarginRow> rows = study.margins(model, r);
                if (side == Side.MEAN_ONLY && !Study.searchedMeanOnly(rows)) {
                    continue;
                }
                for (MarginRow row : rows) {
                    Double low = bound.of.apply(row);
                    Double high = side.of.apply(row);
                    if (Study.collapsed(model)) {
                        collapsed++;
                    } else if (row.clean() != Verdict.HOLDS || low == null) {
                        notRobust++;
                    } else if (high == null) {
                        censored++;
                    } else if (!Double.isFinite(low)) {
                        flat++;
                    } else {
                        pairs.add(new Pair(model, row, low, high));
                    }
                }
            }
            return new Pairs(pairs, collapsed, notRobust, censored, flat);
        }

        Association association() {
            return association(pairs, true);
        }

        static Association association(List<Pair> pairs, boolean intervals) {
            double[] x = pairs.stream().mapToDouble(Pair::bound).toArray();
            double[] y = pairs.stream().mapToDouble(Pair::margin).toArray();
            return intervals
                    ? Association.of(
                            x,
                            y,
                            pairs.stream().mapToInt(pair -> pair.row().point()).toArray(),
                            0)
                    : Association.withoutIntervals(x, y);
        }

        ClusterShare above() {
            ClusterShare.Count count = new ClusterShare.Count();
            pairs.forEach(pair -> count.add(pair.row().point(), pair.margin() >= pair.bound()));
            return count.share();
        }

        /** How many times the bound the margin is. */
        ClusterMedian ratio() {
            List<Pair> positive =
                    pairs.stream().filter(pair -> pair.bound() > 0).toList();
            return ClusterMedian.of(
                    positive.stream()
                            .mapToDouble(pair -> pair.margin() / pair.bound())
                            .toArray(),
                    positive.stream().mapToInt(pair -> pair.row().point()).toArray());
        }

        List<ExperimentModel> models() {
            return pairs.stream().map(Pair::model).distinct().toList();
        }

        List<Pair> of(ExperimentModel model) {
            return pairs.stream().filter(pair -> pair.model().equals(model)).toList();
        }

        List<Pair> violations() {
            return pairs.stream().filter(pair -> pair.margin() < pair.bound()).toList();
        }

        String leftOut() {
            List<String> reasons = new ArrayList<>();
            reason(reasons, notRobust, "not shown to be r-robust when clean");
            reason(reasons, censored, "censored (no break found)");
            reason(reasons, flat, "flat (infinite bound)");
            reason(reasons, collapsed, "of collapsed models");
            return reasons.isEmpty() ? "none" : String.join(", ", reasons);
        }

        private static void reason(List<String> reasons, int count, String words) {
            if (count > 0) {
                reasons.add(Text.integer(count) + " " + words);
            }
        }
    }

    /** The pool of one cell at one r, and its models one by one. */
    private record Pool(
            Cell cell,
            double r,
            Bound bound,
            Side side,
            Pairs pairs,
            Association all,
            ClusterShare above,
            ClusterMedian ratio,
            List<Double> within) {
        static Pool of(Study study, Cell cell, double r, Bound bound, Side side) {
            Pairs pairs = Pairs.of(study, cell, r, bound, side);
            List<Double> within = pairs.models().stream()
                    .map(pairs::of)
                    .filter(own -> own.size() >= FEWEST)
                    .map(own -> Pairs.association(own, false).spearman().value())
                    .filter(rho -> !rho.isNaN())
                    .sorted()
                    .toList();
            return new Pool(cell, r, bound, side, pairs, pairs.association(), pairs.above(), pairs.ratio(), within);
        }

        boolean enough() {
            return pairs.pairs().size() >= FEWEST;
        }

        List<Judgement> judgements() {
            String at = "r = " + Numbers.of(r);
            return List.of(
                    new Judgement(cell, at, "lower bound", above.value() >= LEAST_ABOVE),
                    new Judgement(cell, at, "correlation", all.spearman().low() > LEAST_CORRELATION),
                    new Judgement(cell, at, "tightness", ratio.value() <= LOOSEST));
        }

        /** Spearman's of single models: {@code 0.61 (0.40 to 0.72)}. */
        String withinText() {
            if (within.isEmpty()) {
                return Text.NONE;
            }
            return Numbers.fixed(medianWithin()) + " (" + Numbers.fixed(within.get(0)) + " to "
                    + Numbers.fixed(within.get(within.size() - 1)) + ")";
        }

        double medianWithin() {
            return Quantiles.of(within.stream().mapToDouble(Double::doubleValue).toArray(), 0.5);
        }
    }

    /** What an experiment shows of it. */
    public static Claim of(ExperimentResults results) {
        Study study = new Study(results);
        List<Pool> pools = new ArrayList<>();
        for (Cell cell : study.cells(ExperimentModel::plainVae)) {
            for (double r : study.radii(cell)) {
                for (Bound bound : Bound.values()) {
                    for (Side side : Side.values()) {
                        pools.add(Pool.of(study, cell, r, bound, side));
                    }
                }
            }
        }
        List<Pool> headline = pools.stream()
                .filter(pool -> pool.bound() == Bound.FROBENIUS && pool.side() == Side.FULL)
                .toList();
        List<Judgement> judgements = headline.stream()
                .filter(Pool::enough)
                .flatMap(pool -> pool.judgements().stream())
                .toList();
        Claim.Verdict verdict = Judgement.verdict(judgements);
        List<NamedTable> tables = pools.isEmpty()
                ? List.of()
                : List.of(
                        correlations(study, headline),
                        others(study, pools),
                        within(study, headline),
                        violations(pools));
        return new Claim(
                1,
                "The bound is a lower bound, and fairly tight",
                "\u201cFor all three datasets we show our derived bound is a valid lower bound for the true margin of robustness, and is a relatively"
                        + " tight bound.\u201d Numerical margins against the bound, pooled over models and points: \u03c1 = 0.840 (MNIST), 0.831"
                        + " (Fashion-MNIST), 0.879 (CIFAR-10); slopes about 3.6, 5.2 and 3.8; nearly every point above y = x.",
                verdict,
                finding(study, headline, judgements),
                details(study, pools, headline, judgements),
                Published.differences(results, "vae"),
                tables,
                figures(study, pools));
    }

    private static String finding(Study study, List<Pool> headline, List<Judgement> judgements) {
        if (judgements.isEmpty()) {
            return "This run has no margins beside bounds of VAEs that differ in beta alone, or too few to judge by.";
        }
        List<String> parts = headline.stream()
                .filter(pool -> pool.r() == study.middle(pool.cell())
                        && !pool.pairs().pairs().isEmpty())
                .map(BoundBelowMargin::sentence)
                .toList();
        return "At the middle r, " + String.join("; ", parts) + "; the rule is met in " + Judgement.met(judgements)
                + " tests over all r.";
    }

    private static String sentence(Pool pool) {
        Published published = Published.of(pool.cell().data());
        return pool.cell().title() + ": " + pool.above().text() + " of "
                + Text.integer(pool.pairs().pairs().size()) + " margins on or above the bound, Spearman "
                + pool.all().spearman().text() + ", Pearson "
                + pool.all().pearson().text()
                + (published == null ? "" : " (paper: " + String.format(Locale.ROOT, "%.3f", published.rho) + ")")
                + ", slope " + Text.number(pool.all().slope())
                + (published == null ? "" : " (paper: " + Numbers.of(published.slope) + ")") + ", median margin "
                + pool.ratio().text() + " times the bound";
    }

    private static List<String> details(
            Study study, List<Pool> pools, List<Pool> headline, List<Judgement> judgements) {
        List<String> details = new ArrayList<>();
        details.add(RULE);
        details.addAll(Judgement.dependence(judgements));
        headline.stream()
                .filter(pool -> !pool.enough())
                .forEach(pool -> details.add(pool.cell().title() + ", r = " + Numbers.of(pool.r()) + ": "
                        + Text.plural(pool.pairs().pairs().size(), "pair") + ", too few to judge by."));
        simpson(study, headline).ifPresent(details::add);
        for (Side side : Side.values()) {
            for (Bound bound : Bound.values()) {
                violated(pools, bound, side, details);
            }
        }
        tighter(study, pools).ifPresent(details::add);
        headline.stream()
                .filter(pool -> pool.r() == study.middle(pool.cell()))
                .forEach(pool -> details.add(
                        "Model-image pairs left out of " + pool.cell().title() + " at the middle r: "
                                + pool.pairs().leftOut() + "."));
        return details;
    }

    /** Whether the pool's correlation is that of the models in it. */
    private static Optional<String> simpson(Study study, List<Pool> headline) {
        List<String> parts = headline.stream()
                .filter(pool ->
                        pool.r() == study.middle(pool.cell()) && pool.within().size() > 1)
                .map(pool -> {
                    double pooled = pool.all().spearman().value();
                    double within = pool.medianWithin();
                    String verdict;
                    if (within <= 0 && pooled > 0) {
                        verdict = "the pooled correlation is one between models, and none within them";
                    } else if (pooled - within > 0.1) {
                        verdict = "part of the pooled correlation is one between models";
                    } else if (within - pooled > 0.1) {
                        verdict = "pooling weakens what each model shows";
                    } else {
                        verdict = "pooling hardly matters";
                    }
                    return pool.cell().title() + " " + Numbers.fixed(pooled) + " pooled, " + pool.withinText()
                            + " within (" + verdict + ")";
                })
                .toList();
        return parts.isEmpty()
                ? Optional.empty()
                : Optional.of(
                        "Pooling models of different beta can make a correlation that no model has; Spearman pooled, and the median (smallest to"
                                + " largest) of single models, at the middle r: " + String.join("; ", parts) + ".");
    }

    private static void violated(List<Pool> pools, Bound bound, Side side, List<String> details) {
        List<Pool> own = pools.stream()
                .filter(pool -> pool.bound() == bound && pool.side() == side)
                .toList();
        int pairs = own.stream().mapToInt(pool -> pool.pairs().pairs().size()).sum();
        int below =
                own.stream().mapToInt(pool -> pool.pairs().violations().size()).sum();
        if (pairs == 0) {
            return;
        }
        String meaning = side == Side.FULL
                ? "sigma moved there, so the bound\u2019s assumption is broken, not a theorem"
                : "there the first order does not suffice";
        details.add("Violations of the " + bound.id + " bound, " + side.id + " margins, over all r: "
                + Text.integer(below) + " of " + Text.integer(pairs) + (below == 0 ? "." : " (" + meaning + ")."));
    }

    private static Optional<String> tighter(Study study, List<Pool> pools) {
        List<String> parts = new ArrayList<>();
        for (Pool pool : pools) {
            if (pool.bound() == Bound.WHITENED
                    && pool.side() == Side.FULL
                    && pool.enough()
                    && pool.r() == study.middle(pool.cell())) {
                pools.stream()
                        .filter(other -> other.bound() == Bound.FROBENIUS
                                && other.side() == Side.FULL
                                && other.cell().equals(pool.cell())
                                && other.r() == pool.r())
                        .forEach(other -> parts.add(pool.cell().title() + " "
                                + Text.number(pool.ratio().value()) + " times instead of "
                                + Text.number(other.ratio().value()) + ", Spearman "
                                + Numbers.fixed(pool.all().spearman().value()) + " instead of "
                                + Numbers.fixed(other.all().spearman().value()) + ", "
                                + pool.above().text() + " on or above"));
            }
        }
        return parts.isEmpty()
                ? Optional.empty()
                : Optional.of("The whitened bound is closer to the margin, at the middle r: " + String.join("; ", parts)
                        + ".");
    }

    private static final List<String> HEADER = List.of(
            "data, network",
            "r",
            "n",
            "images",
            "models",
            "Pearson [95\u202f%]",
            "Spearman [95\u202f%]",
            "slope",
            "intercept",
            "on or above y = x [95\u202f%]",
            "median margin / bound [95\u202f%]",
            "Spearman within models: median (range)",
            "left out");

    private static List<String> row(Study study, Pool pool) {
        Association all = pool.all();
        return List.of(
                pool.cell().title(),
                study.radius(pool.cell(), pool.r()),
                Text.integer(all.count()),
                Text.integer(pool.pairs().pairs().stream()
                        .mapToInt(pair -> pair.row().point())
                        .distinct()
                        .count()),
                Text.integer(pool.pairs().models().size()),
                all.pearson().text(),
                all.spearman().text(),
                Text.number(all.slope()),
                Text.number(all.intercept()),
                pool.above().text(),
                pool.ratio().text(),
                pool.withinText(),
                pool.pairs().leftOut());
    }

    private static NamedTable correlations(Study study, List<Pool> headline) {
        List<List<String>> rows = new ArrayList<>();
        for (Pool pool : headline) {
            List<String> row = new ArrayList<>(row(study, pool));
            Published published = Published.of(pool.cell().data());
            row.add(published == null ? Text.NONE : String.format(Locale.ROOT, "%.3f", published.rho));
            row.add(published == null ? Text.NONE : Numbers.of(published.slope));
            rows.add(row);
        }
        List<String> header = new ArrayList<>(HEADER);
        header.add("paper: \u03c1");
        header.add("paper: slope");
        return new NamedTable(
                "claim1-correlation",
                "Full margin (norm of the smallest verified break, inside the range) against the paper\u2019s bound, plain VAEs pooled over beta and seed."
                        + " Intervals draw images, each with all of its pairs.",
                header,
                rows);
    }

    private static NamedTable others(Study study, List<Pool> pools) {
        List<List<String>> rows = new ArrayList<>();
        for (Pool pool : pools) {
            if (!pool.pairs().pairs().isEmpty() && (pool.bound() != Bound.FROBENIUS || pool.side() != Side.FULL)) {
                List<String> row = new ArrayList<>(List.of(pool.bound().id, pool.side().id));
                row.addAll(row(study, pool));
                rows.add(row);
            }
        }
        List<String> header = new ArrayList<>(List.of("bound", "margin"));
        header.addAll(HEADER);
        return new NamedTable(
                "claim1-other-bounds",
                "The same of the other bounds, and of margins through the mean alone.",
                header,
                rows);
    }

    private static NamedTable within(Study study, List<Pool> headline) {
        List<List<String>> rows = new ArrayList<>();
        for (Pool pool : headline) {
            for (ExperimentModel model : pool.pairs().models()) {
                List<Pair> own = pool.pairs().of(model);
                Association association = Pairs.association(own, true);
                rows.add(List.of(
                        model.name(),
                        Numbers.of(model.beta()),
                        Long.toString(model.seed()),
                        study.radius(pool.cell(), pool.r()),
                        Text.integer(own.size()),
                        association.pearson().text(),
                        association.spearman().text(),
                        Text.number(association.slope()),
                        association.above() == null ? Text.NONE : Text.count(association.above())));
            }
        }
        return new NamedTable(
                "claim1-within-models",
                "The paper\u2019s bound and the full margin within single models: what pooling over beta adds is not in these.",
                List.of(
                        "model",
                        "\u03b2",
                        "seed",
                        "r",
                        "n",
                        "Pearson [95\u202f%]",
                        "Spearman [95\u202f%]",
                        "slope",
                        "on or above y = x"),
                rows);
    }

    private static NamedTable violations(List<Pool> pools) {
        record Violation(Pool pool, Pair pair) {}
        List<Violation> all = pools.stream()
                .flatMap(pool -> pool.pairs().violations().stream().map(pair -> new Violation(pool, pair)))
                .sorted(Comparator.comparing(
                                (Violation violation) -> violation.pool().bound())
                        .thenComparingDouble(violation ->
                                violation.pair().margin() / violation.pair().bound()))
                .toList();
        List<List<String>> rows = all.stream()
                .limit(LISTED)
                .map(violation -> List.of(
                        violation.pool().bound().id,
                        violation.pool().side().id,
                        violation.pair().row().model(),
                        Integer.toString(violation.pair().row().point()),
                        Text.number(violation.pool().r()),
                        Text.number(violation.pair().bound()),
                        Text.number(violation.pair().margin()),
                        Text.number(violation.pair().margin() / violation.pair().bound())))
                .toList();
        return new NamedTable(
                "claim1-violations",
                "Verified breaks below a bound, the paper\u2019s bound first, then by how far below: "
                        + Text.integer(all.size()) + " in all"
                        + (all.size() > LISTED ? ", of which " + LISTED + " are listed." : "."),
                List.of("bound", "margin of", "model", "point", "r", "bound\u2019s value", "margin", "margin / bound"),
                rows);
    }

    private static List<Figure> figures(Study study, List<Pool> pools) {
        List<Figure> figures = new ArrayList<>();
        for (Bound bound : Bound.values()) {
            add(figures, study, pools, bound, Side.FULL, 0);
        }
        add(figures, study, pools, Bound.FROBENIUS, Side.MEAN_ONLY, 0);
        for (int step : new int[] {-1, 1}) {
            add(figures, study, pools, Bound.FROBENIUS, Side.FULL, step);
        }
        return figures;
    }

    /** Adds the figure at the middle r, or at the one {@code step} beside it; none where there is nothing to draw. */
    private static void add(List<Figure> figures, Study study, List<Pool> pools, Bound bound, Side side, int step) {
        List<Pool> own = pools.stream()
                .filter(pool -> pool.bound() == bound
                        && pool.side() == side
                        && !pool.pairs().pairs().isEmpty()
                        && beside(study, pool, step))
                .toList();
        if (own.isEmpty()) {
            return;
        }
        List<Pair> everything =
                own.stream().flatMap(pool -> pool.pairs().pairs().stream()).toList();
        List<String> colours = everything.stream()
                .map(pair -> pair.model().beta())
                .distinct()
                .sorted()
                .map(Numbers::beta)
                .toList();
        List<String> shapes = everything.stream()
                .map(pair -> Study.titled(pair.model().network()))
                .distinct()
                .toList();
        List<String> sets =
                own.stream().map(pool -> pool.cell().data()).distinct().toList();
        List<ObjectNode> panels = new ArrayList<>();
        for (String data : sets) {
            List<Pool> drawn =
                    own.stream().filter(pool -> pool.cell().data().equals(data)).toList();
            Scatter scatter = new Scatter(
                    colours,
                    shapes,
                    data.equals(sets.get(sets.size() - 1)) ? "Bound (" + bound.id + ", L2)" : "",
                    side == Side.FULL ? "Margin (L2)" : "Mean-only margin (L2)",
                    true,
                    true);
            panels.add(panel(scatter, data, drawn, panels.size()));
        }
        String id = "claim1-margin-against-bound"
                + (bound == Bound.FROBENIUS ? "" : "-" + bound.id)
                + (side == Side.FULL ? "" : "-mean-only")
                + (step == 0 ? "" : step < 0 ? "-smaller-r" : "-larger-r");
        figures.add(new Figure(
                id,
                "Margin against the " + bound.id + " bound",
                caption(own, everything, bound, side),
                Panels.figure(panels),
                Figure.Numbers.none()));
    }

    private static boolean beside(Study study, Pool pool, int step) {
        List<Double> radii = study.radii(pool.cell());
        return radii.indexOf(pool.r()) == (radii.size() - 1) / 2 + step;
    }

    private static String caption(List<Pool> own, List<Pair> everything, Bound bound, Side side) {
        int below =
                own.stream().mapToInt(pool -> pool.pairs().violations().size()).sum();
        return "Horizontal: " + bound.id + " bound (" + bound.formula
                + "; lower, mean-only, a first-order estimate). Vertical: norm of the smallest"
                + " verified break (upper, " + side.id
                + ", in range). One mark a model and image, plain VAEs. Dashed: y = x; \u03c1: Spearman\u2019s; solid: least squares"
                + " of a network\u2019s pool. "
                + (below == 0
                        ? "No margin lies below its bound."
                        : Text.plural(below, "margin") + " below the bound: crosses.")
                + " Left out: "
                + String.join(
                        "; ",
                        own.stream()
                                .map(pool -> pool.cell().title() + ": "
                                        + pool.pairs().leftOut())
                                .toList())
                + "." + (everything.size() > Scatter.MOST ? Scatter.SAMPLED : "");
    }

    private static ObjectNode panel(Scatter scatter, String data, List<Pool> drawn, int number) {
        List<Dot> dots = new ArrayList<>();
        List<String> notes = new ArrayList<>();
        List<ObjectNode> lines = new ArrayList<>();
        for (Pool pool : drawn) {
            pool.pairs()
                    .pairs()
                    .forEach(pair -> dots.add(new Dot(
                            pair.bound(),
                            pair.margin(),
                            Numbers.beta(pair.model().beta()),
                            Study.titled(pool.cell().network()),
                            pair.row().model(),
                            pair.row().point())));
            notes.add(Study.titled(pool.cell().network()) + ": \u03c1 "
                    + pool.all().spearman().text());
            fit(scatter, pool).ifPresent(lines::add);
        }
        String title = Study.titled(data) + ", r = "
                + Text.list(drawn.stream()
                        .map(pool -> Numbers.of(pool.r()))
                        .distinct()
                        .toList());
        return scatter.panel(title, notes, dots, lines, number);
    }

    /** The least-squares line, from where it leaves the axes to the last of its points. */
    private static Optional<ObjectNode> fit(Scatter scatter, Pool pool) {
        double slope = pool.all().slope();
        double intercept = pool.all().intercept();
        if (Double.isNaN(slope)) {
            return Optional.empty();
        }
        double last =
                pool.pairs().pairs().stream().mapToDouble(Pair::bound).max().orElse(0);
        double first = slope > 0 ? Math.max(0, -intercept / slope) : 0;
        ArrayNode ends = VegaLite.NODES.arrayNode();
        for (double x : new double[] {Math.min(first, last), last}) {
            ends.addObject().put("x", VegaLite.rounded(x)).put("y", VegaLite.rounded(intercept + slope * x));
        }
        return Optional.of(VegaLite.layer(
                ends, "{type: 'line', color: '#222', strokeWidth: 1.5, clip: true}", scatter.encoding()));
    }
}
