package io.margrave.store;

import java.util.List;

/** The tables of a run, and the one query that turns its long rows into one row a model x point x r. */
final class Schema {

    /** Raised whenever a table changes; a reader refuses what is newer. */
    static final int VERSION = 1;

    private Schema() {}

    static final List<String> TABLES =
            List.of("run", "sessions", "models", "tasks", "points", "clean", "margins", "breaks", "attacks", "curves");

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
                    String.format(UPPER, "mean-only", "NOT", "margin_upper_mean_only_unboxed"))
            + " FROM margins GROUP BY model, point, r";

    /** {@link io.margrave.results.AuditRow}'s components in their order; in model, point and radius order. */
    static final String ROWS = """
            SELECT c.model, run.data, run.split, c.point, p.label, m.beta, c.r, c.samples, run.alpha,
                c.within / c.samples AS p_clean, c.p_lower AS p_clean_lower, c.verdict AS verdict_clean,
                p.r_min_low, p.r_min_high, p.min_std_dev,
                p.jacobian_frobenius, p.jacobian_spectral, p.jacobian_whitened,
                g.bound_frobenius, g.bound_spectral, g.bound_whitened,
                g.margin_upper, g.margin_upper_unboxed, g.margin_upper_mean_only, g.margin_upper_mean_only_unboxed,
                g.margin_upper IS NULL AS margin_censored,
                a.radius AS attack_radius, a.damage, a.damage_mean_only, a.damage_variance_only, a.damage_clean,
                a.log_lik_clean, a.log_lik_attacked, a.degradation, run.seed
            FROM clean c
                JOIN points p ON p.model = c.model AND p.point = c.point
                JOIN models m ON m.name = c.model
                JOIN (%s) g ON g.model = c.model AND g.point = c.point AND g.r = c.r
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
}
