/**
 * What adversaries want: the goals that plans can name.
 *
 * <p>Start at {@link io.margrave.robustness.goal.MaximumDamageGoal}.
 */
@NullMarked
package io.margrave.robustness.goal;

import org.jspecify.annotations.NullMarked;
