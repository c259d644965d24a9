package io.margrave.results;

/**
 * One input under an audit's own maximum-damage attack, to look at.
 *
 * @param model name of the model within the run
 * @param point index of the input within its split
 * @param label class of the input, -1 where there is none
 * @param shape channels, height, width of the four pictures
 * @param low value of black
 * @param high value of white
 * @param input x
 * @param reconstruction g(mu(x))
 * @param outcome what was reached, with x + d and g(mu(x + d))
 */
public record DamageExhibit(
        String model,
        int point,
        int label,
        int[] shape,
        double low,
        double high,
        float[] input,
        float[] reconstruction,
        AttackOutcome outcome) {}
