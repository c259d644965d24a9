/**
 * Whether a model can be audited, and how good it is: what {@code margrave import} says.
 *
 * <p>Start at {@link io.margrave.vae.inspection.Inspection}. Errors and distances are in pixel units, log-probabilities in
 * nats.
 */
@NullMarked
package io.margrave.vae.inspection;

import org.jspecify.annotations.NullMarked;
