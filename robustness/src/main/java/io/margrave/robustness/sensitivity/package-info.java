/**
 * The sensitivity margin of classifiers through a latent: how far an input can be moved before its prediction does not hold.
 *
 * <p>Start at {@link io.margrave.robustness.sensitivity.SensitivityAudit}. The definitions and proofs are in docs/theory.md.
 */
@NullMarked
package io.margrave.robustness.sensitivity;

import org.jspecify.annotations.NullMarked;
