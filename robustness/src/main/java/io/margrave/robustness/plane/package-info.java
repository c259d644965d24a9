/**
 * Planes through a real model, to be drawn: where the r-robust inputs, reconstructions and latents of one point lie.
 *
 * <p>Start at {@link io.margrave.robustness.plane.Planes}. No files: a {@link io.margrave.robustness.plane.Subject} goes in, a {@link
 * io.margrave.results.experiment.Slice} comes out. Fields are estimates for the eye, without confidence bounds; no margin rests on them.
 */
@NullMarked
package io.margrave.robustness.plane;

import org.jspecify.annotations.NullMarked;
