package io.margrave.robustness.map;

import io.margrave.data.Noise;
import io.margrave.vae.TensorCopies;
import java.util.Arrays;
import org.bytedeco.pytorch.Tensor;

/**
 * Standard normal noise for a batch of points, each from a stream of its own: what a point gets does not depend on which
 * other points are in the batch, nor on how its draws are cut into blocks.
 */
public final class PointNoise {
    private final Noise.Stream[] streams;
    private final boolean mirrored;
    /** Of mirrored noise, the last draw of each stream where its opposite is still to come; else empty. */
    private float[][] pending;

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
                new float[0][]);
    }

    private PointNoise(Noise.Stream[] streams, boolean mirrored, float[][] pending) {
        this.streams = streams;
        this.mirrored = mirrored;
        this.pending = pending;
    }

    /** The same streams, from where they are, for some of the points. */
    public PointNoise select(int[] rows) {
        return new PointNoise(
                Arrays.stream(rows).mapToObj(i -> streams[i]).toArray(Noise.Stream[]::new),
                mirrored,
                pending.length == 0
                        ? pending
                        : Arrays.stream(rows).mapToObj(i -> pending[i]).toArray(float[][]::new));
    }

    /**
     * The same streams, from where they are, each draw followed by its opposite: in a mean over both, what is odd in the noise cancels, so
     * that means, shares and quantiles spread less. For searching alone: such draws are not independent, and a verdict's must be.
     */
    public PointNoise mirrored() {
        return new PointNoise(streams, true, new float[0][]);
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
        if (mirrored) {
            fillInPairs(values, draws, size);
        } else {
            for (int i = 0; i < streams.length; i++) {
                streams[i].gaussians(values, i * each, each);
            }
        }
        return TensorCopies.tensor(values, streams.length, draws, size);
    }

    private void fillInPairs(float[] values, int draws, int size) {
        boolean opposite = pending.length > 0;
        boolean half = opposite == (draws % 2 == 0);
        float[][] last = half ? new float[streams.length][] : new float[0][];
        for (int i = 0; i < streams.length; i++) {
            int first = i * draws * size;
            for (int draw = 0; draw < draws; draw++) {
                int at = first + draw * size;
                if ((draw % 2 == 0) != opposite) {
                    streams[i].gaussians(values, at, size);
                } else {
                    for (int k = 0; k < size; k++) {
                        values[at + k] = draw == 0 ? -pending[i][k] : -values[at - size + k];
                    }
                }
            }
            if (half) {
                int end = first + draws * size;
                last[i] = Arrays.copyOfRange(values, end - size, end);
            }
        }
        pending = last;
    }
}
