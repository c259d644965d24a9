package io.margrave.data;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * How pictures of a folder are brought to one shape.
 *
 * @param crop which part in the middle is taken
 * @param cropSide side of that part, for {@link Crop#SIDE}
 * @param side that the part is resized to; null for no resizing
 */
record Framing(Crop crop, int cropSide, @Nullable Integer side) {

    /** Which part in the middle of a picture is taken. */
    enum Crop {
        /** All of it, which must be square if it is to be resized. */
        NONE,
        /** The largest square. */
        LARGEST,
        /** A square of a given side. */
        SIDE
    }

    /** Height and width that a picture of this size ends with. */
    int[] framed(Path file, int height, int width) {
        int smaller = Math.min(height, width);
        int part = switch (crop) {
            case NONE -> 0;
            case LARGEST -> smaller;
            case SIDE -> cropSide;
        };
        if (part > smaller) {
            throw new BadInputException("want pictures of at least " + part + "x" + part + " pixels, got " + width + "x"
                    + height + " in " + file + ": use the published, uncut pictures");
        }
        if (side != null) {
            if (crop == Crop.NONE && height != width) {
                throw new BadInputException("want square pictures to resize to " + side + "x" + side + ", got " + width
                        + "x" + height + " in " + file + ": ask for centre-cropping, or cut them yourself");
            }
            return new int[] {side, side};
        }
        return crop == Crop.NONE ? new int[] {height, width} : new int[] {part, part};
    }

    /** The picture, cut and resized. */
    Picture frame(Path file, Picture picture) {
        int[] framed = framed(file, picture.height(), picture.width());
        int smaller = Math.min(picture.height(), picture.width());
        Picture part = switch (crop) {
            case NONE -> picture;
            case LARGEST -> picture.centre(smaller, smaller);
            case SIDE -> picture.centre(cropSide, cropSide);
        };
        return part.height() == framed[0] && part.width() == framed[1] ? part : part.resized(framed[0], framed[1]);
    }
}
