package io.margrave.cli;

import io.margrave.results.AttackFinding;
import io.margrave.results.AttackRow;
import io.margrave.results.AuditPlan;
import io.margrave.results.QuantileEstimate;
import io.margrave.results.RunResults;
import io.margrave.results.RunSummary;
import io.margrave.results.RunSummary.BrokenSummary;
import io.margrave.results.RunSummary.ModelSummary;
import io.margrave.results.RunSummary.SuiteSummary;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What the attacks of a suite found, for standard output; at most 120 columns wide with names of usual length. */
final class SuiteTable {
    private static final int MOST_ROWS = 200;
    /** Of more points, rows are shown only where someone named them. */
    private static final int MOST_POINTS = 10;

    private SuiteTable() {}

    /**
     * One line a point, attack, target and weight; of many points only where they are.
     *
     * @param named whether the points were asked for one by one
     */
    static List<String> rows(RunResults results, boolean named) {
        if (!named && results.info().points().size() > MOST_POINTS) {
            return List.of("--out DIR keeps every row: " + RunEnd.ATTACKS_FILE);
        }
        List<AttackRow> all = results.attacks();
        int pixels = results.info().shape().stream().reduce(1, Math::multiplyExact);
        int middle = (results.plan().r().values().size() - 1) / 2;
        boolean models = results.models().size() > 1;
        boolean targets = all.stream().anyMatch(row -> row.finding().target() != null);
        boolean weights = all.stream().anyMatch(row -> row.finding().weight() != null);
        boolean probed = all.stream().anyMatch(row -> row.finding().prediction() != null);
        Table table = new Table(cells(
                models ? "model" : null,
                "point",
                "label",
                probed ? "probe" : null,
                "attack",
                targets ? "target" : null,
                weights ? "weight" : null,
                "norm",
                "clean",
                "damage",
                "P(<=" + Table.number(results.plan().r().values().get(middle)) + ")",
                "nats lost",
                "degradation"));
        for (AttackRow row : all.subList(0, Math.min(MOST_ROWS, all.size()))) {
            AttackFinding found = row.finding();
            table.row(cells(
                    models ? row.model() : null,
                    Integer.toString(row.point()),
                    Integer.toString(row.label()),
                    probed ? whole(row.clean().prediction()) + ">" + whole(found.prediction()) : null,
                    found.attack(),
                    targets ? whole(found.target()) : null,
                    weights ? number(found.weight()) : null,
                    Table.number(found.norm()),
                    Table.number(row.clean().damage()),
                    Table.number(found.damage()),
                    String.format(
                            Locale.ROOT, "%.3f", found.within().get(middle).estimate()),
                    Table.number(row.clean().logLik() - found.logLikAttacked()),
                    number(row.degradation(pixels))));
        }
        List<String> lines = new ArrayList<>(table.lines());
        if (all.size() > MOST_ROWS) {
            lines.add("and " + (all.size() - MOST_ROWS) + " more; --out DIR keeps all of them");
        }
        return lines;
    }

    /** One line a model, attack and weight, with medians over points. */
    static List<String> summary(RunSummary summary, AuditPlan plan) {
        boolean models = summary.models().size() > 1;
        boolean weights = plan.suite().stream().anyMatch(spec -> !spec.weights().isEmpty());
        int middle = (plan.r().values().size() - 1) / 2;
        String r = Table.number(plan.r().values().get(middle));
        Table table = new Table(cells(
                models ? "model" : null,
                "attack",
                weights ? "weight" : null,
                "points",
                "norm",
                "clean",
                "damage",
                "nats lost",
                "degradation",
                "broken at " + r,
                "worst at"));
        for (ModelSummary model : summary.models()) {
            for (SuiteSummary attack : model.suite()) {
                QuantileEstimate degradation = attack.degradation();
                BrokenSummary broken = attack.broken().get(middle);
                table.row(cells(
                        models ? model.model() : null,
                        attack.attack(),
                        weights ? number(attack.weight()) : null,
                        Integer.toString(attack.points()),
                        Table.number(attack.norm().estimate()),
                        Table.number(attack.damageClean().estimate()),
                        interval(attack.damage()),
                        Table.number(attack.natsLost().estimate()),
                        degradation == null ? "-" : Table.number(degradation.estimate()),
                        broken.broken() + (broken.undecided() == 0 ? "" : " (+" + broken.undecided() + " undecided)"),
                        whole(attack.worst())));
            }
        }
        List<String> lines = new ArrayList<>();
        lines.add(String.format(
                Locale.ROOT,
                "%s %s, %d points; medians over points, with intervals at alpha %s a side",
                summary.data(),
                summary.split(),
                summary.points(),
                Table.number(summary.alpha())));
        summary.models()
                .forEach(model ->
                        model.suite().stream().findFirst().ifPresent(any -> lines.add(untouched(model.model(), any))));
        lines.add("");
        lines.addAll(table.lines());
        lines.add("");
        lines.addAll(infinite(summary));
        lines.add(
                "damage is the mean distance of random reconstructions from g(mu(x)), on fresh noise; clean, that without"
                        + " a perturbation.");
        lines.add("broken: P(|Delta| <= " + r
                + ") is shown to be at most one half; undecided: neither that nor more is shown.");
        lines.add(
                "worst: points at which no other attack under the same constraint damages more; attacks through the mean or");
        lines.add("the variance alone are measured with the other kept, and not ranked.");
        return lines;
    }

    /** How good the model is at inputs that nobody touched: one that ignores them can't be moved. */
    private static String untouched(String model, SuiteSummary any) {
        QuantileEstimate elbo = any.elboClean();
        return model + " untouched: ELBO " + (elbo == null ? "withheld" : Table.number(elbo.estimate()))
                + ", reconstruction error "
                + Table.number(any.reconstructionErrorClean().estimate()) + ", damage "
                + Table.number(any.damageClean().estimate());
    }

    /** What counts as infinite in the table, a line an attack. */
    private static List<String> infinite(RunSummary summary) {
        List<String> lines = new ArrayList<>();
        for (ModelSummary model : summary.models()) {
            for (SuiteSummary attack : model.suite()) {
                String of = " of " + attack.points() + " points on " + model.model();
                if (attack.unmeasured() > 0) {
                    lines.add(attack.attack() + ": damage is no number at " + attack.unmeasured() + of
                            + ": counted as infinite");
                }
                Double radius = attack.radius();
                if (attack.censored() > 0 && radius != null) {
                    lines.add(attack.attack() + ": no break found up to " + Table.number(radius) + " at "
                            + attack.censored() + of + ": norm counted as infinite");
                }
            }
        }
        return lines;
    }

    private static String[] cells(@Nullable String... cells) {
        List<String> said = new ArrayList<>();
        for (String cell : cells) {
            if (cell != null) {
                said.add(cell);
            }
        }
        return said.toArray(String[]::new);
    }

    private static String interval(QuantileEstimate median) {
        return Table.number(median.estimate()) + " [" + Table.number(Math.max(0, median.low())) + ", "
                + Table.number(median.high()) + "]";
    }

    private static String number(@Nullable Double value) {
        return value == null ? "-" : Table.number(value);
    }

    private static String whole(@Nullable Integer value) {
        return value == null ? "-" : value.toString();
    }
}
