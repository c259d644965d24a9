package io.margrave.vae.training;

import io.margrave.data.ImageSet;
import io.margrave.data.ImageShape;
import io.margrave.data.Noise;
import io.margrave.vae.TensorCopies;
import io.margrave.vae.model.GaussianPosterior;
import io.margrave.vae.model.PosteriorFamily;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * What a model makes of a whole split, from one posterior draw an image.
 *
 * @param logLikelihood E log p(x|z), or E log q(y|z) of a classifier, nats an image
 * @param klPerDimension mean KL of each latent dimension, nats; empty where the posterior is deterministic
 * @param meanVariance variance of the posterior mean over the split, each latent dimension
 * @param squaredJacobian mean |J|_F^2 of the posterior mean, estimated; 0 where it was not asked for
 * @param accuracy share of images whose class is predicted at z = mu(x); null of a model that reconstructs
 */
public record HeldOut(
        double logLikelihood,
        List<Double> klPerDimension,
        List<Double> meanVariance,
        double squaredJacobian,
        @Nullable Double accuracy) {
    /** A latent dimension whose posterior mean varies by more than this is active (Burda et al. 2016). */
    public static final double ACTIVE_VARIANCE = 0.01;

    private static final int BATCH = 500;

    /** Noise of a measurement: the same for every epoch, so that scores differ by what was learned. */
    record Draws(Noise.Stream posterior, Noise.@Nullable Stream directions) {}

    public HeldOut {
        klPerDimension = List.copyOf(klPerDimension);
        meanVariance = List.copyOf(meanVariance);
    }

    /** KL(q(z|x) || p(z)), nats an image; 0 where the posterior is deterministic and has none. */
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
     * @param draws the noise; without directions |J|_F^2 is not measured
     */
    @SuppressWarnings("try") // The scope and the guard act by being open.
    static HeldOut measure(Learner learner, ImageSet images, Draws draws) {
        int latent = learner.latent();
        boolean random = learner.posterior() == PosteriorFamily.GAUSSIAN;
        double logLikelihood = 0;
        double squaredJacobian = 0;
        double right = 0;
        boolean predicts = false;
        double[] kl = new double[latent];
        double[] sum = new double[latent];
        double[] squares = new double[latent];
        for (int from = 0; from < images.size(); from += BATCH) {
            int count = Math.min(BATCH, images.size() - from);
            Rows rows = rows(images, from, count, latent, draws);
            try (PointerScope scope = new PointerScope();
                    NoGradGuard guard = new NoGradGuard()) {
                Batch batch = rows.part(0, count, images.shape(), latent);
                GaussianPosterior posterior = learner.encode(batch.images());
                Tensor latents = random ? posterior.sample(batch.noise()).flatten(0, 1) : posterior.mean();
                logLikelihood += sum(learner.logProbability(batch, latents));
                if (random) {
                    add(TensorCopies.doubles(posterior.klToStandardNormalPerDimension()), kl, 1);
                }
                double[] means = TensorCopies.doubles(posterior.mean());
                add(means, sum, 1);
                add(means, squares, 2);
                Tensor hits = learner.right(batch, posterior.mean());
                if (hits != null) {
                    predicts = true;
                    right += sum(hits);
                }
            }
            squaredJacobian += squaredJacobian(learner, rows, images.shape());
        }
        double n = images.size();
        return new HeldOut(
                logLikelihood / n,
                random ? Arrays.stream(kl).map(total -> total / n).boxed().toList() : List.of(),
                IntStream.range(0, latent)
                        .mapToObj(i -> Math.max(0, squares[i] / n - sum[i] / n * (sum[i] / n)))
                        .toList(),
                squaredJacobian / n,
                predicts ? right / n : null);
    }

    private static Rows rows(ImageSet images, int from, int count, int latent, Draws draws) {
        int[] indices = range(from, count);
        float[] noise = new float[count * latent];
        draws.posterior().gaussians(noise, 0, noise.length);
        float[] directions = draws.directions() == null ? null : new float[count * latent];
        if (draws.directions() != null && directions != null) {
            draws.directions().gaussians(directions, 0, directions.length);
        }
        return new Rows(count, images.images(indices), Rows.labels(images, indices), noise, directions);
    }

    /** Summed over the rows; 0 where there are no directions. Needs a graph back to the images. */
    @SuppressWarnings("try") // The scope acts by being open.
    private static double squaredJacobian(Learner learner, Rows rows, ImageShape shape) {
        if (rows.directions() == null) {
            return 0;
        }
        try (PointerScope scope = new PointerScope()) {
            Batch batch = rows.part(0, rows.count(), shape, learner.latent());
            Tensor images = batch.images();
            images.set_requires_grad(true);
            Tensor mean = learner.encode(images).mean();
            return sum(SquaredJacobian.estimate(mean, images, Objects.requireNonNull(batch.directions()), false));
        }
    }

    private static double sum(Tensor values) {
        return Arrays.stream(TensorCopies.doubles(values)).sum();
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
