/**
 * Networks as lists of layer records, so that they can be walked as well as run.
 *
 * <p>Start at {@link io.margrave.vae.network.Network}; {@link io.margrave.vae.network.Architecture} makes them. Names and
 * layouts of parameters are PyTorch's.
 */
@NullMarked
package io.margrave.vae.network;

import org.jspecify.annotations.NullMarked;
