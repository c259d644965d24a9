package io.margrave.report;

import io.margrave.results.AttackRow;
import io.margrave.results.AttackSpec;
import io.margrave.results.AttackVerdicts;
import io.margrave.results.QuantileEstimate;
import io.margrave.results.RunResults;
import io.margrave.theory.Proportion;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** What the attacks of the suite did, model by model, beside how good each model is. */
final class AttackTables {
    private final RunResults results;
    private final List<AttackSeries> series;
    private final double alpha;

    AttackTables(RunResults results) {
        this.results = results;
        this.series = AttackSeries.of(results);
        this.alpha = results.plan().alpha();
    }

    /** Empty where the plan has no suite and nothing was found. */
    String html() {
        if (results.plan().suite().isEmpty() && series.isEmpty()) {
            return "";
        }
        StringBuilder out = new StringBuilder("<section id=\"attacks\">\n<h2>What the attacks did</h2>\n");
        if (series.isEmpty()) {
            return out.append("<p>The plan asks for ")
                    .append(Text.plural(results.plan().suite().size(), "attack"))
                    .append("; no image has been attacked yet.</p>\n</section>\n")
                    .toString();
        }
        out.append("<p>Medians over the attacked images; in brackets a distribution-free ")
                .append(Text.percent(1 - 2 * alpha))
                .append(
                        " interval for the median over the whole split (\u00b1\u221e: too few images for that side), or an exact one for a")
                .append(" share. Images are broken at an r, undecided or robust there, each shown at confidence ")
                .append(Text.percent(1 - alpha))
                .append(
                        "; the interval is that of the share broken, and its upper end counts the undecided as broken. Everything is measured on noise that no search has seen. ")
                .append(targets())
                .append("<a href=\"#reading-attacks\">What each measure and each goal is</a>.</p>\n");
        for (String model : VegaLite.names(results)) {
            List<AttackSeries> own =
                    series.stream().filter(each -> each.model().equals(model)).toList();
            if (!own.isEmpty()) {
                out.append(model(model, own));
            }
        }
        return out.append(new SweepTable(results, series).html())
                .append("</section>\n")
                .toString();
    }

    private String targets() {
        return series.stream()
                        .anyMatch(each -> each.images().stream()
                                .anyMatch(image -> image.rows().size() > 1))
                ? "Of an attack with several targets an image, the image\u2019s number is the mean over its targets; it counts as broken"
                        + " if it is by any (each tested at \u03b1 divided by their number). "
                : "";
    }

    private String model(String model, List<AttackSeries> own) {
        StringBuilder out = new StringBuilder("<h3>")
                .append(Html.text(model))
                .append("</h3>\n")
                .append(untouched(own));
        List<AttackSeries> constrained =
                own.stream().filter(each -> each.weight() == null).toList();
        List<AttackSeries> swept =
                own.stream().filter(each -> each.weight() != null).toList();
        if (!constrained.isEmpty()) {
            out.append("<h4>Damage, and images broken</h4>\n")
                    .append(damage(constrained))
                    .append("<h4>What is left of the image and its code</h4>\n")
                    .append(losses(constrained));
        }
        if (!swept.isEmpty()) {
            out.append("<details")
                    .append(constrained.isEmpty() ? " open" : "")
                    .append("><summary>Each weight of the sweeps</summary>\n")
                    .append(damage(swept))
                    .append(losses(swept))
                    .append("</details>\n");
        }
        WorstAttack.of(own).stream()
                .filter(worst -> worst.images() > 0 && worst.series().size() > 1)
                .forEach(worst -> out.append(worst(worst)));
        return out.toString();
    }

    /** The same images untouched: a model that ignores its input is hard to attack and good for nothing. */
    private String untouched(List<AttackSeries> own) {
        AttackSeries any = own.get(0);
        Proportion probe = any.probeClean();
        StringBuilder out = new StringBuilder("<dl class=\"untouched\">");
        fact(out, "untouched: ELBO", "nats an image", any.median(AttackRow::elboClean, alpha));
        fact(
                out,
                "reconstruction error",
                "|g(\u03bc(x)) \u2212 x|, input units",
                any.median(AttackRow::reconstructionErrorClean, alpha));
        fact(out, "log p(x|z)", "nats", any.median(row -> row.clean().logLik(), alpha));
        fact(out, "damage", "by the posterior\u2019s own noise", any.median(AttackRow::damageClean, alpha));
        if (probe != null) {
            out.append(fact("probe accuracy", "of labelled images", Html.share(probe, alpha)));
        }
        return out.append("</dl>\n").toString();
    }

    private static void fact(StringBuilder out, String name, String unit, @Nullable QuantileEstimate value) {
        out.append(fact(name, unit, value == null ? "<small>withheld</small>" : Html.estimate(value)));
    }

    private static String fact(String name, String unit, String value) {
        return "<div><dt>" + name + " <span class=\"label\">" + unit + "</span></dt><dd>" + value + "</dd></div>";
    }

    private String damage(List<AttackSeries> own) {
        List<Double> radii = results.plan().r().values();
        List<String> head = new ArrayList<>(List.of(
                "attack<br><span class=\"label\">goal \u00b7 search</span>",
                "allowed<br><span class=\"label\">beneath: used, median</span>",
                "damage<br><span class=\"label\">beneath: untouched</span>"));
        for (double r : radii) {
            head.add("P(|\u0394| \u2264 " + Text.number(r)
                    + ")<br><span class=\"label\">beneath: images broken / undecided / robust</span>");
        }
        List<List<String>> rows = new ArrayList<>();
        for (AttackSeries each : own) {
            List<String> row = new ArrayList<>(List.of(
                    name(each),
                    allowed(each),
                    Html.line(each.median(AttackRow::damage, alpha)) + "<br>"
                            + Html.line(each.median(AttackRow::damageClean, alpha)) + unmeasured(each)));
            for (int i = 0; i < radii.size(); i++) {
                int radius = i;
                AttackVerdicts verdicts = each.verdicts(radius, alpha);
                row.add(Html.line(each.median(finding -> within(finding, radius), alpha)) + "<br>"
                        + Html.line(
                                Text.integer(verdicts.broken()) + " / " + Text.integer(verdicts.undecided()) + " / "
                                        + Text.integer(verdicts.holds()),
                                "[" + Text.percent(verdicts.low(alpha)) + ", " + Text.percent(verdicts.high(alpha))
                                        + "]"));
            }
            rows.add(row);
        }
        return Html.table("summary attacks", head, rows);
    }

    private static String unmeasured(AttackSeries each) {
        long none = each.unmeasured();
        return none == 0
                ? ""
                : "<br><span class=\"label\">no number for " + Text.integer(none) + " of "
                        + Text.integer(each.images().size()) + ": counted as \u221e</span>";
    }

    private static @Nullable Double within(AttackRow row, int radius) {
        return radius < row.finding().within().size()
                ? Double.valueOf(row.finding().within().get(radius).estimate())
                : null;
    }

    /** A column of the second table: its head and what stands in it for an attack. HTML. */
    private record Column(String head, Function<AttackSeries, String> cell) {
        static Column of(String name, String unit, Function<AttackSeries, String> cell) {
            return new Column(name + "<br><span class=\"label\">" + unit + "</span>", cell);
        }
    }

    private String losses(List<AttackSeries> own) {
        int pixels = results.info().shape().stream().mapToInt(Integer::intValue).reduce(1, (a, b) -> a * b);
        int scales = MsSsimScales.of(results.info().shape());
        String alike = scales == 0 ? "no scale fits" : Text.plural(scales, "scale") + "; 1 is alike";
        List<Column> columns = new ArrayList<>(List.of(
                new Column("attack", each -> "<b class=\"name\">" + Html.text(each.title()) + "</b>"),
                Column.of("log-likelihood lost", "nats; positive is worse", each -> median(each, AttackRow::natsLost)),
                Column.of(
                        "relative degradation",
                        "negative is worse",
                        each -> median(each, row -> row.degradation(pixels))),
                Column.of(
                        "log p(x_t|z*)",
                        "nats; of the target",
                        each -> median(each, row -> row.finding().logLikTarget())),
                Column.of(
                        "MS-SSIM of inputs",
                        alike,
                        each -> median(each, row -> row.finding().msSsimInputs())),
                Column.of(
                        "MS-SSIM of reconstructions",
                        alike,
                        each -> median(each, row -> row.finding().msSsimReconstructions())),
                Column.of(
                        "symmetric KL",
                        "of the posteriors, nats",
                        each -> median(each, row -> row.finding().symmetricKl())),
                Column.of("probe accuracy kept", "of what it got right", each -> Html.share(each.probeKept(), alpha)),
                Column.of("cost an image", "forwards / backwards", AttackTables::cost)));
        // Nobody asked for it, or no image is large enough: a column of dashes says nothing.
        columns.removeIf(column -> own.stream().map(column.cell()).allMatch(Text.NONE::equals));
        return Html.table(
                "summary attacks",
                columns.stream().map(Column::head).toList(),
                own.stream()
                        .map(each -> columns.stream()
                                .map(column -> column.cell().apply(each))
                                .toList())
                        .toList());
    }

    private String median(AttackSeries series, Function<AttackRow, @Nullable Double> value) {
        return Html.estimate(series.median(value, alpha));
    }

    private static String cost(AttackSeries each) {
        return "<span class=\"pair\">"
                + Text.integer(Math.round(each.meanCost(row -> row.finding().forwards()))) + " / "
                + Text.integer(Math.round(each.meanCost(row -> row.finding().backwards()))) + "</span>";
    }

    private static String name(AttackSeries each) {
        return "<b class=\"name\">" + Html.text(each.title()) + "</b><br><span class=\"label\">"
                + Html.text(each.spec().goal()) + " \u00b7 " + method(each.spec()) + "</span>";
    }

    /** As in {@code gradient, 50 steps}. */
    static String method(AttackSpec spec) {
        int steps = spec.effort().steps();
        return switch (spec.method()) {
            case GRADIENT, ADAM, APGD, MINIMAL_NORM -> name(spec.method()) + ", " + Text.plural(steps, "step");
            case ONE_STEP -> name(spec.method());
            case SQUARE ->
                name(spec.method()) + ", " + Text.plural(steps, "try").replace("trys", "tries");
            case RANDOM -> name(spec.method()) + ", best of " + Text.integer(steps);
        };
    }

    /** A method of search in a word or two. */
    static String name(AttackSpec.Method method) {
        return switch (method) {
            case GRADIENT -> "gradient";
            case ADAM -> "Adam";
            case APGD -> "APGD";
            case ONE_STEP -> "one step";
            case SQUARE -> "square search";
            case RANDOM -> "random noise";
            case MINIMAL_NORM -> "smallest norm";
        };
    }

    private String allowed(AttackSeries each) {
        Threat threat = each.threat();
        String variable = switch (each.spec().variable()) {
            case INPUT -> "each input";
            case UNIVERSAL -> "one for all inputs";
            case LATENT -> "latents";
        };
        return "<span class=\"pair\">" + Threat.name(threat.norm())
                + (threat.radius() == null ? ", penalty" : " \u2264 " + Text.number(threat.radius()))
                + " <span class=\"label\">" + variable + "</span></span><br>"
                + Text.number(each.norm(alpha).estimate())
                + unbroken(each);
    }

    /** Images that stand as far out as the search looked, as no break was found. */
    private String unbroken(AttackSeries each) {
        long none = each.unbroken(alpha);
        return none == 0
                ? ""
                : "<br><span class=\"label\">none found up to "
                        + Text.number(each.threat().radius()) + " for " + Text.integer(none) + " of "
                        + Text.integer(each.images().size()) + ": counted as \u221e</span>";
    }

    private String worst(WorstAttack worst) {
        List<List<String>> rows = new ArrayList<>();
        for (int i = 0; i < worst.series().size(); i++) {
            AttackSeries each = worst.series().get(i);
            rows.add(List.of(
                    Html.text(each.title()),
                    Text.count(new Proportion(worst.wins().get(i), worst.images())),
                    Html.line(each.median(AttackRow::damage, alpha))));
        }
        rows.add(List.of(
                "<b>the worst of them, image by image</b>",
                Text.count(new Proportion(worst.images(), worst.images())),
                Html.line(worst.median(alpha))));
        return "<h4>The worst attack of each image: " + worst.threat().title() + "</h4>\n"
                + Html.table("worst", List.of("attack", "the worst for", "median damage"), rows);
    }
}
