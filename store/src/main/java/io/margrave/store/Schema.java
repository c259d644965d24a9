package io.margrave.store;

import java.util.List;

/** The tables of a run, and the one query that turns its long rows into one row a model x point x r. */
final class Schema {

    /** Raised whenever a table changes; a reader refuses what is newer. */
    static final int VERSION = 2;

    /** The first version with the tables of {@link #ADDED}. */
    static final int WITH_SUITE = 2;

    private Schema() {}

    /** Tables that every run has. */
    static final List<String> TABLES =
            List.of("run", "sessions", "models", "tasks", "points", "clean", "margins", "breaks", "attacks", "curves");

    /** Tables that runs of an older version lack, until one is resumed. */
    static final List<String> ADDED = List.of("suite", "suite_within", "quality", "checks");

    static final String CREATE_ADDED = """
            CREATE TABLE quality (
                model VARCHAR NOT NULL, position INTEGER NOT NULL, point INTEGER NOT NULL, damage DOUBLE NOT NULL,
                log_lik DOUBLE NOT NULL, elbo DOUBLE, reconstruction_error DOUBLE NOT NULL, prediction INTEGER);
            CREATE TABLE suite (
                model VARCHAR NOT NULL, position INTEGER NOT NULL, point INTEGER NOT NULL, place INTEGER NOT NULL,
                attack VARCHAR NOT NULL, goal VARCHAR NOT NULL, variable VARCHAR NOT NULL, norm_name VARCHAR NOT NULL,
                method VARCHAR NOT NULL, target INTEGER, weight DOUBLE, radius DOUBLE, norm DOUBLE NOT NULL,
                norm_l2 DOUBLE NOT NULL, objective DOUBLE NOT NULL, damage DOUBLE NOT NULL,
                log_lik_attacked DOUBLE NOT NULL, degradation DOUBLE, log_lik_target DOUBLE, symmetric_kl DOUBLE,
                ms_ssim_inputs DOUBLE, ms_ssim_reconstructions DOUBLE, relative_distortion DOUBLE,
                relative_distance DOUBLE, prediction INTEGER, forwards BIGINT NOT NULL, backwards BIGINT NOT NULL, file VARCHAR NOT NULL, tensor VARCHAR NOT NULL);
            CREATE TABLE suite_within (
                model VARCHAR NOT NULL, position INTEGER NOT NULL, place INTEGER NOT NULL, r_place INTEGER NOT NULL,
                r DOUBLE NOT NULL, draws BIGINT NOT NULL, within BIGINT NOT NULL);
            CREATE TABLE checks (
                model VARCHAR NOT NULL, number INTEGER NOT NULL, name VARCHAR NOT NULL, outcome VARCHAR NOT NULL,
                evidence VARCHAR NOT NULL, curves JSON NOT NULL);
            """;

    static final String CREATE = """
            CREATE TABLE run (
                schema_version INTEGER NOT NULL, id VARCHAR NOT NULL, created VARCHAR NOT NULL, version VARCHAR NOT NULL,
                data VARCHAR NOT NULL, data_checksum VARCHAR NOT NULL, split VARCHAR NOT NULL, alpha DOUBLE NOT NULL,
                seed BIGINT NOT NULL, plan JSON NOT NULL, info JSON NOT NULL);
            CREATE TABLE sessions (session INTEGER NOT NULL, seconds DOUBLE NOT NULL);
            CREATE TABLE models (
                ordinal INTEGER NOT NULL, name VARCHAR NOT NULL, architecture VARCHAR NOT NULL, latent INTEGER NOT NULL,
                likelihood VARCHAR NOT NULL, objective VARCHAR NOT NULL, beta DOUBLE NOT NULL, test_elbo DOUBLE,
                active_units INTEGER, card JSON NOT NULL);
            CREATE TABLE tasks (
                model VARCHAR NOT NULL, chunk INTEGER NOT NULL, first INTEGER NOT NULL, count INTEGER NOT NULL,
                seconds DOUBLE NOT NULL, file VARCHAR NOT NULL, PRIMARY KEY (model, chunk));
            CREATE TABLE points (
                model VARCHAR NOT NULL, position INTEGER NOT NULL, point INTEGER NOT NULL, label INTEGER NOT NULL,
                min_std_dev DOUBLE NOT NULL, jacobian_frobenius DOUBLE NOT NULL, jacobian_spectral DOUBLE NOT NULL,
                jacobian_whitened DOUBLE NOT NULL, r_min_low DOUBLE NOT NULL, r_min_high DOUBLE NOT NULL);
            CREATE TABLE clean (
                model VARCHAR NOT NULL, point INTEGER NOT NULL, r DOUBLE NOT NULL, samples BIGINT NOT NULL,
                within BIGINT NOT NULL, p_lower DOUBLE NOT NULL, verdict VARCHAR NOT NULL);
            CREATE TABLE margins (
                model VARCHAR NOT NULL, point INTEGER NOT NULL, r DOUBLE NOT NULL, method VARCHAR NOT NULL,
                side VARCHAR NOT NULL, kind VARCHAR NOT NULL, norm VARCHAR NOT NULL, box BOOLEAN NOT NULL,
                guarantee VARCHAR NOT NULL, alpha DOUBLE NOT NULL, value DOUBLE NOT NULL, censored BOOLEAN NOT NULL);
            CREATE TABLE breaks (
                model VARCHAR NOT NULL, position INTEGER NOT NULL, point INTEGER NOT NULL, r DOUBLE NOT NULL,
                kind VARCHAR NOT NULL, box BOOLEAN NOT NULL, norm DOUBLE NOT NULL, draws BIGINT NOT NULL,
                within BIGINT NOT NULL, file VARCHAR NOT NULL, tensor VARCHAR NOT NULL);
            CREATE TABLE attacks (
                model VARCHAR NOT NULL, position INTEGER NOT NULL, point INTEGER NOT NULL, radius DOUBLE NOT NULL,
                norm DOUBLE NOT NULL, damage DOUBLE NOT NULL, damage_mean_only DOUBLE, damage_variance_only DOUBLE,
                damage_clean DOUBLE NOT NULL, log_lik_clean DOUBLE NOT NULL, log_lik_attacked DOUBLE NOT NULL,
                degradation DOUBLE, file VARCHAR NOT NULL);
            CREATE TABLE curves (
                model VARCHAR NOT NULL, point INTEGER NOT NULL, r DOUBLE NOT NULL, norm DOUBLE NOT NULL,
                draws BIGINT NOT NULL, within BIGINT NOT NULL);
            """;

    /** One verified upper bound a kind and box: the smallest, as any of them is one. */
    private static final String UPPER =
            "min(value) FILTER (WHERE side = 'upper' AND NOT censored AND guarantee IN ('STATISTICAL', 'CERTIFIED')"
                    + " AND kind = '%s' AND %s box) AS %s";

    private static final String LOWER = "max(value) FILTER (WHERE side = 'lower' AND method = '%s') AS bound_%1$s";

    private static final String PIVOT = "SELECT model, point, r, "
            + String.join(
                    ", ",
                    String.format(LOWER, "frobenius"),
                    String.format(LOWER, "spectral"),
                    String.format(LOWER, "whitened"),
                    String.format(UPPER, "full", "", "margin_upper"),
                    String.format(UPPER, "full", "NOT", "margin_upper_unboxed"),
                    String.format(UPPER, "mean-only", "", "margin_upper_mean_only"),
                    String.format(UPPER, "mean-only", "NOT", "margin_upper_mean_only_unboxed"),
                    "bool_or(side = 'upper' AND kind = 'full' AND box) AS searched")
            + " FROM margins GROUP BY model, point, r";

    /** {@link io.margrave.results.AuditRow}'s components in their order; in model, point and radius order. */
    static final String ROWS = """
            SELECT c.model, run.data, run.split, c.point, p.label, m.beta, c.r, c.samples, run.alpha,
                c.within / c.samples AS p_clean, c.p_lower AS p_clean_lower, c.verdict AS verdict_clean,
                p.r_min_low, p.r_min_high, p.min_std_dev,
                p.jacobian_frobenius, p.jacobian_spectral, p.jacobian_whitened,
                g.bound_frobenius, g.bound_spectral, g.bound_whitened,
                g.margin_upper, g.margin_upper_unboxed, g.margin_upper_mean_only, g.margin_upper_mean_only_unboxed,
                g.searched AND g.margin_upper IS NULL AS margin_censored,
                a.radius AS attack_radius, a.damage, a.damage_mean_only, a.damage_variance_only, a.damage_clean,
                a.log_lik_clean, a.log_lik_attacked, a.degradation, run.seed
            FROM clean c
                JOIN points p ON p.model = c.model AND p.point = c.point
                JOIN models m ON m.name = c.model
                LEFT JOIN (%s) g ON g.model = c.model AND g.point = c.point AND g.r = c.r
                LEFT JOIN attacks a ON a.model = c.model AND a.point = c.point
                CROSS JOIN run
            ORDER BY m.ordinal, p.position, c.r""".formatted(PIVOT);

    /** The margins as they are, in model, point and radius order. */
    static final String LONG_ROWS = """
            SELECT g.* FROM margins g
                JOIN models m ON m.name = g.model
                JOIN points p ON p.model = g.model AND p.point = g.point
            ORDER BY m.ordinal, p.position, g.r, g.side, g.kind DESC, g.box DESC, g.method""";

    /** A view of {@link #ROWS} for whoever opens the database by hand. */
    static final String CREATE_VIEW = "CREATE VIEW audit_rows AS " + ROWS;

    /** Breaks of one task, in audit order. */
    static final String BREAKS = """
            SELECT position, point, r, kind, box, norm, draws, within FROM breaks
            WHERE model = ? AND position >= ? AND position < ?
            ORDER BY position, r, kind, box DESC""";

    static final String DAMAGES = """
            SELECT position, point, radius, norm, damage FROM attacks
            WHERE model = ? AND position >= ? AND position < ?
            ORDER BY position""";

    /** The task and position of a point, where its task is finished. */
    static final String PLACE = """
            SELECT t.model, t.chunk, t.first, t.count, p.position, p.label FROM points p
                JOIN tasks t ON t.model = p.model AND p.position >= t.first AND p.position < t.first + t.count
            WHERE p.model = ? AND p.point = ?""";

    static final String BREAK_OF_POINT = """
            SELECT norm, within, draws FROM breaks
            WHERE model = ? AND position = ? AND r = ? AND kind = ? AND box = ?""";

    static final String DAMAGE_OF_POINT = """
            SELECT radius, norm, damage, damage_mean_only, damage_variance_only, damage_clean, log_lik_clean,
                log_lik_attacked FROM attacks
            WHERE model = ? AND position = ?""";

    /** One of {@link #ROWS}, by model, point and radius. */
    static final String ROW = "SELECT * FROM (" + ROWS + ") WHERE model = ? AND point = ? AND r = ?";

    static final String CURVES = """
            SELECT k.model, k.point, k.r, k.norm, k.within, k.draws FROM curves k
                JOIN models m ON m.name = k.model
                JOIN points p ON p.model = k.model AND p.point = k.point
            ORDER BY m.ordinal, p.position, k.r, k.norm""";

    /** Of each model, the shortest and longest verified full breaks inside the box that are longer than nothing. */
    static final String EXHIBITS = """
            WITH ranked AS (
                SELECT b.model, b.position, b.point, b.norm, t.chunk, t.first, t.count, m.ordinal,
                    row_number() OVER (PARTITION BY b.model ORDER BY b.norm, b.position) AS shortest,
                    row_number() OVER (PARTITION BY b.model ORDER BY b.norm DESC, b.position) AS longest
                FROM breaks b
                    JOIN models m ON m.name = b.model
                    JOIN tasks t ON t.model = b.model AND b.position >= t.first AND b.position < t.first + t.count
                WHERE b.kind = 'full' AND b.box AND b.norm > 0 AND b.r = ?)
            SELECT model, position, point, norm, chunk, first, count FROM ranked
            WHERE shortest <= ? OR longest <= ? ORDER BY ordinal, norm, position""";

    /** Verified upper bounds that no stored break supports. */
    static final String WITHOUT_EVIDENCE = """
            SELECT g.* FROM margins g
            WHERE g.side = 'upper' AND NOT g.censored AND g.guarantee = 'STATISTICAL' AND NOT EXISTS (
                SELECT 1 FROM breaks b WHERE b.model = g.model AND b.point = g.point AND b.r = g.r AND b.kind = g.kind
                    AND b.box = g.box AND b.norm <= g.value)
            ORDER BY g.model, g.point, g.r""";

    /**
     * One row a model, point, attack, target and weight, in that order; {@code r_1}, {@code p_within_1} and so on are the radii of the
     * plan and the shares of draws within them.
     *
     * @param radii number of radii of the plan
     */
    static String attackRows(int radii) {
        StringBuilder columns = new StringBuilder();
        StringBuilder pivot = new StringBuilder();
        for (int i = 1; i <= radii; i++) {
            columns.append(String.format("w.r_%1$d, w.p_within_%1$d, ", i));
            pivot.append(String.format(
                    ", max(r) FILTER (WHERE r_place = %2$d) AS r_%1$d,"
                            + " max(within / draws) FILTER (WHERE r_place = %2$d) AS p_within_%1$d",
                    i, i - 1));
        }
        return """
                SELECT s.model, run.data, run.split, s.point, p.label, m.beta, s.attack, s.goal, s.variable, s.norm_name,
                    s.method, s.target, s.weight, s.radius, s.norm, s.norm_l2, s.objective,
                    q.damage AS damage_clean, s.damage, %s w.draws, q.log_lik AS log_lik_clean, s.log_lik_attacked,
                    q.log_lik - s.log_lik_attacked AS nats_lost, s.degradation, s.log_lik_target, s.symmetric_kl,
                    s.ms_ssim_inputs, s.ms_ssim_reconstructions, s.relative_distortion, s.relative_distance,
                    q.elbo AS elbo_clean,
                    q.reconstruction_error AS reconstruction_error_clean, q.prediction AS prediction_clean, s.prediction,
                    s.forwards, s.backwards, run.seed
                FROM suite s
                    JOIN points p ON p.model = s.model AND p.position = s.position
                    JOIN models m ON m.name = s.model
                    JOIN quality q ON q.model = s.model AND q.position = s.position
                    JOIN (SELECT model, position, place, max(draws) AS draws%s FROM suite_within
                        GROUP BY model, position, place) w
                        ON w.model = s.model AND w.position = s.position AND w.place = s.place
                    CROSS JOIN run
                ORDER BY m.ordinal, s.position, s.place""".formatted(columns, pivot);
    }

    /** A view of {@link #attackRows} for whoever opens the database by hand. */
    static String createAttackView(int radii) {
        return "CREATE VIEW attack_rows AS " + attackRows(radii);
    }

    /** What stands behind each {@link io.margrave.results.AttackRow}; draws within each radius as {@code within/draws}, by spaces. */
    static final String FINDINGS = """
            SELECT s.model, s.position, s.point, p.label, s.attack, s.target, s.weight, s.radius, s.norm, s.norm_l2,
                s.objective, s.damage, w.counts, s.log_lik_attacked, s.log_lik_target, s.symmetric_kl, s.ms_ssim_inputs,
                s.ms_ssim_reconstructions, s.relative_distortion, s.relative_distance, s.prediction, s.forwards,
                s.backwards, s.tensor,
                q.damage AS damage_clean, q.log_lik AS log_lik_clean, q.elbo AS elbo_clean,
                q.reconstruction_error AS reconstruction_error_clean, q.prediction AS prediction_clean
            FROM suite s
                JOIN points p ON p.model = s.model AND p.position = s.position
                JOIN models m ON m.name = s.model
                JOIN quality q ON q.model = s.model AND q.position = s.position
                JOIN (SELECT model, position, place, string_agg(within || '/' || draws, ' ' ORDER BY r_place) AS counts
                    FROM suite_within GROUP BY model, position, place) w
                    ON w.model = s.model AND w.position = s.position AND w.place = s.place
            %s
            ORDER BY m.ordinal, s.position, s.place""";

    /** All of them. */
    static final String ALL_FINDINGS = FINDINGS.formatted("");

    /** Those of one task. */
    static final String FINDINGS_OF_TASK =
            FINDINGS.formatted("WHERE s.model = ? AND s.position >= ? AND s.position < ?");

    /**
     * Of each model and attack, the points of most and of least damage, each with the target and weight that damaged it most;
     * those of most damage first.
     */
    static final String ATTACK_EXHIBITS = """
            WITH best AS (
                SELECT s.*, row_number() OVER (PARTITION BY s.model, s.attack, s.position ORDER BY s.damage DESC, s.place) AS of_point
                FROM suite s),
            ranked AS (
                SELECT b.model, b.position, b.attack, b.place, b.damage, t.chunk, t.first, t.count, m.ordinal,
                    row_number() OVER (PARTITION BY b.model, b.attack ORDER BY b.damage DESC, b.position) AS most,
                    row_number() OVER (PARTITION BY b.model, b.attack ORDER BY b.damage, b.position DESC) AS least,
                    min(b.place) OVER (PARTITION BY b.model, b.attack) AS attack_place
                FROM best b
                    JOIN models m ON m.name = b.model
                    JOIN tasks t ON t.model = b.model AND b.position >= t.first AND b.position < t.first + t.count
                WHERE b.of_point = 1)
            SELECT model, position, place, chunk, first, count FROM ranked
            WHERE most <= ? OR least <= ? ORDER BY ordinal, attack_place, most""";

    static final String CHECKS = """
            SELECT c.model, c.number, c.name, c.outcome, c.evidence, c.curves FROM checks c
                JOIN models m ON m.name = c.model
            ORDER BY m.ordinal, c.number, c.name""";

    /** Checks without their curves, which are for figures. */
    static final String CHECK_ROWS = """
            SELECT c.model, c.number, c.name, c.outcome, c.evidence FROM checks c
                JOIN models m ON m.name = c.model
            ORDER BY m.ordinal, c.number, c.name""";
}
