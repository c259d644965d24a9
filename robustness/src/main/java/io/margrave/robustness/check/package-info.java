/**
 * Verdicts on an evaluation itself: whether its attacks were strong enough to be believed.
 *
 * <p>Start at {@link io.margrave.robustness.check.EvaluationChecks}. Rules and thresholds are constants of each check, and are told
 * in {@code docs/evaluation-checks.md}.
 */
@NullMarked
package io.margrave.robustness.check;

import org.jspecify.annotations.NullMarked;
