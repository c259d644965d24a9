/**
 * What a published paper claims, and what an experiment over many models shows of it: pure functions of an experiment's tables.
 *
 * <p>Start at {@link io.margrave.report.claim.Claims}: an {@link io.margrave.results.experiment.ExperimentResults}, then a list of
 * {@link io.margrave.report.claim.Claim}, each with its verdict, its numbers and its figures. No tensor, no image, no file.
 */
@NullMarked
package io.margrave.report.claim;

import org.jspecify.annotations.NullMarked;
