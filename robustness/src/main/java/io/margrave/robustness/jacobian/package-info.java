/**
 * Exact Jacobians of the encoder mean and their norms.
 *
 * <p>Start at {@link io.margrave.robustness.jacobian.EncoderJacobian}.
 */
@NullMarked
package io.margrave.robustness.jacobian;

import org.jspecify.annotations.NullMarked;
