/**
 * Experiments as files: what is trained, audited and attacked to reproduce a paper. Start at {@link ExperimentPlan}.
 */
@NullMarked
package io.margrave.cli.experiment;

import org.jspecify.annotations.NullMarked;
