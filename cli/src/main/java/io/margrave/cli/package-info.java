/**
 * The {@code margrave} command: the only place that wires the other modules.
 *
 * <p>Start at {@link io.margrave.cli.Main}, then at a command, such as {@link io.margrave.cli.AuditCommand}. Results go to
 * standard output, progress and errors to standard error; nothing outside this module touches either.
 */
@NullMarked
package io.margrave.cli;

import org.jspecify.annotations.NullMarked;
