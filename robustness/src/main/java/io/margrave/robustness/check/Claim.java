package io.margrave.robustness.check;

import io.margrave.results.Norm;
import org.jspecify.annotations.Nullable;

/**
 * A perturbed input that a run stored, and what it reports of it.
 *
 * @param point index of the input within its split
 * @param norm that the perturbation is measured in
 * @param limit that it keeps by the report: the radius it was allowed, or the norm that was reported
 * @param boxed whether it claims to lie inside the data's value range
 * @param perturbed channels x height x width
 * @param reported norm that was reported, to be held against {@code limit}; null where that is known otherwise
 * @param attack name of the suite's attack that made it; null for none of the suite's
 * @param damage that was reported of it; null where it is not to be measured again
 */
public record Claim(
        int point,
        Norm norm,
        double limit,
        boolean boxed,
        float[] perturbed,
        @Nullable Double reported,
        @Nullable String attack,
        @Nullable Double damage) {

    /** Of its size and range alone. */
    public Claim(int point, Norm norm, double limit, boolean boxed, float[] perturbed) {
        this(point, norm, limit, boxed, perturbed, null, null, null);
    }

    /** Of an audit's own maximum-damage attack. */
    public static Claim ofMaximumDamage(int point, double radius, double norm, double damage, float[] perturbed) {
        return new Claim(point, Norm.L2, radius, true, perturbed, norm, null, damage);
    }
}
