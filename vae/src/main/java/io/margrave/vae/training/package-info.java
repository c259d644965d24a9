/**
 * Training: a {@link io.margrave.vae.training.TrainingPlan} and a data set in, a model folder out.
 *
 * <p>Start at {@link io.margrave.vae.training.Trainer}. {@link io.margrave.vae.training.Objective} is what is maximised.
 */
@NullMarked
package io.margrave.vae.training;

import org.jspecify.annotations.NullMarked;
