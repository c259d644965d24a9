package io.margrave.report;

import io.margrave.results.AuditRow;
import io.margrave.results.RunResults;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/**
 * The rows of one radius.
 *
 * @param r radius of r-robustness, in output units
 * @param rows one a model and point
 */
record RadiusRows(double r, List<AuditRow> rows) {

    /** Rows by radius, ascending. */
    static List<RadiusRows> of(RunResults results) {
        TreeMap<Double, List<AuditRow>> byRadius = new TreeMap<>();
        for (AuditRow row : results.rows()) {
            byRadius.computeIfAbsent(row.r(), r -> new ArrayList<>()).add(row);
        }
        return byRadius.entrySet().stream()
                .map(e -> new RadiusRows(e.getKey(), e.getValue()))
                .toList();
    }

    /** The rows of one model. */
    List<AuditRow> of(String model) {
        return rows.stream().filter(row -> row.model().equals(model)).toList();
    }

    /** {@code r = 4.12}. */
    String title() {
        return "r = " + Text.number(r);
    }
}
