package io.margrave.results;

import java.util.List;

/**
 * A finished run, read back: all that a report or a summary is drawn from.
 *
 * @param plan as it was run, resolved
 * @param info where it came from
 * @param models one card a model, in plan order
 * @param rows one a model, point and r, ordered so
 * @param curves P(|Delta| &lt;= r) against perturbation norm
 * @param exhibits breaks to look at, least robust first
 * @param attacks of the plan's suite, in model, audit, suite, target and weight order
 * @param attackExhibits attacked inputs to look at
 * @param checks of the evaluation, in model and number order
 */
public record RunResults(
        AuditPlan plan,
        RunInfo info,
        List<ModelCard> models,
        List<AuditRow> rows,
        List<CurveRow> curves,
        List<Exhibit> exhibits,
        List<AttackRow> attacks,
        List<AttackExhibit> attackExhibits,
        List<EvaluationCheck> checks) {

    /** A run without a suite and without checks. */
    public RunResults(
            AuditPlan plan,
            RunInfo info,
            List<ModelCard> models,
            List<AuditRow> rows,
            List<CurveRow> curves,
            List<Exhibit> exhibits) {
        this(plan, info, models, rows, curves, exhibits, List.of(), List.of(), List.of());
    }
}
