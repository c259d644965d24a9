package io.margrave.report;

import io.margrave.results.MarginMethod;
import io.margrave.results.ModelCard;
import io.margrave.results.QuantileEstimate;
import io.margrave.results.RunResults;
import io.margrave.results.RunSummary;
import io.margrave.results.RunSummary.BoundComparison;
import io.margrave.results.RunSummary.MethodSummary;
import io.margrave.results.RunSummary.ModelSummary;
import io.margrave.results.RunSummary.RadiusSummary;
import io.margrave.results.SignTest;
import io.margrave.theory.Proportion;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What was audited and what came out, in words: the first screen of a report. */
record Headline(RunResults results, RunSummary summary) {

    String html() {
        StringBuilder out = new StringBuilder("<header>\n<p class=\"kicker\">"
                + (results.plan().breaks() ? "Margrave robustness audit" : "Margrave attack report") + "</p>\n");
        List<String> names =
                results.models().stream().map(m -> Html.text(m.name())).toList();
        String data = Html.text(results.plan().data());
        out.append("<h1>")
                .append(question(names.size()))
                .append(names.isEmpty() ? "no models" : Text.list(names))
                .append(" on ")
                .append(data)
                .append("?</h1>\n<p class=\"lede\">")
                .append(audited(data))
                .append("</p>\n</header>\n<section id=\"verdict\" class=\"verdict\">\n<h2>Verdict</h2>\n");
        CheckSection checks = new CheckSection(results);
        checks.banner().ifPresent(out::append);
        warnings()
                .forEach(w -> out.append("<p class=\"warning\" role=\"note\"><b>Warning.</b> ")
                        .append(w)
                        .append("</p>\n"));
        out.append("<ul>\n");
        List<String> statements = new ArrayList<>(results.plan().breaks() ? statements() : List.of());
        statements.addAll(new AttackStatements(results).html());
        if (statements.isEmpty()) {
            statements.add("No image has been attacked yet.");
        }
        statements.add(checks.statement());
        statements.forEach(s -> out.append("<li>").append(s).append("</li>\n"));
        return out.append("</ul>\n<p class=\"meaning\">")
                .append(
                        !results.plan().breaks()
                                ? AttackStatements.meaning(results)
                                : results.attacks().isEmpty() ? MEANING : MEANING + " " + AttackStatements.DAMAGE)
                .append("</p>\n</section>\n")
                .toString();
    }

    private String question(int models) {
        return results.plan().breaks() ? models == 1 ? "How robust is " : "How robust are " : "What do attacks do to ";
    }

    private static final String MEANING =
            "To <i>break</i> an image at r means: with the perturbation, the model\u2019s random reconstructions land farther than r from"
                    + " its clean reconstruction at least half of the time. Each image\u2019s margin, the smallest perturbation that breaks"
                    + " it, is known only from two sides: at least the lower bound (here an estimate), at most the norm of a"
                    + " break that was found and verified. Norms are L2, in input units.";

    private String audited(String data) {
        List<String> radii =
                results.plan().r().values().stream().map(Text::number).toList();
        Double median = results.plan().r().medianDistance();
        return Text.integer(results.info().points().size()) + " image"
                + (results.info().points().size() == 1 ? "" : "s")
                + " of the " + Html.text(results.plan().split()) + " split of " + data
                + ", the same for every model, at r = "
                + Text.list(radii)
                + (median == null
                        ? ""
                        : " (0.25, 0.5 and 0.75 of " + Text.number(median)
                                + ", the median distance between two validation images)")
                + ". A statement about one image holds at confidence "
                + Text.percent(1 - results.plan().alpha())
                + " a side"
                + (summary.complete() ? "." : "; <b>the run is not complete: some points are missing.</b>");
    }

    private List<String> warnings() {
        List<String> warnings = new ArrayList<>();
        for (ModelCard model : results.models()) {
            Collapse.of(model).warning(model).ifPresent(warnings::add);
        }
        return warnings;
    }

    private List<String> statements() {
        List<String> statements = new ArrayList<>();
        List<Double> radii = summary.models().stream()
                .flatMap(model -> model.radii().stream().map(RadiusSummary::r))
                .distinct()
                .sorted()
                .toList();
        if (radii.isEmpty()) {
            statements.add("No image has been audited yet.");
            return statements;
        }
        // The radius that a run's exhibits are of.
        double r = radii.get((radii.size() - 1) / 2);
        for (ModelSummary model : summary.models()) {
            model.radii().stream()
                    .filter(each -> each.r() == r)
                    .forEach(each -> statements.add(ofModel(model.model(), each)));
        }
        statements.addAll(comparisons(r));
        if (!results.models().stream().allMatch(ModelCard::deterministic)) {
            statements.add(ofBound());
        }
        return statements;
    }

    private String ofModel(String model, RadiusSummary at) {
        MethodSummary upper = at.of(MarginMethod.MARGIN_UPPER);
        QuantileEstimate broken = upper.median();
        String found = at.points() - upper.censored() == 0
                ? "no image was broken within the search limit, which says nothing about larger perturbations"
                : Double.isInfinite(broken.estimate())
                        ? "fewer than half of the images were broken within the search limit ("
                                + Text.integer(at.points() - upper.censored()) + " of " + Text.integer(at.points())
                                + ")"
                        : broken.estimate() == 0
                                ? "at least half of the images break without any perturbation: this r is small for the model\u2019s own spread"
                                : "half of the images break under a perturbation of norm <b>"
                                        + Text.number(broken.estimate())
                                        + "</b> or less (" + intervalPercent() + " interval of the median "
                                        + Text.interval(broken.low(), broken.high()) + relative(broken.estimate())
                                        + (upper.censored() == 0
                                                ? ")"
                                                : "; none found for " + Text.integer(upper.censored()) + " of "
                                                        + Text.integer(at.points()) + ")");
        return "<b>" + Html.text(model) + "</b>, r = " + Text.number(at.r()) + ": " + found + ". "
                + Text.percent(at.shareRobust())
                + " of the images are r-robust when left alone. "
                + (at.has(MarginMethod.BOUND_WHITENED)
                        ? "The median lower estimate (whitened) is "
                                + Text.number(at.of(MarginMethod.BOUND_WHITENED)
                                        .median()
                                        .estimate())
                                + "."
                        : "Lower estimates are withheld: the posterior is deterministic (\u03c3 = 0), and they are measured in"
                                + " \u03c3.");
    }

    private String intervalPercent() {
        return Text.percent(1 - 2 * summary.alpha());
    }

    /** A norm as a share of the median distance between images, where that is known. */
    private String relative(double norm) {
        Double median = results.plan().r().medianDistance();
        return median == null
                ? ""
                : String.format(
                        Locale.ROOT, "; %.0f\u202f%% of the median distance between images", 100 * norm / median);
    }

    /** Every model against the one whose images need the largest perturbations, image by image. */
    private List<String> comparisons(double r) {
        Map<String, Map<Integer, Double>> margins = new LinkedHashMap<>();
        for (ModelCard model : results.models()) {
            Map<Integer, Double> own = new HashMap<>();
            results.rows().stream()
                    .filter(row -> row.r() == r && row.model().equals(model.name()))
                    .forEach(row -> own.put(row.point(), MarginMethod.MARGIN_UPPER.value(row)));
            margins.put(model.name(), own);
        }
        return Duel.of(margins, Association.ALPHA).stream()
                .map(duel -> sentence(duel, margins.size(), r))
                .toList();
    }

    private static String sentence(Duel duel, int models, double r) {
        SignTest signs = duel.signs();
        String best = Html.text(duel.best());
        String other = Html.text(duel.other());
        if (signs.changed() == 0) {
            return "No image tells " + best + " and " + other + " apart at r = " + Text.number(r) + ".";
        }
        Proportion share = new Proportion(signs.larger(), signs.changed());
        String winner = duel.winner();
        int pairs = models * (models - 1) / 2;
        return "Image by image at r = " + Text.number(r) + ", " + best + " needed the larger perturbation than " + other
                + " on " + Text.count(share) + " images that tell them apart"
                + (signs.ties() == 0 ? "" : " (" + Text.integer(signs.ties()) + " more are ties)")
                + ": <b>"
                + (winner == null
                        ? "these images don\u2019t tell which is the more robust"
                        : "under this attack " + Html.text(winner) + " is the more robust")
                + "</b>. Tested: that either is as likely to need the larger one (sign test, p = "
                + Text.number(Math.min(1, 2 * Math.min(signs.pLarger(), signs.pSmaller())))
                + " two-sided, to be at most " + Text.number(2 * duel.level())
                + (pairs == 1
                        ? ")"
                        : ": 5\u202f% shared among all " + pairs + " pairs of models, as " + best
                                + " was picked for its largest median)")
                + ". An image with no break found counts as needing more than any that was broken."
                + " All these numbers are upper bounds: a stronger attack could lower any of them.";
    }

    private String ofBound() {
        Proportion violations = below(MarginMethod.MARGIN_UPPER_MEAN_ONLY);
        Proportion full = below(MarginMethod.MARGIN_UPPER);
        StringBuilder out = new StringBuilder("Do the lower estimates hold up? ");
        if (violations == null && full == null) {
            return out.append("No break was verified that could contradict one.")
                    .toString();
        }
        if (violations != null) {
            out.append("<b>")
                    .append(Text.count(violations))
                    .append("</b> verified mean-only breaks lie below the whitened estimate")
                    .append(flat(MarginMethod.MARGIN_UPPER_MEAN_ONLY))
                    .append(
                            violations.successes() == 0
                                    ? ""
                                    : ", so the second-order terms that it drops matter on these images")
                    .append(full == null ? ". " : "; of ");
        }
        if (full != null) {
            out.append(violations == null ? "Of " : "")
                    .append("breaks that move \u03c3 too, <b>")
                    .append(Text.count(full))
                    .append("</b> do")
                    .append(flat(MarginMethod.MARGIN_UPPER))
                    .append(full.successes() == 0 ? ". " : ": there its assumption of a fixed \u03c3 does not hold. ");
        }
        boolean none = (violations == null || violations.successes() == 0) && (full == null || full.successes() == 0);
        return out.append(
                        none
                                ? "Nothing found contradicts them; they remain estimates, not certificates."
                                : "They are estimates, not certificates.")
                .toString();
    }

    /** How many of the breaks below the whitened estimate are at an infinite one. */
    private String flat(MarginMethod attack) {
        long flat = Bound.WHITENED.flatAndBroken(results.rows(), attack);
        return flat == 0 ? "" : " (" + Text.integer(flat) + " where it is flat, \u221e)";
    }

    /** Breaks of one kind below the whitened estimate, over all models and radii. */
    private @org.jspecify.annotations.Nullable Proportion below(MarginMethod attack) {
        long below = 0;
        long compared = 0;
        for (ModelSummary model : summary.models()) {
            for (RadiusSummary at : model.radii()) {
                for (BoundComparison comparison : at.comparisons()) {
                    if (comparison.bound().equals(MarginMethod.BOUND_WHITENED.column())
                            && comparison.attack().equals(attack.column())) {
                        below += comparison.below();
                        compared += comparison.compared();
                    }
                }
            }
        }
        return compared == 0 ? null : new Proportion(below, compared);
    }
}
