package io.margrave.results;

import io.margrave.theory.Proportion;

/**
 * A perturbed input that was verified to break r-robustness: the evidence behind an upper bound.
 *
 * @param r radius of r-robustness
 * @param kind full or mean-only
 * @param boxed whether it was kept inside the data's value range
 * @param norm L2 norm of {@code perturbed - input}, computed in double precision from the two arrays
 * @param within draws of |Delta(x, delta)| &lt;= r on the fresh noise of the verdict
 * @param perturbed the input as it was tested, channels x height x width
 * @param reconstruction g(mu(perturbed)), of the same shape
 */
public record Break(
        double r, Kind kind, boolean boxed, double norm, Proportion within, float[] perturbed, float[] reconstruction) {

    /** Name of this break's arrays in the evidence file and of its method: kind, box and radius. */
    public String key() {
        return (kind == Kind.FULL ? "full" : "mean-only") + (boxed ? "/boxed" : "/unboxed") + "/r=" + r;
    }
}
