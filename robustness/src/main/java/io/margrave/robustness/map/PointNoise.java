package io.margrave.robustness.map;

import io.margrave.data.Noise;
import io.margrave.vae.TensorCopies;
import java.util.Arrays;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * Standard normal noise for a batch of points, each from a stream of its own: what a point gets does not depend on which
 * other points are in the batch, nor on how its draws are cut into blocks.
 */
public final class PointNoise {
    private final Noise.Stream[] streams;
    private final boolean mirrored;
    /** Of mirrored noise, a stream's last draw, where its opposite is still to come; else null. */
    private final float[] @Nullable [] pending;

    /**
     * Opens a stream a point.
     *
     * @param noise names the run and the model
     * @param points number of each point within its split
     * @param purpose what the noise is for
     * @param index number of the stream among those of its purpose
     */
    public PointNoise(Noise noise, int[] points, String purpose, long index) {
        this(
                Arrays.stream(points)
                        .mapToObj(point -> noise.stream(point, purpose, index))
                        .toArray(Noise.Stream[]::new),
                false,
                new float[points.length][]);
    }

    private PointNoise(Noise.Stream[] streams, boolean mirrored, float[] @Nullable [] pending) {
        this.streams = streams;
        this.mirrored = mirrored;
        this.pending = pending;
    }

    /** The same streams, from where they are, for some of the points. */
    public PointNoise select(int[] rows) {
        return new PointNoise(
                Arrays.stream(rows).mapToObj(i -> streams[i]).toArray(Noise.Stream[]::new),
                mirrored,
                Arrays.stream(rows).mapToObj(i -> pending[i]).toArray(float[][]::new));
    }

    /**
     * The same streams, from where they are, each draw followed by its opposite: in a mean over both, what is odd in the noise cancels, so
     * that means, shares and quantiles spread less. For searching alone: such draws are not independent, and a verdict's must be.
     */
    public PointNoise mirrored() {
        return new PointNoise(streams, true, new float[streams.length][]);
    }

    /**
     * The next draws of every point.
     *
     * @param draws a point, greater than zero
     * @param size numbers a draw; of mirrored noise, the same at each call
     * @return {@code [points, draws, size]}
     */
    public Tensor next(int draws, int size) {
        int each = Math.multiplyExact(draws, size);
        float[] values = new float[Math.multiplyExact(streams.length, each)];
        for (int i = 0; i < streams.length; i++) {
            if (mirrored) {
                fillInPairs(i, values, i * each, draws, size);
            } else {
                streams[i].gaussians(values, i * each, each);
            }
        }
        return TensorCopies.tensor(values, streams.length, draws, size);
    }

    private void fillInPairs(int stream, float[] values, int offset, int draws, int size) {
        for (int at = offset; at < offset + draws * size; at += size) {
            float[] last = pending[stream];
            if (last == null) {
                streams[stream].gaussians(values, at, size);
                pending[stream] = Arrays.copyOfRange(values, at, at + size);
            } else {
                for (int k = 0; k < size; k++) {
                    values[at + k] = -last[k];
                }
                pending[stream] = null;
            }
        }
    }
}
