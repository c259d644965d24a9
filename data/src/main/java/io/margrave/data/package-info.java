/**
 * Image sets and named noise streams, as plain arrays.
 *
 * <p>Start at {@link io.margrave.data.Datasets}, which opens every {@link io.margrave.data.ImageSet} by name; randomness comes
 * from {@link io.margrave.data.Noise}, weights and evidence lie in {@link io.margrave.data.Safetensors}. Nothing here knows of
 * models. Files are untrusted: what can't be used is a {@link io.margrave.data.BadInputException} of one line.
 */
@NullMarked
package io.margrave.data;

import org.jspecify.annotations.NullMarked;
