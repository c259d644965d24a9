package io.margrave.store;

import io.margrave.results.AttackOutcome;
import io.margrave.results.AuditTask;
import io.margrave.results.Break;
import io.margrave.results.CurvePoint;
import io.margrave.results.Margin;
import io.margrave.results.PointAudit;
import io.margrave.results.RadiusAudit;
import java.sql.SQLException;
import java.util.List;
import java.util.Locale;
import org.duckdb.DuckDBAppender;
import org.duckdb.DuckDBConnection;

/**
 * Appends the rows of one task, table by table, within the caller's transaction.
 *
 * @param alpha the plan's
 * @param file evidence file of the task, relative to the run folder
 */
record TaskRows(double alpha, String file) {

    void append(DuckDBConnection connection, AuditTask task, double seconds, List<PointAudit> audits)
            throws SQLException {
        try (DuckDBAppender tasks = connection.createAppender("tasks")) {
            tasks.beginRow().append(task.model()).append(task.chunk()).append(task.first());
            tasks.append(task.count()).append(seconds).append(file).endRow();
        }
        appendPoints(connection, audits);
        appendClean(connection, audits);
        appendMargins(connection, audits);
        appendBreaks(connection, audits);
        appendAttacks(connection, audits);
        appendCurves(connection, audits);
    }

    private static void appendPoints(DuckDBConnection connection, List<PointAudit> audits) throws SQLException {
        try (DuckDBAppender points = connection.createAppender("points")) {
            for (PointAudit audit : audits) {
                points.beginRow().append(audit.model()).append(audit.position());
                points.append(audit.point()).append(audit.label());
                points.append(audit.encoder().minStdDev());
                points.append(audit.encoder().frobenius());
                points.append(audit.encoder().spectral());
                points.append(audit.encoder().whitened());
                points.append(audit.smallestR().low()).append(audit.smallestR().high());
                points.endRow();
            }
        }
    }

    private void appendClean(DuckDBConnection connection, List<PointAudit> audits) throws SQLException {
        try (DuckDBAppender clean = connection.createAppender("clean")) {
            for (PointAudit audit : audits) {
                for (RadiusAudit radius : audit.radii()) {
                    clean.beginRow().append(audit.model()).append(audit.point()).append(radius.r());
                    clean.append(radius.clean().trials()).append(radius.clean().successes());
                    clean.append(radius.clean().lower(alpha));
                    clean.append(radius.verdict().name()).endRow();
                }
            }
        }
    }

    private static void appendMargins(DuckDBConnection connection, List<PointAudit> audits) throws SQLException {
        try (DuckDBAppender margins = connection.createAppender("margins")) {
            for (PointAudit audit : audits) {
                for (RadiusAudit radius : audit.radii()) {
                    for (Margin margin : radius.margins()) {
                        margins.beginRow().append(margin.model()).append(margin.point());
                        margins.append(margin.r()).append(margin.method());
                        margins.append(margin.side().name().toLowerCase(Locale.ROOT));
                        margins.append(Words.of(margin.kind()));
                        margins.append(margin.norm().name()).append(margin.boxed());
                        margins.append(margin.guarantee().name()).append(margin.alpha());
                        margins.append(margin.value()).append(margin.censored()).endRow();
                    }
                }
            }
        }
    }

    private void appendBreaks(DuckDBConnection connection, List<PointAudit> audits) throws SQLException {
        try (DuckDBAppender breaks = connection.createAppender("breaks")) {
            for (PointAudit audit : audits) {
                for (RadiusAudit radius : audit.radii()) {
                    for (Break found : radius.breaks()) {
                        breaks.beginRow().append(audit.model()).append(audit.position());
                        breaks.append(audit.point()).append(found.r());
                        breaks.append(Words.of(found.kind())).append(found.boxed());
                        breaks.append(found.norm()).append(found.within().trials());
                        breaks.append(found.within().successes());
                        breaks.append(file).append(found.key()).endRow();
                    }
                }
            }
        }
    }

    private void appendAttacks(DuckDBConnection connection, List<PointAudit> audits) throws SQLException {
        try (DuckDBAppender attacks = connection.createAppender("attacks")) {
            for (PointAudit audit : audits) {
                AttackOutcome attack = audit.attack();
                if (attack != null) {
                    attacks.beginRow().append(audit.model()).append(audit.position());
                    attacks.append(audit.point()).append(attack.radius()).append(attack.norm());
                    attacks.append(attack.damage()).append(attack.damageMeanOnly());
                    attacks.append(attack.damageVarianceOnly()).append(attack.damageClean());
                    attacks.append(attack.logLikClean()).append(attack.logLikAttacked());
                    attacks.append(attack.degradation()).append(file).endRow();
                }
            }
        }
    }

    private static void appendCurves(DuckDBConnection connection, List<PointAudit> audits) throws SQLException {
        try (DuckDBAppender curves = connection.createAppender("curves")) {
            for (PointAudit audit : audits) {
                for (RadiusAudit radius : audit.radii()) {
                    for (CurvePoint at : radius.curve()) {
                        curves.beginRow()
                                .append(audit.model())
                                .append(audit.point())
                                .append(at.r());
                        curves.append(at.norm()).append(at.within().trials());
                        curves.append(at.within().successes()).endRow();
                    }
                }
            }
        }
    }
}
