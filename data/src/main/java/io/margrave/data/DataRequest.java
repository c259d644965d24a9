package io.margrave.data;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Which data set, and how its pictures are brought to one shape.
 *
 * @param name one of {@link Datasets#names()}
 * @param dataDir where the data lies; null for the place that {@link DataLocation} names
 * @param imageSize side in pixels that the pictures of {@code images} and {@code celeba} are resized to; null for their own
 *     size, and for 64 with {@code celeba}
 * @param centerCrop whether the largest centred square of each picture of {@code images} is taken first
 */
public record DataRequest(
        String name, @Nullable Path dataDir, @Nullable Integer imageSize, boolean centerCrop) {
    private static final int LARGEST_SIDE = 4096;

    public DataRequest {
        if (imageSize != null && (imageSize < 1 || imageSize > LARGEST_SIDE)) {
            throw new BadInputException("want an image size of 1 to " + LARGEST_SIDE + " pixels, got " + imageSize);
        }
    }

    /** The data set in its own shape. */
    public static DataRequest of(String name, @Nullable Path dataDir) {
        return new DataRequest(name, dataDir, null, false);
    }
}
