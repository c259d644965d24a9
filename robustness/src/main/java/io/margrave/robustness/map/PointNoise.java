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

    /**
     * Opens a stream a point.
     *
     * @param noise names the run and the model
     * @param points number of each point within its split
     * @param purpose what the noise is for
     * @param index number of the stream among those of its purpose
     */
    public PointNoise(Noise noise, int[] points, String purpose, long index) {
        streams = Arrays.stream(points)
                .mapToObj(point -> noise.stream(point, purpose, index))
                .toArray(Noise.Stream[]::new);
    }

    private PointNoise(Noise.Stream[] streams) {
        this.streams = streams;
    }

    /** The same streams, from where they are, for some of the points. */
    public PointNoise select(int[] rows) {
        return new PointNoise(Arrays.stream(rows).mapToObj(i -> streams[i]).toArray(Noise.Stream[]::new));
    }

    /**
     * The next draws of every point.
     *
     * @param draws a point
     * @param size numbers a draw
     * @return {@code [points, draws, size]}
     */
    public Tensor next(int draws, int size) {
        int each = Math.multiplyExact(draws, size);
        float[] values = new float[Math.multiplyExact(streams.length, each)];
        for (int i = 0; i < streams.length; i++) {
            streams[i].gaussians(values, i * each, each);
        }
        return TensorCopies.tensor(values, streams.length, draws, size);
    }
}
