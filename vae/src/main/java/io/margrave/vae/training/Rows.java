package io.margrave.vae.training;

import io.margrave.data.ImageSet;
import io.margrave.data.ImageShape;
import io.margrave.vae.TensorCopies;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * A {@link Batch} as arrays, from which any thread may take its part. Arrays may be longer than {@code count} rows.
 *
 * @param count rows, greater than zero
 * @param images one after the other
 * @param labels one a row; null where nothing is predicted
 * @param noise standard normal, {@code [count, latent]}
 * @param directions standard normal, {@code [count, latent]}; null where no Jacobian is penalised
 */
record Rows(int count, float[] images, float @Nullable [] labels, float[] noise, float @Nullable [] directions) {

    /** Rows without labels or directions. */
    static Rows of(int count, float[] images, float[] noise) {
        return new Rows(count, images, null, noise, null);
    }

    /** Classes of some images; null where the first has none. */
    static float @Nullable [] labels(ImageSet images, int[] indices) {
        if (images.label(indices[0]) < 0) {
            return null;
        }
        float[] labels = new float[indices.length];
        for (int i = 0; i < indices.length; i++) {
            labels[i] = images.label(indices[i]);
        }
        return labels;
    }

    /** Rows {@code from} to {@code to}, as tensors of the caller's scope. */
    Batch part(int from, int to, ImageShape shape, int latent) {
        int rows = to - from;
        Tensor input = TensorCopies.tensorFrom(
                images, from * shape.size(), rows, shape.channels(), shape.height(), shape.width());
        return new Batch(
                input,
                labels == null
                        ? null
                        : TensorCopies.tensorFrom(labels, from, rows).toType(torch.ScalarType.Long),
                TensorCopies.tensorFrom(noise, from * latent, rows, 1, latent),
                directions == null ? null : TensorCopies.tensorFrom(directions, from * latent, rows, latent));
    }
}
