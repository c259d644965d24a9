package io.margrave.data;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;

/**
 * MNIST and the sets that come in its four files: 1x28x28, ten classes.
 *
 * @param name of the data set, and of its folder
 * @param otherFolder where torchvision puts it
 * @param classNames in label order
 */
record Mnist(String name, String otherFolder, List<String> classNames) {
    static final Mnist DIGITS =
            new Mnist("mnist", "MNIST/raw", List.of("0", "1", "2", "3", "4", "5", "6", "7", "8", "9"));

    static final Mnist FASHION = new Mnist(
            "fashion-mnist",
            "FashionMNIST/raw",
            List.of(
                    "T-shirt/top",
                    "trouser",
                    "pullover",
                    "dress",
                    "coat",
                    "sandal",
                    "shirt",
                    "sneaker",
                    "bag",
                    "ankle boot"));

    private static final int SIDE = 28;

    /** Reads the four files from {@code <dataDir>/<name>}, torchvision's folder below it, or {@code dataDir} itself. */
    DataSplits read(Path dataDir) {
        return LabelledBytes.split(name, () -> part(dataDir, "train"), part(dataDir, "t10k"), classNames);
    }

    private LabelledBytes part(Path dataDir, String part) {
        Path images = find(dataDir, part + "-images", "idx3-ubyte");
        Path labels = find(dataDir, part + "-labels", "idx1-ubyte");
        byte[] pixels = Idx.images(images, SIDE, SIDE);
        byte[] classes = Idx.labels(labels, classNames.size());
        if (pixels.length != classes.length * SIDE * SIDE) {
            throw new BadInputException("want one label an image in " + images + " and " + labels + ", got "
                    + pixels.length / (SIDE * SIDE) + " images and " + classes.length + " labels: fetch them again");
        }
        return new LabelledBytes(new ImageShape(1, SIDE, SIDE), pixels, classes);
    }

    /** Where the files may lie, in the order of looking. */
    List<Path> folders(Path dataDir) {
        return List.of(dataDir.resolve(name), dataDir.resolve(otherFolder), dataDir);
    }

    private Path find(Path dataDir, String stem, String suffix) {
        List<Path> folders = folders(dataDir);
        for (Path folder : folders) {
            for (String separator : List.of("-", ".")) {
                for (String packing : List.of("", ".gz")) {
                    Path file = folder.resolve(stem + separator + suffix + packing);
                    if (Files.isRegularFile(file)) {
                        return file;
                    }
                }
            }
        }
        throw new BadInputException("want " + stem + "-" + suffix + " (or .gz) of " + name + " in "
                + folders.stream().map(Path::toString).collect(Collectors.joining(" or "))
                + ", found none: run `margrave datasets fetch " + name + "` or say where it is with --data-dir");
    }
}
