package io.margrave.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.margrave.results.AttackSpec;
import io.margrave.results.AuditPlan;
import io.margrave.results.ModelCard;
import io.margrave.results.PlanJson;
import io.margrave.results.RunInfo;
import io.margrave.results.RunResults;
import io.margrave.theory.MarginBounds;
import io.margrave.theory.Proportion;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** How to read the numbers, where they come from and what they do not say. */
record Explanations(RunResults results) {
    /** What a card says where nobody told. */
    private static final String UNKNOWN = "unknown";

    String html() {
        return reading() + new AttackExplanations(results).html() + "</section>\n" + provenance() + finePrint();
    }

    private String reading() {
        return """
                <section id="reading">
                <h2>How to read this</h2>
                <dl class="reading">
                <dt>r-robust</dt><dd>An image x is r-robust to a perturbation \u03b4 when P(|\u0394(x, \u03b4)| \u2264 r) is above one half, where \u0394 is
                the random reconstruction of x + \u03b4 less the clean reconstruction g(\u03bc(x)), and the noise is the posterior\u2019s own.</dd>
                <dt>Margin and bracket</dt><dd>The margin is the norm of the smallest perturbation that ends r-robustness. Nobody can compute it
                exactly; it is bracketed. From above by a break that an attack found and fresh noise verified. From below by a bound. Here the
                lower side drops second-order terms, so the two are a <i>comparison</i> of an estimate with a verified break, and not a proven bracket.</dd>
                <dt>lower / upper</dt><dd>Which side of the margin a number bounds. The margin is at most the upper bound; a stronger attack could
                only lower it.</dd>
                <dt>full / mean-only</dt><dd>Full: the encoder\u2019s mean and standard deviation both follow the perturbed input, as in use. Mean-only:
                the standard deviation stays at \u03c3(x), the assumption behind the first-order bounds. Neither kind bounds the other. A mean-only
                break below a bound is a <i>violation</i>; a full break below it is an <i>assumption broken</i>.</dd>
                <dt>in range / no range</dt><dd>Whether perturbed images are kept inside the data\u2019s value range. A lower bound without the range
                holds inside it too; a break inside the range bounds both from above.</dd>
                <dt>CERTIFIED, STATISTICAL, FIRST_ORDER, EMPIRICAL</dt><dd>What stands behind a number: a deterministic proof; a proof at
                confidence 1 \u2212 \u03b1; an estimate that drops second-order terms; found, but not verified.</dd>
                %s
                <dt>flat (\u221e)</dt><dd>The encoder\u2019s Jacobian is zero at the image, so the estimate is infinite: flat, not robust.</dd>
                <dt>frobenius, spectral, whitened</dt><dd>min \u03c3 \u00b7 \u03a6\u207b\u00b9(p) / |J|_F (Camuto et al. 2021); the same with |J|\u2082;
                \u03a6\u207b\u00b9(p) / |diag(1/\u03c3) J|\u2082. Each is at least the one before it. p is the lower confidence bound of P(|\u0394(x)| \u2264 r).</dd>
                </dl>
                """.formatted(
                        results.plan().breaks()
                                ? "<dt>none found (censored)</dt><dd>The search verified no break below its limit. That says nothing about the margin.</dd>"
                                : "");
    }

    private String provenance() {
        AuditPlan plan = results.plan();
        RunInfo info = results.info();
        List<List<String>> rows = new ArrayList<>();
        add(rows, "run", info.id() + ", " + info.created());
        add(rows, "Margrave", info.version() + "; " + info.engine());
        add(rows, "machine", info.machine() + "; " + Text.number(info.seconds()) + " s of audit work");
        add(
                rows,
                "data",
                plan.data() + ", split " + plan.split() + ", images " + join(info.shape()) + ", values in ["
                        + Text.number(info.low()) + ", " + Text.number(info.high()) + "]");
        add(rows, "data checksum", info.dataChecksum());
        add(
                rows,
                "points",
                Text.plural(info.points().size(), "image") + ", a seeded random sample of the split; seed "
                        + plan.seed());
        add(rows, "radii", radii(plan));
        add(
                rows,
                "confidence",
                "\u03b1 = " + plan.alpha() + " a side and point; " + Text.integer(plan.draws()) + " clean draws; up to "
                        + Text.integer(plan.verdictDraws()) + " fresh draws a break verdict");
        add(
                rows,
                "break search",
                plan.breaks()
                        ? effort(
                                plan.search().steps(),
                                plan.search().draws(),
                                plan.search().restarts())
                        : "none");
        add(
                rows,
                "maximum-damage attack",
                plan.attackRadius() == null || plan.attackRadius() == 0
                        ? "none"
                        : "L2 radius " + Text.number(plan.attackRadius()) + ", "
                                + effort(
                                        plan.attack().steps(),
                                        plan.attack().draws(),
                                        plan.attack().restarts()));
        for (AttackSpec attack : plan.suite()) {
            add(rows, "attack " + attack.name(), attack(attack));
        }
        if (plan.probe() != null) {
            add(rows, "probe", plan.probe());
        }
        add(rows, "checks of the evaluation", plan.checks().name().toLowerCase(Locale.ROOT));
        for (ModelCard model : results.models()) {
            add(
                    rows,
                    "model " + model.name(),
                    model.path() + ", weights " + model.weightsChecksum() + "; " + training(model));
        }
        return "<section id=\"provenance\">\n<h2>Provenance</h2>\n"
                + Html.table("provenance", List.of("what", "value"), rows)
                + "<details><summary>The plan, as it ran</summary><pre>" + Html.text(plan())
                + "</pre></details>\n</section>\n";
    }

    private static String attack(AttackSpec attack) {
        String budget = attack.radius() != null
                ? Threat.name(attack.norm()) + " at most " + Text.number(attack.radius())
                : attack.weights().isEmpty()
                        ? Threat.name(attack.norm()) + ", the plan\u2019s radius"
                        : Threat.name(attack.norm()) + " as a penalty, weights "
                                + Text.list(attack.weights().stream()
                                        .map(Text::number)
                                        .toList());
        return attack.goal() + "; " + budget + "; " + AttackTables.name(attack.method()) + ", "
                + effort(
                        attack.effort().steps(),
                        attack.effort().draws(),
                        attack.effort().restarts())
                + ", " + attack.effort().precision()
                + (attack.targets() == 0 ? "" : "; " + Text.plural(attack.targets(), "target") + " an image");
    }

    private static String training(ModelCard model) {
        String trained = model.data().equals(UNKNOWN) || model.dataChecksum().equals(UNKNOWN)
                ? model.data().equals(UNKNOWN) ? "training unknown" : "trained on " + model.data()
                : "trained on " + model.data() + " (" + model.dataChecksum() + "), seed " + model.seed();
        List<String> told = model.told().entrySet().stream()
                .map(each -> each.getKey() + ": " + each.getValue())
                .toList();
        if (told.isEmpty()) {
            return trained;
        }
        // Of a model that was trained here the checksum of its data is known, and nobody had to tell.
        boolean ours = !model.dataChecksum().equals(UNKNOWN);
        return trained + (ours ? "; " : "; its owner says: ") + String.join(", ", told);
    }

    private static void add(List<List<String>> rows, String what, String value) {
        rows.add(List.of(Html.text(what), Html.text(value)));
    }

    private static String join(List<Integer> shape) {
        return String.join("\u00d7", shape.stream().map(String::valueOf).toList());
    }

    private static String effort(int steps, int draws, int restarts) {
        return Text.plural(steps, "step") + ", " + Text.plural(draws, "draw") + " a step, "
                + Text.plural(restarts, "start");
    }

    private static String radii(AuditPlan plan) {
        String values =
                Text.list(plan.r().values().stream().map(r -> Text.number(r, 4)).toList());
        Double median = plan.r().medianDistance();
        return plan.r().auto()
                ? "r = " + values
                        + ": auto, 0.25, 0.5 and 0.75 of the median distance between different validation images ("
                        + Text.number(median, 4) + "), computed once and shared by all models"
                : "r = " + values + ", as given";
    }

    private String plan() {
        try {
            return PlanJson.mapper().writerWithDefaultPrettyPrinter().writeValueAsString(results.plan());
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a plan that can't be written", e);
        }
    }

    private String finePrint() {
        AuditPlan plan = results.plan();
        int points = results.info().points().size();
        double ceiling = MarginBounds.whitened(new Proportion(plan.draws(), plan.draws()).lower(plan.alpha()), 1);
        return """
                <section id="fine-print">
                <h2>Statistical fine print</h2>
                <ul>
                <li>Every verdict and every verified break errs with a chance of at most \u03b1 = %s, for its image alone. Over %s at one radius
                up to %s wrong entries are to be expected in a column; a claim about all of them at once has to use \u03b1 divided by their number.
                A bracket of two statistical sides has confidence 1 \u2212 2\u03b1.</li>
                <li>Probabilities enter through Clopper-Pearson bounds of independent draws, their number fixed beforehand; of a break\u2019s verdict, which may stop early, only the most is. An undecided
                verdict is an answer and is never rounded to another.</li>
                <li>Breaks are selected on the search\u2019s own noise and judged on fresh noise. Candidates for one model, image, radius, kind
                and box are one family: they are judged largest norm first, as a fixed sequence, each at 0.8 \u03b1; the first candidate that is not
                verified ends the sequence, and the last verified one is reported, with its norm recomputed in double precision from the stored image.
                Where that falls short, others along the same direction, aimed by what those verdicts drew, and then a second search, are judged likewise at 0.1 \u03b1 each,
                on noise of their own, so that \u03b1 holds for all together. A verdict may stop after any fifth of its draws; its limits
                are exact for that, and stricter than those of the fixed number.</li>
                <li>First-order bounds are estimates, not certificates: they drop second-order terms of the encoder and assume a fixed \u03c3.
                They are never to be quoted as guarantees.</li>
                <li>The number of draws caps the lower bounds: with %s draws all inside, p is at most \u03b1^(1/n), so \u03a6\u207b\u00b9(p) is at most %s
                and no bound exceeds that over its norm, however robust the image.</li>
                <li>Medians and shares speak of the whole split through the random sample of images; their intervals are distribution-free
                (order statistics, Clopper-Pearson). Correlation intervals are percentile bootstraps of %s resamples of
                images, with the run\u2019s seed; where several models are pooled, an image is drawn with the rows of all of them.</li>
                <li>Attacks of the suite are measured on noise that neither the search nor the choice among starts has seen. A share of broken
                images tests one perturbation an image and target, once. Shares carry exact intervals (Clopper-Pearson), medians order statistics:
                each at \u03b1 a side in tables, 95\u202f%% in figures. None is corrected for the number of attacks, models or radii looked at.</li>
                <li>Models are told apart by exact sign tests of the middle radius only, the one that the exhibits are of. The chance of naming
                any winner where no two models differ is at most 5\u202f%%: with k models each test has 0.05 / (k(k \u2212 1)) a side.</li>
                <li>Images drawn in figures are the audited ones; what was left out is counted in each caption.</li>
                </ul>
                </section>
                """.formatted(
                        plan.alpha(),
                        Text.plural(points, "image"),
                        Text.number(points * plan.alpha(), 2),
                        Text.integer(plan.draws()),
                        Text.number(ceiling),
                        Text.integer(Association.RESAMPLES));
    }
}
