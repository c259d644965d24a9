package io.margrave.results;

import io.margrave.theory.Guarantee;
import io.margrave.theory.Proportion;
import io.margrave.theory.Verdict;
import java.util.List;
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
     * The largest lower value beside the smallest verified upper bound of the full margin inside the value range, each with
     * what it is and what stands behind it: {@code r = 4.875: estimate 0.318 (whitened, lower, mean-only, FIRST_ORDER); margin
     * <= 1.87 (break-search, full, in range, STATISTICAL)}. An estimate is not joined to the margin by an inequality: it drops
     * second-order terms, and it is of the mean-only margin.
     */
    public String line() {
        Optional<Margin> lower = margins.stream()
                .filter(margin -> margin.side() == Side.LOWER)
                .reduce((a, b) -> b.value() > a.value() ? b : a);
        Optional<Margin> upper = margins.stream()
                .filter(margin -> margin.side() == Side.UPPER && margin.kind() == Kind.FULL && margin.boxed())
                .reduce(RadiusAudit::better);
        return "r = " + ShortNumber.of(r) + ": "
                + lower.map(RadiusAudit::ofLower).orElse("no lower bound")
                + "; "
                + upper.map(RadiusAudit::ofUpper).orElse("no break searched");
    }

    /** A verified break rather than none, then the smaller; of two searches without a break, the one that looked further. */
    private static Margin better(Margin a, Margin b) {
        if (a.censored() != b.censored()) {
            return a.censored() ? b : a;
        }
        return (b.value() < a.value()) == a.censored() ? a : b;
    }

    private static String ofLower(Margin margin) {
        String what = margin.guarantee() == Guarantee.FIRST_ORDER ? "estimate " : "margin >= ";
        return what + ShortNumber.of(margin.value()) + " (" + margin.method() + ", lower, " + kind(margin) + ", "
                + margin.guarantee() + ")";
    }

    private static String ofUpper(Margin margin) {
        String found = (margin.censored() ? "no break found up to " : "margin <= ") + ShortNumber.of(margin.value())
                + " (" + margin.method() + ", " + kind(margin) + ", in range";
        return found + (margin.censored() ? ")" : ", " + margin.guarantee() + ")");
    }

    private static String kind(Margin margin) {
        return margin.kind() == Kind.FULL ? "full" : "mean-only";
    }
}
