package io.margrave.results;

import io.margrave.theory.Guarantee;

/**
 * One bound on one margin: a long row of the store.
 *
 * @param model name of the model within the run
 * @param point index of the input within its split
 * @param r radius of r-robustness, in output units
 * @param method what gave the value: {@code frobenius}, {@code spectral}, {@code whitened}, {@code break-search}
 * @param side lower or upper
 * @param kind full or mean-only
 * @param norm of the perturbation
 * @param boxed whether perturbed inputs are kept inside the data's value range
 * @param guarantee what stands behind the value
 * @param alpha chance of error of this value, in (0, 1)
 * @param value in input units, at least 0, possibly infinite; the search limit where {@code censored}
 * @param censored nothing verified below the search limit: says nothing about the margin
 */
public record Margin(
        String model,
        int point,
        double r,
        String method,
        Side side,
        Kind kind,
        Norm norm,
        boolean boxed,
        Guarantee guarantee,
        double alpha,
        double value,
        boolean censored) {

    public Margin {
        if (!(value >= 0)) {
            throw new IllegalArgumentException("want a margin >= 0, got " + value + " from " + method);
        }
    }
}
