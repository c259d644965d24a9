/**
 * Margins from above: probabilities on fresh noise and the smallest verified break.
 *
 * <p>Start at {@link io.margrave.robustness.margin.BreakSearch}.
 */
@NullMarked
package io.margrave.robustness.margin;

import org.jspecify.annotations.NullMarked;
