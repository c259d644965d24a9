package io.margrave.data;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import org.apache.commons.rng.UniformRandomProvider;
import org.apache.commons.rng.sampling.distribution.ZigguratSampler;
import org.apache.commons.rng.simple.RandomSource;

/**
 * Named noise streams: there is no global random state.
 *
 * <p>A stream is named by (seed, model, point, purpose, index). Equal names give equal numbers, wherever and in whatever
 * order they are asked for; different names give independent ones. The name is hashed (SHA-256) to the 256-bit state of an
 * xoshiro256++ generator.
 *
 * @param seed of the run
 * @param model name of the model, or any other first name
 */
public record Noise(long seed, String model) {

    /**
     * Opens a stream at its beginning.
     *
     * @param point index of the input within its split, or any other number
     * @param purpose what the noise is for: {@code clean}, {@code search}, {@code verdict}, ...
     * @param index number of the stream among those of its purpose
     */
    public Stream stream(long point, String purpose, long index) {
        byte[] first = model.getBytes(StandardCharsets.UTF_8);
        byte[] second = purpose.getBytes(StandardCharsets.UTF_8);
        // Lengths are hashed too, so that no two names share their bytes.
        ByteBuffer name = ByteBuffer.allocate(3 * Long.BYTES + 2 * Integer.BYTES + first.length + second.length)
                .putLong(seed)
                .putLong(point)
                .putLong(index)
                .putInt(first.length)
                .put(first)
                .putInt(second.length)
                .put(second);
        ByteBuffer state = ByteBuffer.wrap(sha256(name.array()));
        return new Stream(new long[] {state.getLong(), state.getLong(), state.getLong(), state.getLong()});
    }

    private static byte[] sha256(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /** Independent draws, one after the other. Not safe for use by several threads. */
    public static final class Stream {
        private final UniformRandomProvider uniform;
        private final ZigguratSampler.NormalizedGaussian gaussian;

        private Stream(long[] state) {
            uniform = RandomSource.XO_SHI_RO_256_PP.create(state);
            gaussian = ZigguratSampler.NormalizedGaussian.of(uniform);
        }

        /** A standard normal draw. */
        public double nextGaussian() {
            return gaussian.sample();
        }

        /** Fills a stretch of an array with standard normal draws. */
        public void gaussians(float[] destination, int offset, int count) {
            for (int i = offset; i < offset + count; i++) {
                destination[i] = (float) gaussian.sample();
            }
        }

        /** A uniform draw from [0, 1). */
        public double nextDouble() {
            return uniform.nextDouble();
        }

        /** A uniform draw from 0 to {@code bound - 1}. */
        public int nextInt(int bound) {
            return uniform.nextInt(bound);
        }

        /** {@code count} different numbers from 0 to {@code bound - 1}, in random order (partial Fisher-Yates). */
        public int[] sample(int bound, int count) {
            if (count < 0 || count > bound) {
                throw new IllegalArgumentException("want 0 <= count <= " + bound + ", got " + count);
            }
            int[] all = new int[bound];
            for (int i = 0; i < bound; i++) {
                all[i] = i;
            }
            for (int i = 0; i < count; i++) {
                int j = i + nextInt(bound - i);
                int swap = all[i];
                all[i] = all[j];
                all[j] = swap;
            }
            return java.util.Arrays.copyOf(all, count);
        }
    }
}
