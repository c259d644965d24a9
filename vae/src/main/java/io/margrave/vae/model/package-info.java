/**
 * What a variational autoencoder is: a {@link io.margrave.vae.model.Vae} encodes images to a
 * {@link io.margrave.vae.model.GaussianPosterior} and decodes latents to the parameters of a
 * {@link io.margrave.vae.model.Likelihood}.
 *
 * <p>Start at {@link io.margrave.vae.model.Vae}; {@link io.margrave.vae.model.ModelFolder} reads and writes one.
 * Log-probabilities and divergences are in nats.
 */
@NullMarked
package io.margrave.vae.model;

import org.jspecify.annotations.NullMarked;
