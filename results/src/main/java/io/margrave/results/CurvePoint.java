package io.margrave.results;

import io.margrave.theory.Proportion;

/**
 * P(|Delta(x, delta)| &lt;= r) at one perturbation norm, on fresh noise.
 *
 * @param r radius of r-robustness
 * @param norm L2 norm of the perturbation, in input units; 0 for the clean input
 * @param within draws inside the ball
 */
public record CurvePoint(double r, double norm, Proportion within) {}
