package io.margrave.report.claim;

import io.margrave.report.Text;
import io.margrave.report.claim.Study.Cell;
import io.margrave.results.SignTest;
import io.margrave.results.experiment.ExperimentModel;
import io.margrave.results.experiment.ExperimentResults;
import io.margrave.results.experiment.MarginRow;
import io.margrave.theory.Verdict;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Claim 3: a larger beta gives a larger sigma, a smaller Jacobian and larger margins; what that costs; and what direct control does. */
public final class BetaAndRobustness {
    private static final double ALPHA = 0.05;

    /** Fewer images say too little to judge by. */
    private static final int FEWEST = 10;

    private static final String RULE =
            "Rule: it holds where, in each data set and network, the largest beta that has not collapsed has, against"
                    + " the smallest, a larger margin at each r, a larger min \u03c3 and a smaller |J|_F, each on significantly more images than not (sign"
                    + " test of paired images, an image\u2019s value being the mean over seeds; 0.05 divided by the number of tests of the cell); in"
                    + " part where only some of these do. All images count: one that is not r-robust when clean has margin 0, one without a verified"
                    + " break has a margin larger than all others.";

    private BetaAndRobustness() {}

    /** What is measured of an image and a model. */
    @SuppressWarnings("ImmutableEnumChecker") // method references hold no state
    private enum Quantity {
        SIGMA("min \u03c3", true, MarginRow::minStdDev),
        JACOBIAN("|J|_F", false, MarginRow::jacobianFrobenius),
        WHITENED("|diag(1/\u03c3) J|\u2082", false, MarginRow::jacobianWhitened),
        MARGIN("margin", true, Study::margin);

        private final String title;
        private final boolean grows;
        private final ToDoubleFunction<MarginRow> of;

        Quantity(String title, boolean grows, ToDoubleFunction<MarginRow> of) {
            this.title = title;
            this.grows = grows;
            this.of = of;
        }

        String title() {
            return title;
        }

        boolean grows() {
            return grows;
        }

        ToDoubleFunction<MarginRow> of() {
            return of;
        }
    }

    /** One of a quantity at one r. */
    private record Measured(Quantity quantity, double r) {}

    /** Models that differ in their seed alone. */
    private record Level(double beta, List<ExperimentModel> models) {
        boolean collapsed() {
            return models.stream().anyMatch(Study::collapsed);
        }

        String title() {
            return Numbers.beta(beta);
        }

        double mean(ToDoubleFunction<ExperimentModel> of) {
            return models.stream().mapToDouble(of).average().orElse(Double.NaN);
        }
    }

    /** A median over images, and how far seeds lie apart. */
    private record Spread(ClusterMedian all, double smallest, double largest, List<ClusterMedian> seeds) {
        static Spread of(Study study, List<ExperimentModel> models, Quantity quantity, double r) {
            List<MarginRow> rows = new ArrayList<>();
            List<ClusterMedian> seeds = new ArrayList<>();
            for (ExperimentModel model : models) {
                List<MarginRow> own = study.margins(model, r);
                rows.addAll(own);
                if (!own.isEmpty()) {
                    seeds.add(median(own, quantity));
                }
            }
            return new Spread(
                    median(rows, quantity),
                    seeds.stream().mapToDouble(ClusterMedian::value).min().orElse(Double.NaN),
                    seeds.stream().mapToDouble(ClusterMedian::value).max().orElse(Double.NaN),
                    seeds);
        }

        private static ClusterMedian median(List<MarginRow> rows, Quantity quantity) {
            return ClusterMedian.of(
                    rows.stream().mapToDouble(quantity.of()).toArray(),
                    rows.stream().mapToInt(MarginRow::point).toArray());
        }

        String text() {
            return all.text()
                    + (seeds.size() > 1 ? "; seeds " + Text.number(smallest) + " to " + Text.number(largest) : "");
        }
    }

    /** Two levels, image by image. */
    private record Paired(Level from, Level to, Quantity quantity, double r, SignTest test) {
        static Paired of(Study study, Level from, Level to, Quantity quantity, double r) {
            Map<Integer, Double> before = means(study, from, quantity, r);
            Map<Integer, Double> after = means(study, to, quantity, r);
            SignTest test = SignTest.NONE;
            for (Map.Entry<Integer, Double> entry : before.entrySet()) {
                Double second = after.get(entry.getKey());
                if (second != null) {
                    test = test.and(entry.getValue(), second);
                }
            }
            return new Paired(from, to, quantity, r, test);
        }

        private static Map<Integer, Double> means(Study study, Level level, Quantity quantity, double r) {
            return level.models().stream()
                    .flatMap(model -> study.margins(model, r).stream())
                    .collect(Collectors.groupingBy(
                            MarginRow::point, TreeMap::new, Collectors.averagingDouble(quantity.of())));
        }

        int images() {
            return test.changed() + test.ties();
        }

        double p() {
            return quantity.grows() ? test.pLarger() : test.pSmaller();
        }

        int better() {
            return quantity.grows() ? test.larger() : test.smaller();
        }
    }

    /** What one cell has. */
    private record Family(Study study, Cell cell, List<Level> levels) {
        static Family of(Study study, Cell cell) {
            List<Level> levels = new ArrayList<>();
            study.family(cell).stream()
                    .filter(model -> !study.anyMargins(model).isEmpty())
                    .collect(Collectors.groupingBy(ExperimentModel::beta, TreeMap::new, Collectors.toList()))
                    .forEach((beta, models) -> levels.add(new Level(beta, models)));
            return new Family(study, cell, levels);
        }

        List<Level> standing() {
            return levels.stream().filter(level -> !level.collapsed()).toList();
        }

        /** Largest against smallest beta; none where there is but one. */
        List<Paired> ends() {
            List<Level> standing = standing();
            if (standing.size() < 2) {
                return List.of();
            }
            Level from = standing.get(0);
            Level to = standing.get(standing.size() - 1);
            List<Paired> paired = new ArrayList<>();
            for (double r : study.radii(cell)) {
                paired.add(Paired.of(study, from, to, Quantity.MARGIN, r));
            }
            double once = study.radii(cell).get(0);
            paired.add(Paired.of(study, from, to, Quantity.SIGMA, once));
            paired.add(Paired.of(study, from, to, Quantity.JACOBIAN, once));
            return paired.stream().filter(one -> one.images() >= FEWEST).toList();
        }

        List<Judgement> judgements() {
            List<Paired> ends = ends();
            return ends.stream()
                    .map(one -> new Judgement(
                            cell,
                            one.quantity() == Quantity.MARGIN ? "r = " + Numbers.of(one.r()) : "",
                            one.quantity().title(),
                            one.p() < ALPHA / ends.size()))
                    .toList();
        }
    }

    /** What an experiment shows of it. */
    public static Claim of(ExperimentResults results) {
        Study study = new Study(results);
        List<Family> families = study.cells(ExperimentModel::plainVae).stream()
                .map(cell -> Family.of(study, cell))
                .filter(family -> !family.levels().isEmpty())
                .toList();
        List<Judgement> judgements = families.stream()
                .flatMap(family -> family.judgements().stream())
                .toList();
        return new Claim(
                3,
                "\u03b2-VAEs are more robust",
                "\u03b2-VAEs \u201cinduce a regularisation that increases both the encoder variance and penalises large encoder Jacobians. We find that"
                        + " these models are more robust than vanilla VAEs\u201d; of min \u03c3 and |J|, \u201ccontrolling such values directly can be"
                        + " difficult\u201d.",
                Judgement.verdict(judgements),
                finding(families, judgements),
                details(study, families, judgements),
                Published.differences(results, "vae"),
                families.isEmpty() ? List.of() : tables(study, families),
                BetaFigures.of(study, families.stream().map(Family::cell).toList()));
    }

    private static String finding(List<Family> families, List<Judgement> judgements) {
        List<String> parts = new ArrayList<>();
        for (Family family : families) {
            double r = family.study().middle(family.cell());
            family.ends().stream()
                    .filter(one -> one.quantity() == Quantity.MARGIN && one.r() == r)
                    .forEach(one -> parts.add(family.cell().title() + " "
                            + Spread.of(family.study(), one.from().models(), one.quantity(), r)
                                    .all()
                                    .text() + " at "
                            + one.from().title() + ", "
                            + Spread.of(family.study(), one.to().models(), one.quantity(), r)
                                    .all()
                                    .text() + " at "
                            + one.to().title() + ", larger on " + one.better() + " of " + one.images() + " images, for "
                            + change(one.from(), one.to(), ExperimentModel::testElbo) + " nats of ELBO"));
        }
        return parts.isEmpty()
                ? "This run has no VAEs of at least two betas that have not collapsed, audited on at least " + FEWEST
                        + " images."
                : "Median margin at the middle r: " + String.join("; ", parts) + "; the rule is met in "
                        + Judgement.met(judgements) + " tests" + direct(families) + ".";
    }

    /** What the paper calls difficult: whether it pays here. It is no part of the verdict. */
    private static String direct(List<Family> families) {
        List<String> ahead = families.stream()
                .flatMap(family -> DirectControl.ahead(family.study(), family.cell()).stream())
                .toList();
        return ahead.isEmpty()
                ? ""
                : "; of the models whose Jacobian is penalised or whose \u03c3 has a floor, " + String.join(", ", ahead)
                        + " gain more than plain VAEs do at no lower an ELBO";
    }

    private static Optional<String> sentence(Family family) {
        List<Paired> ends = family.ends();
        if (ends.isEmpty()) {
            return Optional.empty();
        }
        Study study = family.study();
        Level from = ends.get(0).from();
        Level to = ends.get(0).to();
        double r = study.middle(family.cell());
        List<String> changes = new ArrayList<>();
        for (Quantity quantity : List.of(Quantity.SIGMA, Quantity.JACOBIAN, Quantity.MARGIN)) {
            changes.add("the median "
                    + (quantity == Quantity.MARGIN ? "margin (r = " + Numbers.of(r) + ")" : quantity.title())
                    + " goes from "
                    + Spread.of(study, from.models(), quantity, r).all().text() + " to "
                    + Spread.of(study, to.models(), quantity, r).all().text());
        }
        String larger = ends.stream()
                .filter(one -> one.quantity() == Quantity.MARGIN && one.r() == r)
                .map(one -> " (larger on " + one.better() + " of " + one.images() + " images)")
                .findFirst()
                .orElse("");
        return Optional.of(family.cell().title() + ", from " + from.title() + " to " + Numbers.of(to.beta()) + ": "
                + Text.list(changes)
                + larger + ", and the ELBO changes by " + change(from, to, ExperimentModel::testElbo)
                + " nats, the reconstruction\u2019s log-likelihood by "
                + change(from, to, ExperimentModel::testLogLikelihood) + ".");
    }

    private static String change(Level from, Level to, Function<ExperimentModel, @Nullable Double> of) {
        return Numbers.signed(to.mean(model -> orNaN(of.apply(model))) - from.mean(model -> orNaN(of.apply(model))));
    }

    static double orNaN(@Nullable Double value) {
        return value == null ? Double.NaN : value;
    }

    private static List<String> details(Study study, List<Family> families, List<Judgement> judgements) {
        List<String> details = new ArrayList<>();
        details.add(RULE);
        details.addAll(Judgement.dependence(judgements));
        for (Family family : families) {
            sentence(family).ifPresent(details::add);
            steps(family).ifPresent(details::add);
            clean(family).ifPresent(details::add);
            seeds(family).ifPresent(details::add);
            family.levels().stream()
                    .filter(Level::collapsed)
                    .forEach(
                            level -> details.add(
                                    family.cell().title() + ", " + level.title()
                                            + ": collapsed (at most one active unit, or less than one nat of KL); shown, marked, and not counted as robust."));
        }
        families.forEach(family -> details.addAll(DirectControl.sentences(study, family.cell())));
        if (families.stream()
                        .allMatch(
                                family -> DirectControl.of(study, family.cell()).isEmpty())
                && !families.isEmpty()) {
            details.add("No model with a penalty on the Jacobian or a floor under sigma is in this run.");
        }
        return details;
    }

    /** At how many steps of beta the margin grew. */
    private static Optional<String> steps(Family family) {
        List<Level> standing = family.standing();
        List<Double> radii = family.study().radii(family.cell());
        List<String> parts = new ArrayList<>();
        for (double r : radii) {
            int grew = 0;
            for (int i = 1; i < standing.size(); i++) {
                Paired step = Paired.of(family.study(), standing.get(i - 1), standing.get(i), Quantity.MARGIN, r);
                grew += step.p() < ALPHA / Math.max(1, (standing.size() - 1) * radii.size()) ? 1 : 0;
            }
            parts.add("r = " + Numbers.of(r) + ": " + grew);
        }
        return standing.size() < 3
                ? Optional.empty()
                : Optional.of(family.cell().title() + ": margins grow significantly on most images at so many of the "
                        + (standing.size() - 1) + " steps of beta: " + String.join(", ", parts) + ".");
    }

    /** Whether a larger beta already fails untouched. */
    private static Optional<String> clean(Family family) {
        List<Level> standing = family.standing();
        if (standing.size() < 2) {
            return Optional.empty();
        }
        List<String> parts = new ArrayList<>();
        for (double r : family.study().radii(family.cell())) {
            double before = robust(family.study(), standing.get(0), r);
            double after = robust(family.study(), standing.get(standing.size() - 1), r);
            if (before < 0.995 || after < 0.995) {
                parts.add(
                        "at r = " + Numbers.of(r) + " " + Text.percent(after) + " instead of " + Text.percent(before));
            }
        }
        return parts.isEmpty()
                ? Optional.empty()
                : Optional.of(family.cell().title()
                        + ": a larger sigma spreads the untouched reconstructions, too. Of its images, "
                        + standing.get(standing.size() - 1).title() + " has r-robust when clean " + Text.list(parts)
                        + " of "
                        + standing.get(0).title() + ".");
    }

    private static double robust(Study study, Level level, double r) {
        List<MarginRow> rows = level.models().stream()
                .flatMap(model -> study.margins(model, r).stream())
                .toList();
        return (double) rows.stream()
                        .filter(row -> row.clean() == Verdict.HOLDS)
                        .count()
                / rows.size();
    }

    /** Whether seeds lie further apart than betas. */
    private static Optional<String> seeds(Family family) {
        List<Level> standing = family.standing();
        if (standing.size() < 2
                || standing.stream().anyMatch(level -> level.models().size() < 2)) {
            return Optional.empty();
        }
        double r = family.study().middle(family.cell());
        Spread first = Spread.of(family.study(), standing.get(0).models(), Quantity.MARGIN, r);
        Spread last =
                Spread.of(family.study(), standing.get(standing.size() - 1).models(), Quantity.MARGIN, r);
        boolean apart = last.smallest() > first.largest() || last.largest() < first.smallest();
        return Optional.of(family.cell().title() + ": medians of single seeds at the middle r are "
                + Text.number(first.smallest()) + " to "
                + Text.number(first.largest()) + " at " + standing.get(0).title() + " and "
                + Text.number(last.smallest()) + " to "
                + Text.number(last.largest()) + " at "
                + standing.get(standing.size() - 1).title() + ": "
                + (apart
                        ? "seeds lie nearer to each other than these betas."
                        : "seeds overlap, so beta need not be what sets them apart."));
    }

    private static List<NamedTable> tables(Study study, List<Family> families) {
        NamedTable controls =
                DirectControl.table(study, families.stream().map(Family::cell).toList());
        return controls.rows().isEmpty()
                ? List.of(levels(study, families), tests(families))
                : List.of(levels(study, families), tests(families), controls);
    }

    private static NamedTable levels(Study study, List<Family> families) {
        List<List<String>> rows = new ArrayList<>();
        for (Family family : families) {
            for (Level level : family.levels()) {
                double once = study.radii(family.cell()).get(0);
                List<String> row = new ArrayList<>(List.of(
                        family.cell().title(),
                        Numbers.of(level.beta()),
                        Integer.toString(level.models().size()),
                        level.collapsed() ? "collapsed" : "",
                        Spread.of(study, level.models(), Quantity.SIGMA, once).text(),
                        Spread.of(study, level.models(), Quantity.JACOBIAN, once)
                                .text(),
                        Spread.of(study, level.models(), Quantity.WHITENED, once)
                                .text(),
                        study.radii(family.cell()).stream()
                                .map(r -> Numbers.of(r) + ": "
                                        + Spread.of(study, level.models(), Quantity.MARGIN, r)
                                                .text())
                                .collect(Collectors.joining(" / "))));
                row.addAll(Arrays.asList(
                        range(level, ExperimentModel::testElbo),
                        range(level, ExperimentModel::testLogLikelihood),
                        range(level, ExperimentModel::testKl),
                        level.models().stream()
                                .map(model -> model.activeUnits() == null
                                        ? Text.NONE
                                        : model.activeUnits() + " of " + model.latent())
                                .collect(Collectors.joining(", "))));
                rows.add(row);
            }
        }
        return new NamedTable(
                "claim3-by-beta",
                "Medians over images with 95\u202f% intervals (images are drawn, each with all seeds), and the smallest and largest median of one"
                        + " seed. Margins are full ones; an image not r-robust when clean has margin 0, one without a verified break is larger than"
                        + " all. Quality is of the whole test split, in nats an image, one number a seed.",
                List.of(
                        "data, network",
                        "\u03b2",
                        "seeds",
                        "warning",
                        "min \u03c3",
                        "|J|_F",
                        "|diag(1/\u03c3) J|\u2082",
                        "margin at r",
                        "ELBO",
                        "log p(x|z)",
                        "KL",
                        "active units"),
                rows);
    }

    private static String range(Level level, Function<ExperimentModel, @Nullable Double> of) {
        return level.models().stream()
                .map(model -> Text.number(of.apply(model), 4))
                .collect(Collectors.joining(", "));
    }

    private static NamedTable tests(List<Family> families) {
        List<List<String>> rows = new ArrayList<>();
        for (Family family : families) {
            for (int i = 1; i < family.levels().size(); i++) {
                Level from = family.levels().get(i - 1);
                Level to = family.levels().get(i);
                List<Double> radii = family.study().radii(family.cell());
                List<Measured> measured = new ArrayList<>(List.of(
                        new Measured(Quantity.SIGMA, radii.get(0)),
                        new Measured(Quantity.JACOBIAN, radii.get(0)),
                        new Measured(Quantity.WHITENED, radii.get(0))));
                radii.forEach(r -> measured.add(new Measured(Quantity.MARGIN, r)));
                for (Measured one : measured) {
                    Paired paired = Paired.of(family.study(), from, to, one.quantity(), one.r());
                    rows.add(List.of(
                            family.cell().title(),
                            Numbers.of(from.beta()) + " to " + Numbers.of(to.beta())
                                    + (to.collapsed() || from.collapsed() ? " (collapsed)" : ""),
                            one.quantity().title()
                                    + (one.quantity() == Quantity.MARGIN ? ", r = " + Numbers.of(one.r()) : ""),
                            Integer.toString(paired.test().larger()),
                            Integer.toString(paired.test().smaller()),
                            Integer.toString(paired.test().ties()),
                            Numbers.chance(paired.test().pLarger()),
                            Numbers.chance(paired.test().pSmaller())));
                }
            }
        }
        return new NamedTable(
                "claim3-sign-tests",
                "Neighbouring betas, image by image (an image\u2019s value is its mean over seeds): on how many images the quantity is larger and smaller"
                        + " with the larger beta; one-sided exact sign tests.",
                List.of(
                        "data, network",
                        "\u03b2",
                        "quantity",
                        "larger",
                        "smaller",
                        "equal",
                        "larger by chance",
                        "smaller by chance"),
                rows);
    }
}
