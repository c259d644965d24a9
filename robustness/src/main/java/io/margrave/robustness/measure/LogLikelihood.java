package io.margrave.robustness.measure;

import io.margrave.robustness.map.Reconstruction;
import io.margrave.vae.TensorCopies;
import io.margrave.vae.model.Vae;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;

/** log p(x|z) of given inputs and latents, in nats. */
public final class LogLikelihood {
    private LogLikelihood() {}

    /**
     * log p(x|z).
     *
     * @param inputs x, {@code [points, features]}
     * @param latents z, {@code [points, latent]}
     * @return one a point
     */
    public static double[] of(Vae vae, Tensor inputs, Tensor latents) {
        try (PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard()) {
            return TensorCopies.doubles(vae.likelihood()
                    .logProbability(Reconstruction.asImages(vae, inputs), vae.decodeParameters(latents)));
        }
    }

    /** log p(x | mu(x')), one a point: x and x' are {@code [points, features]}. */
    public static double[] ofMeans(Vae vae, Tensor inputs, Tensor encoded) {
        try (PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard()) {
            return of(
                    vae,
                    inputs,
                    vae.encode(Reconstruction.asImages(vae, encoded)).mean());
        }
    }
}
