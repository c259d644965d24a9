package io.margrave.data;

import java.util.List;

/** Indexed images of one shape and value range, with labels. Safe for use by several threads. */
public interface ImageSet {

    /** Name of the data set and split, as in {@code mnist/test}. */
    String name();

    /** Shape of every image. */
    ImageShape shape();

    /** Range of every value. */
    ValueRange range();

    /** Number of images. */
    int size();

    /**
     * Copies image {@code index} to {@code destination}, channels x height x width.
     *
     * @param index from 0
     * @param destination receives {@code shape().size()} values
     * @param offset where the first value goes
     */
    void read(int index, float[] destination, int offset);

    /** Class of image {@code index}, or -1 where there is none. */
    int label(int index);

    /** Names of the classes in label order; empty where there are none. */
    List<String> classNames();

    /** SHA-256 in hex that stands for every image of the set, in order. */
    String checksum();

    /** The image as a new array. */
    default float[] image(int index) {
        float[] values = new float[shape().size()];
        read(index, values, 0);
        return values;
    }

    /** Images {@code indices} one after the other, as a new array. */
    default float[] images(int[] indices) {
        int size = shape().size();
        float[] values = new float[Math.multiplyExact(indices.length, size)];
        for (int i = 0; i < indices.length; i++) {
            read(indices[i], values, i * size);
        }
        return values;
    }
}
