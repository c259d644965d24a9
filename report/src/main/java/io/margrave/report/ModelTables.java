package io.margrave.report;

import io.margrave.results.AuditRow;
import io.margrave.results.MarginMethod;
import io.margrave.results.ModelCard;
import io.margrave.results.QuantileEstimate;
import io.margrave.results.RunResults;
import io.margrave.results.RunSummary;
import io.margrave.results.RunSummary.AttackSummary;
import io.margrave.results.RunSummary.BoundComparison;
import io.margrave.results.RunSummary.MethodSummary;
import io.margrave.results.RunSummary.ModelSummary;
import io.margrave.results.RunSummary.RadiusSummary;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The models side by side: how robust, how good, how hurt by the attack. */
record ModelTables(RunResults results, RunSummary summary) {

    String html() {
        String level = Text.percent(1 - 2 * summary.alpha());
        StringBuilder out = new StringBuilder("<section id=\"models\">\n<h2>Models side by side</h2>\n");
        if (results.plan().breaks()) {
            out.append("<h3>Margins</h3>\n<p>Medians over the audited images; in brackets a distribution-free ")
                    .append(level)
                    .append(
                            " interval for the median over the whole split (\u00b1\u221e: too few images for that side).")
                    .append(Html.text(Bound.withheld(results)))
                    .append("</p>\n")
                    .append(margins());
        }
        out.append(
                        "<h3>Quality</h3>\n<p>A robust model that reconstructs nothing is worth nothing: read it beside every other table.</p>\n")
                .append(quality());
        String attacks = attacks();
        if (!attacks.isEmpty()) {
            out.append(
                            "<h3>Maximum-damage attack</h3>\n<p>The attack moves mean and variance and maximises the expected distance"
                                    + " between reconstructions. Medians with ")
                    .append(level)
                    .append(" intervals.</p>\n")
                    .append(attacks);
        }
        return out.append("</section>\n").toString();
    }

    private String margins() {
        List<MarginMethod> methods =
                new ArrayList<>(List.of(MarginMethod.BOUND_WHITENED, MarginMethod.BOUND_FROBENIUS));
        MarginMethod.attacks().stream()
                .filter(method -> method.askedBy(results.plan()))
                .forEach(methods::add);
        List<String> head = new ArrayList<>(List.of("r", "model", "r-robust when clean"));
        for (MarginMethod method : methods) {
            head.add("median " + Labels.name(method) + "<br>" + Labels.of(method, results.plan()));
        }
        head.add("no break found<br><span class=\"label\">censored: full / mean-only</span>");
        head.add(
                "breaks below whitened<br><span class=\"label\">mean-only: a violation; full: an assumption broken</span>");
        List<List<String>> rows = new ArrayList<>();
        for (RadiusRows radius : RadiusRows.of(results)) {
            for (ModelSummary model : summary.models()) {
                model.radii().stream()
                        .filter(at -> at.r() == radius.r())
                        .forEach(at -> rows.add(row(model, at, radius.of(model.model()), methods)));
            }
        }
        return Html.table("summary", head, rows);
    }

    private static List<String> row(
            ModelSummary model, RadiusSummary at, List<AuditRow> audited, List<MarginMethod> methods) {
        List<String> row = new ArrayList<>();
        row.add(Text.number(at.r()));
        row.add("<b class=\"name\">" + Html.text(model.model()) + "</b>");
        row.add(Text.percent(at.shareRobust())
                + Html.interval(Text.percent(at.shareRobustLow()), Text.percent(at.shareRobustHigh()))
                + (at.undecided() == 0 ? "" : "<br><small>" + at.undecided() + " undecided</small>"));
        for (MarginMethod method : methods) {
            if (!at.has(method)) {
                row.add("<small>withheld</small>");
                continue;
            }
            MethodSummary own = at.of(method);
            row.add(Html.estimate(own.median())
                    + (own.flat() == 0 ? "" : "<br><small>" + own.flat() + " flat</small>"));
        }
        row.add(censored(at, MarginMethod.MARGIN_UPPER) + " / " + censored(at, MarginMethod.MARGIN_UPPER_MEAN_ONLY));
        row.add("<span class=\"pair\">" + below(at, MarginMethod.MARGIN_UPPER_MEAN_ONLY, audited)
                + " mean-only</span><br><span class=\"pair\">" + below(at, MarginMethod.MARGIN_UPPER, audited)
                + " full</span>");
        return row;
    }

    private static String censored(RadiusSummary at, MarginMethod attack) {
        return at.methods().stream()
                .filter(each -> each.method().equals(attack.column()))
                .findFirst()
                .map(each -> Text.integer(each.censored()))
                .orElse(Text.NONE);
    }

    private static String below(RadiusSummary at, MarginMethod attack, List<AuditRow> audited) {
        for (BoundComparison comparison : at.comparisons()) {
            if (comparison.bound().equals(MarginMethod.BOUND_WHITENED.column())
                    && comparison.attack().equals(attack.column())) {
                long flat = Bound.WHITENED.flatAndBroken(audited, attack);
                String text = Text.integer(comparison.below()) + " of " + Text.integer(comparison.compared())
                        + (flat == 0 ? "" : " (" + Text.integer(flat) + " flat)");
                return comparison.below() > 0 ? "<span class=\"alert\">" + text + "</span>" : text;
            }
        }
        return Text.NONE;
    }

    private String quality() {
        List<List<String>> rows = new ArrayList<>();
        for (ModelCard model : results.models()) {
            Collapse collapse = Collapse.of(model);
            String active = model.activeUnits() == null ? Text.NONE : model.activeUnits() + " of " + model.latent();
            rows.add(List.of(
                    "<b>" + Html.text(model.name()) + "</b>",
                    Html.text(model.architecture()),
                    Html.text(model.likelihood()),
                    Html.text(model.objective()) + ", " + Labels.beta(model),
                    collapse == Collapse.NONE
                            ? active
                            : "<span class=\"alert\">" + active + (collapse == Collapse.NEAR ? " nearly" : "")
                                    + " collapsed</span>",
                    measured(model, model.testElbo()),
                    measured(model, model.testLogLikelihood()),
                    measured(model, model.testKl()),
                    model.epochs() == 0
                            ? Text.NONE
                            : model.epochs() + " (" + Text.number(model.trainSeconds()) + " s)"));
        }
        return Html.table(
                "summary",
                List.of(
                        "model",
                        "architecture",
                        "likelihood",
                        "objective",
                        "active latent units",
                        "test ELBO<br><span class=\"label\">nats an image</span>",
                        "its log-likelihood",
                        "its KL",
                        "epochs"),
                rows);
    }

    /** In nats; says where a number does not exist rather than was not measured. */
    private static String measured(ModelCard model, @Nullable Double value) {
        return value == null && (model.deterministic() || !model.prior().equals("standard-normal"))
                ? "<small>withheld</small>"
                : Text.number(value, 5);
    }

    private String attacks() {
        List<List<String>> rows = new ArrayList<>();
        for (ModelSummary model : summary.models()) {
            AttackSummary attack = model.attack();
            if (attack != null) {
                QuantileEstimate degradation = attack.degradation();
                rows.add(List.of(
                        "<b>" + Html.text(model.model()) + "</b>",
                        Text.number(attack.radius()),
                        Html.estimate(attack.damageClean()),
                        Html.estimate(attack.damage()),
                        Html.estimate(attack.natsLost()),
                        degradation == null ? Text.NONE : Html.estimate(degradation),
                        Text.integer(attack.degradationUndefined())));
            }
        }
        return rows.isEmpty()
                ? ""
                : Html.table(
                        "summary",
                        List.of(
                                "model",
                                "attack radius",
                                "distance from clean reconstruction, not attacked",
                                "the same, attacked",
                                "log-likelihood lost<br><span class=\"label\">nats; positive is worse</span>",
                                "relative degradation<br><span class=\"label\">negative is worse</span>",
                                "degradation undefined<br><span class=\"label\">images</span>"),
                        rows);
    }
}
