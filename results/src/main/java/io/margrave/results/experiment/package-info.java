/**
 * What an experiment over many models found: small tables of numbers, from which every claim, figure and page of it can be made again
 * without a model or an image.
 *
 * <p>Start at {@link ExperimentResults}.
 */
@NullMarked
package io.margrave.results.experiment;

import org.jspecify.annotations.NullMarked;
