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
 */
public record RunResults(
        AuditPlan plan,
        RunInfo info,
        List<ModelCard> models,
        List<AuditRow> rows,
        List<CurveRow> curves,
        List<Exhibit> exhibits) {}
