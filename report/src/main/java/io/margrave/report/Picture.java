package io.margrave.report;

/**
 * An image or a perturbation as pixels.
 *
 * @param width in pixels
 * @param height in pixels
 * @param samples rows of red, green and blue
 */
public record Picture(int width, int height, byte[] samples) {
    private static final double[] WHITE = {255, 255, 255};
    /** Okabe and Ito's blue and vermilion. */
    private static final double[] NEGATIVE = {0, 0x72, 0xB2};

    private static final double[] POSITIVE = {0xD5, 0x5E, 0};

    /**
     * An image: three channels are red, green and blue; of any other number the mean is grey.
     *
     * @param shape channels, height, width
     * @param values channels x height x width; outside the range they are cut
     */
    public static Picture image(int[] shape, float[] values, double low, double high) {
        int pixels = checkedPixels(shape, values);
        byte[] samples = new byte[3 * pixels];
        for (int i = 0; i < pixels; i++) {
            for (int c = 0; c < 3; c++) {
                double value = shape[0] == 3 ? values[c * pixels + i] : mean(shape[0], values, pixels, i);
                samples[3 * i + c] = sample(255 * (value - low) / (high - low));
            }
        }
        return new Picture(shape[2], shape[1], samples);
    }

    /**
     * A signed difference. One channel: blue is negative, white 0, vermilion positive. Three channels: each from black at
     * {@code -scale} over grey at 0 to full at {@code scale}.
     *
     * @param scale value of the strongest colour, greater than zero
     */
    public static Picture difference(int[] shape, float[] values, double scale) {
        int pixels = checkedPixels(shape, values);
        byte[] samples = new byte[3 * pixels];
        for (int i = 0; i < pixels; i++) {
            for (int c = 0; c < 3; c++) {
                double share;
                if (shape[0] == 3) {
                    share = 127.5 + 127.5 * values[c * pixels + i] / scale;
                } else {
                    double value = Math.max(-1, Math.min(1, mean(shape[0], values, pixels, i) / scale));
                    double[] end = value < 0 ? NEGATIVE : POSITIVE;
                    share = WHITE[c] + Math.abs(value) * (end[c] - WHITE[c]);
                }
                samples[3 * i + c] = sample(share);
            }
        }
        return new Picture(shape[2], shape[1], samples);
    }

    /** The same at most {@code side} pixels wide and high, each pixel the mean of a block; no copy where it is small enough. */
    public Picture shrunk(int side) {
        int block = (Math.max(width, height) + side - 1) / side;
        if (block <= 1) {
            return this;
        }
        int across = (width + block - 1) / block;
        int down = (height + block - 1) / block;
        byte[] means = new byte[3 * across * down];
        for (int y = 0; y < down; y++) {
            for (int x = 0; x < across; x++) {
                for (int c = 0; c < 3; c++) {
                    means[3 * (y * across + x) + c] = sample(mean(x * block, y * block, block, c));
                }
            }
        }
        return new Picture(across, down, means);
    }

    private double mean(int left, int top, int block, int channel) {
        double sum = 0;
        int count = 0;
        for (int y = top; y < Math.min(top + block, height); y++) {
            for (int x = left; x < Math.min(left + block, width); x++) {
                sum += samples[3 * (y * width + x) + channel] & 255;
                count++;
            }
        }
        return sum / count;
    }

    /** White of that size. */
    static Picture blank(int width, int height) {
        byte[] samples = new byte[3 * width * height];
        java.util.Arrays.fill(samples, (byte) 255);
        return new Picture(width, height, samples);
    }

    /** Draws this into another picture, each pixel as a square of {@code factor}; it has to fit. */
    void drawInto(Picture canvas, int left, int top, int factor) {
        for (int y = 0; y < height * factor; y++) {
            for (int x = 0; x < width * factor; x++) {
                int from = 3 * (y / factor * width + x / factor);
                System.arraycopy(samples, from, canvas.samples, 3 * ((top + y) * canvas.width + left + x), 3);
            }
        }
    }

    /** As a PNG file. */
    byte[] png() {
        return Png.encode(width, height, samples);
    }

    /** As a PNG file within a page. */
    public String dataUri() {
        return Png.dataUri(width, height, samples);
    }

    private static double mean(int channels, float[] values, int pixels, int i) {
        double sum = 0;
        for (int c = 0; c < channels; c++) {
            sum += values[c * pixels + i];
        }
        return sum / channels;
    }

    private static byte sample(double value) {
        return (byte) Math.round(Math.max(0, Math.min(255, Double.isNaN(value) ? 0 : value)));
    }

    private static int checkedPixels(int[] shape, float[] values) {
        if (shape.length != 3 || values.length != (long) shape[0] * shape[1] * shape[2]) {
            throw new IllegalArgumentException("want channels x height x width values, got " + values.length + " for "
                    + java.util.Arrays.toString(shape));
        }
        return shape[1] * shape[2];
    }
}
