/**
 * Audit plans as YAML files, and the schema that they keep.
 *
 * <p>Start at {@link io.margrave.cli.plan.PlanDocument}.
 */
@NullMarked
package io.margrave.cli.plan;

import org.jspecify.annotations.NullMarked;
