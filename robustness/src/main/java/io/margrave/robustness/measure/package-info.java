/**
 * What attacks did, measured on noise that no search has seen.
 *
 * <p>Start at {@link io.margrave.robustness.measure.AttackMeasures}. Inputs are flat, {@code [points, features]}.
 */
@NullMarked
package io.margrave.robustness.measure;

import org.jspecify.annotations.NullMarked;
