package io.margrave.data;

/** Shape of one image, row-major in the order channels, height, width; each greater than zero. */
public record ImageShape(int channels, int height, int width) {
    public ImageShape {
        if (channels <= 0 || height <= 0 || width <= 0) {
            throw new IllegalArgumentException("want an image shape > 0, got " + channels + "x" + height + "x" + width);
        }
    }

    /** Values of one image. */
    public int size() {
        return Math.multiplyExact(channels, Math.multiplyExact(height, width));
    }

    @Override
    public String toString() {
        return channels + "x" + height + "x" + width;
    }
}
