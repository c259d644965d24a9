package io.margrave.store;

import io.margrave.results.AttackFinding;
import io.margrave.results.AttackOutcome;
import io.margrave.results.AttackRow;
import io.margrave.results.AttackSpec;
import io.margrave.results.AuditPlan;
import io.margrave.results.AuditTask;
import io.margrave.results.Break;
import io.margrave.results.CleanQuality;
import io.margrave.results.CurvePoint;
import io.margrave.results.Margin;
import io.margrave.results.PointAudit;
import io.margrave.results.RadiusAudit;
import io.margrave.results.Word;
import io.margrave.theory.Proportion;
import java.sql.SQLException;
import java.util.List;
import java.util.Locale;
import org.duckdb.DuckDBAppender;
import org.duckdb.DuckDBConnection;

/**
 * Appends the rows of one task, table by table, within the caller's transaction.
 *
 * @param plan as it is run
 * @param file evidence file of the task, relative to the run folder
 */
record TaskRows(AuditPlan plan, String file) {

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
        appendQuality(connection, audits);
        appendSuite(connection, audits);
        appendSuiteWithin(connection, audits);
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
                    clean.append(radius.clean().lower(plan.alpha()));
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

    private static void appendQuality(DuckDBConnection connection, List<PointAudit> audits) throws SQLException {
        try (DuckDBAppender quality = connection.createAppender("quality")) {
            for (PointAudit audit : audits) {
                CleanQuality clean = audit.clean();
                if (clean != null) {
                    quality.beginRow().append(audit.model()).append(audit.position());
                    quality.append(audit.point()).append(clean.damage()).append(clean.logLik());
                    quality.append(clean.elbo()).append(clean.reconstructionError());
                    quality.append(clean.prediction()).endRow();
                }
            }
        }
    }

    private void appendSuite(DuckDBConnection connection, List<PointAudit> audits) throws SQLException {
        try (DuckDBAppender suite = connection.createAppender("suite")) {
            for (PointAudit audit : audits) {
                CleanQuality clean = audit.clean();
                for (int place = 0; clean != null && place < audit.suite().size(); place++) {
                    AttackFinding found = audit.suite().get(place);
                    AttackSpec spec = spec(found.attack());
                    suite.beginRow().append(audit.model()).append(audit.position());
                    suite.append(audit.point()).append(place).append(found.attack());
                    suite.append(spec.goal()).append(Word.of(spec.variable()));
                    suite.append(Word.of(spec.norm())).append(Word.of(spec.method()));
                    suite.append(found.target()).append(found.weight()).append(found.radius());
                    suite.append(found.norm()).append(found.normL2()).append(found.objective());
                    suite.append(found.damage()).append(found.logLikAttacked());
                    suite.append(new AttackRow(audit.model(), audit.point(), audit.label(), clean, found)
                            .degradation(audit.input().length));
                    suite.append(found.logLikTarget()).append(found.symmetricKl());
                    suite.append(found.msSsimInputs()).append(found.msSsimReconstructions());
                    suite.append(found.relativeDistortion()).append(found.relativeDistance());
                    suite.append(found.prediction()).append(found.forwards()).append(found.backwards());
                    suite.append(file).append(Evidence.key(found)).endRow();
                }
            }
        }
    }

    private AttackSpec spec(String name) {
        return plan.suite().stream()
                .filter(spec -> spec.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static void appendSuiteWithin(DuckDBConnection connection, List<PointAudit> audits) throws SQLException {
        try (DuckDBAppender within = connection.createAppender("suite_within")) {
            for (PointAudit audit : audits) {
                for (int place = 0; place < audit.suite().size(); place++) {
                    List<Proportion> radii = audit.suite().get(place).within();
                    for (int i = 0; i < radii.size(); i++) {
                        within.beginRow().append(audit.model()).append(audit.position());
                        within.append(place)
                                .append(i)
                                .append(audit.radii().get(i).r());
                        within.append(radii.get(i).trials());
                        within.append(radii.get(i).successes()).endRow();
                    }
                }
            }
        }
    }
}
