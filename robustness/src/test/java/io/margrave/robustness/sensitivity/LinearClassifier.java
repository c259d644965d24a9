package io.margrave.robustness.sensitivity;

import io.margrave.data.ImageShape;
import io.margrave.data.ValueRange;
import io.margrave.vae.TensorCopies;
import io.margrave.vae.model.GaussianPosterior;
import io.margrave.vae.model.ImageClassifier;
import io.margrave.vae.model.PosteriorFamily;
import java.util.Arrays;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/**
 * A classifier whose every number is known: mu = V x + b, sigma = s exp(growth sum(x)), f(z) = A z + c.
 *
 * @param encoder V, {@code [latent][features]}
 * @param bias b, {@code [latent]}
 * @param stdDev s, {@code [latent]}; all 0 for a deterministic encoder
 * @param growth of log sigma
 * @param head A, {@code [classes][latent]}
 * @param offsets c, {@code [classes]}
 */
record LinearClassifier(float[][] encoder, float[] bias, float[] stdDev, double growth, float[][] head, float[] offsets)
        implements ImageClassifier {

    /** mu = v.x, f = (0, z - t): class 1 where v.x > t. */
    static LinearClassifier twoClasses(float[] v, double t, double sigma) {
        return new LinearClassifier(
                new float[][] {v}, new float[1], new float[] {(float) sigma}, 0, new float[][] {{0}, {1}}, new float[] {
                    0, (float) -t
                });
    }

    /** mu = v.x, f = (s - z, 0, z - t): class 1 where s < v.x < t. */
    static LinearClassifier threeClasses(float[] v, double s, double t, double sigma) {
        return new LinearClassifier(
                new float[][] {v},
                new float[1],
                new float[] {(float) sigma},
                0,
                new float[][] {{-1}, {0}, {1}},
                new float[] {(float) s, 0, (float) -t});
    }

    /** The same with another encoder noise. */
    LinearClassifier withNoise(double growth, double... sigmas) {
        float[] other = new float[sigmas.length];
        for (int i = 0; i < other.length; i++) {
            other[i] = (float) sigmas[i];
        }
        return new LinearClassifier(encoder, bias, other, growth, head, offsets);
    }

    /** The same with all logits multiplied. */
    LinearClassifier withLogitsTimes(float factor) {
        float[][] heads = Arrays.stream(head).map(row -> times(row, factor)).toArray(float[][]::new);
        return new LinearClassifier(encoder, bias, stdDev, growth, heads, times(offsets, factor));
    }

    private static float[] times(float[] values, float factor) {
        float[] product = values.clone();
        for (int i = 0; i < product.length; i++) {
            product[i] *= factor;
        }
        return product;
    }

    @Override
    public ImageShape shape() {
        return new ImageShape(1, 1, encoder[0].length);
    }

    @Override
    public ValueRange range() {
        return ValueRange.UNIT;
    }

    @Override
    public int latent() {
        return encoder.length;
    }

    @Override
    public int classes() {
        return head.length;
    }

    @Override
    public PosteriorFamily posterior() {
        return stdDev[0] == 0 ? PosteriorFamily.DETERMINISTIC : PosteriorFamily.GAUSSIAN;
    }

    private static Tensor matrix(float[][] rows) {
        float[] values = new float[rows.length * rows[0].length];
        for (int i = 0; i < rows.length; i++) {
            System.arraycopy(rows[i], 0, values, i * rows[0].length, rows[0].length);
        }
        return TensorCopies.tensor(values, rows.length, rows[0].length);
    }

    @Override
    public GaussianPosterior encode(Tensor images) {
        Tensor flat = images.flatten(1, -1);
        Tensor mean = flat.matmul(matrix(encoder).t()).add(TensorCopies.tensor(bias, bias.length));
        Tensor scale = flat.sum(1).mul(new Scalar(growth)).exp().unsqueeze(1);
        return new GaussianPosterior(mean, scale.mul(TensorCopies.tensor(stdDev, 1, stdDev.length)));
    }

    @Override
    public Tensor logits(Tensor latents) {
        return latents.matmul(matrix(head).t()).add(TensorCopies.tensor(offsets, offsets.length));
    }
}
