/**
 * Image sets and named noise streams, as plain arrays.
 *
 * <p>Start at {@link io.margrave.data.ImageSet}. Nothing here knows of tensors or models.
 */
@NullMarked
package io.margrave.data;

import org.jspecify.annotations.NullMarked;
