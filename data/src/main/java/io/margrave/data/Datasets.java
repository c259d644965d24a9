package io.margrave.data;

import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/**
 * Every data set by name.
 *
 * <ul>
 *   <li>{@code sprites} (1x28x28), {@code sprites64} (1x64x64): generated, no files
 *   <li>{@code mnist}, {@code fashion-mnist} (1x28x28), {@code cifar10} (3x32x32): published files
 *   <li>{@code images}: a folder of PNG and JPEG pictures
 *   <li>{@code celeba}: a local copy in its published layout
 * </ul>
 *
 * <p>Validation is cut from train by a fixed seed (one image in twelve: MNIST's 60,000 become 55,000 and 5,000), but where a
 * data set comes with a validation part of its own.
 */
public final class Datasets {
    private static final List<String> NAMES =
            List.of("sprites", "sprites64", "mnist", "fashion-mnist", "cifar10", "images", "celeba");
    private static final Set<String> RESIZED = Set.of("images", "celeba");

    private Datasets() {}

    /** Names that {@link #open} knows. */
    public static List<String> names() {
        return NAMES;
    }

    /**
     * Opens a data set. Published test sets are read whole, published training sets where they are asked for, pictures of folders one by
     * one.
     *
     * @throws BadInputException where the name is unknown, files are missing or unusable, or pictures do not have one shape
     */
    public static DataSplits open(DataRequest request) {
        String name = request.name();
        if (!NAMES.contains(name)) {
            throw new BadInputException(
                    "want a data set of " + String.join(", ", NAMES) + ", got " + BadFile.quote(name));
        }
        if (request.imageSize() != null && !RESIZED.contains(name)) {
            throw new BadInputException("want no image size for " + name + ", got " + request.imageSize()
                    + ": only images and celeba are resized");
        }
        return switch (name) {
            case "sprites" -> Sprites.generate(name, 28, Sprites.SEED);
            case "sprites64" -> Sprites.generate(name, 64, Sprites.SEED);
            default -> read(request, DataLocation.resolve(request.dataDir()));
        };
    }

    private static DataSplits read(DataRequest request, Path dataDir) {
        return switch (request.name()) {
            case "mnist" -> Mnist.DIGITS.read(dataDir);
            case "fashion-mnist" -> Mnist.FASHION.read(dataDir);
            case "cifar10" -> Cifar10.read(dataDir);
            case "images" -> PictureFolder.read(dataDir, request.imageSize(), request.centerCrop());
            case "celeba" -> CelebA.read(dataDir, request.imageSize());
            default -> throw new IllegalStateException("no reader for " + request.name());
        };
    }
}
