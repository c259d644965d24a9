/**
 * Programs that use Margrave as a stranger would.
 *
 * <p>Start at {@link io.margrave.examples.Brackets}.
 */
@NullMarked
package io.margrave.examples;

import org.jspecify.annotations.NullMarked;
