package io.margrave.report;

import io.margrave.results.AttackRow;
import io.margrave.results.AttackSpec;
import io.margrave.results.AttackVerdicts;
import io.margrave.results.QuantileEstimate;
import io.margrave.results.RunResults;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the suite of attacks came to, in a sentence or two a model. HTML. */
record AttackStatements(RunResults results) {
    static final String DAMAGE =
            "<i>Damage</i> is the mean distance of the model\u2019s random reconstructions of an attacked image from its clean reconstruction.";

    private static final String MEANING = DAMAGE
            + " An image counts as <i>broken</i> at r where they are shown to land farther than r away at least half of the time. An attack"
            + " shows what can be done, never what can\u2019t: a model that these attacks leave alone may fall to a stronger one";

    /** What stands beneath the statements of a run without the break search of an audit. */
    static String meaning(RunResults results) {
        return MEANING
                + (results.plan().suite().stream().anyMatch(spec -> spec.method() == AttackSpec.Method.MINIMAL_NORM)
                        ? ". The <i>smallest norm</i> that was found to break an image is an upper bound of the smallest there is; where none was"
                                + " found, that says nothing of another direction."
                        : ", and no smallest perturbation was searched for here.");
    }

    List<String> html() {
        List<AttackSeries> series = AttackSeries.of(results);
        List<String> statements = new ArrayList<>();
        List<WorstAttack> worst = WorstAttack.of(series);
        for (String model : VegaLite.names(results)) {
            // Of several constraints, the one that most attacks share speaks for the model.
            worst.stream()
                    .filter(each -> each.model().equals(model) && each.images() > 0)
                    .max(Comparator.comparingInt(each -> each.series().size()))
                    .ifPresent(each -> statements.add(ofModel(each)));
        }
        series.stream().filter(AttackSeries::smallest).forEach(each -> statements.add(ofSmallest(each)));
        if (!results.plan().breaks()) {
            PairedDamage.of(results).forEach(pair -> statements.add(ofPair(pair)));
        }
        return statements;
    }

    private String ofModel(WorstAttack worst) {
        double alpha = results.plan().alpha();
        AttackSeries any = worst.series().get(0);
        QuantileEstimate damage = worst.median(alpha);
        QuantileEstimate clean = any.median(AttackRow::damageClean, alpha);
        QuantileEstimate elbo = any.median(AttackRow::elboClean, alpha);
        QuantileEstimate error = any.median(AttackRow::reconstructionErrorClean, alpha);
        StringBuilder out = new StringBuilder("<b>" + Html.text(worst.model()) + "</b>, "
                        + worst.threat().title() + ": ")
                .append(
                        worst.series().size() == 1
                                ? "the attack \u201c" + Html.text(any.spec().name()) + "\u201d"
                                : "the worst of " + Text.integer(worst.series().size()) + " attacks, image by image,")
                .append(" throws the reconstructions <b>")
                .append(Text.number(damage.estimate()))
                .append("</b> from the clean one (median over ")
                .append(Text.plural(worst.images(), "image"))
                .append(", ")
                .append(Text.percent(1 - 2 * alpha))
                .append(" interval ")
                .append(Text.interval(damage.low(), damage.high()))
                .append("); left alone, its own noise does ")
                .append(value(clean))
                .append(baseline(worst, alpha))
                .append(". ")
                .append(broken(worst, alpha));
        out.append("Untouched, its median ELBO is ")
                .append(elbo == null ? "withheld" : Text.number(elbo.estimate(), 4) + " nats")
                .append(" and its median reconstruction error ")
                .append(value(error))
                .append(".");
        return out.toString();
    }

    private static String value(@Nullable QuantileEstimate estimate) {
        return estimate == null ? Text.NONE : Text.number(estimate.estimate());
    }

    /** What random noise does under the same constraint. */
    private static String baseline(WorstAttack worst, double alpha) {
        return worst.series().stream()
                .filter(AttackSeries::random)
                .findFirst()
                .map(each -> ", and the best of "
                        + Text.integer(each.spec().effort().steps()) + " random perturbations of the same norm "
                        + value(each.median(AttackRow::damage, alpha)))
                .orElse("");
    }

    /** The single attack that breaks most images at the middle radius, so that no selection is hidden in a share. */
    private String broken(WorstAttack worst, double alpha) {
        List<Double> radii = results.plan().r().values();
        if (radii.isEmpty()) {
            return "";
        }
        int middle = (radii.size() - 1) / 2;
        AttackSeries most = worst.series().stream()
                .max(Comparator.comparingDouble(
                        each -> each.verdicts(middle, alpha).share().estimate()))
                .orElseThrow();
        AttackVerdicts verdicts = most.verdicts(middle, alpha);
        String others = " (" + Text.integer(verdicts.undecided()) + " undecided, " + Text.integer(verdicts.holds())
                + " robust)";
        String at = "At r = " + Text.number(radii.get(middle)) + ", ";
        if (verdicts.broken() == 0) {
            return at + "none of " + Text.plural(verdicts.points(), "image") + " is shown to be broken by \u201c"
                    + Html.text(most.spec().name()) + "\u201d" + others + ". ";
        }
        return at + "\u201c" + Html.text(most.spec().name()) + "\u201d breaks " + Text.count(verdicts.share())
                + " images"
                + others
                + (worst.series().size() == 1 ? ". " : ", the most of any. ");
    }

    /** What a search for the smallest norm came to: the images without a break have none, however far out they stand. */
    private String ofSmallest(AttackSeries series) {
        double alpha = results.plan().alpha();
        long none = series.unbroken(alpha);
        int images = series.images().size();
        QuantileEstimate norm = series.norm(alpha);
        String limit = Text.number(series.threat().radius());
        return "<b>" + Html.text(series.model()) + "</b>, smallest norm that breaks ("
                + Threat.name(series.threat().norm()) + ", \u201c"
                + Html.text(series.spec().name()) + "\u201d): median "
                + (Double.isInfinite(norm.estimate())
                        ? "beyond what was found"
                        : "<b>" + Text.number(norm.estimate()) + "</b>")
                + " over " + Text.plural(images, "image") + ", " + Text.percent(1 - 2 * alpha) + " interval "
                + Text.interval(norm.low(), norm.high()) + "; none found up to " + limit + " for "
                + Text.integer(none) + " of them"
                + (none == 0 ? "." : ", which count as needing more than any that was broken.");
    }

    private static String ofPair(PairedDamage pair) {
        return "Through the mean or through the variance? On <b>" + Html.text(pair.model())
                + "</b> the mean-only attack does more than the" + " variance-only one on <b>"
                + MeanAgainstVariance.share(pair.meanDoesMore()) + "</b> (exact 95\u202f% interval; "
                + pair.constraint()
                + ", " + pair.effort() + ").";
    }
}
