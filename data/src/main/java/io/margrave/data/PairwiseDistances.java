package io.margrave.data;

import java.util.Arrays;

/** L2 distances between different images of a set: the unit that radii r are chosen in. */
public final class PairwiseDistances {
    private static final int PAIRS = 20_000;
    private static final int MOST_IMAGES = 2_000;
    private static final int MOST_VALUES = 1 << 25;

    private PairwiseDistances() {}

    /**
     * Median distance, in input units: over all pairs where there are at most 20,000, else over 20,000 pairs drawn among at
     * most 2,000 drawn images.
     *
     * @param set at least two images
     * @param seed of the draw; equal seeds give equal medians
     * @throws BadInputException where there are fewer than two images
     */
    public static double median(ImageSet set, long seed) {
        if (set.size() < 2) {
            throw new BadInputException(
                    "want at least 2 images in " + set.name() + " to measure distances between, got " + set.size());
        }
        int size = set.shape().size();
        int count = Math.min(set.size(), Math.max(2, Math.min(MOST_IMAGES, MOST_VALUES / size)));
        Noise.Stream draws = new Noise(seed, set.name()).stream(0, "pairs", 0);
        float[] images = set.images(draws.sample(set.size(), count));
        double[] distances = (long) count * (count - 1) / 2 <= PAIRS
                ? allPairs(images, count, size)
                : drawnPairs(images, count, size, draws);
        Arrays.sort(distances);
        int middle = distances.length / 2;
        return distances.length % 2 == 1 ? distances[middle] : (distances[middle - 1] + distances[middle]) / 2;
    }

    private static double[] allPairs(float[] images, int count, int size) {
        double[] distances = new double[count * (count - 1) / 2];
        int next = 0;
        for (int i = 0; i < count; i++) {
            for (int j = i + 1; j < count; j++) {
                distances[next++] = distance(images, i * size, j * size, size);
            }
        }
        return distances;
    }

    private static double[] drawnPairs(float[] images, int count, int size, Noise.Stream draws) {
        double[] distances = new double[PAIRS];
        for (int pair = 0; pair < PAIRS; pair++) {
            int i = draws.nextInt(count);
            int other = draws.nextInt(count - 1);
            int j = other < i ? other : other + 1;
            distances[pair] = distance(images, i * size, j * size, size);
        }
        return distances;
    }

    private static double distance(float[] images, int first, int second, int size) {
        double sum = 0;
        for (int k = 0; k < size; k++) {
            double difference = (double) images[first + k] - images[second + k];
            sum += difference * difference;
        }
        return Math.sqrt(sum);
    }
}
