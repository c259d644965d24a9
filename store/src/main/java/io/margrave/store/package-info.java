/**
 * A run in its folder: rows in DuckDB, images beside them, and what is exported from both.
 *
 * <p>Start at {@link io.margrave.store.RunStore}; {@link io.margrave.store.RunExport} writes CSV, Parquet and JSON, and
 * {@link io.margrave.store.Summary} {@code summary.json}.
 *
 * <p>A run folder holds {@code audit.duckdb}, {@code plan.yaml} and {@code perturbations/MODEL-CHUNK.safetensors}. The database
 * can be opened with any DuckDB client while no audit writes to it. Its tables:
 *
 * <table>
 * <caption>Tables of audit.duckdb; norms and radii in input units, infinity as DuckDB's {@code inf}</caption>
 * <thead><tr><th>table</th><th>one row a</th><th>columns</th></tr></thead>
 * <tbody>
 * <tr><td>{@code run}</td><td>run: only one</td><td>schema_version, id, created, version, data, data_checksum, split, alpha,
 *   seed; plan and info as JSON</td></tr>
 * <tr><td>{@code sessions}</td><td>opening for writing</td><td>session, seconds from its opening to its last commit</td></tr>
 * <tr><td>{@code models}</td><td>model</td><td>ordinal in the plan, name, architecture, latent, likelihood, objective, beta,
 *   test_elbo, active_units; the whole card as JSON</td></tr>
 * <tr><td>{@code tasks}</td><td>finished task</td><td>model, chunk, first, count, seconds, file of its images</td></tr>
 * <tr><td>{@code points}</td><td>model and point</td><td>position among the audited points, point within the split, label (-1:
 *   none), min_std_dev, jacobian_frobenius, jacobian_spectral, jacobian_whitened, r_min_low, r_min_high</td></tr>
 * <tr><td>{@code clean}</td><td>model, point and r</td><td>samples, within, p_lower (Clopper-Pearson at the run's alpha),
 *   verdict (HOLDS, FAILS, UNDECIDED)</td></tr>
 * <tr><td>{@code margins}</td><td>bound</td><td>model, point, r, method, side (lower, upper), kind (full, mean-only), norm, box,
 *   guarantee, alpha, value, censored</td></tr>
 * <tr><td>{@code breaks}</td><td>verified break</td><td>model, position, point, r, kind, box, norm, draws, within; file, and
 *   tensor: its images are the tensors {@code TENSOR/perturbed} and {@code TENSOR/reconstructions} there, in the row where
 *   {@code TENSOR/positions} has its position</td></tr>
 * <tr><td>{@code attacks}</td><td>model and point</td><td>position, radius, norm, damage, damage_mean_only,
 *   damage_variance_only, damage_clean, log_lik_clean, log_lik_attacked, degradation, file (tensors {@code attack/...})</td></tr>
 * <tr><td>{@code curves}</td><td>measured perturbation norm</td><td>model, point, r, norm, draws, within</td></tr>
 * <tr><td>{@code quality}</td><td>model and point of a run with a suite</td><td>position, point, damage, log_lik, elbo,
 *   reconstruction_error, prediction: of the input untouched</td></tr>
 * <tr><td>{@code suite}</td><td>model, point, attack of the suite, target and weight</td><td>position, point, place among the point's
 *   attacks, attack, goal, variable, norm_name, method, target, weight, radius, norm, norm_l2, objective, damage, log_lik_attacked,
 *   degradation, log_lik_target, symmetric_kl, ms_ssim_inputs, ms_ssim_reconstructions, prediction, forwards, backwards; file and
 *   tensor of its images</td></tr>
 * <tr><td>{@code suite_within}</td><td>the same and r</td><td>model, position, place, r_place from 0, r, draws, within</td></tr>
 * <tr><td>{@code checks}</td><td>check of the evaluation</td><td>model, number, name, outcome, evidence; curves as JSON</td></tr>
 * </tbody>
 * </table>
 *
 * <p>The view {@code audit_rows} is what an export has by default: {@code SELECT * FROM audit_rows WHERE margin_upper &lt;
 * bound_whitened}; the view {@code attack_rows} is one row a model, point, attack, target and weight.
 */
@NullMarked
package io.margrave.store;

import org.jspecify.annotations.NullMarked;
