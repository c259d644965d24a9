package io.margrave.robustness.check;

import io.margrave.results.Norm;

/**
 * A perturbed input that a run stored and reports a norm of.
 *
 * @param point index of the input within its split
 * @param norm that the perturbation is measured in
 * @param limit that it keeps by the report: the radius it was allowed, or the norm that was reported
 * @param boxed whether it claims to lie inside the data's value range
 * @param perturbed channels x height x width
 */
public record Claim(int point, Norm norm, double limit, boolean boxed, float[] perturbed) {}
