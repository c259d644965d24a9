/**
 * What adversaries of VAEs want: each goal of the literature is one small class here, found by its name.
 *
 * <p>Start at {@link io.margrave.robustness.goal.GoalKinds}. All objectives are larger where the model is worse off; divergences to a
 * target, which are to be made small, are negated.
 */
@NullMarked
package io.margrave.robustness.goal;

import org.jspecify.annotations.NullMarked;
