package io.margrave.robustness.measure;

import io.margrave.data.ImageSet;
import io.margrave.robustness.map.Reconstruction;
import io.margrave.robustness.map.Rows;
import io.margrave.vae.TensorCopies;
import io.margrave.vae.model.Vae;
import java.util.Arrays;
import org.bytedeco.javacpp.PointerScope;

/** What a model makes of targets, g(mu(x_t)), and whether an attack has come nearer to it than to where it began. */
public final class TargetReconstructions {

    /** Images that are reconstructed at once. */
    private static final int BLOCK = 256;

    private TargetReconstructions() {}

    /**
     * Reconstructs targets.
     *
     * @param vae the model
     * @param images the split that targets are of
     * @param targets indices within it
     * @return g(mu(x_t)), {@code [targets][features]}
     */
    public static float[][] of(Vae vae, ImageSet images, int[] targets) {
        float[][] all = new float[targets.length][];
        for (int first = 0; first < targets.length; first += BLOCK) {
            int[] block = Arrays.copyOfRange(targets, first, Math.min(targets.length, first + BLOCK));
            try (PointerScope scope = new PointerScope()) {
                float[][] rows = Reconstruction.ofMeans(
                        vae,
                        TensorCopies.tensor(
                                images.images(block),
                                block.length,
                                images.shape().size()));
                System.arraycopy(rows, 0, all, first, rows.length);
            }
        }
        return all;
    }

    /**
     * Whether an attacked reconstruction is nearer, in L2, to the target's reconstruction than to the source's. Not where it is as near to
     * both, nor where it is no number.
     *
     * @param attacked g(mu(x + d))
     * @param source g(mu(x))
     * @param target g(mu(x_t))
     */
    public static boolean nearerTarget(float[] attacked, float[] source, float[] target) {
        if (attacked.length != source.length || attacked.length != target.length) {
            throw new IllegalArgumentException("want three images of one size, got " + attacked.length + ", "
                    + source.length + " and " + target.length + " values");
        }
        return Rows.distance(attacked, target) < Rows.distance(attacked, source);
    }
}
