package io.margrave.vae.training;

import io.margrave.data.ImageSet;
import io.margrave.data.Noise;
import io.margrave.vae.TensorCopies;
import io.margrave.vae.model.GaussianPosterior;
import io.margrave.vae.model.Vae;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;

/**
 * The ELBO of a whole split and what goes with it, from one posterior draw an image.
 *
 * @param logLikelihood E log p(x|z), nats an image
 * @param klPerDimension mean KL of each latent dimension, nats
 * @param meanVariance variance of the posterior mean over the split, each latent dimension
 */
public record HeldOutElbo(double logLikelihood, List<Double> klPerDimension, List<Double> meanVariance) {
    /** A latent dimension whose posterior mean varies by more than this is active (Burda et al. 2016). */
    public static final double ACTIVE_VARIANCE = 0.01;

    private static final int BATCH = 500;

    public HeldOutElbo {
        klPerDimension = List.copyOf(klPerDimension);
        meanVariance = List.copyOf(meanVariance);
    }

    /** KL(q(z|x) || p(z)), nats an image. */
    public double kl() {
        return klPerDimension.stream().mapToDouble(Double::doubleValue).sum();
    }

    /** {@code logLikelihood - kl}, nats an image. */
    public double elbo() {
        return logLikelihood - kl();
    }

    /** Latent dimensions whose posterior mean varies by more than {@link #ACTIVE_VARIANCE}. */
    public int activeUnits() {
        return (int) meanVariance.stream()
                .filter(variance -> variance > ACTIVE_VARIANCE)
                .count();
    }

    /**
     * Measures a split in batches of a fixed size.
     *
     * @param images all of them are used
     * @param noise of the posterior draws
     */
    @SuppressWarnings("try") // The scope and the guard act by being open.
    public static HeldOutElbo measure(Vae vae, ImageSet images, Noise.Stream noise) {
        int latent = vae.spec().latent();
        double logLikelihood = 0;
        double[] kl = new double[latent];
        double[] sum = new double[latent];
        double[] squares = new double[latent];
        for (int from = 0; from < images.size(); from += BATCH) {
            int count = Math.min(BATCH, images.size() - from);
            try (PointerScope scope = new PointerScope();
                    NoGradGuard guard = new NoGradGuard()) {
                Tensor batch = TensorCopies.images(images.images(range(from, count)), images.shape());
                GaussianPosterior posterior = vae.encode(batch);
                float[] draws = new float[count * latent];
                noise.gaussians(draws, 0, draws.length);
                Tensor latents = posterior
                        .sample(TensorCopies.tensor(draws, count, 1, latent))
                        .flatten(0, 1);
                Tensor logProbability = vae.likelihood().logProbability(batch, vae.decodeParameters(latents));
                logLikelihood +=
                        Arrays.stream(TensorCopies.doubles(logProbability)).sum();
                add(TensorCopies.doubles(posterior.klToStandardNormalPerDimension()), kl, 1);
                double[] means = TensorCopies.doubles(posterior.mean());
                add(means, sum, 1);
                add(means, squares, 2);
            }
        }
        double n = images.size();
        return new HeldOutElbo(
                logLikelihood / n,
                Arrays.stream(kl).map(total -> total / n).boxed().toList(),
                IntStream.range(0, latent)
                        .mapToObj(i -> Math.max(0, squares[i] / n - sum[i] / n * (sum[i] / n)))
                        .toList());
    }

    private static int[] range(int from, int count) {
        return IntStream.range(from, from + count).toArray();
    }

    /** Adds the columns of a row-major matrix, each value to a power. */
    private static void add(double[] matrix, double[] columns, int power) {
        for (int i = 0; i < matrix.length; i++) {
            columns[i % columns.length] += power == 1 ? matrix[i] : matrix[i] * matrix[i];
        }
    }
}
