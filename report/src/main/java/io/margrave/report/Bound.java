package io.margrave.report;

import io.margrave.results.AuditRow;
import io.margrave.results.MarginMethod;
import io.margrave.results.ModelCard;
import io.margrave.results.RunResults;
import java.util.List;

/** The first-order lower bounds, weakest first: estimates, not certificates. */
enum Bound {
    FROBENIUS(
            MarginMethod.BOUND_FROBENIUS,
            "frobenius",
            "Frobenius bound",
            "min \u03c3 \u00b7 \u03a6\u207b\u00b9(p) / |J|_F, of Camuto et al. 2021"),
    SPECTRAL(
            MarginMethod.BOUND_SPECTRAL,
            "spectral",
            "spectral bound",
            "min \u03c3 \u00b7 \u03a6\u207b\u00b9(p) / |J|\u2082"),
    WHITENED(
            MarginMethod.BOUND_WHITENED,
            "whitened",
            "whitened bound",
            "\u03a6\u207b\u00b9(p) / |diag(1/\u03c3) J|\u2082");

    private final MarginMethod method;
    final String id;
    final String title;
    final String formula;

    Bound(MarginMethod method, String id, String title, String formula) {
        this.method = method;
        this.id = id;
        this.title = title;
        this.formula = formula;
    }

    /** In input units, at least 0; infinite where the encoder is flat. */
    double of(AuditRow row) {
        return method.value(row);
    }

    /** Whether the row's model has none: its posterior is deterministic. */
    boolean withheld(AuditRow row) {
        return method.withheld(row);
    }

    /** Why some models have no lower bounds, with a space before it; empty where all have them. Not escaped. */
    static String withheld(RunResults results) {
        List<String> names = results.models().stream()
                .filter(ModelCard::deterministic)
                .map(ModelCard::name)
                .toList();
        return names.isEmpty()
                ? ""
                : " Lower estimates are withheld for " + Text.list(names)
                        + ": the posterior is deterministic (\u03c3 = 0)," + " and they are measured in \u03c3.";
    }

    /** Rows where the encoder is flat and yet a break was verified. */
    long flatAndBroken(List<AuditRow> rows, MarginMethod attack) {
        return rows.stream()
                .filter(row -> !withheld(row) && Double.isInfinite(of(row)) && !attack.censored(row))
                .count();
    }
}
