package io.margrave.results;

import io.margrave.theory.Proportion;
import io.margrave.theory.Verdict;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

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
        double r, Proportion clean, Verdict verdict, List<Margin> margins, List<Break> breaks, List<CurvePoint> curve) {

    /**
     * The largest lower bound (of the mean-only margin) beside the smallest upper bound of the full margin inside the value
     * range, each with what stands behind it: {@code
     * r = 4.87: 0.318 (whitened, FIRST_ORDER) <= margin <= 1.87 (break-search, STATISTICAL)}.
     */
    public String line() {
        Optional<Margin> lower = margins.stream()
                .filter(margin -> margin.side() == Side.LOWER)
                .reduce((a, b) -> b.value() > a.value() ? b : a);
        Optional<Margin> upper = margins.stream()
                .filter(margin -> margin.side() == Side.UPPER && margin.kind() == Kind.FULL && margin.boxed())
                .filter(margin -> !margin.censored())
                .reduce((a, b) -> b.value() < a.value() ? b : a);
        return String.format(
                Locale.ROOT,
                "r = %.3g: %s <= margin <= %s",
                r,
                lower.map(RadiusAudit::words).orElse("0"),
                upper.map(RadiusAudit::words).orElse("? (no break found)"));
    }

    private static String words(Margin margin) {
        return String.format(Locale.ROOT, "%.3g (%s, %s)", margin.value(), margin.method(), margin.guarantee());
    }
}
