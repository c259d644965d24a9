package io.margrave.robustness.map;

import io.margrave.vae.TensorCopies;
import org.bytedeco.pytorch.Tensor;

/** g(z) = A z, mu(x) = J x, constant sigma: a model whose margins are known in closed form. */
public final class LinearGaussianMap implements StochasticMap {
    private final Tensor encoder;
    private final Tensor decoder;
    private final Tensor stdDev;
    private final Tensor anchors;

    private LinearGaussianMap(Tensor encoder, Tensor decoder, Tensor stdDev, Tensor anchors) {
        this.encoder = encoder;
        this.decoder = decoder;
        this.stdDev = stdDev;
        this.anchors = anchors;
    }

    /**
     * A model around some anchors.
     *
     * @param encoder J, {@code [latent][features]}
     * @param decoder A, {@code [outputs][latent]}
     * @param stdDev {@code [latent]}
     * @param anchors {@code [points, features]}
     */
    public static LinearGaussianMap of(float[][] encoder, float[][] decoder, float[] stdDev, Tensor anchors) {
        return new LinearGaussianMap(
                matrix(encoder), matrix(decoder), TensorCopies.tensor(stdDev, stdDev.length), anchors);
    }

    private static Tensor matrix(float[][] rows) {
        float[] values = new float[rows.length * rows[0].length];
        for (int i = 0; i < rows.length; i++) {
            System.arraycopy(rows[i], 0, values, i * rows[0].length, rows[0].length);
        }
        return TensorCopies.tensor(values, rows.length, rows[0].length);
    }

    @Override
    public int points() {
        return (int) anchors.size(0);
    }

    @Override
    public int noiseSize() {
        return (int) stdDev.size(0);
    }

    @Override
    public Sampler at(Tensor inputs) {
        Tensor mean = inputs.matmul(encoder.t());
        return noise -> mean.unsqueeze(1).add(noise.mul(stdDev)).matmul(decoder.t());
    }

    @Override
    public Tensor reference() {
        return anchors.matmul(encoder.t()).matmul(decoder.t());
    }

    @Override
    public StochasticMap select(int[] rows) {
        return new LinearGaussianMap(encoder, decoder, stdDev, Rows.select(anchors, rows));
    }
}
