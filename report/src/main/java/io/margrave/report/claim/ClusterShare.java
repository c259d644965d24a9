package io.margrave.report.claim;

import io.margrave.report.Text;
import io.margrave.theory.Proportion;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * How many of some pairs have a property, where several pairs belong to one image.
 *
 * <p>Pairs of one image are not independent, so the interval counts images: each counts as the share of its pairs, and the sum is rounded
 * away from what would flatter (Clopper and Pearson 1934 for the number of images). A share of one has an interval, too, which no
 * bootstrap would give it.
 *
 * @param with pairs that have it
 * @param pairs all pairs
 * @param images different images
 * @param low lower end of the 95 % interval; 0 without pairs
 * @param high upper end; 1 without pairs
 */
record ClusterShare(int with, int pairs, int images, double low, double high) {
    private static final double ALPHA = 0.05;

    /** Collects pairs. */
    static final class Count {
        private final Map<Integer, int[]> byImage = new LinkedHashMap<>();
        private int with;
        private int pairs;

        void add(int image, boolean has) {
            int[] own = byImage.computeIfAbsent(image, unseen -> new int[2]);
            own[0] += has ? 1 : 0;
            own[1]++;
            with += has ? 1 : 0;
            pairs++;
        }

        ClusterShare share() {
            int images = byImage.size();
            if (images == 0) {
                return new ClusterShare(0, 0, 0, 0, 1);
            }
            double sum = byImage.values().stream()
                    .mapToDouble(own -> (double) own[0] / own[1])
                    .sum();
            long floor = (long) Math.floor(sum + 1e-9);
            long ceiling = Math.min(images, (long) Math.ceil(sum - 1e-9));
            return new ClusterShare(
                    with,
                    pairs,
                    images,
                    new Proportion(floor, images).lower(ALPHA / 2),
                    new Proportion(ceiling, images).upper(ALPHA / 2));
        }
    }

    /** In [0, 1]; NaN without pairs. */
    double value() {
        return pairs == 0 ? Double.NaN : (double) with / pairs;
    }

    /** {@code 99.8 % [98.2 %, 100 %]}. */
    String text() {
        return pairs == 0
                ? Text.NONE
                : Text.percent(value()) + " [" + Text.percent(low) + ", " + Text.percent(high) + "]";
    }
}
