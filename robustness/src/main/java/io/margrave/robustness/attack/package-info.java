/**
 * Perturbations that do the most damage: goals, ways to search, balls, the one gradient loop.
 *
 * <p>Start at {@link io.margrave.robustness.attack.Attacks}; the loop is {@link io.margrave.robustness.attack.Ascent}.
 */
@NullMarked
package io.margrave.robustness.attack;

import org.jspecify.annotations.NullMarked;
