/**
 * Perturbations that do the most damage: balls, the one gradient loop, goals.
 *
 * <p>Start at {@link io.margrave.robustness.attack.Ascent}.
 */
@NullMarked
package io.margrave.robustness.attack;

import org.jspecify.annotations.NullMarked;
