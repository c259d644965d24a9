package io.margrave.store;

import io.margrave.results.AuditTask;
import io.margrave.results.Kind;
import io.margrave.theory.Proportion;

/**
 * A reported break with its evidence, to be measured again.
 *
 * @param task that found it
 * @param position of the point among the audited points, from 0
 * @param point index of the input within its split
 * @param r radius of r-robustness
 * @param kind full or mean-only
 * @param boxed whether it claims to lie inside the data's value range
 * @param norm L2 norm that was reported, in input units
 * @param within draws of |Delta(x, delta)| &lt;= r that the verdict counted
 * @param input the clean input, channels x height x width
 * @param perturbed the perturbed input, of the same shape
 */
public record StoredBreak(
        AuditTask task,
        int position,
        int point,
        double r,
        Kind kind,
        boolean boxed,
        double norm,
        Proportion within,
        float[] input,
        float[] perturbed) {}
