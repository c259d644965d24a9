package io.margrave.data;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * White shapes on black, drawn from five factors: all 16,000 combinations once, in the spirit of dSprites (Matthey et al.
 * 2017).
 *
 * <p>A seeded permutation deals the combinations to 12,000 train, 2,000 validation and 2,000 test images. Rotations run over
 * a shape's own period (a quarter turn for a square), so that no two combinations look alike. Pixels are the exact share of
 * their area that the outline covers, rounded to a byte. Equal seeds give equal bytes on every machine.
 */
public final class Sprites {
    /** Combinations of factors, each one image. */
    public static final int COUNT = 16_000;

    /** Seed behind the data sets {@code sprites} and {@code sprites64}. */
    public static final long SEED = 0;

    private static final int VALIDATION = 2_000;
    private static final int TEST = 2_000;
    private static final int SCALES = 5;
    private static final int ROTATIONS = 8;
    private static final int PLACES = 10;

    // In units of a 28th of the picture's side: the largest shape at the outermost place stays inside. Shapes are large
    // and move little
    // so that a small network learns them within seconds.
    private static final double UNITS = 28;
    private static final double SMALLEST_RADIUS = 7;
    private static final double LARGEST_RADIUS = 11;
    private static final double MARGIN = 11.5;

    private Sprites() {}

    /**
     * Where a sprite comes from.
     *
     * @param shape label: 0 ellipse, 1 square, 2 heart, 3 triangle
     * @param scale from 0 to 4, smallest first
     * @param rotation eighths of the shape's period, from 0 to 7
     * @param x place of the centre from 0, left, to 9
     * @param y likewise from 0, top, to 9
     */
    public record Factors(int shape, int scale, int rotation, int x, int y) {
        /** The combination of this number, from 0 to {@code COUNT - 1}. */
        public static Factors of(int combination) {
            int rest = java.util.Objects.checkIndex(combination, COUNT);
            int y = rest % PLACES;
            rest /= PLACES;
            int x = rest % PLACES;
            rest /= PLACES;
            int rotation = rest % ROTATIONS;
            rest /= ROTATIONS;
            return new Factors(rest / SCALES, rest % SCALES, rotation, x, y);
        }
    }

    /**
     * All splits.
     *
     * @param side of the square pictures, in pixels, at least 8
     * @param seed of the permutation that deals combinations to splits
     */
    public static DataSplits generate(String name, int side, long seed) {
        byte[] pixels = new byte[COUNT * side * side];
        byte[] labels = new byte[COUNT];
        IntStream.range(0, COUNT).parallel().forEach(combination -> {
            Factors factors = Factors.of(combination);
            byte[] picture = draw(side, factors);
            System.arraycopy(picture, 0, pixels, combination * picture.length, picture.length);
            labels[combination] = (byte) factors.shape();
        });
        LabelledBytes all = new LabelledBytes(new ImageShape(1, side, side), pixels, labels);
        int[] order = new Noise(seed, "sprites").stream(0, "splits", 0).sample(COUNT, COUNT);
        int train = COUNT - VALIDATION - TEST;
        List<String> classes = Outline.NAMES;
        return new DataSplits(
                name,
                all.members(name + "/train", Arrays.copyOf(order, train), classes),
                all.members(name + "/validation", Arrays.copyOfRange(order, train, train + VALIDATION), classes),
                all.members(name + "/test", Arrays.copyOfRange(order, train + VALIDATION, COUNT), classes));
    }

    /** One picture, row by row; 0 is black, 255 white. */
    static byte[] draw(int side, Factors factors) {
        double[] coverage = outline(side, factors).coverage(side);
        byte[] picture = new byte[coverage.length];
        for (int i = 0; i < coverage.length; i++) {
            picture[i] = (byte) Math.round(255 * Math.min(1, coverage[i]));
        }
        return picture;
    }

    /** The outline of a sprite, in pixels. */
    static Outline outline(int side, Factors factors) {
        Outline shape = Outline.ALL.get(factors.shape);
        double unit = side / UNITS;
        double radius = SMALLEST_RADIUS + (LARGEST_RADIUS - SMALLEST_RADIUS) * factors.scale / (SCALES - 1);
        double step = (UNITS - 2 * MARGIN) / (PLACES - 1);
        return shape.placed(
                shape.period() * factors.rotation / ROTATIONS,
                radius * unit,
                (MARGIN + step * factors.x) * unit,
                (MARGIN + step * factors.y) * unit);
    }
}
