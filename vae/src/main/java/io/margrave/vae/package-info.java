/**
 * Variational autoencoders on LibTorch: this is where tensors begin.
 *
 * <p>Start at {@link io.margrave.vae.model.Vae} and {@link io.margrave.vae.training.Trainer}. {@link io.margrave.vae.Engine}
 * sets threads and loads the native library; {@link io.margrave.vae.TensorCopies} is the way in and out of tensors.
 *
 * <p>Every step of work runs in {@code try (PointerScope scope = new PointerScope())}: what a method here returns belongs to
 * the scope of its caller.
 */
@NullMarked
package io.margrave.vae;

import org.jspecify.annotations.NullMarked;
