package io.margrave.data;

import java.util.Arrays;

/**
 * Which training images stay and which become validation: one in twelve, drawn by a fixed seed and the data set's name, so
 * the cut never changes. MNIST's 60,000 become 55,000 and 5,000.
 *
 * @param train ascending
 * @param validation ascending
 */
record Holdout(int[] train, int[] validation) {
    private static final int ONE_IN = 12;
    private static final long SEED = 0;

    /** Cuts {@code size} images, at least two. */
    static Holdout of(String dataset, int size) {
        if (size < 2) {
            throw new BadInputException("want at least 2 training images in " + dataset + ", got " + size
                    + ": validation is cut from them");
        }
        int count = Math.max(1, size / ONE_IN);
        int[] validation = new Noise(SEED, dataset).stream(0, "validation", 0).sample(size, count);
        Arrays.sort(validation);
        int[] train = new int[size - count];
        int next = 0;
        for (int i = 0; i < size; i++) {
            if (Arrays.binarySearch(validation, i) < 0) {
                train[next++] = i;
            }
        }
        return new Holdout(train, validation);
    }
}
