package io.margrave.robustness.audit;

import io.margrave.data.BadInputException;
import io.margrave.data.ImageSet;
import io.margrave.data.Noise;
import java.util.stream.IntStream;

/**
 * The images that points are attacked towards: others of the same split, with another label where there are labels.
 *
 * <p>A point's targets depend on the seed, the split and the point alone: all models and attacks of a run have the same, and two targets
 * are the first two of three.
 */
final class TargetChoice {
    private TargetChoice() {}

    /**
     * Targets of some points.
     *
     * @param images the split
     * @param points indices within it
     * @param count targets a point, at least 0
     * @param seed of the run
     * @return {@code [points][count]}, indices within the split, different ones for one point
     * @throws BadInputException where there are too few
     */
    static int[][] of(ImageSet images, int[] points, int count, long seed) {
        int[][] targets = new int[points.length][];
        for (int i = 0; i < points.length; i++) {
            targets[i] = count == 0 ? new int[0] : of(images, points[i], count, seed);
        }
        return targets;
    }

    private static int[] of(ImageSet images, int point, int count, long seed) {
        int label = images.label(point);
        int[] others = IntStream.range(0, images.size()).filter(i -> i != point).toArray();
        int[] wanted = IntStream.of(others)
                .filter(i -> label < 0 || images.label(i) != label)
                .toArray();
        // A set of one class has no others to be taken for.
        int[] eligible = wanted.length == 0 ? others : wanted;
        if (eligible.length < count) {
            throw new BadInputException("want " + count + " targets for image " + point + " of " + images.name()
                    + ", got " + eligible.length + " to choose from: ask for fewer targets");
        }
        return IntStream.of(new Noise(seed, images.name())
                        .stream(point, "targets", 0).sample(eligible.length, count))
                .map(i -> eligible[i])
                .toArray();
    }
}
