package io.margrave.store;

import io.margrave.data.BadInputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.SQLException;
import java.util.List;
import java.util.Locale;

/**
 * A run's rows as one file for other programs.
 *
 * <p>See {@link Table} for what a row may be. Models are in plan order, points in audit order, radii ascending. What was not asked for,
 * a lower bound that is withheld, and an upper bound for which nothing was verified, is empty in CSV and null in Parquet and JSON. Infinity is {@code inf} in
 * CSV and itself in Parquet; JSON has no such number, so there it is the text {@code "Infinity"} (or {@code "-Infinity"},
 * {@code "NaN"}), as in {@code summary.json}.
 */
public final class RunExport {

    private RunExport() {}

    /** What has a row. */
    public enum Table {
        /** A model, point and r: the columns of {@link io.margrave.results.AuditRow}. */
        ROWS,
        /** A bound: {@link io.margrave.results.Margin}. */
        BOUNDS,
        /** A model, point, attack of the suite, target and weight, with every measure. */
        ATTACKS,
        /** A check of the evaluation, without its curves. */
        CHECKS;

        private List<String> reals() {
            return switch (this) {
                case ROWS -> REALS;
                case BOUNDS -> List.of("value");
                case ATTACKS -> ATTACK_REALS;
                case CHECKS -> List.of();
            };
        }

        private String query(int radii) {
            return switch (this) {
                case ROWS -> Schema.ROWS;
                case BOUNDS -> Schema.LONG_ROWS;
                case ATTACKS -> Schema.attackRows(radii);
                case CHECKS -> Schema.CHECK_ROWS;
            };
        }
    }

    /** Formats of an export. */
    public enum Format {
        /** With a header; compressed where the file's name ends in {@code .gz}. */
        CSV("FORMAT csv, HEADER true"),
        /** Compressed with zstd. */
        PARQUET("FORMAT parquet, COMPRESSION zstd"),
        /** One array of objects; compressed where the file's name ends in {@code .gz}. */
        JSON("FORMAT json, ARRAY true");

        private final String options;

        Format(String options) {
            this.options = options;
        }
    }

    /**
     * Writes a file whole or not at all; an old one is replaced.
     *
     * @param table which rows
     * @param out a file; a device or pipe is written as it is
     * @throws BadInputException where it can't be written, or the run is of an older version that has no such rows
     */
    public static void write(RunStore run, Format format, Table table, Path out) {
        Path target = out.toAbsolutePath();
        Path name = target.getFileName();
        if (name == null || Files.isDirectory(target)) {
            throw new BadInputException("want a file to write, got the folder " + out + ": name a file inside it");
        }
        if (!run.has(table)) {
            throw new BadInputException("run folder " + run.folder() + " was made by an older Margrave, which kept no "
                    + table.name().toLowerCase(Locale.ROOT) + ": margrave audit --resume it to add their table");
        }
        String query = table.query(run.plan().r().values().size());
        if (format == Format.JSON && !table.reals().isEmpty()) {
            query = withTextForNoNumber(query, table.reals());
        }
        boolean beside = !Files.exists(target) || Files.isRegularFile(target);
        // The end of the name decides on compression, so the temporary name keeps it.
        Path written =
                beside ? target.resolveSibling("." + ProcessHandle.current().pid() + ".tmp." + name) : target;
        try {
            run.copy(query, format.options, written);
            if (beside) {
                Files.move(written, target, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
            }
        } catch (SQLException e) {
            String line = Database.firstLine(e).replace(written.toString(), target.toString());
            throw new BadInputException(
                    "can't write " + out + ": " + line + "; choose a folder that exists, is writable and has room", e);
        } catch (IOException e) {
            throw new BadInputException("can't write " + out + ": " + e.getMessage() + "; choose another file", e);
        } finally {
            if (beside) {
                deleteQuietly(written);
            }
        }
    }

    /** Columns of measured numbers: infinite where nothing bounds them, not a number where a model gives none. */
    private static final List<String> REALS = List.of(
            "r_min_low",
            "r_min_high",
            "min_std_dev",
            "jacobian_frobenius",
            "jacobian_spectral",
            "jacobian_whitened",
            "bound_frobenius",
            "bound_spectral",
            "bound_whitened",
            "margin_upper",
            "margin_upper_unboxed",
            "margin_upper_mean_only",
            "margin_upper_mean_only_unboxed",
            "damage",
            "damage_mean_only",
            "damage_variance_only",
            "damage_clean",
            "log_lik_clean",
            "log_lik_attacked",
            "degradation");

    private static final List<String> ATTACK_REALS = List.of(
            "norm",
            "norm_l2",
            "objective",
            "damage_clean",
            "damage",
            "log_lik_clean",
            "log_lik_attacked",
            "nats_lost",
            "degradation",
            "log_lik_target",
            "symmetric_kl",
            "ms_ssim_inputs",
            "ms_ssim_reconstructions",
            "relative_distortion",
            "relative_distance",
            "elbo_clean",
            "reconstruction_error_clean");

    private static String withTextForNoNumber(String query, List<String> reals) {
        StringBuilder replaced = new StringBuilder();
        for (String column : reals) {
            replaced.append(replaced.length() == 0 ? "" : ", ").append("""
                            CASE WHEN isnan(%1$s) THEN to_json('NaN')
                                WHEN isinf(%1$s) THEN to_json(if(%1$s > 0, 'Infinity', '-Infinity'))
                                ELSE to_json(%1$s) END AS %1$s""".formatted(column));
        }
        return "SELECT * REPLACE (" + replaced + ") FROM (" + query + ")";
    }

    private static void deleteQuietly(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            // The error that led here, if any, is the one to hear of.
        }
    }
}
