package io.margrave.results;

import io.margrave.theory.Proportion;
import io.margrave.theory.Verdict;
import java.util.List;

/**
 * What was found for one input at one radius.
 *
 * @param r radius of r-robustness, in output units
 * @param clean clean draws of |Delta(x)| &lt;= r
 * @param verdict whether the clean input is r-robust
 * @param margins every bound, lower and upper
 * @param breaks the evidence of the upper bounds
 * @param curve P(|Delta| &lt;= r) along the full, boxed break; empty where not asked for or nothing was found
 */
public record RadiusAudit(
        double r,
        Proportion clean,
        Verdict verdict,
        List<Margin> margins,
        List<Break> breaks,
        List<CurvePoint> curve) {}
