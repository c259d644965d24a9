package io.margrave.report;

/**
 * An image or a perturbation as pixels.
 *
 * @param width in pixels
 * @param height in pixels
 * @param samples rows of red, green and blue
 */
record Picture(int width, int height, byte[] samples) {
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
    static Picture image(int[] shape, float[] values, double low, double high) {
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
    static Picture difference(int[] shape, float[] values, double scale) {
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

    String dataUri() {
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
