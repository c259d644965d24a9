package io.margrave.report;

import io.margrave.results.AuditRow;
import io.margrave.results.MarginMethod;
import java.util.List;

/** The first-order lower bounds, weakest first: estimates, not certificates. */
enum Bound {
    FROBENIUS(
            "frobenius", "Frobenius bound", "min \u03c3 \u00b7 \u03a6\u207b\u00b9(p) / |J|_F, of Camuto et al. 2021") {
        @Override
        double of(AuditRow row) {
            return row.boundFrobenius();
        }
    },
    SPECTRAL("spectral", "spectral bound", "min \u03c3 \u00b7 \u03a6\u207b\u00b9(p) / |J|\u2082") {
        @Override
        double of(AuditRow row) {
            return row.boundSpectral();
        }
    },
    WHITENED("whitened", "whitened bound", "\u03a6\u207b\u00b9(p) / |diag(1/\u03c3) J|\u2082") {
        @Override
        double of(AuditRow row) {
            return row.boundWhitened();
        }
    };

    final String id;
    final String title;
    final String formula;

    Bound(String id, String title, String formula) {
        this.id = id;
        this.title = title;
        this.formula = formula;
    }

    /** In input units, at least 0; infinite where the encoder is flat. */
    abstract double of(AuditRow row);

    /** Rows where the encoder is flat and yet a break was verified. */
    long flatAndBroken(List<AuditRow> rows, MarginMethod attack) {
        return rows.stream()
                .filter(row -> Double.isInfinite(of(row)) && !attack.censored(row))
                .count();
    }
}
