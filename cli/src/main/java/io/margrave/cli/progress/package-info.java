/**
 * Progress on a terminal or in a log.
 *
 * <p>Start at {@link io.margrave.cli.progress.ConsoleProgress}.
 */
@NullMarked
package io.margrave.cli.progress;

import org.jspecify.annotations.NullMarked;
