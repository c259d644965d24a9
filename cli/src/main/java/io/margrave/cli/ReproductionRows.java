package io.margrave.cli;

import io.margrave.results.AttackFinding;
import io.margrave.results.AttackRow;
import io.margrave.results.AttackSpec;
import io.margrave.results.AuditRow;
import io.margrave.results.RunResults;
import io.margrave.results.experiment.DamageRow;
import io.margrave.results.experiment.MarginRow;
import io.margrave.theory.Verdict;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The rows of an audit as tables of an experiment. */
final class ReproductionRows {
    private static final Map<String, String> THROUGH = Map.of(
            ReproductionAudits.THROUGH_BOTH, "both",
            ReproductionAudits.THROUGH_MEAN, "mean",
            ReproductionAudits.THROUGH_VARIANCE, "variance");

    private ReproductionRows() {}

    /** One a point and radius r. */
    static List<MarginRow> margins(RunResults results) {
        return results.rows().stream().map(ReproductionRows::margin).toList();
    }

    private static MarginRow margin(AuditRow row) {
        return new MarginRow(
                row.model(),
                row.point(),
                row.label(),
                row.r(),
                row.pClean(),
                row.pCleanLower(),
                row.verdictClean(),
                row.minStdDev(),
                row.jacobianFrobenius(),
                row.jacobianSpectral(),
                row.jacobianWhitened(),
                row.boundFrobenius(),
                row.boundSpectral(),
                row.boundWhitened(),
                row.marginUpper(),
                row.marginUpperMeanOnly());
    }

    /** The maximum-damage attacks of its suite. */
    static List<DamageRow> damage(RunResults results) {
        List<DamageRow> rows = new ArrayList<>();
        Map<String, String> through = new HashMap<>();
        for (AttackSpec spec : results.plan().suite()) {
            String parameter = THROUGH.get(spec.goal());
            if (parameter != null) {
                through.put(spec.name(), parameter);
            }
        }
        int pixels = results.info().shape().stream().reduce(1, Math::multiplyExact);
        for (AttackRow row : results.attacks()) {
            AttackFinding finding = row.finding();
            String parameter = through.get(finding.attack());
            Double radius = finding.radius();
            if (parameter != null && radius != null) {
                rows.add(new DamageRow(
                        row.model(),
                        row.point(),
                        radius,
                        parameter,
                        finding.normL2(),
                        row.damage(),
                        row.damageClean(),
                        row.clean().logLik(),
                        finding.logLikAttacked(),
                        row.degradation(pixels)));
            }
        }
        return rows;
    }

    /** Of the rows at one r: the point whose verified margin is the median; null where none has one. */
    static @Nullable MarginRow median(List<MarginRow> rows, double r) {
        List<MarginRow> found = rows.stream()
                .filter(row -> row.r() == r && row.margin() != null && row.clean() == Verdict.HOLDS)
                .sorted((a, b) -> {
                    double x = a.margin() == null ? Double.NaN : a.margin();
                    double y = b.margin() == null ? Double.NaN : b.margin();
                    return Double.compare(x, y);
                })
                .toList();
        return found.isEmpty() ? null : found.get((found.size() - 1) / 2);
    }
}
