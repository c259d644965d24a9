package io.margrave.robustness.suite;

import io.margrave.data.BadInputException;
import io.margrave.data.ImageSet;
import io.margrave.robustness.map.Rows;
import io.margrave.vae.TensorCopies;
import io.margrave.vae.model.Vae;
import java.util.Arrays;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;

/** mu(x) of many images, as arrays. */
final class Latents {
    private static final int BLOCK = 512;

    private Latents() {}

    /**
     * Encodes images.
     *
     * @param indices of the images, at least one
     * @return {@code [indices][latent]}, finite
     * @throws BadInputException where the model gives anything else
     */
    static float[][] of(Vae vae, ImageSet images, int[] indices) {
        float[][] latents = new float[indices.length][];
        for (int first = 0; first < indices.length; first += BLOCK) {
            int[] block = Arrays.copyOfRange(indices, first, Math.min(indices.length, first + BLOCK));
            try (PointerScope scope = new PointerScope();
                    NoGradGuard guard = new NoGradGuard()) {
                float[][] rows = Rows.arrays(vae.encode(TensorCopies.images(images.images(block), images.shape()))
                        .mean());
                System.arraycopy(rows, 0, latents, first, rows.length);
            }
        }
        for (int i = 0; i < latents.length; i++) {
            for (float value : latents[i]) {
                if (!Float.isFinite(value)) {
                    throw new BadInputException("want finite latents to train a probe on, got " + value + " for image "
                            + indices[i] + " of " + images.name() + ": check the model and its value range");
                }
            }
        }
        return latents;
    }
}
