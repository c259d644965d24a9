/**
 * The vocabulary of an audit: plan, task, margins, checks, events.
 *
 * <p>Start at {@link io.margrave.results.PointAudit}. Records only: no tensor, no database. Norms and radii are L2, in input
 * units, unless a name says otherwise.
 */
@NullMarked
package io.margrave.results;

import org.jspecify.annotations.NullMarked;
