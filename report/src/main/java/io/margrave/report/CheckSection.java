package io.margrave.report;

import io.margrave.results.Check;
import io.margrave.results.EvaluationCheck;
import io.margrave.results.RunResults;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;

/** Whether the attacks were strong enough to be believed: every check, its verdict and its evidence. */
record CheckSection(RunResults results) {
    private static final int CHECKS = 16;

    String html() {
        StringBuilder out = new StringBuilder("<section id=\"checks\">\n<h2>Can these figures be believed?</h2>\n");
        if (results.checks().isEmpty()) {
            return out.append(
                            "<p><b>No checks were run.</b> Nothing here says whether the attacks were strong enough: a weak attack makes"
                                    + " any model look robust. <code>margrave audit --thorough</code> checks the evaluation itself.</p>\n</section>\n")
                    .toString();
        }
        out.append(
                        "<p>An upper bound or a damage is worth what its attack is worth. These checks test the evaluation, not the models: one"
                                + " FAIL, and the figures of that model are not to be relied on; a WARN is worth a look. ")
                .append(counts())
                .append(figure())
                .append("</p>\n")
                .append(table())
                .append(notRun());
        return out.append("</section>\n").toString();
    }

    /** What stands before every other statement of the report where a check failed; HTML. */
    Optional<String> banner() {
        List<EvaluationCheck> failed = of(Check.Outcome.FAIL);
        if (failed.isEmpty()) {
            return Optional.empty();
        }
        List<String> each = failed.stream()
                .map(check -> "check " + check.number() + " failed for <b>" + Html.text(check.model()) + "</b> ("
                        + Html.text(check.name()) + ")")
                .toList();
        return Optional.of("<p class=\"failure\" role=\"alert\"><b>Not to be relied on:</b> " + Text.list(each)
                + ". <a href=\"#checks\">The evidence</a></p>\n");
    }

    /** One line of the headline; HTML. */
    String statement() {
        return results.checks().isEmpty()
                ? "<b>No checks of this evaluation were run:</b> nothing says whether its attacks were strong enough."
                : "Can the figures be believed? <a href=\"#checks\">Checks of the evaluation</a>: " + counts();
    }

    private String counts() {
        return Text.integer(of(Check.Outcome.PASS).size()) + " passed, "
                + Text.integer(of(Check.Outcome.WARN).size()) + " to look at, "
                + "<b>" + Text.integer(of(Check.Outcome.FAIL).size()) + " failed</b>"
                + (results.models().size() > 1 ? ", over all models." : ".");
    }

    private List<EvaluationCheck> of(Check.Outcome outcome) {
        return results.checks().stream()
                .filter(check -> check.outcome() == outcome)
                .toList();
    }

    private String figure() {
        return results.checks().stream().allMatch(check -> check.curves().isEmpty())
                ? ""
                : " Their curves are <a href=\"#figure-" + CheckCurves.ID + "\">a figure</a>.";
    }

    private String table() {
        TreeMap<Integer, List<EvaluationCheck>> byNumber = new TreeMap<>();
        results.checks()
                .forEach(check -> byNumber.computeIfAbsent(check.number(), n -> new ArrayList<>())
                        .add(check));
        StringBuilder out =
                new StringBuilder("<div class=\"scroll\"><table class=\"checks\"><thead><tr><th scope=\"col\">no.</th>"
                        + "<th scope=\"col\">what is checked</th><th scope=\"col\">model</th><th scope=\"col\">verdict</th>"
                        + "<th scope=\"col\">evidence</th></tr></thead><tbody>\n");
        byNumber.forEach((number, checks) -> {
            for (int i = 0; i < checks.size(); i++) {
                EvaluationCheck check = checks.get(i);
                out.append(i == 0 ? "<tr class=\"first\">" : "<tr>");
                if (i == 0) {
                    String rows = " rowspan=\"" + checks.size() + "\">";
                    out.append("<td class=\"no\"")
                            .append(rows)
                            .append(number.toString())
                            .append("</td><th scope=\"rowgroup\"")
                            .append(rows)
                            .append(Html.text(check.name()))
                            .append("</th>");
                }
                out.append("<td class=\"who\">")
                        .append(Html.text(check.model()))
                        .append("</td><td>")
                        .append(badge(check.outcome()))
                        .append("</td><td class=\"evidence\">")
                        .append(Html.text(check.evidence()))
                        .append("</td></tr>\n");
            }
        });
        return out.append("</tbody></table></div>\n").toString();
    }

    /** A word and a sign before it: the colour only repeats them. */
    private static String badge(Check.Outcome outcome) {
        return switch (outcome) {
            case PASS -> "<span class=\"badge pass\">\u2713 PASS</span>";
            case WARN -> "<span class=\"badge warn\">! WARN</span>";
            case FAIL -> "<span class=\"badge fail\">\u2715 FAIL</span>";
        };
    }

    private String notRun() {
        TreeSet<Integer> missing = new TreeSet<>();
        for (int number = 1; number <= CHECKS; number++) {
            missing.add(number);
        }
        results.checks().forEach(check -> missing.remove(check.number()));
        if (missing.isEmpty()) {
            return "";
        }
        String why = results.plan().checks() == EvaluationCheck.Level.THOROUGH
                ? "they do not apply to what this run measured."
                : "they cost more or do not apply; <code>--thorough</code> runs all that apply.";
        return "<p>Not run: "
                + (missing.size() == 1 ? "check " : "checks ")
                + Text.list(missing.stream().map(String::valueOf).toList())
                + " (<a href=\"#reading-checks\">what each asks</a>): "
                + why + "</p>\n";
    }
}
