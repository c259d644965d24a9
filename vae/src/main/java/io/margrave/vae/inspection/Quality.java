package io.margrave.vae.inspection;

import io.margrave.data.ImageSet;
import io.margrave.data.Noise;
import io.margrave.vae.TensorCopies;
import io.margrave.vae.model.GaussianPosterior;
import io.margrave.vae.model.PosteriorFamily;
import io.margrave.vae.model.Prior;
import io.margrave.vae.model.Vae;
import io.margrave.vae.training.HeldOut;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * How good a model is on some images.
 *
 * @param images measured
 * @param pixelError root of the mean squared difference of x and g(mu(x)), over pixels and images, in pixel units
 * @param distance |x - g(mu(x))|_2, an image
 * @param logLikelihood log p(x|z) with one posterior draw an image, nats
 * @param elbo nats an image; null where prior or posterior withhold it, likewise {@code kl}
 * @param kl KL(q(z|x) || N(0, I)), nats an image
 * @param activeUnits latent dimensions whose posterior mean varies by more than 0.01 over the images
 */
public record Quality(
        int images,
        double pixelError,
        Estimate distance,
        Estimate logLikelihood,
        @Nullable Estimate elbo,
        @Nullable Estimate kl,
        int activeUnits) {

    private static final int BATCH = 500;

    /**
     * Measures a model.
     *
     * @param images a split
     * @param indices of the images within it that are used, at least one
     * @param noise of the posterior draws
     */
    @SuppressWarnings("try") // The scope and the guard act by being open.
    static Quality measure(Vae vae, ImageSet images, int[] indices, Noise.Stream noise) {
        int latent = vae.spec().latent();
        double[] distance = new double[indices.length];
        double[] logLikelihood = new double[indices.length];
        double[] kl = new double[indices.length];
        double[] sum = new double[latent];
        double[] squares = new double[latent];
        for (int from = 0; from < indices.length; from += BATCH) {
            int count = Math.min(BATCH, indices.length - from);
            try (PointerScope scope = new PointerScope();
                    NoGradGuard guard = new NoGradGuard()) {
                Tensor batch = TensorCopies.images(
                        images.images(Arrays.copyOfRange(indices, from, from + count)), images.shape());
                GaussianPosterior posterior = vae.encode(batch);
                Tensor difference = vae.decode(posterior.mean()).sub(batch).flatten(1, -1);
                copy(difference.square().sum(1).sqrt(), distance, from);
                float[] draws = new float[count * latent];
                noise.gaussians(draws, 0, draws.length);
                Tensor latents = posterior
                        .sample(TensorCopies.tensor(draws, count, 1, latent))
                        .flatten(0, 1);
                copy(vae.likelihood().logProbability(batch, vae.decodeParameters(latents)), logLikelihood, from);
                copy(posterior.klToStandardNormal(), kl, from);
                double[] means = TensorCopies.doubles(posterior.mean());
                for (int i = 0; i < means.length; i++) {
                    sum[i % latent] += means[i];
                    squares[i % latent] += means[i] * means[i];
                }
            }
        }
        int n = indices.length;
        boolean withheld =
                vae.spec().prior() != Prior.STANDARD_NORMAL || vae.spec().posterior() == PosteriorFamily.DETERMINISTIC;
        double squared = Arrays.stream(distance).map(d -> d * d).sum();
        return new Quality(
                n,
                Math.sqrt(squared / n / images.shape().size()),
                Estimate.of(distance),
                Estimate.of(logLikelihood),
                withheld
                        ? null
                        : Estimate.of(IntStream.range(0, n)
                                .mapToDouble(i -> logLikelihood[i] - kl[i])
                                .toArray()),
                withheld ? null : Estimate.of(kl),
                (int) IntStream.range(0, latent)
                        .filter(k -> squares[k] / n - sum[k] / n * (sum[k] / n) > HeldOut.ACTIVE_VARIANCE)
                        .count());
    }

    private static void copy(Tensor values, double[] destination, int from) {
        double[] all = TensorCopies.doubles(values);
        System.arraycopy(all, 0, destination, from, all.length);
    }
}
