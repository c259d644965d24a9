/**
 * Audits of many points: chunks of points in, results out. Tensors end here.
 *
 * <p>Start at {@link io.margrave.robustness.audit.AuditExecutor}.
 */
@NullMarked
package io.margrave.robustness.audit;

import org.jspecify.annotations.NullMarked;
