/**
 * How far an input may move before r-robustness fails.
 *
 * <p>Start at {@link io.margrave.theory.MarginBounds}. Radii are L2, in input units. No tensors here: everything is a
 * number.
 */
@NullMarked
package io.margrave.theory;

import org.jspecify.annotations.NullMarked;
