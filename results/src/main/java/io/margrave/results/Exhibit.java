package io.margrave.results;

import org.jspecify.annotations.Nullable;

/**
 * One verified break to look at.
 *
 * @param model name of the model within the run
 * @param point index of the input within its split
 * @param label class of the input, -1 where there is none
 * @param r radius of r-robustness
 * @param boundFrobenius the lower bound of Camuto et al. 2021, FIRST_ORDER; null where withheld
 * @param boundWhitened the whitened lower bound, FIRST_ORDER; null where withheld
 * @param norm of the perturbation: the verified upper bound
 * @param shape channels, height, width of the four pictures
 * @param low value of black
 * @param high value of white
 * @param input x
 * @param perturbed x + delta
 * @param reconstruction g(mu(x))
 * @param attackedReconstruction g(mu(x + delta))
 */
public record Exhibit(
        String model,
        int point,
        int label,
        double r,
        @Nullable Double boundFrobenius,
        @Nullable Double boundWhitened,
        double norm,
        int[] shape,
        double low,
        double high,
        float[] input,
        float[] perturbed,
        float[] reconstruction,
        float[] attackedReconstruction) {}
