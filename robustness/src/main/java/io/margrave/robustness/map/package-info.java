/**
 * What a search sees of a model: outputs from inputs and noise, and what counts as broken.
 *
 * <p>Start at {@link io.margrave.robustness.map.StochasticMap}. Inputs are flat, {@code [points, features]}.
 */
@NullMarked
package io.margrave.robustness.map;

import org.jspecify.annotations.NullMarked;
