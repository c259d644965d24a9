package io.margrave.results;

import org.jspecify.annotations.Nullable;

/**
 * One attacked input to look at.
 *
 * @param row what was reached
 * @param shape channels, height, width of the pictures
 * @param low value of black
 * @param high value of white
 * @param input x
 * @param reconstruction g(mu(x))
 * @param perturbed x + d; x itself where the attack is on latents
 * @param attackedReconstruction g(mu(x + d))
 * @param target x_t; null where the goal has none
 */
public record AttackExhibit(
        AttackRow row,
        int[] shape,
        double low,
        double high,
        float[] input,
        float[] reconstruction,
        float[] perturbed,
        float[] attackedReconstruction,
        float @Nullable [] target) {}
